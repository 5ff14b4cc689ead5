"""People's work: the pages for tasks and forms; no queries and no rules of its own."""
