"""The lexicons: which words speak of which activity, read from YAML; and the activities that no lens owns yet."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from crosstie.errors import LensError
from crosstie.link.phrases import Phrases
from crosstie.link.sentences import DATA, LANGUAGES
from crosstie.model.lexicon import Activity, Sphere, Term

#: the lens of an activity that no lens owns yet
UNOWNED = "core"
_CALL = re.compile(r"<([^>]*)>")


def unowned() -> tuple[Activity, ...]:
    """The activities of fields whose lens is still to come, and those of terrorism itself, which belong to the core."""
    return read_lexicon(DATA / "activities.yaml", UNOWNED)


def read_lexicon(path: Path, lens: str) -> tuple[Activity, ...]:
    """The activities of a lexicon file, by name. LensError with file and place where an entry lacks a part or a pattern is none.

    The file holds `activities:`, name to `title`, `sphere` (crime or terror) and `terms` (language to patterns); and, if wanted, `words:`, name to
    language to alternatives, which a pattern calls by `<name>`.
    """
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LensError(f"{path}: cannot be read: {error}") from error
    entries = found.get("activities") if isinstance(found, dict) else None
    if not isinstance(entries, dict) or not entries:
        raise LensError(f"{path}: no `activities`", hint="Give name to title, sphere and terms.")
    words = found.get("words") or {}
    return tuple(_activity(path, lens, name, entries[name], words) for name in sorted(entries))


def _activity(path: Path, lens: str, name: str, entry: Any, words: dict[str, dict[str, str]]) -> Activity:
    place = f"{path}: {name}"
    if not isinstance(entry, dict) or not isinstance(entry.get("title"), str) or not isinstance(entry.get("terms"), dict):
        raise LensError(f"{place}: needs a title, a sphere and terms")
    if entry.get("sphere") not in list(Sphere):
        raise LensError(f"{place}: sphere is {entry.get('sphere')!r}", hint="It is crime or terror.")
    unknown = sorted(set(entry["terms"]) - set(LANGUAGES))
    if unknown:
        raise LensError(f"{place}: no such language: {', '.join(map(str, unknown))}", hint=f"Known are {', '.join(LANGUAGES)}.")
    terms: list[Term] = []
    for lang, patterns in sorted(entry["terms"].items()):
        for pattern in patterns:
            if not isinstance(pattern, str):
                raise LensError(f"{place}/{lang}: {pattern!r} is no text", hint="Put words that YAML takes for something else in quotes.")
            terms.append(Term(_CALL.sub(lambda call: _called(words, call[1], lang, place), pattern), lang))  # noqa: B023
    try:
        Phrases([(term.pattern, name) for term in terms])
    except LensError as error:
        raise LensError(f"{place}: {error.detail}") from error
    return Activity(name, entry["title"], Sphere(entry["sphere"]), lens, tuple(terms))


def _called(words: dict[str, dict[str, str]], name: str, lang: str, place: str) -> str:
    try:
        return f"({words[name][lang]})"
    except KeyError as error:
        raise LensError(f"{place}/{lang}: no words called <{name}>") from error
