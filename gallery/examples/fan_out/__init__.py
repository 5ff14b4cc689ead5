"""A list worked off side by side with a limit; what fails is collected and decided about alone."""
