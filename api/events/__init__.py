"""CloudEvents 1.0 from outside: how they are read, and what they mean here."""
