"""Screening against a workspace: its index is mapped, names are answered batch by batch, and the audit notes who asked. Light to import."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from crosstie.errors import NotFound
from crosstie.resolve.screen.hits import LIMIT, THRESHOLD, Hit, screen
from crosstie.resolve.screen.index import FILE as INDEX
from crosstie.resolve.screen.index import Index
from crosstie.resolve.screen.queries import Query
from crosstie.settings import FILE, Settings
from crosstie.store.builds import BuildStore
from crosstie.store.entries import append_quickly
from crosstie.store.fingerprint import fingerprint

__all__ = ["LIMIT", "THRESHOLD", "Hit", "Query", "Screening", "opened"]

#: Queries that are answered at a time.
BATCH = 5_000
#: So many names stand in the entry of the audit as they were asked; of more, how many there were and their fingerprint.
_NAMED = 20


class Screening:
    """The index of a workspace's current build, open to be asked."""

    def __init__(self, folder: Path, *, user: str | None = None, purpose: str | None = None) -> None:
        if not (folder / FILE).exists():
            raise NotFound(f"{folder} is no crosstie workspace", hint=f"Make one with “crosstie init {folder}”, or name another.")
        self.folder, self.user, self.purpose = folder, user or getpass.getuser(), purpose
        self.settings = Settings.load(folder)
        build = BuildStore(folder / "builds").current()
        if build is None:
            raise NotFound(
                "nothing is built yet in this workspace", hint="Add files with “crosstie add FILE...”, then run “crosstie build”."
            )
        self.build = build
        self.exercise = bool(build.manifest.get("exercise"))
        self.index = Index.open(build.path / INDEX)

    def answers(
        self, queries: Iterable[Query], *, threshold: float = THRESHOLD, limit: int = LIMIT, explain: bool = True
    ) -> Iterator[tuple[Query, list[Hit]]]:
        """Each query with its hits, in order. Who asked what is noted in the audit before a batch is answered."""
        waiting = iter(queries)
        while batch := list(islice(waiting, BATCH)):
            self._note(batch, threshold)
            yield from zip(batch, screen(self.index, batch, threshold=threshold, limit=limit, explain=explain), strict=True)

    def _note(self, batch: list[Query], threshold: float) -> None:
        names = [query.name for query in batch]
        detail: dict[str, object] = {"queries": len(batch), "threshold": threshold, "sha256": fingerprint(names)}
        if len(names) <= _NAMED:
            detail["names"] = [name[:200] for name in names]
        known = {"user": self.user, "purpose": self.purpose, "detail": detail}
        if not self.settings.casebook and append_quickly(self.folder / "casebook.sqlite", "screen", self.build.path.name, **known):  # type: ignore[arg-type]
            return
        from crosstie.store.audit import Audit  # PostgreSQL, or something to be told about the file
        from crosstie.store.database import Database

        with Database(self.settings.casebook or self.folder / "casebook.sqlite") as database:
            Audit(database).record("screen", self.build.path.name, **known)  # type: ignore[arg-type]


@contextmanager
def opened(folder: Path, *, user: str | None = None, purpose: str | None = None) -> Iterator[Screening]:
    """A workspace, open to be asked."""
    yield Screening(folder, user=user, purpose=purpose)
