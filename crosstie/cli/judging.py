"""The commands for people's decisions about who is who: review, take apart, list and exchange judgements."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from crosstie.cli import render
from crosstie.cli.ending import err
from crosstie.cli.frame import Frame, command
from crosstie.errors import InputError, UsageError

if TYPE_CHECKING:
    from crosstie.resolve.desk import Separated
    from crosstie.store.casebook import Judgement

PATH = click.Path(path_type=Path)
_SHOWN = 20


def register(main: click.Group) -> None:
    """Add the commands to the group."""

    @command(main)
    @click.option(
        "--limit", type=click.IntRange(min=1), default=None, help="How many questions; 1,000 at a terminal, all with --json otherwise."
    )
    def review(frame: Frame, limit: int | None) -> None:
        """Decide about doubtful pairs of records, the most informative first, by single keys: y same, n different, u unsure, ? for all.

        Needs a terminal. With --json the questions are printed instead; answer one with “crosstie judge pair”.
        """
        with frame.workspace(bar=False) as workspace:
            if frame.json:
                frame.print_json(workspace.review(limit))
                return
            from crosstie.cli.review import Terminal, check_terminal, keys

            check_terminal()
            Terminal(workspace.desk(), limit).run(keys())

    @command(main)
    @click.argument("entity")
    @click.option("--out", "out", multiple=True, metavar="RECORD", help="Take this record out; may be given more than once.")
    @click.option("--all", "every", is_flag=True, help="Set all its records apart from each other.")
    @click.option("--reason", default="", help="Why; it stands beside the judgements.")
    def explode(frame: Frame, entity: str, out: tuple[str, ...], every: bool, reason: str) -> None:
        """Take a wrong merge apart.

        Shows the records of ENTITY and what joined them, the weakest tie first. With --out or --all it judges them different; the next build
        obeys. “crosstie revoke” takes such a judgement back.
        """
        if out and every:
            raise UsageError("--out and --all exclude each other")
        with frame.workspace() as workspace:
            desk = workspace.desk()
            found = desk.merged(entity)
            made = desk.separate(found, list(out) or None, reason) if out or every else None
        if frame.json:
            frame.print_json({**found.as_dict(), **(_separated(made) if made else {})})
            return
        from crosstie.cli import screens

        render.out.print(screens.entity(found, screens.View(width=render.out.width)))
        if made is None:
            hint = f"Nothing is changed yet. Take records out: crosstie explode {found.entity_id} --out RECORD; or set all apart: --all"
            render.out.print(hint if len(found.records) > 1 else "It is one record only.", soft_wrap=True, markup=False)
        else:
            parts = " | ".join(", ".join(part) for part in made.parts)
            render.conflicts([one.sentence for one in made.conflicts])
            render.out.print(f"{len(made.judgements)} judgements. The next build makes of it: {parts}", soft_wrap=True, markup=False)

    @main.group(context_settings=main.context_settings)
    def judgements() -> None:
        """List the judgements; exchange those on pairs with another unit."""

    @command(judgements, name="list")
    @click.option("--dormant", is_flag=True, help="Only those of which a record is in no source now: they hold again when it returns.")
    @click.option("--conflicts", "contradictory", is_flag=True, help="Only the contradictions: same and same, yet different.")
    @click.option("--history", is_flag=True, help="Also what was superseded or taken back.")
    def list_(frame: Frame, dormant: bool, contradictory: bool, history: bool) -> None:
        """List what people decided: who, when, why."""
        with frame.workspace() as workspace:
            if contradictory:
                found = workspace.desk().conflicts()
            elif dormant:
                listed = workspace.desk().dormant()
            else:
                listed = workspace.casebook.history() if history else workspace.casebook.in_force()
        if contradictory and frame.json:
            frame.print_json([one.as_dict() for one in found])
        elif contradictory:
            render.rows("Contradictions", [{"contradiction": one.sentence, "judgements": " ".join(one.ids)} for one in found])
        elif frame.json:
            frame.print_json(listed)
        else:
            render.rows("Judgements", [_row(one) for one in listed])

    @command(judgements, name="export")
    @click.option("--out", type=PATH, help="The file to write; standard output otherwise.")
    def export(frame: Frame, out: Path | None) -> None:
        """Write the judgements on pairs that are in force as CSV, for another unit."""
        from crosstie.store.durable import storing, write_bytes

        with frame.workspace() as workspace:
            text = workspace.desk().export()
            if out is not None:
                with storing(out):
                    write_bytes(out, text.encode())
        if out is None:
            click.echo(text, nl=False)
        elif frame.json:
            frame.print_json({"out": out, "judgements": text.count("\n") - 1})
        else:
            err.print(f"{out} written")

    @command(judgements, name="import")
    @click.argument("file", type=PATH)
    @click.option("--replace", is_flag=True, help="Take the other unit's verdict also where yours is another.")
    def import_(frame: Frame, file: Path, replace: bool) -> int:
        """Enter the judgements of another unit's FILE under your name; who made them first stands in the reason.

        A pair that you decided otherwise is refused. Judgements on records that you do not have are kept until they come.
        """
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"{file} is not in UTF-8", hint="Save it as CSV in UTF-8.") from error
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror}") from error
        with frame.workspace() as workspace:
            done = workspace.desk().bring_in(text, replace=replace)
        if frame.json:
            counts = {"entered": len(done.judgements), "known": done.known, "dormant": done.dormant}
            frame.print_json(
                {**counts, "refused": [asdict(one) for one in done.refused], "conflicts": [one.as_dict() for one in done.conflicts]}
            )
        else:
            sleeping = f" ({done.dormant:,} of them sleep until their records come)" if done.dormant else ""
            click.echo(f"{len(done.judgements):,} entered{sleeping}, {done.known:,} known already, {len(done.refused):,} refused")
            for one in done.refused[:_SHOWN]:
                render.out.print(f"[red]line {one.line}[/] {escape(one.reason)}: {escape(one.excerpt)}", soft_wrap=True)
            if len(done.refused) > _SHOWN:
                click.echo(f"and {len(done.refused) - _SHOWN:,} more: --json lists them all")
            render.conflicts([one.sentence for one in done.conflicts])
        return InputError.exit_code if done.refused else 0


def _row(one: Judgement) -> dict[str, Any]:
    shown = {"judgement": one.id, "verdict": one.verdict, "left": one.left, "right": one.right or "", "who": one.user, "when": one.at[:16]}
    return {**shown, "why": one.reason, "taken back": (one.revoked_at or "")[:16]}


def _separated(made: Separated) -> dict[str, Any]:
    return {
        "judgements": [asdict(one) for one in made.judgements],
        "parts": made.parts,
        "conflicts": [one.as_dict() for one in made.conflicts],
    }
