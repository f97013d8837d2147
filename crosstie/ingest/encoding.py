"""Text of unknown honesty as clean UTF-8, in bounded chunks, with every byte that had to be mended reported."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from crosstie.errors import DamagedFile
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.reader import Original

CHUNK = 1 << 16
#: beyond this many mended bytes, and beyond this share of all bytes, a file is no text in the encoding that it claims
_FEW = 1_000
_SHARE = 0.1
#: what neither XML 1.0 nor a table may hold
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
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


def clean(original: Original, out: Emitter | None, *, encoding: str, skip: int = 0, keep: bytes = b"") -> Iterator[bytes]:
    """The file as UTF-8 without forbidden characters, cut at characters. Control bytes in `keep` pass. DamagedFile where it is no such text.
    Without `out` nothing is reported: a first look, which the reading repeats.

    A byte that is not UTF-8 is read as Windows-1252, where lone, since that is what such bytes have proved to be; else as U+FFFD.
    """
    mender = _Mender(original, out, keep)
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


class _Mender:
    """Mends chunk after chunk, knowing the offset and the line it is at."""

    def __init__(self, original: Original, out: Emitter | None, keep: bytes) -> None:
        self.offset, self.line, self.bad = 0, 1, 0
        self._original, self._out, self._keep = original, out, keep

    def utf8(self, data: bytes, *, final: bool) -> tuple[bytes, bytes]:
        """The clean part of the chunk, and what may be the beginning of a character."""
        try:
            used = codecs.utf_8_decode(data, "strict", final)[1]
            text = data[:used]
            if _FORBIDDEN.search(text):
                text = self._controls(text, 0)
        except UnicodeDecodeError:
            text, used = self._bytes(data, final)
        self.offset += used
        self.line += data.count(b"\n", 0, used)
        return text, data[used:]

    def decoded(self, text: str, size: int) -> bytes:
        """The clean bytes of a chunk that another codec decoded."""
        if "\ufffd" in text:
            self._report(b"", self.offset, self.line, f"text that is not {self._original.encoding} after offset {self.offset}, line {self.line}", "")
        found = text.encode("utf-8", "replace")
        if _FORBIDDEN.search(found):
            found = self._controls(found, 0)
        self.offset += size
        self.line += found.count(b"\n")
        return found

    def _bytes(self, data: bytes, final: bool) -> tuple[bytes, int]:
        pieces: list[bytes] = []
        at = 0
        while True:
            try:
                used = codecs.utf_8_decode(data[at:], "strict", final)[1]
                pieces.append(self._controls(data[at:at + used], at))
                return b"".join(pieces), at + used
            except UnicodeDecodeError as error:
                start, end = at + error.start, at + error.end
                pieces.append(self._controls(data[at:start], at))
                bad = data[start:end]
                read = bad.decode("cp1252", "replace") if len(bad) == 1 else "\ufffd"
                for place in range(start, end):
                    self._mended(data, place, read)
                pieces.append(read.encode())
                at = end

    def _controls(self, text: bytes, base: int) -> bytes:
        def mend(match: re.Match[bytes]) -> bytes:
            if match[0] in self._keep:
                return match[0]
            self._mended(text, match.start(), "\ufffd", base)
            return b"\xef\xbf\xbd"

        return _FORBIDDEN.sub(mend, text)

    def _mended(self, data: bytes, place: int, read: str, base: int = 0) -> None:
        offset = self.offset + base + place
        line = self.line + data.count(b"\n", 0, place)
        around = data[max(0, place - 30):place].decode("utf-8", "replace") + read + data[place + 1:place + 30].decode("utf-8", "replace")
        self._report(data[place:place + 1], offset, line, f"invalid byte 0x{data[place]:02x} at offset {offset}, line {line}", around)

    def _report(self, byte: bytes, offset: int, line: int, reason: str, excerpt: str) -> None:
        self.bad += 1
        if self.bad > _FEW and self.bad > _SHARE * offset:
            raise DamagedFile(
                f"{self._original.name}: {self.bad} of the first {offset} bytes are not text in its encoding (last at line {line})",
                hint="Ask for the file again, or convert it to UTF-8 from the encoding that it is really in.",
            )
        if self._out is not None:
            note(self._out, f"byte {offset}", reason, excerpt)


def note(out: Emitter, place: str, reason: str, excerpt: str = "") -> None:
    """A reject that speaks of the file, not of the record that is being read."""
    record, out.place = out.place, ""
    out.reject(reason, excerpt, at=place)
    out.place = record
