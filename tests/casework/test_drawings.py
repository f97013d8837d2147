"""Drawings that are kept: whose they are, what others see of them, and two windows at once. On both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crosstie.casework.access import Person, Role
from crosstie.casework.drawings import Drawings
from crosstie.errors import AccessError, NotFound, UsageError
from crosstie.model.marking import Tlp
from crosstie.model.tables import LINK, STEP
from crosstie.store.audit import Audit
from crosstie.store.builds import Build
from crosstie.store.database import Database
from tests.graph.test_drawing import build_of


@pytest.fixture
def build(tmp_path: Path) -> Build:
    build = build_of(tmp_path / "builds" / "0001")
    link = {"rank": 1, "link_id": "l1", "crime_id": "a", "terror_id": "c", "marking": "TLP:AMBER"}
    strict = link | {"rank": 2, "link_id": "l2", "marking": "TLP:RED"}
    steps = [{"link_id": "l1", "path_no": 1, "step_no": 2, "source": "b", "target": "c"}]
    steps.append({"link_id": "l1", "path_no": 1, "step_no": 1, "source": "a", "target": "b"})
    for name, schema, rows in (("links", LINK, [link, strict]), ("steps", STEP, steps)):
        told = [{column: row.get(column) for column in schema.names} for row in rows]
        pq.write_table(pa.Table.from_pylist(told, schema=schema), build.path / f"{name}.parquet")
    return build


class Office:
    """Several people with one casebook."""

    def __init__(self, database: Database, build: Build, folder: Path) -> None:
        self.database, self.build, self.folder = database, build, folder
        self.read: list[tuple[str, str, Any]] = []

    def of(self, name: str, level: Tlp = Tlp.AMBER) -> Drawings:
        def record(action: str, subject: str, detail: Any) -> None:
            self.read.append((name, action, detail))

        return Drawings(self.database, self.build, self.folder, Person(name, Role.ANALYST, level, "a trial"), record)


@pytest.fixture
def office(database: Database, build: Build, tmp_path: Path) -> Office:
    return Office(database, build, tmp_path / "drawing")


def test_a_drawing_is_begun_changed_undone_saved_and_deleted(office: Office) -> None:
    ana = office.of("ana")
    kept = ana.begin({"do": "link", "link": "1"})
    assert set(kept.places) == {"a", "b", "c"}
    kept = ana.step(kept.id, {"do": "expand", "node": "b"}, after=1)
    assert set(kept.places) == {"a", "b", "c", "d"}
    before = kept.places
    kept = ana.undo(kept.id)
    assert len(kept.steps) == 1
    kept = ana.redo(kept.id)
    assert kept.places == before
    assert len(ana.redo(kept.id).steps) == 2
    for _ in range(3):
        kept = ana.undo(kept.id)
    assert len(kept.steps) == 1
    kept = ana.step(kept.id, {"do": "hide", "node": "a"})
    assert kept.undone == ()
    kept = ana.save(kept.id, "  The   ring ")
    assert kept.name == "The ring"
    assert ana.save(kept.id, "The other ring").name == "The other ring"
    assert [one.name for one in ana.all()[0]] == ["The other ring"]
    ana.delete(kept.id)
    with pytest.raises(NotFound):
        ana.open(kept.id)
    noted = [(one.action, one.user, one.purpose) for one in Audit(office.database).entries()]
    assert noted == [(what, "ana", "a trial") for what in ("save drawing", "save drawing", "delete drawing")]
    assert list(Audit(office.database).verify()) == []


def test_a_drawing_is_nobody_elses_until_it_is_shared_and_then_to_look_at(office: Office) -> None:
    ana, ben = office.of("ana"), office.of("ben")
    kept = ana.begin({"do": "entity", "node": "b"})
    with pytest.raises(NotFound):
        ben.open(kept.id)
    ana.save(kept.id, "Shared", shared=True)
    seen = ben.open(kept.id)
    assert ben.named(seen) == "Shared"
    for change in (
        lambda: ben.step(kept.id, {"do": "hide", "node": "b"}),
        lambda: ben.undo(kept.id),
        lambda: ben.save(kept.id, "mine"),
        lambda: ben.delete(kept.id),
    ):
        with pytest.raises(NotFound, match="of yours"):
            change()
    assert ana.open(kept.id).name == "Shared"


def test_what_a_reader_is_cleared_for_now_is_what_they_see(office: Office) -> None:
    red = office.of("rita", Tlp.RED)
    kept = red.begin({"do": "entity", "node": "b"})
    kept = red.step(kept.id, {"do": "expand", "node": "b"})
    kept = red.step(kept.id, {"do": "note", "node": "a", "text": "Red One called", "marking": "TLP:CLEAR"})
    assert kept.marking == "TLP:RED"
    assert kept.steps[-1]["marking"] == "TLP:RED"
    red.save(kept.id, "Of Red One", shared=True)
    amber = office.of("ben")
    seen = amber.look(kept.steps, kept.places)
    assert "Red One" not in str(seen)
    assert amber.named(amber.open(kept.id)) == ""
    assert amber.all() == ([], 1)
    assert office.read[-1][1] == "read drawing"
    assert "r" not in office.read[-1][2]["entities"]


def test_what_one_may_not_see_cannot_be_begun_with(office: Office) -> None:
    ana = office.of("ana")
    for step in ({"do": "entity", "node": "r"}, {"do": "entity", "node": "v"}, {"do": "link", "link": "2"}, {"do": "link", "link": "l2"}):
        with pytest.raises(AccessError):
            ana.begin(step)
    for step in ({"do": "entity", "node": "nobody"}, {"do": "link", "link": "99"}, {"do": "link", "link": "9" * 100}):
        with pytest.raises(NotFound):
            ana.begin(step)
    kept = ana.begin({"do": "link", "link": "l1"})
    with pytest.raises(AccessError):
        ana.step(kept.id, {"do": "entity", "node": "r"})


def test_a_form_that_was_sent_twice_or_from_another_window_changes_nothing(office: Office) -> None:
    ana = office.of("ana")
    kept = ana.begin({"do": "entity", "node": "b"})
    ana.step(kept.id, {"do": "expand", "node": "b"}, after=1)
    with pytest.raises(UsageError, match="another window"):
        ana.step(kept.id, {"do": "hide", "node": "b"}, after=1)
    with pytest.raises(UsageError, match="another window"):
        ana.undo(kept.id, after=1)
    assert len(ana.open(kept.id).steps) == 2


def test_of_two_changes_at_once_one_is_refused_and_none_lost(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, again = office.of("ana"), office.of("ana")
    kept = ana.begin({"do": "entity", "node": "b"})
    arranged = Drawings._arranged

    def slow(self: Drawings, told: Any) -> Any:
        if self is ana:  # the other window comes in between
            again.step(kept.id, {"do": "pin", "node": "b", "x": 5, "y": 5})
        return arranged(self, told)

    monkeypatch.setattr(Drawings, "_arranged", slow)
    with pytest.raises(UsageError, match="another window"):
        ana.step(kept.id, {"do": "expand", "node": "b"})
    assert [one["do"] for one in again.open(kept.id).steps] == ["entity", "pin"]
