"""What was computed: numbered folders of Parquet tables. A build is whole or absent, and the latest is switched in at once; old ones are let go."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from crosstie.errors import IntegrityError, NotFound
from crosstie.store.durable import Problem, make_folder, publish, storing, write_bytes
from crosstie.store.record import check_record, read_record, write_record
from crosstie.store.scratch import Scratch

if TYPE_CHECKING:
    import pyarrow as pa

RECORD = "build.json"
CURRENT = "CURRENT"
_NUMBER = re.compile(r"\d{4,}")


@dataclass(frozen=True, slots=True)
class Build:
    """A finished build: its number, its folder, and what was recorded of how it was made."""

    number: int
    path: Path
    manifest: Mapping[str, Any]

    def file(self, name: str) -> Path:
        """The Parquet file of a table; NotFound where the build has none of that name."""
        path = self.path / f"{name}.parquet"
        if not path.is_file():
            raise NotFound(f"build {self.path.name} has no table {name}", hint="`crosstie build` makes a new one.")
        return path

    def table(self, name: str) -> pa.Table:
        """A whole table; columns that the version which made the build did not know are null."""
        import pyarrow as pa  # as below: to find a build takes no Arrow, and screening a name has no time for it
        import pyarrow.parquet as pq

        from crosstie.model.tables import TABLES

        path = self.file(name)
        try:
            read = pq.read_table(path)
            for field in TABLES.get(name, ()):
                if field.name not in read.schema.names:
                    read = read.append_column(field, pa.nulls(read.num_rows, field.type))
            return read
        except (OSError, pa.ArrowInvalid) as error:
            raise IntegrityError(f"{path} cannot be read: {error}", hint="`crosstie build` makes a new one.") from error

    def holds(self, table: str, column: str, value: str) -> bool:
        """Whether a table has a row with this value in a column of text."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.file(table)
        try:
            return pq.read_table(path, columns=[column], filters=[(column, "=", value)]).num_rows > 0
        except (OSError, pa.ArrowInvalid) as error:
            raise IntegrityError(f"{path} cannot be read: {error}", hint="`crosstie build --force` makes a new one.") from error


class BuildStore:
    """The builds of a workspace, in `root`/0001, 0002, ...; the file CURRENT names the one to show."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def begin(self) -> BuildWriter:
        """A writer for a new build. Only under the lock of the workspace."""
        with storing(self.root):
            make_folder(self.root)
            return BuildWriter(self)

    def current(self) -> Build | None:
        """The build to show; None before the first."""
        file = self.root / CURRENT
        if not file.exists():
            return None
        name = file.read_text(encoding="ascii", errors="replace").strip()
        if not _NUMBER.fullmatch(name) or not (self.root / name).is_dir():
            raise IntegrityError(f"{file} names “{name}”, which is no build", hint="`crosstie build` makes a new one.")
        return self._load(self.root / name)

    def shown(self) -> int:
        """The number of the build to show, without looking into it; 0 where there is none."""
        try:
            name = (self.root / CURRENT).read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            return 0
        return int(name) if _NUMBER.fullmatch(name) else 0

    def sound(self) -> Build | None:
        """The build to show, if it is as it was written; None where a new one must be made."""
        try:
            build = self.current()
        except IntegrityError:
            return None
        return None if build is None or any(check_record(build.path, RECORD)) else build

    def get(self, number: int) -> Build:
        """The build of this number."""
        folder = self.root / _folder(number)
        if not folder.is_dir():
            there = ", ".join(str(int(one.name)) for one in self._folders()) or "none yet"
            raise NotFound(f"there is no build {number}", hint=f"There are: {there}. Old ones are let go (setting keep_builds).")
        return self._load(folder)

    def list(self) -> builtins.list[Build]:
        """All builds, oldest first."""
        return [self._load(folder) for folder in self._folders()]

    def older(self, keep: int) -> builtins.list[int]:
        """The numbers of the builds that are not among the newest `keep`, nor shown, oldest first."""
        current = self.current()
        numbers = [int(folder.name) for folder in self._folders()[:-keep]]
        return [number for number in numbers if current is None or number != current.number]

    def remove(self, number: int) -> None:
        """Forget a build. It is gone at once, or not at all."""
        with storing(self.root), Scratch(self.root) as scratch:
            (self.root / _folder(number)).rename(scratch.path / _folder(number))

    def verify(self) -> Iterator[Problem]:
        """Files of builds that are not as they were written."""
        for folder in self._folders():
            yield from check_record(folder, RECORD)
        try:
            self.current()
        except IntegrityError as error:
            yield Problem(str(self.root / CURRENT), error.detail)

    def next_number(self) -> int:
        """The number of the next build."""
        return max((int(folder.name) for folder in self._folders()), default=0) + 1

    def _folders(self) -> builtins.list[Path]:
        if not self.root.exists():
            return []
        return sorted((folder for folder in self.root.iterdir() if _NUMBER.fullmatch(folder.name)), key=lambda folder: int(folder.name))

    def _load(self, folder: Path) -> Build:
        return Build(int(folder.name), folder, read_record(folder, RECORD))


class BuildWriter:
    """The tables of a build in the making. As a context manager it abandons what was not committed."""

    def __init__(self, store: BuildStore) -> None:
        self._store = store
        self._scratch = Scratch(store.root)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.abandon()

    def path(self, table: str) -> Path:
        """Where to write a table."""
        return self._scratch.path / f"{table}.parquet"

    def file(self, name: str) -> Path:
        """Where to write something that is no table."""
        return self._scratch.path / name

    def commit(self, manifest: Mapping[str, Any]) -> Build:
        """Make it the current build. It is on the disk when this returns."""
        root = self._store.root
        with storing(root):
            write_record(self._scratch.path, RECORD, manifest)
            number = self._store.next_number()
            target = root / _folder(number)
            publish(self._scratch.path, target)
            write_bytes(root / CURRENT, f"{target.name}\n".encode())
        self._scratch.close()
        return Build(number, target, dict(manifest))

    def abandon(self) -> None:
        """Forget what was not committed."""
        self._scratch.close()


def _folder(number: int) -> str:
    return f"{number:04d}"
