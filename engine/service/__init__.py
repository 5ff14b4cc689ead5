"""One function for each thing that can be done, its permission inside; no SQL and no pages."""
