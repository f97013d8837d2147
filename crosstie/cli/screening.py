"""The command `screen`: names in, ranked hits with reasons out."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crosstie.cli.frame import Frame, command
from crosstie.errors import InputError, UsageError

if TYPE_CHECKING:
    from crosstie.resolve.screen.queries import Query
    from crosstie.resolve.screen.rows import Reject

PATH = click.Path(path_type=Path)
_SHOWN = 10


def register(main: click.Group) -> None:
    """Add the command to the group."""

    @command(main)
    @click.argument("names")
    @click.option("--against", type=PATH, help="The workspace with the names to be looked among; --workspace otherwise.")
    @click.option("--threshold", type=click.FloatRange(0, 1), default=None, help="Show hits from this score on.  [default: 0.7]")
    @click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, help="Most hits of one name.")
    @click.option("--explain/--no-explain", default=None, help="Say why: which parts agree, which differ, how rare that is.")
    @click.option("--format", "format", type=click.Choice(["text", "csv", "json", "xlsx"]), default=None, help="How to write the hits.")
    @click.option("--out", type=PATH, help="The file to write; standard output otherwise.")
    @click.option("--map", "mapped", multiple=True, metavar="COLUMN=WHAT", help="What a column holds: name, birthDate, country, idNumber …")
    @click.option(
        "--kind", type=click.Choice(["person", "organization", "thing"]), help="What a typed name is the name of, if that is known."
    )
    @click.option("--all", "every", is_flag=True, help="Write a line for names without a hit too.")
    def screen(frame: Frame, names: str, against: Path | None, format: str | None, **given: Any) -> int:
        """Look NAMES up among all names of a workspace: a table, “-” for standard input, or one name in quotes.

        Any script is looked up in any script. Tables are CSV, XLSX, XLS or ODS; columns are recognised by their headers in many languages, and
        dates of birth, countries, gender and numbers of papers count where they are given. Rows that cannot be used are told, none is lost.

        \b
          crosstie screen "Abu Samir al-Masri" --against unit7
          crosstie screen names.csv --against unit7 --format xlsx --out hits.xlsx
        """  # noqa: D301
        return run(frame, names, against or frame.folder, format or ("json" if frame.json else None), **given)


def run(
    frame: Frame,
    names: str,
    folder: Path,
    format: str | None,
    *,
    threshold: float | None,
    limit: int,
    explain: bool | None,
    out: Path | None,
    mapped: tuple[str, ...],
    kind: str | None,
    every: bool,
) -> int:
    """Screen, and write what is found."""
    from crosstie.cli.hits import Summary, written
    from crosstie.screening import THRESHOLD, Query, opened

    format = format or (out.suffix.lower()[1:] if out and out.suffix.lower() in (".csv", ".json", ".xlsx") else "text")
    if format == "xlsx" and out is None:
        raise UsageError("an XLSX file needs a name", hint="Add --out hits.xlsx.")
    with opened(folder, user=frame.user, purpose=frame.purpose) as screening, _asked(names, mapped) as (source, rejects):
        typed = source is None
        asked: Iterator[Query] = iter([Query(names, kind or "any")]) if source is None else source  # type: ignore[arg-type]
        answers = screening.answers(
            asked, threshold=THRESHOLD if threshold is None else threshold, limit=limit, explain=explain is not False
        )
        summary = Summary(exercise=screening.exercise)
        written(summary.counted(answers), format, out, explain=explain is not False, every=every or typed)
        _tell(summary, rejects, out)
    return 0


@contextmanager
def _asked(names: str, mapped: tuple[str, ...]) -> Iterator[tuple[Iterator[Query] | None, list[Reject]]]:
    """The queries of a file or of standard input with what is rejected of it; None for a name that was typed."""
    if names != "-" and not Path(names).is_file():
        if Path(names).is_dir() or Path(names).suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods"):
            raise InputError(f"{names}: there is no such file", hint="Give a file, “-” for standard input, or a name in quotes.")
        yield None, []
        return
    from crosstie.resolve.screen.rows import Rejects, look, queries

    given = dict(_pair(one) for one in mapped) or None
    with tempfile.TemporaryDirectory(prefix="crosstie-") as scratch:
        path = Path(names)
        if names == "-":
            path = Path(scratch) / "names"
            with path.open("wb") as spool:
                shutil.copyfileobj(sys.stdin.buffer, spool, 1 << 20)
        rejects = Rejects()
        yield queries(look(path, "standard input" if names == "-" else path.name, given), rejects), rejects.found


def _pair(written: str) -> tuple[str, str]:
    column, equals, prop = written.rpartition("=")
    if not equals or not column or not prop:
        raise UsageError(f"--map {written}: that is no COLUMN=WHAT", hint="Such as --map “Nom du client”=name.")
    return column.strip(), prop.strip()


def _tell(summary: Any, rejects: list[Reject], out: Path | None) -> None:
    """What was done, on standard error; every row that could not be used, beside the file or there."""
    lines = []
    if rejects:
        beside = out.with_name(out.name + ".rejects.csv") if out else None
        if beside is not None:
            import csv
            import io

            from crosstie.store.durable import storing, write_bytes

            text = io.StringIO()
            csv.writer(text).writerows([("place", "reason", "excerpt"), *rejects])
            with storing(beside):
                write_bytes(beside, text.getvalue().encode("utf-8", "backslashreplace"))
        shown = rejects[:_SHOWN] if beside else rejects
        lines += [f"not used: {one.place}: {one.reason}{f' (“{one.excerpt[:80]}”)' if one.excerpt else ''}" for one in shown]
        if beside:
            lines.append(f"{len(rejects):,} that could not be used: {beside}")
    if summary.queries != 1 or rejects:
        lines.append(summary.sentence(len(rejects)))
    if out:
        lines.append(f"{out} written, to be handled as {summary.marking()}")
    for line in lines:
        click.echo(line, err=True)
