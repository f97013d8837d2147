"""What a reader of a format must provide, and what it is given to work with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from crosstie.ingest.emitter import Emitter


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a file, as sniffers see it: enough to tell the format without reading the file.

    `media` is xml, csv, json, jsonl, xlsx, yaml, zip, empty or unknown. `text` is the first 64 KiB decoded as far as possible, without a byte
    order mark. `root` and `namespace` are those of the document element (xml). `columns` are the cells of the first row that looks like a
    header (csv, xlsx), `rows` the first parsed rows, `sheets` the names of the sheets (xlsx); columns and rows are those of the first sheet.
    """

    name: str
    media: str
    text: str
    root: str | None = None
    namespace: str | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Original:
    """One file to read: where it lies (in the vault, under its hash), what it was called, and the encoding found, if text."""

    path: Path
    name: str
    encoding: str = "utf-8"

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes of the file, as a stream."""
        with self.path.open("rb") as stream:
            yield stream


@dataclass(frozen=True, slots=True)
class Promise:
    """What a reader promises of a good file; one that breaks it is refused with the figures, unless the user says otherwise.

    `min_named_share` is of the persons and organisations that the file speaks of. `max_drop` compares with the version of the same series
    before: a list that lost a third of its records overnight is likelier damaged than repealed.
    """

    min_records: int = 1
    max_records: int = 50_000_000
    max_reject_share: float = 0.05
    max_drop: float = 0.5
    min_named_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a file before it is read: whose it is and how it is to be treated. The user may override each.

    `curated`: the publisher keeps apart what is not one (a list of sanctioned persons, not case files or a register): two of its present entries
    are held to be one thing only where an identifier says so.
    """

    dataset: str
    series: str
    originator: str
    grade: str
    marking: str = "TLP:CLEAR"
    promise: Promise = field(default_factory=Promise)
    curated: bool = False


@runtime_checkable
class Particular(Protocol):
    """A reader that the user named for certain files, and that can therefore say why it does not take one."""

    def misfit(self, head: Head) -> str | None:
        """What the file lacks of what the reader needs; None where nothing can be said."""
        ...


class Reader(Protocol):
    """One format. Streams: memory does not grow with the file."""

    name: str
    title: str
    profile: Profile

    def recognises(self, head: Head) -> bool:
        """Whether the file is of this format, judged by its beginning."""
        ...

    def read(self, original: Original, out: Emitter) -> None:
        """Say everything that the file says. What cannot be used is rejected through `out`; a file that cannot be read raises InputError."""
        ...
