"""All JSON and WebSockets that a program sees; no queries and no rules of its own."""
