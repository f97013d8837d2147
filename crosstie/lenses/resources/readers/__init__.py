"""Readers of the field's formats, one file a format."""
