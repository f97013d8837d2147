"""The command for plain tables: no workspace, one file in, the same rows with their clusters out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crosstie.cli import render
from crosstie.cli.ending import err
from crosstie.cli.frame import Frame, command

if TYPE_CHECKING:
    import pyarrow as pa

    from crosstie.resolve.table import Deduped

PATH = click.Path(path_type=Path)
_SHOWN = 20


def register(main: click.Group) -> None:
    """Add the command to the group."""

    @command(main)
    @click.argument("file", type=PATH)
    @click.option("--out", type=PATH, help="Where to write the rows with their clusters (.csv or .parquet); standard output otherwise.")
    @click.option("--pairs", "pairs_file", type=PATH, help="Where to write the uncertain pairs; beside --out as NAME.pairs.csv otherwise.")
    @click.option(
        "--columns",
        "said",
        metavar="PROPERTY=COLUMN,…",
        help="What the columns hold, such as “lastName=Nom,birthDate=ddn”; recognised by their headers otherwise.",
    )
    @click.option(
        "--threshold",
        type=click.FloatRange(0.01, 0.999),
        default=0.5,
        show_default=True,
        help="Rows are tied by pairs of at least this probability.",
    )
    @click.option("--explain", is_flag=True, help="Show the most uncertain pairs, with all that speaks for and against.")
    @click.option("--weights", "weights_file", type=PATH, help="Weights learned before, instead of learning them from this table.")
    @click.option("--save-weights", type=PATH, help="Where to keep the weights, to use them again.")
    def dedupe(frame: Frame, file: Path, said: str | None, threshold: float, weights_file: Path | None, **given: Any) -> None:
        """Put together the rows of FILE (CSV, workbook, Parquet) that speak of one person.

        The rows come back in their order with one column more, “cluster”. Nothing has to be set: columns are recognised by their headers, in
        many languages, and how much each of them tells is learned from the table itself, without labels.
        """
        from crosstie.resolve import table as tables
        from crosstie.resolve.fields.files import read_table, write_table
        from crosstie.resolve.learn import Weights

        table, rejected = read_table(file)
        weights = Weights.load(weights_file) if weights_file else None
        found = tables.dedupe(table, _said(said), threshold=threshold, weights=weights)
        clustered = tables.with_clusters(table, found)
        if given["out"]:
            write_table(clustered, given["out"])
        elif not frame.json:
            _print(clustered)
        uncertain = tables.uncertain_pairs(table, found)
        pairs_file = given["pairs_file"] or (given["out"] and given["out"].with_name(given["out"].stem + ".pairs.csv"))
        if pairs_file:
            write_table(uncertain, pairs_file)
        if given["save_weights"]:
            found.weights.save(given["save_weights"])
        if frame.json:
            frame.print_json(
                {**_summary(found, rejected), "uncertain": uncertain.slice(0, _SHOWN).to_pylist() if given["explain"] else None}
            )
            return
        _tell(found, rejected, uncertain.num_rows, pairs_file)
        if given["explain"]:
            render.rows("Uncertain pairs", uncertain.slice(0, _SHOWN).to_pylist())


def _said(columns: str | None) -> dict[str, str] | None:
    """Column to property, from `property=column,…`."""
    from crosstie.errors import UsageError

    if columns is None:
        return None
    found = {}
    for part in columns.split(","):
        prop, equals, column = part.partition("=")
        if not equals or not prop.strip() or not column.strip():
            raise UsageError(f"“{part}” does not say what a column holds", hint="Write PROPERTY=COLUMN, for example birthDate=ddn.")
        found[column.strip()] = prop.strip()
    return found


def _print(table: pa.Table) -> None:
    import pyarrow.csv as pa_csv

    pa_csv.write_csv(table, sys.stdout.buffer, pa_csv.WriteOptions(quoting_style="needed"))
    sys.stdout.buffer.flush()


def _summary(found: Deduped, rejected: int) -> dict[str, Any]:
    return {
        "rows": len(found.clusters),
        "clusters": found.count,
        "compared": found.compared,
        "columns": dict(found.columns),
        "ignored": list(found.ignored),
        "rejected": rejected,
        "weights": {"prior": found.weights.prior, "levels": dict(found.weights.levels), "learned_from": dict(found.weights.learned_from)},
    }


def _tell(found: Deduped, rejected: int, uncertain: int, pairs_file: Path | None) -> None:
    understood = ", ".join(f"{column} ({prop})" for column, prop in found.columns.items())
    err.print(
        f"{len(found.clusters):,} rows are {found.count:,} persons; {found.compared:,} pairs were compared", soft_wrap=True, markup=False
    )
    err.print(f"columns: {understood}", soft_wrap=True, markup=False)
    if found.ignored:
        err.print(
            f"not understood, and ignored: {', '.join(found.ignored)} (say what they hold with --columns)", soft_wrap=True, markup=False
        )
    if rejected:
        err.print(f"{rejected:,} rows do not fit the columns and were left out", soft_wrap=True, markup=False)
    where = f", in {pairs_file}" if pairs_file else ""
    err.print(f"{uncertain:,} pairs are uncertain{where}", soft_wrap=True, markup=False)
