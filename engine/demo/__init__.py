"""What a first start shows: accounts for each role and processes to try. Never loaded in production."""
