"""What the lens of illicit finance is measured by."""
