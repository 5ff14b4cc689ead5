"""Subscription: a process that lives for years, with a monthly cycle, pauses and changes."""
