"""The command that learns what the features of records weigh in a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crosstie.cli import render
from crosstie.cli.frame import Frame, command
from crosstie.errors import UsageError

if TYPE_CHECKING:
    from crosstie.resolve.learn import Weights


def register(main: click.Group) -> None:
    """Add the command to the group."""

    @command(main)
    @click.option("--show", is_flag=True, help="Only show the weights in force, beside those that crosstie comes with.")
    @click.option("--reset", is_flag=True, help="Go back to the weights that crosstie comes with.")
    def learn(frame: Frame, show: bool, reset: bool) -> None:
        """Learn from this workspace how much each feature of two records tells.

        What agrees by chance, and what differs between records of one person, is counted on the records themselves, without labels; pairs judged
        in review count as judged. The weights hold from the next build on, and the build notes which they were.
        """
        if show and reset:
            raise UsageError("--show and --reset exclude each other")
        with frame.workspace() as workspace:
            before = workspace.weights() if not reset else None
            changed = workspace.reset_weights() if reset else False
            weights = workspace.weights() if show or reset else workspace.learn_weights()
        if frame.json:
            frame.print_json(_told(weights))
            return
        if reset:
            click.echo("The weights that crosstie comes with hold from the next build on." if changed else "They hold already.")
            return
        _table(weights, before if not show else None)
        if not show:
            click.echo("They hold from the next build on (crosstie build). Back to those of crosstie: crosstie learn --reset")


def _told(weights: Weights) -> dict[str, object]:
    from crosstie.resolve.weights import lines, mark

    listed = [line._asdict() for line in lines(weights)]
    return {"in_force": mark(weights), "prior": weights.prior, "learned_from": dict(weights.learned_from), "weights": listed}


def _table(weights: Weights, before: Weights | None) -> None:
    """The weights, with those of crosstie and (where others held until now) the last ones."""
    from crosstie.resolve.weights import lines, mark

    title = "Weights of crosstie" if mark(weights) == "shipped" else "Weights learned here"
    if told := weights.learned_from:
        title += (
            f" from {told['sample']:,} of {told['candidates']:,} pairs of {told['records']:,} records, about {told['true_pairs']:,} of them "
            f"one thing, {told['judged']:,} judged"
        )
    last = lines(before) if before is not None and mark(before) not in ("shipped", mark(weights)) else None
    rows = []
    for place, line in enumerate(lines(weights)):
        row: dict[str, object] = {"feature": line.feature, "where": line.outcome, "crosstie": f"{line.shipped:+.2f}"}
        if last:
            row["until now"] = f"{last[place].weight:+.2f}"
        row["here"] = f"{line.weight:+.2f}"
        row["chances"] = _times(line.weight)
        rows.append(row)
    render.rows(title, rows)


def _times(nats: float) -> str:
    """A weight in words: what it does to the odds that two records are one thing."""
    from math import exp

    factor = exp(abs(nats))
    if abs(nats) < 0.05:
        return "as they were"
    shown = f"{factor:,.0f}" if factor >= 10 else f"{factor:.1f}"
    return f"{shown} times {'better' if nats > 0 else 'worse'}"
