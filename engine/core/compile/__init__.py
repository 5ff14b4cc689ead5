"""A diagram into the graph of states and transitions, with all its problems; nothing runs here."""
