"""Benches of the travel lens."""
