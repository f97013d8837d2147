"""Names in comparable form: any script to Latin, particles and titles taken out, organisation forms set aside, sounds as consonants.

The form of one name; `crosstie.resolve.names.bulk` makes the same of millions. Pure functions only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from crosstie.resolve.names import letters, particles
from crosstie.resolve.names.legal import without_legal_form
from crosstie.resolve.names.letters import HAN, HANGUL
from crosstie.resolve.names.particles import (
    ALLAH,
    ARTICLE,
    DIN,
    FATHER,
    FILIATION,
    INCORPORATED,
    MAYBE_NAME,
    MAYBE_TITLE,
    PATRONYMIC,
    PREFIX,
    SERVANT,
    SMALL,
    SON_AFTER,
    SON_OF,
    TITLE,
)
from crosstie.resolve.names.readings import FOREIGN, PERSON, THING, Word, is_foreign, words_of

Kind = Literal["person", "organization", "thing", "any"]

MAX_TOKENS = 12
MAX_LETTERS = 24

#: Part types of tokens.
UNKNOWN, GIVEN, FAMILY, FATHERS, OTHER_PART = range(5)

_QUOTED = re.compile(r"[\"“”«»„]")
_BRACKETED = re.compile(r"\(([A-Z]{2,6})\)")
#: A written word: letters, digits and marks, with the apostrophes within.
_WORD = re.compile(r"(?:[^\W_]|['`´‘’ʻʼʽʾʿˈʹʺ＇′\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff\u0e31-\u0e4e])+|,")

#: Letters that are one sound, in the order in which they are looked for.
DIGRAPHS = [
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
#: Letters that sound alike, or not at all.
SOUNDS = str.maketrans({"c": "k", "q": "k", "z": "s", "v": "f", "p": "b", "x": "k"} | dict.fromkeys("wyaeiou"))
_DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class NameForm:
    """A name, ready to compare: its tokens in the order written, the consonants of each, and the legal form if it is an organisation's.

    `variants` are other likely readings of each token, `parts` its part type (0 unknown, 1 given, 2 family, 3 patronymic, 4 other) and
    `scripts` what it was written in (see crosstie.resolve.names.letters.SCRIPTS).
    """

    tokens: tuple[str, ...]
    skeletons: tuple[str, ...]
    legal_form: str = ""
    variants: tuple[tuple[str, ...], ...] = ()
    parts: tuple[int, ...] = ()
    scripts: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """The same for every order of the parts."""
        return tuple(sorted(self.tokens))


class Piece(NamedTuple):
    """A Latin word of a name with what is known of it."""

    word: Word
    roles: int
    part: int
    script: int
    joined: bool = False


def romanize(text: str) -> str:
    """The text in plain lower-case Latin letters, whatever its script; digits and separators are kept."""
    text = letters.clean(text)
    spelled = _WORD.sub(lambda found: " ".join(word[0] for word in words_of(found[0])) if found[0] != "," else ",", text)
    return letters.fold_marks(spelled).lower()


@lru_cache(maxsize=200_000)
def skeleton(token: str) -> str:
    """The consonants of a token, one sign for those that transliterations confuse: Mohammed, Muhamad and محمد are all `mhmd`."""
    if token.isdigit():
        return token
    for written, sound in DIGRAPHS:
        if written in token:
            token = token.replace(written, sound)
    return _DOUBLED.sub(r"\1", token.translate(SOUNDS).lower())


def analyze(name: str, kind: Kind = "any") -> NameForm:
    """The comparable form of a name of a person, an organisation, a thing (a ship), or of something of which only the name is known."""
    plain, legal_form = prepare(name, kind)
    person = kind in ("person", "any")
    pieces = _pieces(plain, person)
    kept = (_person(pieces) if person else _organization(pieces, kind)) or pieces
    kept = kept[:MAX_TOKENS]
    tokens = tuple(piece.word[0][:MAX_LETTERS] for piece in kept)
    return NameForm(
        tokens,
        tuple(skeleton(token) for token in tokens),
        legal_form,
        tuple(
            tuple(dict.fromkeys(reading[:MAX_LETTERS] for reading in piece.word[1:] if reading[:MAX_LETTERS] != token))
            for piece, token in zip(kept, tokens, strict=True)
        ),
        tuple(piece.part for piece in kept),
        tuple(piece.script for piece in kept),
    )


def prepare(name: str, kind: Kind) -> tuple[str, str]:
    """The name cleaned, without quotes, its own acronym and its legal form; and that form."""
    plain = _QUOTED.sub(" ", without_acronym(letters.clean(name)))
    return without_legal_form(plain) if kind in ("organization", "any") else (plain, "")


def without_acronym(name: str) -> str:
    """The name without its own acronym in brackets: "Shahid Hemmat Industrial Group (SHIG)"."""
    found = _BRACKETED.search(name) if "(" in name else None
    if not found:
        return name
    rest = (name[: found.start()] + name[found.end() :]).strip()
    signs = iter(rest.lower())
    return rest if rest and all(sign in signs for sign in found[1].lower()) else name


def written_words(plain: str) -> list[str]:
    """The written words of a cleaned name, and its commas."""
    return _WORD.findall(plain)


def _pieces(plain: str, person: bool) -> list[Piece]:
    """The Latin words of a name, first names first, with the parts that its order or its capitals tell."""
    written = written_words(plain)
    comma = written.index(",") if person and written.count(",") == 1 else -1
    inverted = 0 < comma < len(written) - 1
    if inverted:
        parts = [GIVEN] * (len(written) - comma - 1) + [FAMILY] * comma
        written = written[comma + 1 :] + written[:comma]
    else:
        written = [word for word in written if word != ","]
        parts = capitals(written) if person else [UNKNOWN] * len(written)
    whose = (FOREIGN if is_foreign(plain) else PERSON) if person else THING
    found: list[Piece] = []
    for word, part in zip(written, parts, strict=True):
        words = words_of(word, whose)
        script = max(letters.scripts(word), default=0)
        eastern = person and len(words) == 2 and script in (HAN, HANGUL)
        for place, latin in enumerate(words):
            found.append(Piece(latin, particles.roles(latin[0]), (FAMILY, GIVEN)[place] if eastern else part, script))
    return found


def capitals(written: list[str]) -> list[int]:
    """Parts told by capitals: "Jean DUPONT"."""
    large = [len(word) > 1 and word.isupper() for word in written]
    told = any(large) and any(word[:1].isupper() and not word.isupper() for word in written if len(word) > 1)
    return [(FAMILY if big else GIVEN) if told and len(word) > 1 else UNKNOWN for word, big in zip(written, large, strict=True)]


def _person(pieces: list[Piece]) -> list[Piece]:
    head = 0
    while head < len(pieces) - 1 and pieces[head].roles & PREFIX:
        head += 1
    found = _join(pieces[head:])
    kept: list[Piece] = []
    after = 0
    for place, piece in enumerate(found):
        if piece.roles & FILIATION and not (place == 0 and piece.roles & MAYBE_NAME and len(found) > 1):
            if piece.roles & SON_AFTER and kept:
                kept[-1] = kept[-1]._replace(part=FATHERS)
            after = piece.roles & SON_OF
            continue
        if after or piece.roles & PATRONYMIC:
            piece = piece._replace(part=FATHERS)
        after = 0
        kept.append(piece)
    bare = [piece for piece in kept if not piece.roles & TITLE]
    sure = [piece for piece in bare if not piece.roles & MAYBE_TITLE]
    return (sure if len(sure) > 1 else bare) or kept


def _organization(pieces: list[Piece], kind: Kind) -> list[Piece]:
    told = [_written_out(piece) for piece in _join(pieces) if not piece.roles & SMALL]
    return [piece for piece in told if not piece.roles & INCORPORATED] or told


def _written_out(piece: Piece) -> Piece:
    word = "" if piece.joined else particles.written_out(piece.word[0])
    return piece._replace(word=(word,), roles=particles.roles(word)) if word else piece


def _join(pieces: list[Piece]) -> list[Piece]:
    """Articles out; Abd al-Rahman, Abdul Rahman and Abdurrahman one token; Abu Bakr and Abubakr one; so X Allah and X al-Din."""
    found: list[Piece] = []
    pending = ""
    article = ended = False
    for place, piece in enumerate(pieces):
        following = pieces[place + 1] if place + 1 < len(pieces) else None
        word, role = piece.word[0], piece.roles
        sound = particles.assimilated(word) if following else ""
        if following and (role & ARTICLE or (sound and following.word[0].startswith(sound))):
            article = True
            continue
        if following and not pending and role & SERVANT:
            pending = "abd"
        elif following and not pending and role & FATHER:
            pending = "abu"
        elif pending:
            part = OTHER_PART if pending == "abu" else piece.part
            found.append(Piece(_each(piece.word, pending, ""), 0, part, piece.script, joined=True))
            pending = ""
        elif (
            found
            and not ended
            and not found[-1].roles & (FILIATION | TITLE)
            and (role & ALLAH or (role & DIN and (article or piece.script)))
        ):
            found[-1] = found[-1]._replace(word=_each(found[-1].word, "", "lah" if role & ALLAH else "din"), roles=0, joined=True)
            ended = True
            article = False
            continue
        else:
            part = FAMILY if article and following is None and found and not piece.part else piece.part
            found.append(piece._replace(word=_each(piece.word, "", ""), part=part))
        article = ended = False
    return found


def _each(word: Word, before: str, after: str) -> Word:
    return tuple(dict.fromkeys(particles.joined(before + reading + after) for reading in word))
