"""Three checks at once, in two variants: the first failure ends it, or all are waited for."""
