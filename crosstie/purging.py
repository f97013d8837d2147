"""Destroying what may no longer be kept: a source with everything that was computed from it, a case with its files; and saying what is due."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any

from crosstie.app import Workspace
from crosstie.casework.case_files import Files
from crosstie.casework.retention import Due, Retention
from crosstie.errors import NotFound
from crosstie.resolve.batches import values
from crosstie.rooms import CASES
from crosstie.store.durable import storing
from crosstie.store.scratch import Scratch

#: What is kept between builds to be faster: computed from the sources, so it goes with any of them.
_CACHES = ("matching", "searching", "drawing", "cache")


class Purging:
    """Retention of one workspace, for the person who uses it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        files = Files(workspace.database, workspace.folder / CASES)
        self.retention = Retention(workspace.database, files, workspace.user, workspace.purpose)

    def due(self) -> list[Due]:
        """Everything that has an end, the earliest first."""
        return self.retention.list(self._workspace.sources.list())

    def purge(self, ids: Sequence[str], why: str) -> list[Due]:
        """Destroy cases and sources whose time is over; what was destroyed. Sources need a new build, which is made here, and the builds before it go.
        Errors: NotFound for what is not due, AccessError for who is no custodian. A purge that was stopped is taken up again.
        """
        self.retention.authorise()
        known = {one.id: one for one in self.due() if one.due}
        if missing := sorted(set(ids) - set(known)):
            raise NotFound(f"{missing[0]} is not due", hint="“crosstie retention” lists what is.")
        wanted = [known[one] for one in dict.fromkeys(ids)]
        for one in wanted:
            if one.kind == "case":
                self.retention.purge_case(one.id, why)
        if sources := [one for one in wanted if one.kind == "source"]:
            here = {one.source_id: one for one in self._workspace.sources.list()}
            for one in sources:
                if one.state != "unfinished":
                    self.retention.begin_source(here[one.id], why)
            self._destroy([one.id for one in sources])
        return wanted

    def _destroy(self, sources: Sequence[str]) -> None:
        workspace = self._workspace
        with workspace._writing("purge"):
            for one in sources:
                self._remove(one)
            for name in _CACHES:
                with storing(workspace.folder / name):
                    shutil.rmtree(workspace.folder / name, ignore_errors=False) if (workspace.folder / name).exists() else None
        if workspace.sources.list():
            workspace.build(force=True)
        keeping = workspace.builds.shown() if workspace.sources.list() else 0
        with workspace._writing("purge"):
            for build in workspace.builds.list():
                if build.number != keeping and (not keeping or set(sources) & set(values(build.table("sources"), "source_id"))):
                    workspace.builds.remove(build.number)
            if not keeping:
                with storing(workspace.builds.root):
                    (workspace.builds.root / "CURRENT").unlink(missing_ok=True)
        for one in sources:
            self.retention.finish_source(one)

    def _remove(self, source: str) -> None:
        """The folder of a source and its original; the name of the original begins with that of the source."""
        workspace = self._workspace
        folder = workspace.sources.root / source
        with storing(folder):
            if folder.exists():
                with Scratch(workspace.sources.root) as scratch:  # gone at once, or not at all
                    folder.rename(scratch.path / source)
            for original in (workspace.vault.root / source[:2]).glob(f"{source}*") if (workspace.vault.root / source[:2]).exists() else ():
                original.unlink()


def told(due: Sequence[Due]) -> list[dict[str, Any]]:
    """The list as plain data."""
    return [{"kind": one.kind, "id": one.id, "until": one.until, "due": one.due, "marking": one.marking, "state": one.state} for one in due]
