"""The files of cases: a vault for each case, so that what goes with one case is part of no other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from crosstie.casework.case_tables import AttachmentRow, CaseRow
from crosstie.store.database import Database
from crosstie.store.durable import Problem, storing
from crosstie.store.vault import Vault


class Files:
    """The vaults of all cases, in `folder`/<number of the case>."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder

    def verify(self) -> Iterator[Problem]:
        """Files that are not as they were attached, or are missing."""
        for ref in self._held():
            yield from Vault(self._folder / ref).verify()
        with self._database.read() as connection:
            for ref, sha256 in connection.execute(sa.select(AttachmentRow.ref, AttachmentRow.sha256)).all():
                path = Vault(self._folder / ref).path(sha256)
                if not path.is_file():
                    yield Problem(str(path), f"is missing: a file of case {ref}")

    def left_over(self) -> list[str]:
        """Cases that were purged, whose files are still here: somebody was stopped between."""
        with self._database.read() as connection:
            purged = set(connection.scalars(sa.select(CaseRow.ref).where(CaseRow.status == "purged")))
        return [ref for ref in self._held() if ref in purged]

    def destroy(self, ref: str) -> None:
        """Remove the files of a case."""
        folder = self._folder / ref
        with storing(folder):
            if folder.exists():
                shutil.rmtree(folder)

    def _held(self) -> list[str]:
        return sorted(one.name for one in self._folder.iterdir() if one.is_dir()) if self._folder.exists() else []
