"""How hits are written: for people at a terminal, as CSV, as JSON lines, as a workbook. All stream."""

from __future__ import annotations

import csv
import os
import sys
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson

from crosstie.errors import StorageError
from crosstie.model.marking import describe_grade, strictest
from crosstie.screening import Hit, Query
from crosstie.store.durable import storing, write_bytes

Answer = tuple[Query, list[Hit]]
_WHO = ["place", "name", "rank", "score", "name_score", "entity_id", "caption", "schema", "listed_name", "weak", "support"]
_WHAT = ["countries", "birth_dates", "topics", "delisted", "originator", "source_id", "locator", "grade", "marking", "reasons"]
COLUMNS = [*_WHO, *_WHAT]


@dataclass(slots=True)
class Summary:
    """What was asked and found."""

    exercise: bool = False
    queries: int = 0
    hit: int = 0
    hits: int = 0
    markings: set[str] = field(default_factory=set)

    def counted(self, answers: Iterable[Answer]) -> Iterator[Answer]:
        """The answers, counted as they pass."""
        for query, hits in answers:
            self.queries += 1
            self.hit += bool(hits)
            self.hits += len(hits)
            self.markings.update(hit.marking for hit in hits)
            yield query, hits

    def sentence(self, rejects: int) -> str:
        """In one line."""
        unused = f"; {rejects:,} remarks on rows that could not be used, or not in full" if rejects else ""
        invented = " All records are invented: this is an exercise." if self.exercise else ""
        return f"{self.queries:,} names asked for, {self.hit:,} with hits ({self.hits:,} in all){unused}.{invented}"

    def marking(self) -> str:
        """The strictest marking of all hits."""
        return strictest(sorted(self.markings)) if self.markings else "TLP:CLEAR"


def written(answers: Iterable[Answer], format: str, out: Path | None, *, explain: bool, every: bool) -> None:
    """Write answers to a file, whole or not at all, or to standard output as they come."""
    if format == "xlsx":
        assert out is not None  # asked for before
        _workbook(answers, out, every)
        return
    write = {"csv": _csv, "json": _json, "text": _text}[format]
    if out is None:
        write(answers, sys.stdout, explain, every)
        return
    seen: set[str] = set()
    with _whole(out) as part, part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        write(_seen(answers, seen), stream, explain, every)
    _mark(out, seen)


def row(query: Query, hit: Hit | None) -> dict[str, Any]:
    """A hit as one flat row, the asker's own columns first."""
    own = {name if name not in COLUMNS else f"own {name}": value for name, value in query.own.items()}
    if hit is None:
        return {**own, **dict.fromkeys(COLUMNS), "place": query.place, "name": query.name, "rank": 0}
    facts, said = hit.facts, hit.said_by
    values = [
        query.place,
        query.name,
        hit.rank,
        hit.score,
        hit.name_score,
        hit.entity_id,
        hit.caption,
        hit.schema,
        hit.name,
        hit.weak,
        hit.support,
    ]
    values += [" ".join(facts.get("countries", ())), " ".join(facts.get("births", ())), " ".join(facts.get("topics", ()))]
    values += [facts.get("delisted", False), *(said.get(key, "") for key in ("originator", "source_id", "locator", "grade"))]
    return {**own, **dict(zip(COLUMNS, [*values, hit.marking, " ".join(hit.reasons)], strict=True))}


def as_json(query: Query, hits: list[Hit]) -> dict[str, Any]:
    """An answer as plain data."""
    found = [{name: getattr(hit, name) for name in Hit.__slots__} for hit in hits]
    return {"place": query.place, "name": query.name, "own": dict(query.own), "hits": found}


def _rows(answers: Iterable[Answer], every: bool) -> Iterator[dict[str, Any]]:
    for query, hits in answers:
        yield from (row(query, hit) for hit in hits)
        if every and not hits:
            yield row(query, None)


def _csv(answers: Iterable[Answer], stream: IO[str], explain: bool, every: bool) -> None:
    writer = None
    for one in _rows(answers, every):
        if writer is None:
            writer = csv.DictWriter(stream, list(one), lineterminator="\n")
            writer.writeheader()
        writer.writerow(one)
    if writer is None:
        csv.writer(stream, lineterminator="\n").writerow(COLUMNS)


def _json(answers: Iterable[Answer], stream: IO[str], explain: bool, every: bool) -> None:
    for query, hits in answers:
        if hits or every:
            stream.write(orjson.dumps(as_json(query, hits)).decode() + "\n")


def _text(answers: Iterable[Answer], stream: IO[str], explain: bool, every: bool) -> None:
    for query, hits in answers:
        if not hits and not every:
            continue
        stream.write(f"{query.name[:200]}{f'  ({query.place})' if query.place else ''}\n")
        if not hits:
            stream.write(
                "   no hit: no listed name is like it in enough that is rare (a common name alone is none; --threshold lowers the bar)\n"
            )
        for hit in hits:
            _one(hit, stream, explain)
        stream.write("\n")


def _one(hit: Hit, stream: IO[str], explain: bool) -> None:
    facts = hit.facts
    what = ", ".join(filter(None, (hit.schema, "/".join(facts.get("countries", ())), " ".join(facts.get("births", ())))))
    gone = ", no longer listed" if facts.get("delisted") else ""
    stream.write(f"{hit.rank:4}. {hit.score:.2f}  {hit.caption}  [{hit.entity_id}]\n           {what}{gone}\n")
    if not explain:
        return
    listed = f"Listed as “{hit.name}”. " if hit.name != hit.caption else ""
    for line in textwrap.wrap(listed + " ".join(hit.reasons), 110):
        stream.write(f"           {line}\n")
    said = hit.said_by
    if said:
        words = f"{said['grade']} ({describe_grade(said['grade'])})" if said.get("grade") else "not graded"
        more = f" and {hit.support - 1} more" if hit.support > 1 else ""
        stream.write(f"           {said['originator']}{more}, source {said['source_id']}, {said['locator']} · {words} · {hit.marking}\n")


def _workbook(answers: Iterable[Answer], out: Path, every: bool) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("hits")
    seen: set[str] = set()

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:32_000])
        found.data_type = "s"  # whatever it begins with, it is no formula
        return found

    headed = False
    try:
        for one in _rows(_seen(answers, seen), every):
            if not headed:
                sheet.append(list(one))
                headed = True
            sheet.append([cell(value) for value in one.values()])
        if not headed:
            sheet.append(COLUMNS)
    finally:
        sheet.close()  # else its half-written rows complain when memory is cleared
    with _whole(out) as part, part.open("wb") as stream:
        book.save(stream)
    _mark(out, seen)


def _seen(answers: Iterable[Answer], markings: set[str]) -> Iterator[Answer]:
    for query, hits in answers:
        markings.update(hit.marking for hit in hits)
        yield query, hits


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """Where to write a file that appears when it is complete. Something else of that name, such as /dev/stdout, is written to as it is."""
    if out.exists() and not out.is_file():
        yield out
        return
    part = out.with_name(f".{out.name}.part")
    try:
        yield part
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.replace(out)
    except OSError as error:
        raise StorageError(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def _mark(out: Path, markings: set[str]) -> None:
    """The marking beside the file, as exports have it."""
    if out.is_file():
        marking = strictest(sorted(markings)) if markings else "TLP:CLEAR"
        beside = out.with_name(out.name + ".marking.txt")
        with storing(beside):
            write_bytes(beside, f"{marking}\n\nThis is the strictest marking of anything that {out.name} holds.\n".encode())
