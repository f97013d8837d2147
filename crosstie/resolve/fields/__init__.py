"""A plain table as fields: what its columns hold, their values as arrays, how alike two are, and which rows are worth comparing."""
