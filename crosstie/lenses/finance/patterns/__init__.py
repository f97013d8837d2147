"""Shapes in a network of payments over time: fans, gathers and scatters, layers, cycles. Exact, and with the payments that make each shape."""
