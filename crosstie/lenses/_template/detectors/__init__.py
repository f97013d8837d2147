"""The typologies of new field, one a file."""
