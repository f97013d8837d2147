"""Comparing: kernels over arrays, and how strongly two names speak for one thing."""
