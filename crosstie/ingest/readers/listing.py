"""What all official lists have in common: a listing of a thing by an authority, phone numbers as written, ids from words."""

from __future__ import annotations

import re
import unicodedata

from crosstie.ingest.emitter import Emitter, Subject, cleaner
from crosstie.model import schema as model


def slug(text: str) -> str:
    """A text as part of an id: letters and figures of any script, the rest hyphens."""
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", text).casefold()).strip("-")


class Once:
    """Remembers what was said of a thing, so that rows which repeat a value claim it once."""

    __slots__ = ("_said",)

    def __init__(self) -> None:
        self._said: set[tuple[str, str]] = set()

    def __call__(self, what: str, value: str | None) -> bool:
        """Whether there is a value and nothing has said so before; from now on something has."""
        if not value or (what, value) in self._said:
            return False
        self._said.add((what, value))
        return True

    def __contains__(self, claim: tuple[str, str]) -> bool:
        return claim in self._said


def listed(out: Emitter, subject: Subject, authority: str, country: str, number: int | str = 1) -> Subject:
    """The listing of a thing: its Sanction entity."""
    sanction = out.entity(f"{subject.id}-sanction-{number}", "Sanction")
    sanction.say("entity", subject.id)
    sanction.say("authority", authority)
    sanction.say("country", country)
    return sanction


def named(out: Emitter, name: str, *, at: str, schema: str = "LegalEntity") -> Subject:
    """A party that a list names without listing it; the same name in the same list is the same party."""
    other = out.entity(f"{out.dataset}-named-{slug(name)}", schema)
    other.say("name", name, at=at)
    return other


def say_or_note(subject: Subject, prop: str, value: str | None, *, label: str, at: str, original: str | None = None) -> bool:
    """Claim a value of a property, or, of a thing that cannot have the property, a note that begins with the label."""
    if model.prop(subject.schema, prop) is not None:
        return subject.say(prop, value, at=at, original=original)
    return subject.say("notes", f"{label}: {value}", at=at) if value else False


def say_phone(subject: Subject, value: str | None, *, at: str) -> bool:
    """Claim a phone number; figures alone are read as an international number where they are none otherwise."""
    if not value:
        return False
    clean = cleaner(subject.schema, "phone")
    figures = re.sub(r"[\s().-]", "", value).removeprefix("00")
    if not clean(value) and figures.isdigit() and (found := clean(f"+{figures}")):
        return subject.say("phone", found, at=at, original=value)
    return subject.say("phone", value, at=at)
