"""Drawings that people keep: the steps that made each, where its entities stand, and whose it is. What a reader sees of one is worked out when they look."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crosstie import clock
from crosstie.casework.access import Person
from crosstie.errors import AccessError, NotFound, UsageError
from crosstie.graph.drawing import MOST_STEPS, Drawing, Picture, Step, checked
from crosstie.graph.ties import open_ties
from crosstie.link.path import path_of
from crosstie.model.marking import Marking, strictest
from crosstie.store.audit import Audit
from crosstie.store.builds import Build
from crosstie.store.database import Base, Database
from crosstie.store.record import plain

#: Notes a read in the audit: action, subject, detail.
Record = Callable[[str, str, Mapping[str, Any]], None]
#: Drawings without a name are let go after so long; entities that an entry of the audit names.
DRAFT, _NAMED = timedelta(days=14), 1_000
_NAME = 200


class DrawingRow(Base):
    """One drawing. `name` is empty until it is kept as a view; steps, what was undone, and places are JSON."""

    __tablename__ = "drawings"
    drawing: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    name: Mapped[str]
    shared: Mapped[bool]
    marking: Mapped[str]
    steps: Mapped[str]
    undone: Mapped[str]
    places: Mapped[str]
    changed_at: Mapped[str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A drawing as it is kept. `marking` is the strictest of what its owner saw when it was last changed; `places` is where entities stand."""

    id: str
    owner: str
    name: str
    shared: bool
    marking: str
    steps: tuple[Step, ...]
    undone: tuple[Step, ...]
    places: Mapping[str, tuple[int, int]]
    changed_at: str


