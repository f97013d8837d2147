"""Sentences, references and names as the free text of lists holds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

#: reference numbers of the Security Council's lists since 2014: list, i for an individual or e for an entity, number; then those of the Al-Qaida
#: and Taliban lists before, such as QE.A.146.14: the number stayed when the form changed (349 of 356 that the United Kingdom cites on
#: 2018-04-13 lead to a party of the same name; the others were delisted or cite a group for a person)
_REFERENCE = re.compile(r"[A-Z](?:([A-Z][ie])\.\s?(\d{3})|([IE])\.[A-Z]\.(\d{1,3})\.\d\d)(?!\d)")
_OLD_LISTS = {"Q": "QD", "T": "TA"}
_ABBREVIATED = frozenset(
    (
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "no",
        "nos",
        "mr",
        "mrs",
        "ms",
        "dr",
        "gen",
        "col",
        "lt",
        "maj",
        "capt",
        "brig",
        "sgt",
        "st",
        "approx",
        "ca",
        "cf",
        "vs",
        "art",
        "para",
        "paras",
        "p",
        "pp",
        "tel",
        "al",
        "inc",
        "co",
        "corp",
        "ltd",
        "jr",
        "sr",
        "ref",
        "dob",
        "pob",
        "e.g",
        "i.e",
        "a.k.a",
        "f.k.a",
        "u.s",
        "u.n",
    )
)
_END = re.compile(r"[.!?][”’\"')\]]*\s+(?=[“‘\"'(\[]?[A-Z0-9])|\n\s*\n")
_WORD_BEFORE = re.compile(r"([\w.]+)$")
_LISTED = re.compile(r"(?:^|[\s;,])\(?[a-z]\)\s+|(?:^|[\s;,])\(?\d{1,2}[).]\s+(?=\D)|;\s+|;$")
_NUMBERED_START = re.compile(r"\s*\(?(?:1|a)[).]\s*\D|\s*\((?:1|a|i)\)")
_NUMBER = re.compile(r"(?:^|(?<=[\s,;.)]))\(?(?:\d{1,2}|[a-z]|i{1,3}|iv|v)\)\s*")
#: what makes a cell hold more than one name, or more than a name
_COMPOUND = re.compile(r"[;()（）]|\d[.)]")
#: the letters of a number that stand apart from its figures, and words that look like such
_SERIES = re.compile(r"[A-Z]{1,3}(?:-[A-Z]{1,2})?-?")
_LABELS = frozenset(("SSN", "NO", "ID", "NI", "NIF", "DNI"))
_BRACKET = re.compile(r"[(（]([^()（）]*)[)）]?")
_SCRIPT_NOTE = re.compile(
    r"(?:in\s+|original\s+)?(?:arabic|cyrillic|original|chinese|korean|persian|dari|pashto|urdu|russian)?\s*(?:script)?\s*:\s*",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"\d|\b(?:born|birth name|combat name|passport|third|deceased|listed|identity|original script|nom de guerre)\b", re.IGNORECASE
)
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1cff\u2e80-\ud7ff\uf900-\ufaff\ufb1d-\ufdff\ufe70-\ufeff]")


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around a span begins and ends, in characters of the text."""
    begin, finish = 0, len(text)
    for last, following in _borders(text):
        if following <= start:
            begin = following
        elif last >= end:
            finish = last
            break
    return begin + len(text[begin:finish]) - len(text[begin:finish].lstrip()), finish


@lru_cache(maxsize=64)
def _borders(text: str) -> tuple[tuple[int, int], ...]:
    """Where each sentence of a text ends and the next begins."""
    return tuple(
        (match.start() + len(match[0].rstrip()), match.end())
        for match in _END.finditer(text)
        if text[match.start()] != "." or not _is_abbreviation(text, match.start())
    )


