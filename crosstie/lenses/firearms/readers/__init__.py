"""The readers of the field, one module a family of formats."""
