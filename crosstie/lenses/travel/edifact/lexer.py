"""Segments of UN/EDIFACT interchanges, in flat memory, at a place in the file that can be found again.

Source: ISO 9735 (1988, 2002) for the service characters; what real traffic does otherwise is read all the same: lines broken within a segment, control
characters around it, a service string advice of five characters or none, other separators than those announced, text between interchanges.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO, NamedTuple

_CHUNK = 1 << 20
#: no segment comes near; a file without any terminator is none
MAX_SEGMENT = 1 << 18
_SPACE = " \t\r\n\f\v\0\x01\x02\x03\x04\x0c\x1a\x1c\x1d\x1e\x1f"
_BREAK = re.compile(r"[ \t]*[\r\n]+[ \t]*")
#: lines that were cut at a width are put together as they were; shorter ones were broken between words
_WIDTH = 55
_ENVELOPE = re.compile(r"UN[BGH]", re.IGNORECASE)
#: where an interchange begins behind text that is none
_START = re.compile(r"(?:\A|(?<=[\s'\x00-\x1f]))(?:UNA[^\w\s]{2}|UNB[^\w\s])")


class Segment(NamedTuple):
    """A segment: the byte at which it begins, its tag, and its text with the tag, on one line and still with its marks."""

    offset: int
    tag: str
    text: str


@dataclass(frozen=True, slots=True)
class Marks:
    """The service characters of an interchange."""

    component: str = ":"
    element: str = "+"
    release: str = "?"
    terminator: str = "'"

    def elements(self, text: str) -> list[str]:
        """The elements of a segment, the tag first; released marks stay as they are until `components` or `plain` takes them."""
        if self.release not in text:
            return text.split(self.element)
        return _split(text, self.element, self.release)

    def components(self, element: str) -> list[str]:
        """The components of an element, with what was released."""
        if self.release not in element:
            return element.split(self.component)
        return [self.plain(part) for part in _split(element, self.component, self.release)]

    def plain(self, text: str) -> str:
        """A text without release characters."""
        if self.release not in text:
            return text
        out, released = [], False
        for letter in text:
            if letter == self.release and not released:
                released = True
                continue
            out.append(letter)
            released = False
        return "".join(out)


def _split(text: str, mark: str, release: str) -> list[str]:
    parts: list[str] = []
    held = ""
    for part in text.split(mark):
        held += part
        if (len(held) - len(held.rstrip(release))) % 2:
            held += mark
            continue
        parts.append(held)
        held = ""
    return [*parts, held] if held else parts


class Lexer:
    """The segments of a stream, one after another. `marks` are those of the interchange that is being read."""

    def __init__(self, stream: BinaryIO) -> None:
        self.marks = Marks()
        #: pieces of text that are no segments: where, what is wrong, and how they begin
        self.noise: list[tuple[int, str, str]] = []
        self._stream = stream
        self._at = 0
        #: tags that were met and need no closer look
        self._common: set[str] = set()

    def segments(self) -> Iterator[Segment]:
        """All segments. What stands between is in `noise`, for the caller to take out and report."""
        held, more = "", True
        while more:
            chunk = self._stream.read(_CHUNK)
            more = bool(chunk)
            # one character for one byte, so that places can be told; other encodings are made good where there is a letter of them
            held += chunk.decode("latin-1")
            held = yield from self._cut(held, more)
            if len(held) > MAX_SEGMENT and more:
                self.noise.append((self._at, f"no end of a segment within {MAX_SEGMENT} bytes", held[:60]))
                self._at += len(held)
                held = ""

    def _cut(self, text: str, more: bool) -> Generator[Segment, None, str]:
        """Segments of a piece of the file; gives back what waits for the next piece."""
        while True:
            if (start := self._advice(text, more)) is None:
                return text
            text = text[start:]
            self._at += start
            parts = text.split(self.marks.terminator)
            release, mark, plain, last = self.marks.release, self.marks.element, text.isascii(), len(parts) - 1
            at, number = self._at, 0
            again = False
            while number <= last:
                part = parts[number]
                while part.endswith(release) and number < last and (len(part) - len(part.rstrip(release))) % 2:
                    number += 1
                    part += self.marks.terminator + parts[number]
                if number >= last and more:
                    self._at = at
                    return part
                body = part.strip(_SPACE)
                tag = body[:3]
                if tag in self._common and plain and body[3:4] == mark and "\n" not in body and "\r" not in body:
                    yield Segment(at + part.index(body[0]), tag, body)
                    at += len(part) + 1
                    number += 1
                    continue
                if tag in ("UNA", "UNB", "una", "unb") and at != self._at:
                    text = self.marks.terminator.join([part, *parts[number + 1 :]])
                    self._at, again = at, True
                    break
                if body:
                    segment = self._segment(at + (len(part) - len(part.lstrip(_SPACE))), body)
                    if segment is not None:
                        yield segment
                at += len(part) + 1
                number += 1
            if not again:
                self._at = at
                return ""

    def _advice(self, text: str, more: bool) -> int | None:
        """How much of the text stands before the first segment, the marks set by what is announced there; None where more has to be read."""
        lead = len(text) - len(text.lstrip(_SPACE))
        head = text[lead : lead + 200]
        if len(head) < 40 and more:
            return None
        kind = head[:3].upper()
        if kind == "UNA":
            return lead + self._announced(head)
        if kind == "UNB" and len(head) > 9:
            self._guessed(head, text)
        elif self._at == 0 and (found := _START.search(text, lead)):
            self.noise.append((0, "text before the first interchange", text[lead : found.start()]))
            return self._moved(text, found.start(), more)
        return lead

    def _moved(self, text: str, start: int, more: bool) -> int | None:
        self._at += start
        found = self._advice(text[start:], more)
        self._at -= start
        return None if found is None else start + found

    def _announced(self, head: str) -> int:
        """Take the marks of a service string advice; its length. Some leave out one of the six characters, the mark of decimals."""
        found = _ENVELOPE.search(head, 3)
        given = head[3 : found.start() if found else 9]
        solid = given.rstrip(_SPACE)
        if len(solid) == 5 or (len(given) > 5 and given[5] in _SPACE and len(solid) < 6):
            component, element, release, terminator = solid[0], solid[1], solid[-3], solid[-1]
            length = 3 + len(solid)
        else:
            component, element, release, terminator = given[0], given[1], given[3], given[5]
            length = 9
        self.marks = Marks(component, element, release if release not in _SPACE else "\x00", terminator)
        return length

    def _guessed(self, head: str, text: str) -> None:
        """The marks of an interchange without advice, as far as its first segment shows them; where no terminator comes, the line's end is one."""
        if self._at and head[3] == self.marks.element and head[8:9] == self.marks.component:
            return
        if head[3] == "+" and head[8:9] == ":":
            self.marks = Marks()
        elif not head[3].isalnum():
            self.marks = Marks(component=head[8] if not head[8].isalnum() else ":", element=head[3])
        if self.marks.terminator not in text[:20_000] and "\n" in text[:20_000]:
            self.marks = Marks(self.marks.component, self.marks.element, self.marks.release, "\n")

    def _segment(self, offset: int, body: str) -> Segment | None:
        if "\n" in body or "\r" in body:
            if body[:3].upper() == "UNZ":  # whatever stands behind the last segment of a file belongs to nobody
                first = body.splitlines()[0].rstrip()
                self.noise.append((offset + len(first), "text behind the last interchange", body[len(first) :].strip()))
                body = first
            body = _joined(body)
        if not body.isascii():
            body = _decoded(body)
        mark = self.marks.element
        tag = body.partition(mark)[0].strip().upper() if mark in body else body[:3].upper()
        if len(tag) != 3 or not tag.isalnum() or not tag[0].isalpha():
            self.noise.append((offset, "no segment", body[:60]))
            return None
        if not tag.startswith("UN"):
            self._common.add(tag)
        return Segment(offset, tag, body)


def _joined(body: str) -> str:
    """A segment of several lines on one."""
    lines = _BREAK.split(body)
    out = lines[0]
    for before, line in pairwise(lines):
        out += line if len(before) >= _WIDTH else f" {line}"
    return out


def _decoded(body: str) -> str:
    """Letters beyond ASCII: UTF-8 where it is that, else Windows-1252."""
    raw = body.encode("latin-1")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
