"""The formats of new field, one a file."""
