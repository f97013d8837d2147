"""Interchanges, groups and messages: who sends what, and whether as many things came as are announced.

Nothing wrong in one message costs another: what is off is rejected at its segment, and reading goes on with the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from crosstie.clock import now
from crosstie.errors import DamagedFile
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.encoding import note
from crosstie.ingest.reader import Original
from crosstie.lenses.travel.edifact.lexer import Lexer, Marks, Segment
from crosstie.lenses.travel.edifact.moments import day


@dataclass
class Header:
    """What is known of a message before it begins: its number in the file, type and release (`02B`), sender, and the day of the interchange."""

    number: int
    kind: str
    release: str
    sender: str
    sent: str
    marks: Marks
    reference: str = ""

    @property
    def year(self) -> int:
        """The year against which two figures are read."""
        return int(self.sent[:4])


#: segments that are not of a message
_SERVICE = frozenset({"UNH", "UNT", "UNB", "UNZ", "UNE"})


class Handler(Protocol):
    """Takes the segments of messages of one type."""

    def begin(self, header: Header) -> None:
        """A message begins."""
        ...

    def take(self, number: int, segment: Segment) -> None:
        """The next segment; UNH is number 1. ValueError says what is wrong with it: it is then rejected, and the message goes on."""
        ...

    def end(self) -> None:
        """The message is over."""
        ...


@dataclass
class _State:
    """Where in the file the reader is."""

    interchange: int = 0
    sender: str = ""
    sent: str = ""
    reference: str = ""
    first: str = ""
    groups: int = 0
    in_group: int = 0
    messages: int = 0
    total: int = 0
    number: int = 0
    header: Header | None = None
    handler: Handler | None = None
    open_interchange: bool = False
    strange: dict[str, int] = field(default_factory=dict)


class Reading:
    """One file of interchanges, read segment by segment."""

    def __init__(self, original: Original, out: Emitter, handlers: Mapping[str, Handler]) -> None:
        self._original, self._out, self._handlers = original, out, handlers
        self._at = _State(sent=now().date().isoformat())

    def run(self) -> str:
        """Read it all; the sender, day and reference of the first interchange, which name the series. DamagedFile where there is no message at all."""
        with self._original.open() as stream:
            lexer = Lexer(stream)
            for segment in lexer.segments():
                if lexer.noise:
                    self._noise(lexer)
                self._segment(segment, lexer.marks)
            self._noise(lexer)
        if self._at.header is not None:
            self._close("the file ends before UNT")
        if self._at.open_interchange:
            note(self._out, "file", f"note: interchange {self._at.interchange} has no end (UNZ): the file may be cut short")
        if not self._at.total:
            raise DamagedFile(f"{self._original.name}: no message (UNH) in the file")
        return self._at.first

    def _noise(self, lexer: Lexer) -> None:
        for offset, reason, text in lexer.noise:
            note(self._out, f"byte {offset}", f"note: {reason}", text)
        lexer.noise.clear()

    def _segment(self, segment: Segment, marks: Marks) -> None:
        at = self._at
        tag = segment.tag
        if at.header is not None and tag not in _SERVICE:
            at.number += 1
            if at.handler is not None:
                try:
                    at.handler.take(at.number, segment)
                except ValueError as error:
                    self._reject(segment, str(error))
            return
        given = marks.elements(segment.text) + [""] * 6
        if tag == "UNH":
            self._message(given, marks)
        elif tag == "UNT":
            self._ended(segment, given)
        elif tag == "UNB":
            self._interchange(given, marks)
        elif tag == "UNG":
            at.groups, at.in_group = at.groups + 1, 0
        elif tag == "UNE":
            self._close("UNE comes before UNT") if at.header is not None else None
            self._counted(segment, "UNE", given[1], at.in_group)
        elif tag == "UNZ":
            self._close("UNZ comes before UNT") if at.header is not None else None
            if given[1].strip() not in (str(at.groups), str(at.messages)):
                self._counted(segment, "UNZ", given[1], at.groups or at.messages)
            at.open_interchange = False
        else:
            note(self._out, f"byte {segment.offset}", f"{tag} stands outside a message", segment.text)

    def _interchange(self, given: list[str], marks: Marks) -> None:
        at = self._at
        if at.header is not None:
            self._close("a new interchange begins before UNT")
        if at.open_interchange:
            note(self._out, f"interchange[{at.interchange}]", "note: it has no end (UNZ)")
        at.interchange += 1
        at.groups = at.in_group = at.messages = 0
        at.open_interchange = True
        at.sender = marks.components(given[2])[0].strip()
        stamp = marks.components(given[4])[0].strip()
        at.sent = day(stamp, now().year) or at.sent
        at.reference = marks.plain(given[5]).strip()
        at.first = at.first or "-".join(part for part in (at.sender, at.sent, at.reference) if part)

    def _message(self, given: list[str], marks: Marks) -> None:
        at = self._at
        if at.header is not None:
            self._close("the next message begins before UNT")
        kind = marks.components(given[2]) + [""] * 4
        at.total, at.messages, at.in_group, at.number = at.total + 1, at.messages + 1, at.in_group + 1, 1
        release = f"{kind[1]}{kind[2]}" if kind[0] == "PNRGOV" else kind[2]
        if kind[0] == "PNRGOV":
            release = f"{kind[1]}.{kind[2]}"
        at.header = Header(at.total, kind[0].upper().strip(), release, at.sender, at.sent, marks, given[1].strip())
        at.handler = self._handlers.get(at.header.kind)
        if at.handler is None:
            self._out.record(f"message[{at.total}]")
            self._out.reject(
                f"a message of the type {kind[0] or '(none)'} is not read here", marks.element.join(given).rstrip(marks.element)
            )
        else:
            at.handler.begin(at.header)

    def _ended(self, segment: Segment, given: list[str]) -> None:
        at = self._at
        if at.header is None:
            note(self._out, f"byte {segment.offset}", "UNT without a message", segment.text)
            return
        at.number += 1
        said, reference = given[1].strip(), given[2].strip()
        if said.isdigit() and int(said) != at.number:
            self._reject(segment, f"note: UNT says {said} segments, {at.number} were read")
        elif not said.isdigit():
            self._reject(segment, "note: UNT does not say how many segments there are")
        if reference and at.header.reference and reference != at.header.reference:
            self._reject(segment, f"note: UNT ends the message {reference}, {at.header.reference} had begun")
        self._close()

    def _counted(self, segment: Segment, tag: str, said: str, found: int) -> None:
        if said.strip().isdigit() and int(said) != found:
            note(
                self._out, f"byte {segment.offset}", f"note: {tag} says {said.strip()} messages or groups, {found} were read", segment.text
            )

    def _close(self, why: str = "") -> None:
        """End the message that is open; `why` it had to be, where it has no end of its own."""
        at = self._at
        if why and at.header is not None:
            note(self._out, f"message[{at.header.number}]/segment[{at.number}]", why)
        if at.handler is not None:
            at.handler.end()
        at.header = at.handler = None

    def _reject(self, segment: Segment, reason: str) -> None:
        header = self._at.header
        assert header is not None  # asked for within a message only
        place = f"message[{header.number}]/segment[{self._at.number}]"
        note(self._out, place, f"{reason} (byte {segment.offset})", segment.text)
