"""Text of unknown honesty as clean UTF-8, in bounded chunks, with every byte that had to be mended reported."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from crosstie.errors import DamagedFile
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Original

CHUNK = 1 << 16
#: beyond this many mended bytes, and beyond this share of all bytes, a file is no text in the encoding that it claims
_FEW = 1_000
_SHARE = 0.1
#: what neither XML 1.0 nor a table may hold; like the next pattern it begins with one set of bytes, which the search jumps to
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\xef](?:(?<!\xef)|\xbf[\xbe\xbf])")
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
#: punctuation (U+2013 ...) that some export cut to its low byte
_PUNCTUATION = {bytes([code & 0xFF]): chr(code) for code in (0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D)}
_MARKUP = re.compile(
    rb"""[<&]((?<=<)(?:!\[CDATA\[.*?\]\]>|[!?]|/?[A-Za-z_\x80-\xff][\w.:\x80-\xff-]*(?:\s+[\w.:\x80-\xff-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*/?>)"""
    rb"""|(?<=&)(?:\#\d+|\#x[0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);)?""",
    re.DOTALL,
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_TEXT_CODECS = re.compile(
    r"utf[-_](8|16|32)([-_][lb]e)?|iso8859[-_]\d+|cp125\d|ascii|latin[-_]1|koi8[-_][rut]|gb2312|gbk|gb18030|big5|shift_jis|euc_(jp|kr)"
)


def byte_order(head: bytes) -> tuple[str | None, int]:
    """The encoding that a byte order mark, or UTF-16 without one, tells; and the length of the mark."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name, len(mark)
    if head[:4:2] == b"\0\0" and head[1:4:2].strip(b"\0"):
        return "utf-16-be", 0
    if head[1:4:2] == b"\0\0" and head[:4:2].strip(b"\0"):
        return "utf-16-le", 0
    return None, 0


def declared(head: bytes) -> str | None:
    """The encoding that an XML declaration names, as a codec of text; None where it names none that is known."""
    match = _DECLARED.match(head)
    if match is None:
        return None
    try:
        name = codecs.lookup(match[1].decode()).name
    except LookupError:
        return None
    return name if _TEXT_CODECS.fullmatch(name) else None


def clean(
    original: Original, out: Emitter | None, *, encoding: str, skip: int = 0, keep: bytes = b"", markup: bool = False
) -> Iterator[bytes]:
    """The file as UTF-8 without forbidden characters, cut at characters. Control bytes in `keep` pass. DamagedFile where it is no such text.
    Without `out` nothing is reported: a first look, which the reading repeats.

    With `markup`, a `<` or `&` that is none is mended too, once the file has shown that it is damaged.
    A byte that is not UTF-8 is read as Windows-1252, where lone, since that is what such bytes have proved to be; else as U+FFFD.
    """
    mender = _Mender(original, out, keep, markup)
    with original.open() as stream:
        stream.seek(skip)
        mender.offset = skip
        if encoding in ("utf-8", "ascii"):
            tail = b""
            while chunk := stream.read(CHUNK):
                text, tail = mender.utf8(tail + chunk, final=False)
                yield text
            if tail:
                yield mender.utf8(tail, final=True)[0]
            return
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        more = True
        while more:
            chunk = stream.read(CHUNK)
            more = bool(chunk)
            yield mender.decoded(decoder.decode(chunk, not more), len(chunk))


class _Edit(NamedTuple):
    """Bytes to be replaced in a chunk."""

    start: int
    end: int
    text: str


class _Mender:
    """Mends chunk after chunk, knowing the offset and the line it is at."""

    def __init__(self, original: Original, out: Emitter | None, keep: bytes, markup: bool) -> None:
        self.offset, self.line, self.bad = 0, 1, 0
        self._original, self._out, self._keep, self._markup = original, out, keep, markup

    def utf8(self, data: bytes, *, final: bool) -> tuple[bytes, bytes]:
        """The clean part of the chunk, and what may be the beginning of a character."""
        edits: list[_Edit] = []
        try:
            used = codecs.utf_8_decode(data, "strict", final)[1]
        except UnicodeDecodeError:
            used = self._invalid(data, final, edits)
        if _is_tainted(data):
            edits += self._forbidden(data, used)
        if self._markup and (edits or self.bad):
            used = used if final else _whole_tags(data, used)
            edits += [_Edit(at, at + 1, "&lt;" if data[at] == 0x3C else "&amp;") for at in _bare(data, used)]
        text = self._apply(data, used, edits)
        self.offset += used
        self.line += data.count(b"\n", 0, used)
        return text, data[used:]

    def decoded(self, text: str, size: int) -> bytes:
        """The clean bytes of a chunk that another codec decoded."""
        if "\ufffd" in text:
            self._report(f"text that is not {self._original.encoding} at or after offset {self.offset}, line {self.line}", text[:60])
        found = text.encode("utf-8", "replace")
        if _is_tainted(found):
            found = self._apply(found, len(found), self._forbidden(found, len(found)))
        self.offset += size
        self.line += found.count(b"\n")
        return found

    def _invalid(self, data: bytes, final: bool, edits: list[_Edit]) -> int:
        at, view = 0, memoryview(data)  # slices of which are no copies
        while True:
            try:
                return at + codecs.utf_8_decode(view[at:], "strict", final)[1]
            except UnicodeDecodeError as error:
                start, end = at + error.start, at + error.end
                edits.append(_Edit(start, end, data[start:end].decode("cp1252", "replace") if end - start == 1 else "\ufffd"))
                at = end

    def _forbidden(self, data: bytes, used: int) -> list[_Edit]:
        return [
            _Edit(match.start(), match.end(), _PUNCTUATION.get(match[0], "\ufffd"))
            for match in _FORBIDDEN.finditer(data, 0, used)
            if match[0] not in self._keep
        ]

    def _apply(self, data: bytes, used: int, edits: list[_Edit]) -> bytes:
        if not edits:
            return data[:used]
        pieces: list[bytes] = []
        at, line = 0, self.line
        for start, end, text in sorted(edits):
            if start >= used:
                break
            line += data.count(b"\n", at, start)
            around = data[max(0, start - 30) : start].decode("utf-8", "replace") + text + data[end : end + 30].decode("utf-8", "replace")
            for place in range(start, end):
                offset = self.offset + place
                self._report(f"invalid byte 0x{data[place]:02x} at offset {offset}, line {line}", around, offset)
            pieces += data[at:start], text.encode()
            at = end
        return b"".join((*pieces, data[at:used]))

    def _report(self, reason: str, excerpt: str, offset: int | None = None) -> None:
        self.bad += 1
        offset = self.offset if offset is None else offset
        if self.bad > _FEW and self.bad > _SHARE * offset:
            raise DamagedFile(
                f"{self._original.name}: {self.bad} of the first {offset} bytes are not text in the encoding that the file claims",
                hint="Ask for the file again, or convert it to UTF-8 from the encoding that it is really in.",
            )
        if self._out is not None:
            note(self._out, f"byte {offset}", reason, excerpt)


def _is_tainted(data: bytes) -> bool:
    """Whether there may be a forbidden character; much faster than the pattern."""
    return len(data.translate(None, _CONTROLS)) != len(data) or b"\xef\xbf\xbe" in data or b"\xef\xbf\xbf" in data


def _bare(data: bytes, used: int) -> Iterator[int]:
    """Where `<` begins no tag and `&` no reference: the remains of characters that were cut to their low byte."""
    return (match.start() for match in _MARKUP.finditer(data, 0, used) if match.lastindex is None)


def _whole_tags(data: bytes, used: int) -> int:
    """The chunk cut before a tag, a reference or a CDATA section that it does not end."""
    for opening, closing, longest in ((b"<![CDATA[", b"]]>", 1 << 20), (b"<", b">", 1 << 16), (b"&", b";", 32)):
        at = data.rfind(opening, 0, used)
        if at >= 0 and used - at < longest and data.find(closing, at, used) < 0:
            used = at
    return used


def note(out: Emitter, place: str, reason: str, excerpt: str = "") -> None:
    """A reject that speaks of the file, not of the record that is being read."""
    record, out.place = out.place, ""
    out.reject(reason, excerpt, at=place)
    out.place = record
