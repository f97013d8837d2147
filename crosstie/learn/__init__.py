"""Regions of known truth, for exercises and for measuring."""
