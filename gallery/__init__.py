"""The gallery: every orchestration pattern as an example that runs, with mock services that can be switched to fail."""
