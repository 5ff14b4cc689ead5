"""Drawing, drafts, versions and simulation pages; no queries and no rules of its own."""
