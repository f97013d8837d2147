"""Comparing names: kernels over arrays, how strongly two names speak for one thing (nats), how alike they are (0 to 1), and why."""
