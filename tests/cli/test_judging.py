"""Judgements by command: what the program says to them, where they go, and what stands of them in the audit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crosstie.app import Workspace
from crosstie.ingest.load import Choice
from tests.cli.reviewing import at, judgements, reviewable, run
from tests.resolve.invented import write_build


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    return reviewable(tmp_path / "unit")


def test_a_contradiction_is_told_at_once(unit: Path) -> None:
    for left, right in (("a-5", "b-5"), ("b-5", "b-1")):
        done = run("judge", "pair", left, right, "--verdict", "same", "--workspace", unit, "--user", "bea")
        assert done.exit_code == 0
        assert "contradiction" not in done.stdout
    done = run("judge", "pair", "a-5", "b-1", "--verdict", "different", "--workspace", unit, "--user", "cy")
    assert "contradiction: a-5 and b-1 were judged different (cy, " in done.stdout
    assert "a-5 and b-5 the same (bea, " in done.stdout
    done = run("judge", "pair", "a-5", "b-1", "--verdict", "different", "--workspace", unit, "--json")
    assert [one["records"] for one in json.loads(done.stdout)["conflicts"]] == [["a-5", "b-5", "b-1"]]
    listed = json.loads(run("judgements", "list", "--conflicts", "--workspace", unit, "--json").stdout)
    assert len(listed) == 1
    person = at(unit, user="dan")
    assert "Judgements contradict each other here." in person.begins()
    person.press("y", "CONTRADICTION")
    person.end()


def test_judgements_go_to_another_unit_and_back(unit: Path, tmp_path: Path) -> None:
    run("judge", "pair", "a-1", "b-1", "--verdict", "same", "--reason", "=passport", "--workspace", unit, "--user", "ann")
    run("judge", "pair", "a-2", "b-2", "--verdict", "different", "--workspace", unit, "--user", "ann")
    file = tmp_path / "judgements.csv"
    assert run("judgements", "export", "--out", file, "--workspace", unit).exit_code == 0
    assert file.read_text(encoding="utf-8").startswith("left_id,right_id,verdict,reason,user,at\na-1,b-1,same,=passport,ann,")
    other = tmp_path / "other"
    Workspace.init(other).close()
    write_build(other / "builds", [("a-1", "b-1", 0.5)])
    run("judge", "pair", "a-1", "b-1", "--verdict", "different", "--workspace", other, "--user", "bea")
    with file.open("a", encoding="utf-8") as more:
        more.write("a-1,a-1,same,,ann,\n")
    done = run("judgements", "import", file, "--workspace", other, "--user", "bea", "--json")
    assert done.exit_code == 3
    told_of = json.loads(done.stdout)
    assert (told_of["entered"], told_of["known"], told_of["dormant"]) == (1, 0, 1)
    assert [(one["line"], one["reason"].split(" on ")[0]) for one in told_of["refused"]] == [
        (2, "here judged different by bea"),
        (4, "a record cannot be compared with itself"),
    ]
    (sleeping,) = json.loads(run("judgements", "list", "--dormant", "--workspace", other, "--json").stdout)
    assert (sleeping["left"], sleeping["user"], sleeping["reason"][:13]) == ("a-2", "bea", "judged by ann")
    done = run("judgements", "import", file, "--replace", "--workspace", other, "--user", "bea")
    assert "1 entered, 1 known already, 1 refused" in done.stdout
    for wrong in (tmp_path / "nothing.csv", tmp_path):
        assert run("judgements", "import", wrong, "--workspace", other).exit_code == 3
    file.write_bytes(b"\xff\xfe\x00")
    assert "not in UTF-8" in run("judgements", "import", file, "--workspace", other).stderr


def test_what_is_taken_apart_and_what_contradicts_is_told_by_the_next_build(tmp_path: Path) -> None:
    folder = tmp_path / "unit"
    workspace = Workspace.init(folder, exercise=True)
    for dataset in ("one", "two", "three"):
        people = [
            {
                "id": str(place),
                "schema": "Person",
                "properties": {
                    "name": [name],
                    "birthDate": [born],
                    "idNumber": [number],
                    "country": ["qm"],
                    "publisher": [f"Office {dataset}"],
                },
            }
            for place, (name, born, number) in enumerate(
                [("Orin Vale", "1970-01-01", "QMID55501"), ("Sela Marsh", "1981-05-06", "QMID55502")]
            )
        ]
        file = tmp_path / f"{dataset}.ftm.json"
        file.write_text("".join(json.dumps(one) + "\n" for one in people), encoding="utf-8")
        (added,) = workspace.add([file], choice=Choice(dataset=dataset, originator=f"Office {dataset}"))
        assert added.outcome == "added", added.error
    workspace.build()
    workspace.close()
    there = ("--workspace", folder, "--user", "ann")
    done = run("explode", "two-0", *there, "--json")
    assert done.exit_code == 0, done.stderr
    shown = json.loads(done.stdout)
    assert [one["entity_id"] for one in shown["records"]] == ["one-0", "three-0", "two-0"]
    assert len(shown["bonds"]) == 2
    assert "judgements" not in shown
    assert "Nothing is changed yet" in run("explode", "two-0", *there).stdout
    assert "The next build makes of it: one-0, three-0 | two-0" in run("explode", "two-0", "--out", "two-0", *there).stdout
    assert run("explode", "two-0", "--out", "two-0", "--all", *there).exit_code == 2
    run("judge", "pair", "one-1", "two-1", "--verdict", "same", *there)
    run("judge", "pair", "two-1", "three-1", "--verdict", "same", *there)
    run("judge", "pair", "three-1", "one-1", "--verdict", "different", *there)
    done = run("build", *there)
    assert "contradiction: one-1 and three-1 were judged different (ann, " in done.stdout
    assert [one["records"] for one in json.loads(run("build", *there, "--json").stdout)["conflicts"]] == [["one-1", "two-1", "three-1"]]
    members = {len(json.loads(run("show", record, *there, "--json").stdout)["members"]) for record in ("two-0", "three-1")}
    assert members == {1}
    assert run("explode", "two-0", "--all", *there).exit_code == 2


def test_reading_and_deciding_stand_in_the_audit(unit: Path) -> None:
    person = at(unit, "--purpose", "case 12")
    person.begins()
    person.press("y", "same. z takes it back")
    person.end()
    entries = json.loads(run("audit", "--workspace", unit, "--json").stdout)
    acts = [(one["action"], one["subject"], one["purpose"]) for one in entries if one["user"] == "ann"]
    assert acts[0] == ("read review", "0001", "case 12")
    assert ("read pair", "a-1 b-1", "case 12") in acts
    assert [action for action, _, _ in acts].count("judge") == 1


def test_a_judgement_is_one_entry_of_the_audit(unit: Path) -> None:
    run(
        "judge",
        "pair",
        "a-5",
        "b-5",
        "--verdict",
        "same",
        "--reason",
        "passport",
        "--workspace",
        unit,
        "--user",
        "bea",
        "--purpose",
        "case 12",
    )
    (made,) = judgements(unit)
    entries = [one for one in json.loads(run("audit", "--workspace", unit, "--json").stdout) if one["action"] == "judge"]
    assert [(one["subject"], one["user"], one["purpose"]) for one in entries] == [(made.id, "bea", "case 12")]
    assert "passport" in json.dumps(entries[0]["detail"])
