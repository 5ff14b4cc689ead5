"""Agent with a gate: a model with tools and a budget, and a person before each effect."""
