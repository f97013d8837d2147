"""`crosstie token`: tokens made and taken back where the workspace lies, by whoever may read its files."""

from __future__ import annotations

from dataclasses import asdict

import click

from crosstie.cli import render
from crosstie.cli.ending import err
from crosstie.cli.frame import Frame, command


def register(group: click.Group) -> None:
    """Add the commands to the group."""

    @group.group()
    def token() -> None:
        """Tokens: how programs ask the workbench in the name of a person."""

    @command(token, name="new")
    @click.argument("owner")
    @click.option("--title", required=True, help="What the token is called.")
    @click.option("--may", "acts", multiple=True, required=True, metavar="ACT", help="What it may do, as “search”; give it several times.")
    @click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="For how many days it holds.")
    def new(frame: Frame, owner: str, title: str, acts: tuple[str, ...], days: int) -> None:
        """Make a token of the account OWNER. It is shown once, on standard output. --purpose is noted with everything that is read with it."""
        from crosstie.casework.access import Act, Person
        from crosstie.errors import NotFound, UsageError

        known = {act.value: act for act in Act}
        if unknown := [one for one in acts if one not in known]:
            raise UsageError(f"“{unknown[0]}” is nothing that can be done", hint=f"Known are: {'; '.join(known)}.")
        with frame.workspace() as workspace:
            account = next((one for one in workspace.accounts().all() if one.name == owner and not one.closed), None)
            if account is None:
                raise NotFound(f"there is no open account “{owner}”", hint="Accounts are made in the workbench.")
            person = Person(account.name, account.role, account.clearance)
            secret, made = workspace.tokens().make(person, title, [known[one] for one in acts], purpose=frame.purpose or "", days=days)
        if frame.json:
            frame.print_json({"secret": secret, "token": asdict(made)})
            return
        err.print(f"Token {made.id} of {owner}, until {made.until}. It is shown only now:")
        click.echo(secret)

    @command(token, name="list")
    def list_(frame: Frame) -> None:
        """List the tokens of everybody, the newest first."""
        with frame.workspace() as workspace:
            found = workspace.tokens().of()
        if frame.json:
            frame.print_json([asdict(one) for one in found])
            return
        shown = [
            {"token": one.id, "of": one.name, "title": one.title, "may": ", ".join(one.scope), "until": one.until if one.holds else "ended"}
            for one in found
        ]
        render.rows("Tokens", shown)

    @command(token, name="revoke")
    @click.argument("token_id", metavar="TOKEN")
    def revoke(frame: Frame, token_id: str) -> None:
        """Take a token back, at once."""
        with frame.workspace() as workspace:
            revoked = workspace.tokens().revoke(token_id, by=workspace.user)
        if frame.json:
            frame.print_json(asdict(revoked))
        else:
            click.echo(f"{revoked.id} of {revoked.name} no longer holds")