class Drawings:
    """The drawings of a workspace, for one person and the current build. Each that is kept, shared or deleted is an entry of the audit."""

    def __init__(self, database: Database, build: Build, folder: Path, person: Person, record: Record) -> None:
        self._database, self.build, self.person, self._record = database, build, person, record
        self._audit = Audit(database)
        self.drawing = Drawing(
            open_ties(build, folder), person.cleared, int(person.clearance), lambda link: path_of(build, link, person.cleared)
        )

    def look(self, steps: Sequence[Mapping[str, Any]], places: Mapping[str, tuple[int, int]] | None = None, *, of: str = "") -> Picture:
        """What steps show this person; noted as read, of the drawing or beginning that is named."""
        picture = self.drawing.picture([checked(step) for step in steps], places or {})
        ids = [one.id for one in picture.nodes]
        self._record("read drawing", of or "new", {"build": self.build.number, "entities": ids[:_NAMED], "count": len(ids)})
        return picture

    def begin(self, step: Mapping[str, Any]) -> Kept:
        """A new drawing, of a link or an entity. NotFound where there is none, AccessError where this person may not see it."""
        first = self._first(step)
        moment = clock.now()
        kept = Kept(secrets.token_hex(8), self.person.name, "", False, str(Marking()), (first,), (), {}, _told(moment))
        kept = self._arranged(kept)
        with self._database.write() as connection:
            old = sa.delete(DrawingRow).where(DrawingRow.owner == self.person.name, DrawingRow.name == "")
            connection.execute(old.where(DrawingRow.changed_at < _told(moment - DRAFT)))
            connection.execute(sa.insert(DrawingRow).values(**_row(kept)))
        return kept

    def first(self, step: Mapping[str, Any]) -> Picture:
        """What a drawing that begins so shows, without keeping it."""
        told = self._first(step)
        return self.look([told], of=str(told.get("link") or told.get("node")))

    def open(self, drawing: str) -> Kept:
        """A drawing of one's own, or one that is shared. NotFound for any other."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(DrawingRow.__table__).where(DrawingRow.drawing == drawing)).mappings().one_or_none()
        if row is None or (row["owner"] != self.person.name and not row["shared"]):
            raise NotFound("there is no such drawing", hint="It was deleted, or it is somebody else’s and not shared.")
        return _kept(row)

    def step(self, drawing: str, given: Mapping[str, Any], after: int | None = None) -> Kept:
        """Take a step. `after`: of how many steps the drawing was made when the form was; UsageError where it has changed meanwhile."""
        kept = self._own(drawing, after)
        if len(kept.steps) >= MOST_STEPS:
            raise UsageError(f"a drawing has at most {MOST_STEPS} steps", hint="Save it, and begin another.")
        told = dict(given)
        if told.get("do") == "note":
            told["marking"] = kept.marking  # a note may speak of all that is seen
        step = self._first(told) if told.get("do") in ("entity", "link") else checked(told)
        return self._change(kept, replace(kept, steps=(*kept.steps, step), undone=()))

    def undo(self, drawing: str, after: int | None = None) -> Kept:
        """Take the last step back; the first stays."""
        kept = self._own(drawing, after)
        if len(kept.steps) < 2:
            return kept
        return self._change(kept, replace(kept, steps=kept.steps[:-1], undone=(*kept.undone, kept.steps[-1])))

    def redo(self, drawing: str, after: int | None = None) -> Kept:
        """Take the step again that was taken back last."""
        kept = self._own(drawing, after)
        if not kept.undone:
            return kept
        return self._change(kept, replace(kept, steps=(*kept.steps, kept.undone[-1]), undone=kept.undone[:-1]))

    def save(self, drawing: str, name: str, *, shared: bool = False) -> Kept:
        """Keep a drawing as a view under a name, or rename it; `shared`: everybody who may draw can open it, and sees of it what they are cleared for."""
        title = " ".join(plain(name).split())
        if not title or len(title) > _NAME:
            raise UsageError(f"a name has 1 to {_NAME} letters")
        kept = self._own(drawing, None)
        return self._change(kept, replace(kept, name=title, shared=shared), "save drawing", {"name": title, "shared": shared})

    def delete(self, drawing: str) -> None:
        """Forget a drawing."""
        with self._database.write() as connection:
            mine = sa.delete(DrawingRow).where(DrawingRow.drawing == drawing, DrawingRow.owner == self.person.name)
            if not connection.execute(mine).rowcount:
                raise self._not_yours()
            self._note(connection, "delete drawing", drawing, {})

    def all(self) -> tuple[list[Kept], int]:
        """One's own drawings, the newest first, then the views that others share; and how many of these are marked more strictly than one is cleared for."""
        with self._database.read() as connection:
            query = sa.select(DrawingRow.__table__).where(sa.or_(DrawingRow.owner == self.person.name, DrawingRow.shared))
            rows = connection.execute(query.order_by(DrawingRow.changed_at.desc(), DrawingRow.drawing)).mappings().all()
        found = sorted((_kept(row) for row in rows), key=lambda one: one.owner != self.person.name)
        seen = [one for one in found if one.owner == self.person.name or self.person.cleared(one.marking)]
        return seen, len(found) - len(seen)

    def evidence(self, edge: str) -> list[dict[str, Any]]:
        """What says that there is a tie, as far as this person may see it."""
        number = self.drawing.ties.tie_of(edge)
        rows = [] if number is None else self.drawing.ties.said(np.array([number], np.int64))
        return [one for row in rows for one in row["evidence"] or () if self.person.cleared(one.get("marking"))]

    def named(self, kept: Kept) -> str:
        """The name of a drawing, as far as this person may know it."""
        return kept.name if kept.owner == self.person.name or self.person.cleared(kept.marking) else ""

    def _first(self, given: Mapping[str, Any]) -> Step:
        """A beginning, of something that is there and that this person may see."""
        step = checked(given)
        if step["do"] == "link":
            if self.drawing.path(step["link"]) is None:
                raise NotFound(f"there is no link “{step['link'][:100]}”")
            return step
        number = self.drawing.ties.find(step["node"])
        if number is None:
            raise NotFound(f"there is no entity “{step['node'][:100]}”")
        if not self.drawing.seen(number):
            if self.drawing.ties.node(number).victim:
                raise AccessError("a victim or a minor is shown only to those who need to know", hint="That is decided in a case.")
            raise AccessError(
                "its marking is stricter than your clearance", hint="Ask an administrator, or somebody who is cleared for it."
            )
        return step

    def _arranged(self, kept: Kept) -> Kept:
        """The drawing with a place for all that its owner sees, and marked as strictly as the strictest of it."""
        picture = self.drawing.picture(kept.steps, kept.places)
        places = dict(kept.places) | {one.id: (one.x, one.y) for one in picture.nodes}
        return replace(kept, places=places, marking=strictest(picture.markings) if picture.markings else str(Marking()))

    def _own(self, drawing: str, after: int | None) -> Kept:
        kept = self.open(drawing)
        if kept.owner != self.person.name:
            raise self._not_yours()
        if after is not None and after != len(kept.steps):
            raise _changed()
        return kept

    def _change(self, before: Kept, after: Kept, action: str = "", detail: Mapping[str, Any] | None = None) -> Kept:
        """Put the changed drawing in the place of the one before, unless somebody else has changed that meanwhile. What it shows is worked out before:
        nobody waits for it.
        """
        told = self._arranged(replace(after, changed_at=_told(clock.now())))
        with self._database.write() as connection:
            same = (DrawingRow.drawing == before.id, DrawingRow.owner == self.person.name, DrawingRow.changed_at == before.changed_at)
            if not connection.execute(sa.update(DrawingRow).where(*same).values(**_row(told))).rowcount:
                raise _changed()
            if action:
                self._note(connection, action, before.id, detail or {})
        return told

    def _note(self, connection: sa.Connection, action: str, drawing: str, detail: Mapping[str, Any]) -> None:
        person = self.person
        self._audit.record(action, drawing, user=person.name, purpose=person.purpose, detail=detail, within=connection)

    def _not_yours(self) -> NotFound:
        return NotFound("there is no such drawing of yours", hint="A view that somebody shares can be looked at, not changed.")


def _changed() -> UsageError:
    return UsageError("the drawing was changed meanwhile, in another window", hint="Open it again.")


def _kept(row: Any) -> Kept:
    steps, undone = (tuple(json.loads(row[name])) for name in ("steps", "undone"))
    places = {node: (at[0], at[1]) for node, at in json.loads(row["places"]).items()}
    return Kept(row["drawing"], row["owner"], row["name"], row["shared"], row["marking"], steps, undone, places, row["changed_at"])


def _row(kept: Kept) -> dict[str, Any]:
    told = {
        name: json.dumps(value, separators=(",", ":"))
        for name, value in (("steps", kept.steps), ("undone", kept.undone), ("places", kept.places))
    }
    plainly = {"owner": kept.owner, "name": kept.name, "shared": kept.shared, "marking": kept.marking, "changed_at": kept.changed_at}
    return {"drawing": kept.id, **plainly, **told}


def _told(moment: Any) -> str:
    return str(moment.isoformat(timespec="microseconds"))
