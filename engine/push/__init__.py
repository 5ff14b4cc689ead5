"""What goes to the browsers: which message to which group, and how it gets there."""
