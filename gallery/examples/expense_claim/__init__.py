"""Expense claim: four eyes, reminders and escalation."""
