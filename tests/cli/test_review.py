"""The review as people use it: the real program in a real pseudo-terminal, on a workspace on disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crosstie.app import Workspace
from crosstie.cli import main, screens
from crosstie.cli.review import chosen
from crosstie.errors import UsageError
from crosstie.ingest.load import Choice
from crosstie.store.casebook import Judgement
from tests.cli.terminal import Terminal
from tests.resolve.invented import write_build

SAID = {
    "a-1": ("Orin Vale", "1970-01-01"),
    "b-1": ("أورين فيل", "1970"),
    "a-2": ("Sela Marsh", "1981-05-06"),
    "b-2": ("Sella Marsh", "1984-02-01"),
    **{f"{side}-{place}": ("Tobin Reed", "1990-03-04") for side in "ab" for place in (5, 6, 7)},
    "c-1": ("Wena Holt", ""),
    "d-1": ("Wena \x1b[2JHolt\u202e", "1975"),
    "e-1": ("Wena Holt", ""),
}


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """A workspace with a build in which these are to be asked, in this order: a-1/b-1 (crime meets terror), a-2/b-2, three times Tobin Reed, and an
    entity of three Wena Holts.
    """
    folder = tmp_path / "unit"
    Workspace.init(folder, name="Unit 7").close()
    write_build(
        folder / "builds",
        [
            ("a-1", "b-1", 0.7, '{"name":6.0,"birth_date":1.5}'),
            ("a-2", "b-2", 0.7, '{"name":7.0,"birth_date":-2.0}'),
            *((f"a-{place}", f"b-{place}", 0.3, '{"name":4.0}') for place in (5, 6, 7)),
            ("c-1", "d-1", 0.99),
            ("d-1", "e-1", 0.96),
        ],
        entities=[("c-1", "d-1", "e-1")],
        said=SAID,
        spheres={"a-1": "crime", "b-1": "terror", "a-2": "crime"},
        links=[("a-1", "b-1")],
    )
    return folder


def at(unit: Path, *more: str, user: str = "ann", **how: Any) -> Terminal:
    return Terminal("review", "--workspace", unit, "--user", user, *more, **how)


def run(*arguments: str | Path) -> Result:
    """A command whose input is no terminal."""
    return CliRunner().invoke(main, [str(one) for one in arguments])


def judgements(unit: Path) -> list[Judgement]:
    workspace = Workspace(unit, user="looker")
    try:
        return workspace.casebook.history()
    finally:
        workspace.close()


def told(found: Sequence[Judgement]) -> list[tuple[str, str | None, str]]:
    return [(one.left, one.right, one.verdict) for one in found if one.revoked_at is None]


def test_a_first_sitting(unit: Path) -> None:
    person = at(unit)
    screen = person.begins()
    assert "0.70 rather one than two · two entities now" in screen
    for shown in (
        "a-1",
        "b-1",
        "Orin Vale",
        "أورين فيل",
        "Office of Lists · B2",
        "TLP:AMBER",
        "near",
        "for",
        "+6.0",
        "ann: 1 of 4, 0 decided",
    ):
        assert shown in screen
    assert "One is in the sphere of crime, the other in that of terror." in " ".join(screen.split())
    assert len(screen.split("\n")) <= 24
    person.press("y", "same. z takes it back")
    person.press("z", "Taken back – same: a-1 and b-1")
    assert told(judgements(unit)) == []
    person.press("r", "Why?")
    screen = person.type("same passport", "reason: same passport")
    person.press("n", "different. z takes it back")
    person.press("u", "unsure. z takes it back")
    said, code = person.end()
    assert code == 0
    assert "2 decided, 2 left. They count from the next build on: crosstie build" in said
    found = judgements(unit)
    assert told(found) == [("a-1", "b-1", "different"), ("a-2", "b-2", "unsure")]
    assert [(one.reason, one.user) for one in found if one.verdict == "different"] == [("same passport", "ann")]
    assert run("verify", "--workspace", unit).exit_code == 0


def test_the_next_sitting_goes_on_where_the_last_ended(unit: Path) -> None:
    first = at(unit)
    first.begins()
    first.press("s", "Skipped: it comes last")
    first.press("y", "same. z takes it back")
    first.end()
    again = at(unit)
    assert "ann: 1 of 3, 0 decided" in again.begins()
    assert "Tobin Reed" in again.screen()
    again.press("j", "ann: 2 of 3")
    assert "skipped before" in again.press("\x1b[B", "ann: 3 of 3")
    again.press("j", "No further question that way")
    again.press("k", "ann: 2 of 3")
    again.end("\x03")
    other = at(unit, user="bea")
    assert "Orin Vale" in other.begins()
    other.end("\x04")


def test_identical_cases_take_one_answer(unit: Path) -> None:
    person = at(unit)
    person.begins()
    person.press("j", "2 of 4")
    assert "No other case is identical" in person.press("b", "No other case is identical")
    screen = person.press("j", "3 of 4")
    assert "3 alike" in screen
    assert "a-6 – b-6, a-7 – b-7" in screen
    person.press("b", "ANSWER COUNTS FOR ALL 3")
    assert "ANSWER COUNTS" not in person.press("b", "3 of 4")
    person.press("b", "ANSWER COUNTS FOR ALL 3")
    person.press("y", "same, 3 pairs. z takes it back")
    assert told(judgements(unit)) == [("a-5", "b-5", "same"), ("a-6", "b-6", "same"), ("a-7", "b-7", "same")]
    person.press("z", "Taken back – same: a-5 and b-5 and 2 alike")
    assert told(judgements(unit)) == []
    person.end()


def test_an_entity_is_taken_apart(unit: Path) -> None:
    person = at(unit)
    person.begins()
    assert "nothing to take apart" in person.press("e", "nothing to take apart")
    person.press("j", "2 of 4")
    person.press("j", "3 of 4")
    person.press("j", "4 of 4")
    screen = person.press("e", "Take out which?")
    assert "3 records are one entity" in screen
    assert screen.index("2 – 3  score 0.96") < screen.index("1 – 2  score 0.99")
    assert "is no record of this entity" in person.type("9", "is no record of this entity")
    person.press("e", "Take out which?")
    assert "Nothing was taken apart." in person.type("", "Nothing was taken apart.")
    person.press("e", "Take out which?")
    person.type("3", "2 judgements. The next build makes of it: c-1, d-1 | e-1")
    assert told(judgements(unit)) == [("c-1", "e-1", "different"), ("d-1", "e-1", "different")]
    person.press("z", "Taken back – taken apart: c-1, 2 judgements")
    assert told(judgements(unit)) == []
    person.end()


def test_a_short_sitting_says_how_much_there_is(unit: Path) -> None:
    person = at(unit, "--limit", "2")
    assert "ann: 1 of 2 (of 6 pairs), 0 decided" in person.begins()
    said, _ = person.end()
    assert "0 decided, 6 left." in said


def test_names_in_latin_letters_originals_with_places_filter_and_help(unit: Path) -> None:
    person = at(unit, size=(140, 50))
    person.begins()
    assert "[" not in person.screen()
    assert "أورين فيل [" in person.press("l", "Latin (l)")
    assert "[" not in person.press("l", "1 of 4")
    assert "source 0000000000000000, row 1 · B2 (usually reliable, probably true) · TLP:AMBER" in person.press("o", "Original statements")
    assert "Original statements" not in person.press("o", "1 of 4")
    person.press("f", "1 of 2, 0 decided · links and spheres only (f)")
    assert "links and spheres" not in person.press("f", "1 of 4, 0 decided")
    assert "b  the next answer counts for all identical cases" in person.press("?", "Enter goes on")
    person.type("", "1 of 4")
    person.press("x", "“x” is no key here")
    person.end()


def test_what_does_not_fit_is_paged(unit: Path) -> None:
    person = at(unit, size=(60, 12))
    screen = person.begins()
    assert len(screen.split("\n")) <= 12
    assert "more: space --" in screen
    assert "0.70 rather" in screen
    below = person.press(" ", "--")
    assert "0.70 rather" not in below
    assert "0.70 rather" in person.press("-", "0.70 rather")
    person.end()


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


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_without_colour_and_on_a_dumb_terminal(unit: Path, environment: dict[str, str]) -> None:
    person = at(unit, **environment)
    screen = person.begins()
    assert all(word in screen for word in ("near", "for", "a-1", "Orin Vale"))
    assert "\x1b[31m" not in person.written
    assert "\x1b[32m" not in person.written
    assert environment.get("TERM") != "dumb" or "\x1b" not in person.written
    person.press("y", "same. z takes it back")
    person.end()
    assert told(judgements(unit)) == [("a-1", "b-1", "same")]


def test_a_name_cannot_steer_the_terminal(unit: Path) -> None:
    person = at(unit, size=(140, 50))
    person.begins()
    for place in (2, 3, 4):
        person.press("j", f"{place} of 4")
    assert "Wena \\u001b[2JHolt\\u202e" in person.screen()
    assert "\u202e" not in person.written
    person.end()


def test_without_a_terminal_it_says_what_to_do(unit: Path) -> None:
    done = run("review", "--workspace", unit)
    assert done.exit_code == 2
    assert "needs a terminal" in done.stderr
    assert "--json" in done.stderr
    assert "crosstie judge" in done.stderr
    listed = json.loads(run("review", "--workspace", unit, "--json", "--limit", "2").stdout)
    assert [(one["left"], one["right"]) for one in listed] == [("a-1", "b-1"), ("a-2", "b-2")]


def test_a_terminal_that_goes_away_ends_the_sitting(unit: Path) -> None:
    person = at(unit)
    person.begins()
    person.press("y", "same. z takes it back")
    person.hang_up()
    assert told(judgements(unit)) == [("a-1", "b-1", "same")]


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


def test_numbers_ids_or_all() -> None:
    assert chosen("all", ("x", "y")) is None
    assert chosen(" 2, x ", ("x", "y")) == ["y", "x"]
    assert chosen("", ("x", "y")) == []
    for wrong in ("0", "3", "z", "²"):
        with pytest.raises(UsageError):
            chosen(wrong, ("x", "y"))


def test_a_frame_never_exceeds_the_window() -> None:
    for height in range(8, 30):
        for count in (0, 1, 5, 20, 100):
            for top in (0, 7, 1_000):
                shown, first = screens.framed([str(place) for place in range(count)], ["footer"], screens.View(height=height, top=top))
                assert len(shown) <= height
                assert shown[-1] == "footer"
                assert first <= max(0, count - 1)
                assert count == 0 or str(first) in shown
