"""The plain data that every room of the core passes on; no behaviour."""
