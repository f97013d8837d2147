"""`crosstie compare`: two names side by side, or a table of pairs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click

from crosstie.cli.frame import Frame, command
from crosstie.errors import UsageError

_KINDS = click.Choice(["person", "organization", "thing", "any"])
#: Pairs that are read, compared and written at a time.
_BATCH = 20_000


def register(group: click.Group) -> None:
    """Adds `compare` to the group."""

    @command(group)
    @click.argument("names", nargs=-1, required=True, metavar="NAME NAME | PAIRS.csv")
    @click.option("--kind", type=_KINDS, default="any", show_default=True, help="What bears the names.")
    def compare(frame: Frame, names: tuple[str, ...], kind: str) -> None:
        """Say how alike two names are, and why; in any script.

        With one argument, a CSV file of two columns, a likeness is written for each pair as CSV.
        """
        if len(names) == 1:
            _table(Path(names[0]), kind)
        elif len(names) == 2:
            _pair(frame, names[0], names[1], kind)
        else:
            raise UsageError("compare needs two names, or one file of pairs")


def _pair(frame: Frame, left: str, right: str, kind: Any) -> None:
    from crosstie.resolve.compare.reasons import reasons

    found = reasons(left, right, kind)
    if frame.json:
        frame.print_json(found._asdict() | {"agreeing": [one._asdict() for one in found.agreeing]})
        return
    click.echo(f"{found.likeness:.2f}  {'taken for one name' if found.same else 'not taken for one name'} ({found.evidence:+.1f} nats)")
    for sentence in found.sentences:
        click.echo(f"  {sentence}")


def _table(path: Path, kind: Any) -> None:
    from crosstie.resolve.compare.plain import likeness

    if not path.is_file():
        raise UsageError(f"{path} is no file: give two names, or a CSV file of pairs")
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("left", "right", "likeness"))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows: Iterator[list[str]] = (row for row in csv.reader(stream) if row)
        while batch := list(islice(rows, _BATCH)):
            for row in batch:
                if len(row) < 2:
                    raise UsageError(f"{path}: a row of one column: {row[0]!r}")
            found = likeness([row[0] for row in batch], [row[1] for row in batch], kind)
            out.writerows((row[0], row[1], f"{value:.4f}") for row, value in zip(batch, found, strict=True))
