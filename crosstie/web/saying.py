"""What errors say, in the language of the reader. They are raised in English, by rooms that know of no reader, and programs are told them so.

Every sentence stands in the catalogues as it is written in the source, with places for its values (`docs.errors`). A sentence that was raised is found
among them by its fixed parts, and its values are put into the translation; one that is not found stays English.
"""

from __future__ import annotations

import re
from functools import cache

from crosstie.web import tongues

#: The context of sentences that errors say.
ERROR = "error"
#: A place for a value.
PLACE = r"%\((\w+)\)s"
#: Letters of a sentence that is looked for: what is longer holds a text that somebody sent.
_LONGEST = 4_000
#: Places whose values are words of the program, not of people.
_WORDS = re.compile(r".*(value|kind|verdict|what|role|act)$")


def said(text: str, language: str) -> str:
    """A sentence of an error in a language."""
    if language == "en" or not text or len(text) > _LONGEST:
        return text
    for fixed, names, translated in _sentences(language):
        values = _values(text, fixed)
        if values is not None:
            found = {name: _word(name, value, language) for name, value in zip(names, values, strict=True)}
            return re.sub(PLACE, lambda place, of=found: of.get(place[1], place[0]), translated)  # type: ignore[misc]  # of re.sub
    return text


def _word(name: str, value: str, language: str) -> str:
    return str(tongues.catalogue(language).gettext(value)) if value and _WORDS.match(name) else value


@cache
def _sentences(language: str) -> list[tuple[tuple[str, ...], tuple[str, ...], str]]:
    """The fixed parts, the names of the places between them, and the translation of each sentence; those with most fixed letters first."""
    told = []
    for message, translated in tongues.told(language, ERROR):
        pieces = re.split(PLACE, message)
        told.append((tuple(pieces[::2]), tuple(pieces[1::2]), translated))
    return sorted(told, key=lambda one: (-sum(map(len, one[0])), one[0]))


def _values(text: str, fixed: tuple[str, ...]) -> tuple[str, ...] | None:
    """What stands between the fixed parts of a sentence; None where it is another sentence. Each part is looked for once, from left to right."""
    first, last = fixed[0], fixed[-1]
    if len(fixed) == 1:
        return () if text == first else None
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return None
    at, end, values = len(first), len(text) - len(last), []
    for part in fixed[1:-1]:
        found = text.find(part, at, end)
        if found < 0:
            return None
        values.append(text[at:found])
        at = found + len(part)
    return (*values, text[at:end])
