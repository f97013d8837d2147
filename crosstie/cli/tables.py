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

    from crosstie.resolve.fields.files import TableFile
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
    @click.option("--sheet", metavar="NAME", help="The sheet of a workbook; the first that is not empty otherwise.")
    @click.option(
        "--threads",
        type=click.IntRange(1, 64),
        default=2,
        show_default=True,
        envvar="CROSSTIE_THREADS",
        help="How many processors to use; the result is the same.",
    )
    def dedupe(frame: Frame, file: Path, said: str | None, weights_file: Path | None, **given: Any) -> None:
        """Put together the rows of FILE (CSV, workbook, Parquet) that speak of one person.

        The rows come back in their order with one column more, “cluster”. Nothing has to be set: columns are recognised by their headers, in
        many languages, and how much each of them tells is learned from the table itself, without labels.
        """
        from crosstie.resolve import table as tables
        from crosstie.resolve.fields.files import TableFile, check_ending, write_batches
        from crosstie.resolve.learn import Weights
        from crosstie.resolve.threads import ahead

        out, pairs_file = given["out"], given["pairs_file"] or (given["out"] and given["out"].with_name(given["out"].stem + ".pairs.csv"))
        for path in (out, pairs_file):
            if path:
                check_ending(path)
        weights = Weights.load(weights_file) if weights_file else None
        source = TableFile(file, given["sheet"])
        found = tables.dedupe_batches(
            lambda columns: ahead(source.batches(columns)),
            source.names,
            _said(said),
            threshold=given["threshold"],
            weights=weights,
            threads=given["threads"],
        )
        uncertain = _written(source, found, out, to_screen=not frame.json)
        if pairs_file:
            write_batches(uncertain.to_batches(), uncertain.schema, pairs_file)
        if given["save_weights"]:
            found.weights.save(given["save_weights"])
        if frame.json:
            shown = uncertain.slice(0, _SHOWN).to_pylist() if given["explain"] else None
            frame.print_json({**_summary(found, source), "uncertain": shown})
            return
        _tell(found, source, pairs_file)
        if given["explain"]:
            render.rows("Uncertain pairs", uncertain.slice(0, _SHOWN).to_pylist())


def _written(source: TableFile, found: Deduped, out: Path | None, *, to_screen: bool) -> pa.Table:
    """Read the file once more and write its rows with their clusters as they pass by; the uncertain pairs, with reasons, come back."""
    import pyarrow as pa

    from crosstie.resolve.fields import telling
    from crosstie.resolve.fields.files import write_batches, write_csv
    from crosstie.resolve.threads import ahead

    pairs, wanted = telling.uncertain_rows(found)
    picked = telling.Picked(wanted)
    batches = telling.clustered(picked.passing(ahead(source.batches())), found)
    schema = pa.schema([(name, pa.string()) for name in source.names])
    schema = schema.append(pa.field(telling.cluster_column(list(source.names)), pa.int64()))
    if out:
        write_batches(batches, schema, out)
    elif to_screen:
        write_csv(batches, schema, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    else:
        for _ in batches:
            pass
    return telling.told_pairs(pairs, picked.table(), wanted, found)


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


def _summary(found: Deduped, source: TableFile) -> dict[str, Any]:
    return {
        "rows": len(found.clusters),
        "clusters": found.count,
        "compared": found.compared,
        "columns": dict(found.columns),
        "ignored": list(found.ignored),
        "rejected": source.rejected,
        "sheet": source.sheet,
        "other_sheets": list(source.other_sheets),
        "weights": {"prior": found.weights.prior, "levels": dict(found.weights.levels), "learned_from": dict(found.weights.learned_from)},
    }


def _tell(found: Deduped, source: TableFile, pairs_file: Path | None) -> None:
    from crosstie.resolve.fields.telling import TOLD

    understood = ", ".join(f"{column} ({prop})" for column, prop in found.columns.items())
    err.print(
        f"{len(found.clusters):,} rows are {found.count:,} persons; {found.compared:,} pairs were compared", soft_wrap=True, markup=False
    )
    err.print(f"columns: {understood}", soft_wrap=True, markup=False)
    if found.ignored:
        err.print(
            f"not understood, and ignored: {', '.join(found.ignored)} (say what they hold with --columns)", soft_wrap=True, markup=False
        )
    if source.other_sheets:
        left_out = ", ".join(f"“{name}”" for name in source.other_sheets)
        err.print(f"sheet “{source.sheet}” was read; not read: {left_out} (choose with --sheet)", soft_wrap=True, markup=False)
    if source.rejected:
        err.print(f"{source.rejected:,} rows do not fit the columns and were left out", soft_wrap=True, markup=False)
    uncertain = found.uncertain().num_rows
    most = f"the {TOLD:,} most uncertain " if uncertain > TOLD else ""
    where = f", {most}in {pairs_file}" if pairs_file else ""
    err.print(f"{uncertain:,} pairs are uncertain{where}", soft_wrap=True, markup=False)
