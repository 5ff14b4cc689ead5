"""The gallery: its house, and each example from its start to its end."""