def references(text: str) -> list[tuple[str, int, int]]:
    """The reference numbers of the Security Council's lists in a text, in their present form, each with its span, in order."""
    found = []
    for match in _REFERENCE.finditer(text):
        start, first = match.start(), match[0][0]
        if start and (text[start - 1].isalpha() or text[start - 1] == "."):
            continue
        if match[1]:
            found.append((f"{first}{match[1]}.{match[2]}", start, match.end()))
        elif first in _OLD_LISTS:
            found.append((f"{_OLD_LISTS[first]}{match[3].lower()}.{int(match[4]):03}", start, match.end()))
    return found


def numbered(text: str) -> list[str]:
    """The pieces of a cell such as “1) Saudi Arabia 2) Qatar” or “(a) ... (b) ...”; the whole cell where it is not numbered from the start."""
    if not _NUMBERED_START.match(text):
        return [text] if text.strip() else []
    return [piece for one in _NUMBER.split(text) if (piece := one.strip(" ,;.") if one.strip(" ,;.") else "")]


def names_in(text: str) -> list[str]:
    """The names that one cell holds: parted by `; ` or `a) ... b) ...`, a name in another script in brackets taken apart, remarks left out."""
    if not _COMPOUND.search(text):
        return [name] if len(name := " ".join(text.split()).strip(" ,:")) > 1 else []
    found: list[str] = []
    for piece in _apart(text):
        for name in _of_piece(piece):
            name = " ".join(name.split()).strip(" ,;:")
            if len(name) > 1 and name not in found:
                found.append(name)
    return found


def other_script(text: str) -> bool:
    """Whether the text holds letters beyond Latin ones."""
    return _OTHER_SCRIPT.search(text) is not None


def number_in(text: str) -> str:
    """The number in a text such as “CAR diplomatic passport no. D00000898” or “381110042 (expired 25 Jan. 2016)”; "" where there is none."""
    tokens = _BRACKET.sub(" ", text).replace("N°", " ").split()
    for position, token in enumerate(tokens):
        if any(letter.isdigit() for letter in token):
            before = tokens[position - 1] if position else ""
            first = position - 1 if before not in _LABELS and _SERIES.fullmatch(before) else position
            last = position + 1
            while last < len(tokens) and re.fullmatch(r"[\d/-]+[A-Z]?[,.;]?", tokens[last]) and not tokens[last - 1].endswith((",", ";")):
                last += 1
            return " ".join(tokens[first:last]).strip(" .,;:")
    return ""


def _is_abbreviation(text: str, dot: int) -> bool:
    match = _WORD_BEFORE.search(text, max(0, dot - 12), dot)
    if match is None:
        return False
    word = match[1].casefold()
    return word in _ABBREVIATED or (len(word) == 1 and match[1].isupper())


def _apart(text: str) -> Iterator[str]:
    """Pieces at separators outside brackets."""
    depth, start = 0, 0
    cuts = {match.start(): match.end() for match in _LISTED.finditer(text)}
    position = 0
    while position < len(text):
        if depth == 0 and position in cuts:
            yield text[start:position]
            start = position = max(cuts[position], position + 1)
            continue
        depth = max(0, depth + (text[position] in "(（") - (text[position] in ")）"))
        position += 1
    yield text[start:]


def _of_piece(piece: str) -> Iterator[str]:
    inner = [match[1] for match in _BRACKET.finditer(piece)]
    outer = _BRACKET.sub(" ", piece)
    if not outer.strip(" ()"):
        yield _SCRIPT_NOTE.sub("", " ".join(inner))
        return
    scripts = other_script(outer)
    apart = [text for text in inner if other_script(text) != scripts]
    if apart or any(_REMARK.search(text) for text in inner):
        yield outer.replace(")", " ")
        for text in apart:
            yield from _SCRIPT_NOTE.sub("", text).split(";")
    elif not inner:
        yield piece.replace(")", " ") if piece.count(")") > piece.count("(") else piece
    else:
        yield piece
