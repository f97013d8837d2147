"""The command that shows what the detectors saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from rich.markup import escape

from crosstie.cli import render
from crosstie.cli.frame import Frame, command
from crosstie.cli.render import out

_SHOWN = 20


def register(main: click.Group) -> None:
    """Add the command to the group."""

    @command(main)
    @click.argument("finding", required=False)
    @click.option("--lens", default="", help="Only of this field of crime; “crosstie lenses” lists them.")
    @click.option("--typology", default="", help="Only of this typology, or of this activity.")
    @click.option(
        "--status", type=click.Choice(["", "proposed", "accepted", "rejected"]), default="", help="Only what nobody judged, or judged so."
    )
    @click.option("--subject", default="", help="Only about this entity.")
    @click.option("--top", type=click.IntRange(min=0), default=None, help=f"How many; {_SHOWN} on a terminal, all with --json.")
    def findings(frame: Frame, finding: str | None, top: int | None, **which: str) -> None:
        """List what the detectors saw, the strongest first; or show one FINDING with its evidence and what would explain it innocently.

        A finding is a pattern, not an offence. “crosstie judge finding FINDING --verdict accepted” makes it count: from the next build on its
        subjects belong to the world that it speaks of, and those whom it ties are tied.
        """
        from crosstie.link.findings import Wanted

        with frame.workspace() as workspace:
            found: Any = workspace.finding(finding) if finding else workspace.findings(Wanted(**which))
        if frame.json:
            frame.print_json(found if finding else found[:top])
        elif finding:
            _one(found)
        else:
            _list(found, _SHOWN if top is None else top)


def _list(found: list[dict[str, Any]], top: int) -> None:
    render.rows(
        "Findings",
        [
            {
                "finding": row["finding_id"],
                "typology": row["typology"],
                "who": ", ".join(row["names"]),
                "period": f"{row['start']} – {row['end']}",
                "score": round(row["score"], 2),
                "status": row["status"],
                "seen": row["sentence"],
            }
            for row in found[:top]
        ],
    )
    if len(found) > top:
        out.print(f"{len(found) - top:,} more: --top {len(found)}")


def _one(found: Mapping[str, Any]) -> None:
    out.print(f"[bold]{escape(found['title'])}[/] · {escape(found['typology'])} · {escape(found['status'])}")
    out.print(escape(found["sentence"]), soft_wrap=True)
    out.print(f"{found['start']} – {found['end']} · score {found['score']:.2f} · {escape('; '.join(found['markings']))}")
    render.rows("Who", [{"entity": one, "name": found["names"].get(one, "")} for one in found["subjects"]])
    ties = [{"from": found["names"].get(tie["a"], tie["a"]), "to": found["names"].get(tie["b"], tie["b"])} for tie in found["ties"]]
    if ties:
        render.rows("Tied by it", ties)
    shown = ("sentence", "source_id", "locator", "originator", "grade", "marking")
    render.rows("Evidence", [{name: piece[name] for name in shown} for piece in found["evidence"]])
    out.print("[bold]What would explain it innocently[/]")
    for one in found["innocent"]:
        out.print(f"  – {escape(one)}", soft_wrap=True)
    limits = ", ".join(f"{name} {value:g}" for name, value in found["thresholds"].items())
    out.print(f"Thresholds: {limits or 'not noted'}", soft_wrap=True)
