"""The commands about lenses: which there are, a new one, whether one keeps the contract, and a unit's own thresholds."""

from __future__ import annotations

from pathlib import Path

import click

from crosstie.cli import render
from crosstie.cli.frame import Frame, command
from crosstie.errors import LensError, UsageError

PATH = click.Path(path_type=Path)


def register(main: click.Group) -> None:
    """Add the commands to the group."""

    @command(main)
    def lenses(frame: Frame) -> None:
        """List the fields of crime that this installation knows."""
        from crosstie import exercise

        rows = exercise.list_lenses()
        if frame.json:
            frame.print_json(rows)
        else:
            render.rows("Lenses", rows)

    _lens(main)
    _thresholds(main)


def _lens(main: click.Group) -> None:
    @main.group(context_settings=main.context_settings)
    def lens() -> None:
        """Write a lens of your own: begin one, and prove that it keeps the contract."""

    @command(lens, name="new")
    @click.argument("name")
    @click.option("--title", help="What the field is called; NAME otherwise.")
    @click.option("--out", type=PATH, default=Path(), help="Where the package goes; the current folder otherwise.")
    def new(frame: Frame, name: str, title: str | None, out: Path) -> None:
        """Begin a lens: a package that works from the first minute, to be changed piece by piece."""
        from crosstie import exercise

        made = exercise.new_lens(name, title or name.capitalize(), out)
        if frame.json:
            frame.print_json({"folder": made})
        else:
            click.echo(f"{made}: a new lens. Next: pip install -e {made}, then “crosstie lens check {name}”.")

    @command(lens, name="check")
    @click.argument("name")
    def check(frame: Frame, name: str) -> None:
        """Say in what a lens breaks the contract: manifest, docstrings, thresholds, words, fixtures of readers and detectors."""
        from crosstie import exercise

        found = exercise.check_lens(name)
        if frame.json:
            frame.print_json({"lens": name, "problems": found})
        if found:
            raise LensError("\n".join(found), hint="docs/guide/lens.md says what a lens must bring.")
        if not frame.json:
            click.echo(f"{name} keeps the contract.")


def _thresholds(main: click.Group) -> None:
    @main.group(context_settings=main.context_settings)
    def thresholds() -> None:
        """What detectors hold for much or little: the lenses' own, and what your unit has set instead."""

    @command(thresholds, name="list")
    @click.argument("only", metavar="[LENS[.TYPOLOGY]]", default="")
    @click.option("--history", is_flag=True, help="All that was ever set, oldest first.")
    def list_(frame: Frame, only: str, history: bool) -> None:
        """List the thresholds, those of one lens or one detector if you like."""
        with frame.workspace() as workspace:
            if history:
                named = ("name", "value", "user", "at", "reason")
                rows = [
                    {name: getattr(one, name) for name in named} for one in workspace.thresholds().history() if one.name.startswith(only)
                ]
            else:
                rows = [row for row in workspace.list_thresholds() if f"{row['threshold']}.".startswith(f"{only}." if only else "")]
        if frame.json:
            frame.print_json(rows)
        else:
            render.rows("Thresholds", rows)

    @command(thresholds, name="set")
    @click.argument("threshold")
    @click.argument("value", type=float)
    @click.option("--reason", required=True, help="Why: it is kept with your name and the day.")
    def set_(frame: Frame, threshold: str, value: float, reason: str) -> None:
        """Set THRESHOLD (lens.typology.threshold) to VALUE; it holds from the next build on."""
        with frame.workspace() as workspace:
            made = workspace.set_threshold(threshold, value, reason)
        if frame.json:
            frame.print_json(made)
        else:
            click.echo(f"{made.name} is {made.value:g} from the next build on.")

    @command(thresholds, name="reset")
    @click.argument("threshold")
    @click.option("--reason", required=True, help="Why: it is kept with your name and the day.")
    def reset(frame: Frame, threshold: str, reason: str) -> None:
        """Go back to the lens's own value of THRESHOLD."""
        with frame.workspace() as workspace:
            if threshold not in workspace.thresholds().in_force():
                raise UsageError(f"{threshold} is not set here: the lens's own value holds already")
            workspace.set_threshold(threshold, None, reason)
        if not frame.json:
            click.echo(f"{threshold} is the lens's own again from the next build on.")
