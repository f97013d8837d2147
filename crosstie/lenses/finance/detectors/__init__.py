"""The typologies of illicit finance, one a file."""
