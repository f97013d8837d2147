"""The review as people use it: the real program in a real pseudo-terminal, on a workspace on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crosstie.cli import screens
from crosstie.cli.review import chosen
from crosstie.errors import UsageError
from tests.cli.reviewing import at, judgements, reviewable, run, told


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    return reviewable(tmp_path / "unit")


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
