"""The formats of illicit finance."""
