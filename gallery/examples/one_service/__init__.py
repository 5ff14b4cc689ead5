"""One service call: retried, given up as an incident, refused with a way out."""
