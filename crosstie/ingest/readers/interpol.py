"""INTERPOL's public notices as its web service gives them: a list page, a single notice, or notices as JSON lines.

The service (ws-public.interpol.int/notices/v1) describes itself by its links, which also tell the colour of a notice: red for wanted persons,
yellow for missing ones, black for unidentified bodies, un for those under sanctions of the Security Council. A notice asks for something; it
proves nothing, and its grade says so. Who is missing or dead is a victim here and stays out of all matching.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crosstie.ingest.dates import say_dates
from crosstie.ingest.emitter import Emitter, Subject
from crosstie.ingest.jsonl import document, is_lines, objects
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.ingest.readers.listing import listed, slug

_COLOUR = re.compile(r"/notices/v\d+/(red|yellow|black|un|blue|green|orange|purple|silver)\b", re.IGNORECASE)
_TOPICS = {"red": "wanted", "yellow": "victim", "black": "victim", "un": "sanction", "blue": "poi", "green": "poi"}
_TEXTS = {
    "place_of_birth": "birthPlace",
    "distinguishing_marks": "appearance",
    "weight": "weight",
    "height": "height",
    "forename": "firstName",
}
_LISTS = {
    "nationalities": "nationality",
    "languages_spoken_ids": "spokenLanguage",
    "eyes_colors_id": "eyeColor",
    "hairs_id": "hairColor",
}
_READ = frozenset(
    {
        *_TEXTS,
        *_LISTS,
        "entity_id",
        "name",
        "date_of_birth",
        "sex_id",
        "country_of_birth_id",
        "arrest_warrants",
        "un_reference",
        "colour",
        "_links",
        "_embedded",
    }
)


class Interpol:
    """INTERPOL notices."""

    name = "interpol"
    title = "INTERPOL public notices, JSON"
    profile = Profile("interpol", "interpol", "INTERPOL", "A3", promise=Promise(min_records=1), curated=True)

    def recognises(self, head: Head) -> bool:
        """By the fields of a notice."""
        if head.media not in ("json", "jsonl"):
            return False
        return '"entity_id"' in head.text and (
            '"notices"' in head.text or '"arrest_warrants"' in head.text or '"forename"' in head.text or "interpol" in head.text.casefold()
        )

    def read(self, original: Original, out: Emitter) -> None:
        """Say what each notice says. The series is that of the colour and the query: who is not on a page is not off the list."""
        fallback = _colour_of(original.name.casefold())
        parts: set[str] = set()
        for notice, colour, part in _notices(original, out):
            parts.add("-".join(word for word in (colour or fallback, part) if word))
            _notice(notice, colour or fallback, out)
        out.series = "-".join(["interpol", *parts]) if len(parts) == 1 and parts != {""} else None


def _notices(original: Original, out: Emitter) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Each notice with the colour that the page or the notice tells and the part of the list that the page is; the place is set."""
    if is_lines(original):
        for number, value in objects(original, out):
            yield from _of_page(value, out, f"line {number}")
        return
    value = document(original, out)
    pages = value if isinstance(value, list) else [value]
    for index, page in enumerate(pages, 1):
        place = f"[{index}]" if isinstance(value, list) else ""
        if isinstance(page, dict):
            yield from _of_page(page, out, place)
        else:
            out.place = place
            out.reject("not a notice", str(page))


def _of_page(value: dict[str, Any], out: Emitter, place: str) -> Iterator[tuple[dict[str, Any], str, str]]:
    embedded = value.get("_embedded")
    notices = embedded.get("notices") if isinstance(embedded, dict) else value.get("notices")
    if not isinstance(notices, list):
        out.place = place or "notice"
        yield value, _linked(value), "" if place else slug(str(value.get("entity_id")))
        return
    colour = _linked(value)
    query = value.get("query")
    part = slug(" ".join(f"{key} {query[key]}" for key in sorted(query))) if isinstance(query, dict) else ""
    for index, notice in enumerate(notices, 1):
        out.place = f"{place + '/' if place else ''}notices[{index}]"
        if isinstance(notice, dict):
            yield notice, _linked(notice) or colour, part
        else:
            out.reject("not a notice", str(notice))


