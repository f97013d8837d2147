"""Names in comparable form: any script to Latin, particles and titles taken out, organisation forms set aside, sounds as consonants.

Analysed once per distinct name; comparing is then a matter of arrays.  Pure functions only.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import icu
import yaml
from rigour.names import extract_org_types, remove_org_prefixes, remove_org_types, remove_person_prefixes

Kind = Literal["person", "organization", "thing", "any"]

MAX_TOKENS = 12
MAX_LETTERS = 24

_APOSTROPHES = re.compile(r"['`´‘’ʻʼʽʾʿˈ＇]")
#: Written together with the word in Arabic script.
_ARABIC_ARTICLE = re.compile(r"(?<!\w)ال(?=\w{2})")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_QUOTED = re.compile(r"[\"“”«»„]")

_PARTICLES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "data" / "name_particles.yaml").read_text(encoding="utf-8"))
_TITLES, _FILIATION, _ARTICLES, _SERVANT, _FATHER, _SMALL_WORDS, _INCORPORATED = (
    frozenset(_PARTICLES[name]) for name in ("titles", "filiation", "articles", "servant", "father", "small_words", "incorporated")
)
#: The article before a sun letter takes its sound: as-Sudani, ash-Shami, an-Nasr.
_ASSIMILATED = re.compile(r"[aeiu](t|th|d|dh|r|z|s|sh|n)")
_SERVANT_JOINED = re.compile(r"^abd(?:[aeiou]{1,2}l|[aeiou]{1,2}(?=([rsdnztj])\1)\w)(?=\w{3})")
_ABBREVIATIONS: dict[str, str] = _PARTICLES["abbreviations"]
_BRACKETED = re.compile(r"\(([A-Z]{2,6})\)")
_NUMERAL = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8"}
_NUMERALS = re.compile(rf"\b(?:{'|'.join(_NUMERAL)})\b")

_DIGRAPHS = [
    ("sch", "S"),
    ("ch", "S"),
    ("sh", "S"),
    ("kh", "h"),
    ("gh", "g"),
    ("dh", "d"),
    ("th", "t"),
    ("ph", "f"),
    ("zh", "z"),
    ("ts", "s"),
    ("tz", "s"),
    ("ck", "k"),
    ("dj", "j"),
    ("ks", "x"),
]
_SOUNDS = str.maketrans(
    {
        "c": "k",
        "q": "k",
        "z": "s",
        "v": "f",
        "w": None,
        "y": None,
        "a": None,
        "e": None,
        "i": None,
        "o": None,
        "u": None,
        "p": "b",
        "x": "k",
    }
)
_DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class NameForm:
    """A name, ready to compare: its tokens in the order written, the consonants of each, and the legal form if it is an organisation's."""

    tokens: tuple[str, ...]
    skeletons: tuple[str, ...]
    legal_form: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """The same for every order of the parts."""
        return tuple(sorted(self.tokens))


@cache
def _transliterator() -> icu.Transliterator:
    return icu.Transliterator.createInstance("Any-Latin; NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower")


def romanize(text: str) -> str:
    """The text in plain lower-case Latin letters, whatever its script (ICU); digits and separators are kept."""
    text = unicodedata.normalize("NFKC", text)
    if not text.isascii():
        text = _ARABIC_ARTICLE.sub("", text)
        text = str(_transliterator().transliterate(text))
    return _APOSTROPHES.sub("", text).lower()


@lru_cache(maxsize=200_000)
def skeleton(token: str) -> str:
    """The consonants of a token, one sign for those that transliterations confuse: Mohammed, Muhamad and محمد are all `mhmd`."""
    if token.isdigit():
        return token
    for written, sound in _DIGRAPHS:
        token = token.replace(written, sound)
    return _DOUBLED.sub(r"\1", token.translate(_SOUNDS).lower())


def analyze(name: str, kind: Kind = "any") -> NameForm:
    """The comparable form of a name of a person, an organisation, a thing (a ship), or of something of which only the name is known."""
    plain = _QUOTED.sub(" ", _without_acronym(unicodedata.normalize("NFKC", name))).lower()
    legal_form = ""
    if kind in ("organization", "thing"):
        plain = _NUMERALS.sub(lambda numeral: _NUMERAL[numeral[0]], plain)
    if kind in ("organization", "any"):
        plain, legal_form = _without_legal_form(plain)
    if kind in ("person", "any"):
        plain = _natural_order(remove_person_prefixes(plain) or plain)
    words = [word for word in _SEPARATORS.split(romanize(plain)) if word]
    tokens = _person(words) if kind in ("person", "any") else _organization(words)
    tokens = [token[:MAX_LETTERS] for token in (tokens or words)][:MAX_TOKENS]
    return NameForm(tuple(tokens), tuple(skeleton(token) for token in tokens), legal_form)


def _natural_order(plain: str) -> str:
    """First names first: "Rahman, Abdul" is Abdul Rahman."""
    family, comma, given = plain.partition(",")
    return f"{given} {family}" if comma and given.strip() and "," not in given else plain


def _without_acronym(name: str) -> str:
    """The name without its own acronym in brackets: "Shahid Hemmat Industrial Group (SHIG)"."""
    found = _BRACKETED.search(name)
    if not found:
        return name
    rest = (name[: found.start()] + name[found.end() :]).strip()
    letters = iter(rest.lower())
    return rest if rest and all(letter in letters for letter in found[1].lower()) else name


def _without_legal_form(plain: str) -> tuple[str, str]:
    """The name without "Ltd", "GmbH", "ООО", and that form in a generic spelling."""
    found = extract_org_types(plain, generic=True)
    rest = remove_org_prefixes(remove_org_types(plain)) if found else remove_org_prefixes(plain)
    if not any(letter.isalnum() for letter in rest):
        return plain, ""
    return rest, found[0][1] if found else ""


def _person(words: list[str]) -> list[str]:
    joined = _join_particles(words)
    kept = [word for word in joined if word not in _FILIATION]
    bare = [word for word in kept if word not in _TITLES]
    return bare or kept


def _organization(words: list[str]) -> list[str]:
    told = [_ABBREVIATIONS.get(word, word) for word in _join_particles(words) if word not in _SMALL_WORDS]
    return [word for word in told if word not in _INCORPORATED] or told


def _join_particles(words: list[str]) -> list[str]:
    """Articles out; Abd al-Rahman, Abdul Rahman and Abdurrahman one token; Abu Bakr and Abubakr one token."""
    found: list[str] = []
    pending = ""
    last = len(words) - 1
    for place, word in enumerate(words):
        following = words[place + 1] if place < last else ""
        if following and (word in _ARTICLES or _is_assimilated(word, following)):
            continue
        if following and not pending and word in _SERVANT:
            pending = "abd"
        elif following and not pending and word in _FATHER:
            pending = "abu"
        elif pending:
            found.append(_SERVANT_JOINED.sub("abd", pending + word))
            pending = ""
        else:
            found.append(_SERVANT_JOINED.sub("abd", word))
    return found


def _is_assimilated(word: str, following: str) -> bool:
    sound = _ASSIMILATED.fullmatch(word)
    return bool(sound) and following.startswith(sound[1])  # type: ignore[index]
