"""Serial numbers, part of which cannot be read, found among millions."""
