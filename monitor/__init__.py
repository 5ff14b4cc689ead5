"""Instances, incidents and analytics pages; no queries and no rules of its own."""
