"""`crosstie retention`, `backup` and `restore`: what is kept, until when, and a second copy of all."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from crosstie.cli import render
from crosstie.cli.ending import err
from crosstie.cli.frame import Frame, command
from crosstie.errors import UsageError

_PATH = click.Path(path_type=Path)


def register(group: click.Group) -> None:
    """Add the commands to the group."""

    @command(group)
    @click.option("--purge", "ids", multiple=True, metavar="ID", help="Destroy this case or source, whose time is over.")
    @click.option("--all-due", is_flag=True, help="With --why: destroy everything that is due.")
    @click.option("--why", metavar="TEXT", default="", help="Why it is destroyed; it stays on record.")
    @click.option("--yes", is_flag=True, help="Do not ask again.")
    def retention(frame: Frame, ids: tuple[str, ...], all_due: bool, why: str, yes: bool) -> None:
        """List what may be kept only until a day, and destroy what is due: closed cases, and sources marked “until=”.

        Only a custodian destroys (--user). The record of what was destroyed, by whom and why stays, and so do backups made before: destroy those, too.
        """
        from crosstie.purging import Purging, told

        with frame.workspace() as workspace:
            purging = Purging(workspace)
            found = purging.due()
            wanted = [one.id for one in found if one.due] if all_due else list(ids)
            if not wanted:
                if frame.json:
                    frame.print_json(told(found))
                elif found:
                    render.rows("Retention", told(found))
                else:
                    err.print("nothing here has an end: no closed case, and no source marked “until=”")
                return
            if not why.strip():
                raise UsageError("say why it is destroyed", hint="--why “retention is over, order 7/2026”")
            purging.retention.authorise()
            if not yes and not click.confirm(f"Destroy {', '.join(wanted)} for good?", err=True):
                raise UsageError("nothing was destroyed")
            done = purging.purge(wanted, why)
        if frame.json:
            frame.print_json({"purged": told(done)})
        else:
            err.print(f"destroyed: {', '.join(one.id for one in done)}. Backups made before still hold it.")

    @command(group)
    @click.argument("out", type=_PATH)
    def backup(frame: Frame, out: Path) -> None:
        """Write the whole workspace, with its casebook and audit, into one file OUT (a tar archive), while others go on working."""
        from crosstie.backup import back_up

        with frame.workspace() as workspace:
            made = back_up(workspace, out)
        if frame.json:
            frame.print_json(asdict(made))
        else:
            err.print(f"{out}: {made.files:,} files, {made.bytes:,} bytes, {made.entries:,} entries of the audit up to {made.head[:12]}")
            for problem in made.problems:
                err.print(f"[bold red]not as it was written:[/] {problem}")

    @command(group)
    @click.argument("file", type=_PATH)
    @click.argument("folder", type=_PATH)
    @click.option(
        "--casebook", default="", metavar="URL", help="Put the casebook into this empty PostgreSQL database instead of the folder."
    )
    def restore(frame: Frame, file: Path, folder: Path, casebook: str) -> None:
        """Make a workspace of a backup, in a FOLDER that is not there yet; every file and the audit are checked against their hashes."""
        from crosstie.backup import bring_back

        made = bring_back(file, folder, casebook, user=frame.user)
        if frame.json:
            frame.print_json(asdict(made))
        else:
            err.print(f"{folder}: {made.files:,} files and {made.entries:,} entries of the audit restored, all as they were written")
