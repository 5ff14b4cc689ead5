"""Who calls: sessions, tokens and passwords, what a token is for, and how often somebody may be wrong."""
