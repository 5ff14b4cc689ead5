"""Customer onboarding: a document check that waits for days, and reminds."""
