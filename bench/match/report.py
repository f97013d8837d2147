"""The rows of the bench as a table to read and as a record to compare with."""

from __future__ import annotations

import json
from pathlib import Path

from bench.match.rows import Row

#: What it is compared with: of each work, our CPU-seconds are divided by nobody's, a peer's by ours.
OURS = "crosstie"


def line(row: Row) -> str:
    """One row while the bench runs."""
    cost = "" if row.cpu is None else f"  {row.cpu:.2f} cpu-s, {row.mib} MiB (start {row.start:.1f})"
    return f"{row.work} | {row.data} | {row.split} | {row.who}: {_figures(row)}{cost} {row.note}".rstrip()


def _figures(row: Row) -> str:
    return ", ".join(f"{name} {_number(value)}" for name, value in row.figures.items())


def _number(value: float) -> str:
    return f"{value:.3f}".lstrip("0") if abs(value) < 1 else f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}"


def markdown(table: list[Row]) -> str:
    """The table; the last column says how many times our CPU-seconds a peer needs for the same work on the same data."""
    out = ["| work | data | split | engine | figures | cpu-s | start | MiB | × ours |", "|---|---|---|---|---|---|---|---|---|"]
    ours = {(row.work, row.data): row.cpu for row in table if row.who == OURS and row.cpu}
    for row in table:
        own = ours.get((row.work, row.data))
        ratio = f"{row.cpu / own:.1f}" if own and row.cpu and row.who != OURS else ""
        cost = ["", "", ""] if row.cpu is None else [f"{row.cpu:.2f}", f"{row.start or 0:.1f}", str(row.mib)]
        who = f"**{row.who}**" if row.who == OURS else row.who
        told = "; ".join(filter(None, (_figures(row), row.note)))
        out.append(f"| {' | '.join([row.work, row.data, row.split, who, told, *cost, ratio])} |")
    return "\n".join(out) + "\n"


def merged(before: list[Row], made: list[Row]) -> list[Row]:
    """Rows of a run in place of the same rows of a run before it."""
    known = {(row.work, row.data, row.who): row for row in before}
    known.update({(row.work, row.data, row.who): row for row in made})
    return list(known.values())


def load(path: Path) -> list[Row]:
    """The rows of a record, none if there is none."""
    record = path.with_suffix(".json")
    return [Row(**row) for row in json.loads(record.read_text(encoding="utf-8"))] if record.exists() else []


def save(path: Path, table: list[Row]) -> None:
    """The record and the table beside it."""
    path.with_suffix(".json").write_text(
        json.dumps([row.as_dict() for row in table], indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    path.with_suffix(".md").write_text(markdown(table), encoding="utf-8")
