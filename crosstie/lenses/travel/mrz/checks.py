"""Check digits of ICAO Doc 9303-3, section 4.9: values times 7, 3, 1, 7, …, modulo 10."""

from __future__ import annotations

#: every character of a zone; its place is its value but for the filler, which counts nothing
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
FILLER = "<"
VALUES = {letter: place % 36 for place, letter in enumerate(ALPHABET)}
WEIGHTS = (7, 3, 1)


def check_digit(text: str) -> int:
    """The check digit of a text of the zone's characters; ValueError names one that is none of them."""
    total = 0
    for place, letter in enumerate(text):
        if letter not in VALUES:
            raise ValueError(f"“{letter}” does not occur in a machine-readable zone")
        total += VALUES[letter] * WEIGHTS[place % 3]
    return total % 10
