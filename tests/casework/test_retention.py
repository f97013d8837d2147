"""What is due to be destroyed is listed, and destroyed by a custodian only, with a record that stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from crosstie import clock
from crosstie.app import Workspace
from crosstie.casework import changes as asked
from crosstie.casework.access import Person, Role
from crosstie.cli import main
from crosstie.errors import AccessError, NotFound, UsageError
from crosstie.ingest.load import Choice
from crosstie.model.marking import Tlp
from crosstie.purging import Purging

LATER = 400


@pytest.fixture
def unit(tmp_path: Path) -> Workspace:
    workspace = Workspace.init(tmp_path / "unit", user="cus")
    for name, role in (("lea", Role.CASE_LEAD), ("cus", Role.CUSTODIAN), ("ana", Role.ANALYST)):
        workspace.accounts().add(name, role, Tlp.RED, by="root")
    return workspace


def closed(unit: Workspace, folder: Path) -> str:
    """A closed case with a note and a file."""
    cases = unit.cases(Person("lea", Role.CASE_LEAD, Tlp.RED, "a trial"))
    ref = cases.open("the word zanzibar", "smuggling", "order 7")
    cases.change(ref, asked.Note("the word zanzibar"))
    file = folder / "seized"
    file.write_bytes(b"the word zanzibar")
    version = cases.attach(ref, file, "seized.txt", "why")
    cases.change(ref, asked.Close(version, "done", (clock.today() + timedelta(days=30)).isoformat()))
    return ref


def written(folder: Path, name: str, person: str, marking: str) -> Choice:
    (folder / name).write_bytes(orjson.dumps({"id": name, "schema": "Person", "properties": {"name": [person]}}) + b"\n")
    return Choice(marking=marking, check_promise=False)


def in_future(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = clock.now() + timedelta(days=LATER)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_a_case_is_destroyed_when_its_time_is_over_and_its_record_stays(
    unit: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = closed(unit, tmp_path)
    [due] = Purging(unit).due()
    assert (due.id, due.due) == (ref, False)
    for too_early in (ref, "C-2026-99999"):
        with pytest.raises(NotFound):
            Purging(unit).purge([too_early], "over")
    with pytest.raises(AccessError, match="to be kept until"):
        Purging(unit).retention.purge_case(ref, "over")
    in_future(monkeypatch)
    for nobody in ("lea", "ana", "ghost"):
        other = Workspace(unit.folder, user=nobody)
        with pytest.raises(AccessError, match="custodian"):
            Purging(other).purge([ref], "over")
        other.close()
    with pytest.raises(UsageError, match="reason"):
        Purging(unit).purge([ref], " ")
    Purging(unit).purge([ref], "retention is over")
    assert Purging(unit).due() == []
    with unit.database.read() as connection:
        row = connection.execute(sa.text("select status, title, purged_by, purged_why, destroyed from cases")).one()
        assert connection.scalar(sa.text("select count(*) from case_notes")) == 0
    assert row[:4] == ("purged", "", "cus", "retention is over")
    assert '"case_notes": 1' in row[4]
    assert not (unit.folder / "cases" / ref).exists()
    unit.database.close()
    held = b"".join(file.read_bytes() for file in unit.folder.rglob("*") if file.is_file())
    assert b"zanzibar" not in held
    with pytest.raises(NotFound):
        unit.cases(Person("lea", Role.CASE_LEAD, Tlp.RED, "a trial")).read(ref)
    assert unit.verify() == []


def test_a_purge_that_was_stopped_before_the_files_went_is_taken_up_again(
    unit: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = closed(unit, tmp_path)
    in_future(monkeypatch)
    purging = Purging(unit)
    with monkeypatch.context() as stopped:
        stopped.setattr("crosstie.casework.case_files.Files.destroy", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            purging.purge([ref], "over")
    assert [(one.id, one.state) for one in purging.due()] == [(ref, "unfinished")]
    purging.purge([ref], "over")
    assert purging.due() == []


def test_a_source_goes_with_its_original_and_everything_that_was_computed_from_it(
    unit: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = (clock.today() + timedelta(days=30)).isoformat()
    unit.add([tmp_path / "a.ftm.json"], choice=written(tmp_path, "a.ftm.json", "Zanzibar Quillon", f"TLP:AMBER; until={until}"))
    unit.add([tmp_path / "b.ftm.json"], choice=written(tmp_path, "b.ftm.json", "Orvan Telk", "TLP:AMBER"))
    unit.build()
    [due] = Purging(unit).due()
    assert (due.kind, due.due) == ("source", False)
    in_future(monkeypatch)
    with monkeypatch.context() as stopped:
        stopped.setattr(Workspace, "build", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            Purging(unit).purge([due.id], "over")
    assert [(one.id, one.state) for one in Purging(unit).due()] == [(due.id, "unfinished")]
    Purging(unit).purge([due.id], "over")
    assert Purging(unit).due() == []
    assert unit.built().table("entities")["caption"].to_pylist() == ["Orvan Telk"]
    assert [one.number for one in unit.builds.list()] == [unit.built().number]
    assert due.id not in [one.source_id for one in unit.sources.list()]
    assert unit.verify() == []
    actions = [one.action for one in unit.audit.entries()]
    assert actions.count("source purged") == 1


def test_the_last_source_leaves_no_build(unit: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    until = (clock.today() + timedelta(days=30)).isoformat()
    unit.add([tmp_path / "a.ftm.json"], choice=written(tmp_path, "a.ftm.json", "Zanzibar Quillon", f"TLP:AMBER; until={until}"))
    unit.build()
    in_future(monkeypatch)
    Purging(unit).purge([one.id for one in Purging(unit).due()], "over")
    assert unit.builds.current() is None
    assert unit.builds.list() == []


def test_the_command_lists_asks_and_destroys(unit: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = closed(unit, tmp_path)
    unit.close()
    run = CliRunner()
    place = ["--workspace", str(unit.folder), "--user", "cus", "retention"]
    assert ref in run.invoke(main, place).output
    in_future(monkeypatch)
    assert run.invoke(main, [*place, "--purge", ref]).exit_code == 2
    refused = run.invoke(main, [*place, "--purge", ref, "--why", "over"], input="n\n")
    assert refused.exit_code == 2
    assert ref in run.invoke(main, place).output
    assert run.invoke(main, [*place, "--purge", ref, "--why", "over"], input="y\n").exit_code == 0
    assert run.invoke(main, [*place, "--json"]).output.strip() == "[]"
