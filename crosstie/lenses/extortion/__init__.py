"""Taking by threat: ransom, extortion, taxes of armed groups, robbery, piracy."""
