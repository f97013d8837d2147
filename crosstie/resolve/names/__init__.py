"""Names as data: cleaned, in Latin letters, their parts told apart, as arrays."""

from crosstie.resolve.names.forms import MAX_LETTERS, MAX_TOKENS, Kind, NameForm, analyze, romanize, skeleton

__all__ = ["MAX_LETTERS", "MAX_TOKENS", "Kind", "NameForm", "analyze", "romanize", "skeleton"]
