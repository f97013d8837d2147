"""The vocabulary that lenses give to the narrative tagger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sphere(StrEnum):
    """Which world an actor is known to belong to."""

    CRIME = "crime"
    TERROR = "terror"


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase in one language (`en fr es ar ru zh`) that speaks of an activity.

    `pattern` is plain words, case-insensitive and on word borders; ``*`` ends a stem (``traffick*``); ``|`` parts synonyms, brackets hold those of a
    part (``(arms|gun) dealer*``); ``...`` allows up to four words in between. Chinese terms match anywhere.
    """

    pattern: str
    lang: str


@dataclass(frozen=True, slots=True)
class Activity:
    """A kind of conduct, such as `drugs.trafficking`, with the terms that speak of it and the sphere that it belongs to."""

    name: str
    title: str
    sphere: Sphere
    lens: str
    terms: tuple[Term, ...]
