"""The commands of a lens on the command line: options of every kind, answers in every form, and what goes wrong said in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from crosstie.cli.fields import _add
from crosstie.errors import InputError
from crosstie.lens import registry
from crosstie.lens.commands import Answer, Command, Desk, Option

LENS = registry.load()[0]


def echo(desk: Desk | None, **values: Any) -> Answer:
    assert desk is None
    return Answer([{"name": name, "value": str(value)} for name, value in values.items()], notes=("noted",))


OPTIONS = (
    Option("number", "What is checked.", argument=True, required=True),
    Option("since", "From which day on.", "date"),
    Option("least", "At least.", "number", default=0.5),
    Option("top", "How many.", "count"),
    Option("all-of-it", "Everything.", "flag"),
    Option("kind", "Which.", choices=("a", "b"), default="a"),
    Option("also", "More.", many=True),
    Option("list", "A file.", "file"),
    Option("to", "Where to.", "out"),
)


def asked(command: Command, *words: str) -> Any:
    group = click.Group("field")
    _add(group, LENS, command)
    return CliRunner().invoke(group, [command.name, *words])


def test_values_of_every_kind_reach_the_command(tmp_path: Path) -> None:
    (tmp_path / "list.csv").touch()
    words = ["12", "--since", "2024-02-29", "--top", "3", "--all-of-it", "--kind", "b", "--also", "x", "--also", "y"]
    words += ["--list", str(tmp_path / "list.csv"), "--to", str(tmp_path / "out.csv"), "--format", "json"]
    done = asked(Command("check", "Checks.", OPTIONS, echo, workspace=False), *words)
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert {row["name"]: row["value"] for row in answer["rows"]} == {
        "number": "12",
        "since": "2024-02-29",
        "least": "0.5",
        "top": "3",
        "all_of_it": "True",
        "kind": "b",
        "also": "('x', 'y')",
        "list": str(tmp_path / "list.csv"),
        "to": str(tmp_path / "out.csv"),
    }
    assert answer["notes"] == ["noted"]


@pytest.mark.parametrize(
    "words,said",
    [
        ([], "Missing argument"),
        (["12", "--since", "29.2.2024"], "since"),
        (["12", "--top", "-1"], "top"),
        (["12", "--kind", "c"], "kind"),
        (["12", "--list", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_is_no_value_is_said(words: list[str], said: str) -> None:
    done = asked(Command("check", "Checks.", OPTIONS, echo, workspace=False), *words)
    assert done.exit_code == 2
    assert said in done.output


def test_rows_as_csv_are_exact() -> None:
    def run(desk: Desk | None) -> Answer:
        return Answer([{"name": "=1+1", "parts": ["a", "b"]}, {"name": "Aro, Velmi", "parts": []}])

    done = asked(Command("list", "Lists.", (), run, workspace=False), "--format", "csv")
    assert done.stdout == 'name,parts\n=1+1,a; b\n"Aro, Velmi",\n'


def test_a_fault_is_one_sentence_and_a_code() -> None:
    def run(desk: Desk | None) -> Answer:
        raise InputError("line 3 is cut off", hint="Fetch it again.")

    done = asked(Command("list", "Lists.", (), run, workspace=False))
    assert done.exit_code == InputError("").exit_code
    assert "line 3 is cut off" in done.output
    assert "Traceback" not in done.output


def test_nothing_found_and_files_written_are_said(tmp_path: Path) -> None:
    nothing = asked(Command("list", "Lists.", (), lambda desk: Answer(), workspace=False))
    assert "Nothing found" in nothing.output
    written = asked(Command("write", "Writes.", (), lambda desk: Answer(files=(tmp_path / "a.xml",)), workspace=False))
    assert "a.xml" in written.output


def test_without_a_workspace_it_is_said() -> None:
    done = asked(Command("list", "Lists.", (), lambda desk: Answer()), "--workspace", "nowhere")
    assert done.exit_code == 4
