"""The only room that knows `transitions`: rows of states and transitions into a machine whose models are tokens."""
