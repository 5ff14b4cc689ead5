"""The engine's pure core: no Django, no clock, no I/O; time and ids come in as arguments, effects go out as values."""
