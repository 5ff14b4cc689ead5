"""Loan application: a decision graph decides the clear cases, a person those in the middle."""
