"""The named statements of each database."""
