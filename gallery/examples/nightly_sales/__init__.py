"""A nightly run for one date after the other: a sensor, four steps, a backfill for what was missed."""
