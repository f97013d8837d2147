"""The commands that the lenses bring: a group for each field of crime, made of what the lens declares."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import MutableMapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crosstie.cli import render
from crosstie.cli.ending import err
from crosstie.cli.frame import Frame, command
from crosstie.lens.places import FILE, folders

if TYPE_CHECKING:
    from crosstie.lens.commands import Answer, Command, Option
    from crosstie.lens.manifest import Lens

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_KINDS: dict[str, Any] = {
    "text": str,
    "number": float,
    "count": click.IntRange(min=0),
    "date": click.DateTime(["%Y-%m-%d"]),
    "file": _FILE,
    "out": click.Path(path_type=Path, dir_okay=False),
}


class Fields(click.Group):
    """The commands of crosstie, and behind them those of the lenses."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """As in click: the lenses that bring commands stand among the others."""
        return sorted({*super().list_commands(ctx), *_fields()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """As in click."""
        known = super().get_command(ctx, cmd_name)
        return known if known is not None or cmd_name not in _fields() else _Field(cmd_name)


class _Field(click.Group):
    """The commands of one lens: its code is loaded only when they are asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name, help=_title(name), context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
        self._loaded = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        """As in click."""
        return sorted(self._own())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """As in click."""
        return self._own().get(cmd_name)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As in click, with what the lens says of itself."""
        self._own()
        super().format_help(ctx, formatter)

    def _own(self) -> MutableMapping[str, click.Command]:
        if not self._loaded:
            from crosstie.lens import registry

            [lens] = [one for one in registry.load() if one.name == self.name]
            self.help = f"{lens.title}: {lens.about}"
            for one in lens.commands():
                _add(self, lens, one)
            self._loaded = True
        return self.commands


@cache
def _fields() -> frozenset[str]:
    """The names of the lenses that bring commands."""
    return frozenset(name for name, (folder, _) in folders().items() if (folder / "commands.py").is_file())


def _title(name: str) -> str:
    """What a lens is called, without reading the rest of its manifest."""
    text = (folders()[name][0] / FILE).read_text(encoding="utf-8", errors="replace")
    found = re.search(r"^title: *(.+)$", text, re.MULTILINE)
    return f"{found[1].strip(chr(34))}: what officers of the field ask." if found else name


def _add(group: click.Group, lens: Lens, asked: Command) -> None:
    def run(frame: Frame, format: str, **values: Any) -> None:
        given = {name: value.date().isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
        if asked.workspace:
            with frame.workspace() as workspace:
                answer = workspace.ask(lens.name, asked.name, given)
        else:
            answer = asked.run(None, **given)  # a number is checked, a file turned into another: nothing of a workspace is read
        _show(frame, answer, format, f"{lens.title}: {asked.name}")

    run.__doc__ = asked.about
    shown = click.option("--format", type=click.Choice(["text", "csv", "json"]), default="text", help="How rows are written.")(run)
    for option in reversed(asked.options):
        shown = _option(option)(shown)
    command(group, name=asked.name)(shown)


def _option(option: Option) -> Any:
    name, kind = option.name.replace("-", "_"), click.Choice(option.choices) if option.choices else _KINDS.get(option.kind)
    if option.argument:
        return click.argument(name, type=kind, nargs=-1 if option.many else 1, required=option.required)
    if option.kind == "flag":
        return click.option(f"--{option.name}", name, is_flag=True, help=option.about)
    return click.option(
        f"--{option.name}",
        name,
        type=kind,
        required=option.required,
        default=option.default,
        multiple=option.many,
        help=option.about,
        show_default=option.default is not None and not option.many,
    )


def _show(frame: Frame, answer: Answer, format: str, title: str) -> None:
    rows = answer.table()
    if frame.json or format == "json":
        files = {"files": answer.files} if answer.files else {}
        frame.print_json({"rows": rows, "notes": answer.notes, **files, **({"text": answer.text} if answer.text else {})})
        return
    if answer.text:
        click.echo(answer.text.rstrip("\n"))
    if rows and format == "csv":
        writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    elif rows:
        render.rows(title, rows)
    elif not answer.text and not answer.files:
        err.print("Nothing found.")
    for file in answer.files:
        err.print(f"{file} written", markup=False, soft_wrap=True)
    for note in answer.notes:
        err.print(note, markup=False, soft_wrap=True)


def _cell(value: Any) -> Any:
    """Lists as one text."""
    return "; ".join(str(one) for one in value) if isinstance(value, list | tuple) else value