def _notice(notice: dict[str, Any], colour: str, out: Emitter) -> None:
    number = notice.get("entity_id")
    if not isinstance(number, str) or not number.strip():
        out.reject("a notice without entity_id", str(notice))
        return
    out.record(out.place)
    if not colour and notice.get("arrest_warrants"):
        colour = "red"
    person = out.entity(f"{out.dataset}-{number.strip().replace('/', '-')}", "Person")
    topic = _TOPICS.get(colour)
    if topic:
        person.say("topics", topic)
    elif colour:
        person.say("notes", f"INTERPOL {colour} notice")
    else:
        out.reject("note: the colour of the notice is not told", number, at="_links")
    family, given = _text(notice.get("name")), _text(notice.get("forename"))
    person.say("name", " ".join(part for part in (given, family) if part), at="name")
    person.say("lastName", family, at="name")
    for field, prop in _TEXTS.items():
        if (value := _text(notice.get(field))) != "0":  # a height of nought is none
            person.say(prop, value, at=field)
    for field, prop in _LISTS.items():
        for value in _several(notice.get(field)):
            person.say(prop, value, at=field)
    say_dates(person, "birthDate", _text(notice.get("date_of_birth")), at="date_of_birth")
    person.say("birthCountry", _text(notice.get("country_of_birth_id")), at="country_of_birth_id")
    if (sex := _text(notice.get("sex_id"))) in ("M", "F"):
        person.say("gender", sex, at="sex_id")
    for index, warrant in enumerate(_several(notice.get("arrest_warrants"), whole=True), 1):
        _warrant(warrant, index, person, out, red=colour == "red")
    if reference := _text(notice.get("un_reference")):
        listed(out, person, "UN Security Council", "un").say("unscId", reference, at="un_reference")
    for field in sorted(notice.keys() - _READ):
        for value in _several(notice[field]):
            person.say("notes", f"{field}: {value}", at=field)


def _warrant(warrant: Any, index: int, person: Subject, out: Emitter, *, red: bool) -> None:
    at = f"arrest_warrants[{index}]"
    if not isinstance(warrant, dict):
        out.reject("not an arrest warrant", str(warrant), at=at)
        return
    risk = out.entity(f"{person.id}-risk-{index}", "Risk")
    risk.say("entity", person.id, at=at)
    risk.say("authority", "INTERPOL", at=at)
    risk.say("program", "Red notice" if red else "Notice", at=at)
    risk.say("country", _text(warrant.get("issuing_country_id")), at=f"{at}/issuing_country_id")
    if red:
        risk.say("topics", "wanted", at=at)
    for field in ("charge", "charge_translation"):
        text = _text(warrant.get(field))
        risk.say("reason", text, at=f"{at}/{field}", lang="eng" if field == "charge_translation" else None)
        person.say("notes", text, at=f"{at}/{field}", lang="eng" if field == "charge_translation" else None)
    for field in sorted(warrant.keys() - {"charge", "charge_translation", "issuing_country_id"}):
        risk.say("summary", f"{field}: {warrant[field]}" if warrant[field] else None, at=f"{at}/{field}")


def _linked(value: dict[str, Any]) -> str:
    """The colour that the links of a notice or a page tell, or that the notice itself names."""
    named = _text(value.get("colour"))
    return named.casefold() if named else _colour_of(str(value.get("_links") or ""))


def _colour_of(text: str) -> str:
    match = _COLOUR.search(text) or re.search(r"(?:^|[^a-z])(red|yellow|black)[-_ ]?notices?", text)
    return match[1].casefold() if match else ""


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None if isinstance(value, (str, int, float)) else None


def _several(value: Any, *, whole: bool = False) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if one] if whole else [text for one in values if (text := _text(one))]


READER = Interpol()
