"""Papers that say what is what by a label: “Shipper: …”, or the label on a line of its own with the answer below. Bills of lading and notes of seizures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pyarrow as pa

from crosstie.errors import DamagedFile
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.encoding import byte_order, clean
from crosstie.ingest.headings import Headings
from crosstie.ingest.pieces import Piece, piece_of
from crosstie.ingest.reader import Original
from crosstie.ingest.words import plain
from crosstie.lenses.resources.reading.kinds import cells, country

#: papers are small; a file beyond this is none
MOST = 16 << 20
_LABEL = re.compile(r"\s*(?:\d{1,2}[.)]\s+)?([^:：\t]{2,60}?)\s*[:：]\s*(.*)")
_RULE = re.compile(r"\s*(?:[-=_*#]{5,}|\f.*)\s*")
#: labels that ask two things at once, answered with a stroke between
_DOUBLE = {
    **dict.fromkeys(
        map(plain, ("vessel/voyage", "vessel/voyage no", "ocean vessel/voyage no", "ocean vessel/voy no")), ("vessel", "voyage")
    ),
    **dict.fromkeys(map(plain, ("container no/seal no", "container/seal no", "container/seal")), ("container", "seal")),
    plain("place and date of issue"): ("", "date"),
}
_PARTIES = ("exporter", "consignee", "notify", "carrier")


@dataclass
class Paper:
    """What one paper answers: its first line, texts by the name of their field, and the line of each."""

    line: int
    said: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


def papers(text: str, layout: Headings) -> Iterator[Paper]:
    """The papers of a file: a new one begins after a rule or a form feed, and where the first label comes again."""
    paper, last = Paper(1), ""
    for number, line in enumerate(text.splitlines(), 1):
        if "\f" in line or _RULE.fullmatch(line):
            if paper.said:
                yield paper
            paper, last = Paper(number + 1), ""
            continue
        found = _labelled(line, layout)
        if found is None:
            if last and line.strip():
                paper.said[last] = f"{paper.said[last]}\n{line.strip()}".strip()
            elif not line.strip() and paper.said.get(last):
                last = ""
            continue
        names, answer = found
        first = next(iter(paper.said), None)
        if names[0] and names[0] == first and paper.said[first]:
            yield paper
            paper = Paper(number)
        parts = [part.strip() for part in answer.split("/", len(names) - 1)] if len(names) > 1 else [answer]
        for name, part in zip(names, parts, strict=False):
            if name and not paper.said.get(name):
                paper.said[name], paper.lines[name] = part, number
        last = names[0] if len(names) == 1 else ""
    if paper.said:
        yield paper


def read(original: Original, layout: Headings, out: Emitter) -> Piece:
    """The papers of a file as rows; labelled lines that no field knows are left to the reader of the original."""
    found = [paper for paper in papers(text_of(original, out), layout) if layout_fits(paper, layout)]
    if not found:
        raise DamagedFile(f"{original.name}: no paper in it has the labels that are needed")
    for paper in found:
        _parties(paper)
    out.records += len(found)
    said = [{name: " ".join(text.split()) for name, text in paper.said.items()} for paper in found]
    piece = piece_of(said, [f"line {paper.line}" for paper in found], {}, layout, cells(), out)
    lines = {name: pa.array([f"line {paper.lines.get(name, paper.line)}" for paper in found]) for name in piece.cells}
    return replace(piece, spots=lines)


def layout_fits(paper: Paper, layout: Headings) -> bool:
    """Whether a paper answers what its layout asks."""
    return all(any(paper.said.get(name) for name in group) for group in layout.asks)


def text_of(original: Original, out: Emitter) -> str:
    """The text of a small file; DamagedFile where it is larger than any paper."""
    with original.open() as stream:
        found, mark = byte_order(stream.read(4096))
    text, size = [], 0
    for chunk in clean(original, out, encoding=found or "utf-8", skip=mark, keep=b"\f"):
        size += len(chunk)
        if size > MOST:
            raise DamagedFile(f"{original.name}: more than {MOST >> 20} MiB of text is no paper")
        text.append(chunk)
    return b"".join(text).decode("utf-8")


def _labelled(line: str, layout: Headings) -> tuple[tuple[str, ...], str] | None:
    match = _LABEL.fullmatch(line)
    label, answer = (match[1], match[2].strip()) if match else (line.strip(), "")
    if not label or len(label) > 60:
        return None
    if double := _DOUBLE.get(plain(label)):
        return double, answer
    name = layout.field(label)
    return None if name is None or (match is None and not label.isupper()) else ((name,), answer)


def _parties(paper: Paper) -> None:
    """Of a party's lines the first is the name, the others the address; its last line may be a State."""
    for side in _PARTIES:
        lines = [line.strip(" ,") for line in paper.said.get(side, "").splitlines() if line.strip(" ,")]
        if not lines:
            continue
        paper.said[side] = lines[0]
        if len(lines) > 1 and side in ("exporter", "consignee"):
            paper.said.setdefault(f"{side}_address", ", ".join(lines[1:]))
            last = lines[-1].rpartition(",")[2].strip(" .")
            if state := country(last):
                paper.said.setdefault(f"{side}_country", state)
