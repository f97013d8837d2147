"""The typologies of the field, one a file."""
