"""Exports: what was built, in formats that other systems read. docs/reference/exports.md lists them with their columns.

    ftm         FollowTheMoney entities, resolved, with their relations: JSON lines
    statements  FollowTheMoney statements: csv, json, parquet
    clusters, links, entities, spheres, mentions, findings, and every other table of a build: csv, spreadsheet, json, parquet
    graphml     the paths of the links, for Gephi, yEd, i2 and others

`spreadsheet` is CSV for people who open it in a spreadsheet: cells that would be run as formulas are made harmless. The exact `csv` never is.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import duckdb

from crosstie.errors import StorageError, UsageError
from crosstie.exchange import formats, ftm, graphml
from crosstie.model.marking import Marking, strictest
from crosstie.model.tables import TABLES
from crosstie.store.builds import Build
from crosstie.store.engine import damaged

_TABULAR = ("csv", "spreadsheet", "json", "parquet")
_MEMORY = "1GB"
#: columns of CSV where they are fewer than the table's: others measure with these files
_LINKS_CSV = (
    'link_id, crime_id, terror_id, "class", strength, surprise, support, hops, "first", "last", array_to_string(path, \' > \') as path, '
    "crime_record, terror_record, fdr"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that can be exported: the tables it needs, its formats (the usual one first) and how it is written."""

    name: str
    title: str
    needs: tuple[str, ...]
    formats: tuple[str, ...]
    write: Callable[[duckdb.DuckDBPyConnection, str, str, BinaryIO], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and how what it holds is to be handled."""

    kind: str
    format: str
    path: Path | None
    marking: str


def kinds() -> dict[str, Kind]:
    """Everything that can be exported, by name."""
    found = [
        Kind("ftm", "FollowTheMoney entities with their relations", ("claims", "clusters", "entities"), ("json",), _ftm),
        Kind("statements", "FollowTheMoney statements", ("claims", "entities"), _TABULAR, _statements),
        Kind("graphml", "the paths of the links as a graph", ("links", "steps", "entities", "spheres"), ("graphml",), _graphml),
        *(Kind(name, f"the table {name}", (name,), _TABULAR, _table(name)) for name in TABLES),
    ]
    return {kind.name: kind for kind in found}


def export(build: Build, kind: str, format: str | None = None, out: Path | BinaryIO | None = None) -> Exported:
    """Write one kind of content of a build to a file, a stream, or standard output.

    Beside a file goes `<file>.marking.txt`, which says in plain words how the content is to be handled: the strictest marking of all that it
    holds. A tabular format given as the kind means the links in it. UsageError for a kind or a format that is none, StorageError where the file
    cannot be written; a file is whole or absent.
    """
    known = kinds()
    if kind in _TABULAR and format is None:  # a format alone: the links in it
        kind, format = "links", kind
    if kind not in known:
        raise UsageError(f"there is no export “{kind}”", hint=f"Known are {', '.join(known)}.")
    chosen = known[kind]
    name = format or chosen.formats[0]
    if name not in chosen.formats:
        raise UsageError(f"{kind} cannot be written as “{name}”", hint=f"Possible are {', '.join(chosen.formats)}.")
    with _opened(build, chosen) as connection:
        marking = _marking(connection, build, chosen)
        if isinstance(out, Path):
            with _whole(out) as stream:
                chosen.write(connection, name, marking, stream)
            if out.is_file():
                with _whole(marking_file(out)) as stream:
                    stream.write(_advice(out.name, marking).encode())
        else:
            chosen.write(connection, name, marking, out or sys.stdout.buffer)
    return Exported(kind, name, out if isinstance(out, Path) else None, marking)


def marking_file(out: Path) -> Path:
    """Where the marking of an exported file is written."""
    return out.with_name(out.name + ".marking.txt")


@contextmanager
def _opened(build: Build, kind: Kind) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session with a view of each table that is needed."""
    with tempfile.TemporaryDirectory(prefix="crosstie-") as folder:
        config: dict[str, Any] = {"memory_limit": _MEMORY, "temp_directory": folder, "autoinstall_known_extensions": False}
        with duckdb.connect(config=config) as connection:
            for table in kind.needs:
                _view(connection, build, table)
            yield connection


def _view(connection: duckdb.DuckDBPyConnection, build: Build, table: str) -> None:
    file = str(build.file(table)).replace("'", "''")
    try:
        # columns that the version which made the build did not know are null
        connection.register(f"{table}_now", TABLES[table].empty_table())
        read = f"select * from read_parquet('{file}') union all by name select * from {table}_now"
        connection.execute(f"create or replace view {table} as {read}")
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise damaged(str(error).splitlines()[0]) from error


def _marking(connection: duckdb.DuckDBPyConnection, build: Build, kind: Kind) -> str:
    """The strictest marking of all that is exported; where a table bears none, that of the claims it was made of."""
    found: list[str] = []
    for table in kind.needs:
        names = TABLES[table].names
        parts = [f"select distinct marking from {table}"] if "marking" in names else []
        if "evidence" in names:
            parts.append(f"select distinct e.marking from (select unnest(evidence) as e from {table})")
        if not parts:
            _view(connection, build, "claims")
            parts.append("select distinct marking from claims")
        query = " union ".join(parts)
        found += [row[0] for row in connection.execute(query).fetchall() if row[0]]
    return strictest(sorted(found)) if found else str(Marking())


def _advice(name: str, marking: str) -> str:
    """What the marking means, for somebody who sees one for the first time."""
    parsed = Marking.parse(marking)
    meaning = {
        "TLP:CLEAR": "may be shared without limits",
        "TLP:GREEN": "may be shared within the community, not publicly",
        "TLP:AMBER": "may be shared within the organisation and with its clients, as far as they need to know",
        "TLP:AMBER+STRICT": "may be shared within the organisation only, as far as its members need to know",
        "TLP:RED": "is for the persons addressed only and may not be passed on",
    }[parsed.tlp.label]
    lines = [
        marking,
        "",
        f"{name} {meaning} (Traffic Light Protocol 2.0).",
        "This is the strictest marking of anything that the file holds.",
    ]
    if parsed.purpose:
        lines.append(f"It may be used for: {parsed.purpose}.")
    if parsed.until:
        lines.append(f"It may be kept until {parsed.until}; then it is to be destroyed.")
    return "\n".join(lines) + "\n"


@contextmanager
def _whole(out: Path) -> Iterator[BinaryIO]:
    """A file that appears when it is complete. Something else of that name, such as /dev/stdout, is written to as it is."""
    if out.exists() and not out.is_file():
        try:
            with out.open("wb") as stream:
                yield stream
        except OSError as error:
            raise StorageError(f"{out} cannot be written: {error.strerror or error}") from error
        return
    part = out.with_name(f".{out.name}.part")
    try:
        try:
            with part.open("wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{out} cannot be written: {error.strerror or error}") from error


def _table(name: str) -> Callable[[duckdb.DuckDBPyConnection, str, str, BinaryIO], None]:
    def write(connection: duckdb.DuckDBPyConnection, format: str, marking: str, out: BinaryIO) -> None:
        flat = format in ("csv", "spreadsheet")
        columns = (
            _LINKS_CSV
            if flat and name == "links"
            else ", ".join(_column(column, TABLES[name].field(column).type, flat) for column in TABLES[name].names)
        )
        formats.write(connection, f"select {columns} from {name}", format, marking, out)

    return write


def _column(name: str, kind: Any, flat: bool) -> str:
    """A column of a table; lists and structures as JSON where cells are flat."""
    return f'cast(to_json("{name}") as varchar) as "{name}"' if flat and kind.num_fields else f'"{name}"'


def _statements(connection: duckdb.DuckDBPyConnection, format: str, marking: str, out: BinaryIO) -> None:
    formats.write(connection, ftm.STATEMENTS, format, marking, out)


def _ftm(connection: duckdb.DuckDBPyConnection, format: str, marking: str, out: BinaryIO) -> None:
    ftm.prepare(connection)
    formats.write_lines(connection, ftm.ENTITIES, out)


def _graphml(connection: duckdb.DuckDBPyConnection, format: str, marking: str, out: BinaryIO) -> None:
    graphml.write(connection, marking, out)
