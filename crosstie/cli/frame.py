"""What every command has in common: where the workspace is, --json, who asks, progress, and how errors end."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from crosstie.cli.ending import ended, err, json_text
from crosstie.settings import LANGUAGES

if TYPE_CHECKING:
    from crosstie.app import Workspace

_SHOW_AFTER = 1.0


@dataclass(slots=True)
class Frame:
    """The options that all commands share."""

    folder: Path
    json: bool = False
    user: str | None = None
    purpose: str | None = None

    @contextmanager
    def workspace(self, *, bar: bool = True) -> Iterator[Workspace]:
        """The workspace, with a progress bar on work that takes more than a second, if standard error is a terminal. `bar` off: somebody else
        draws on the terminal.
        """
        from crosstie.app import Workspace

        with _bar(bar) as progress, closing(Workspace(self.folder, user=self.user, purpose=self.purpose, progress=progress)) as workspace:
            if workspace.database.raised:
                err.print(workspace.database.raised, markup=False, soft_wrap=True)
            yield workspace

    def print_json(self, data: Any) -> None:
        """The answer as JSON on standard output."""
        sys.stdout.write(json_text(data, option=orjson.OPT_INDENT_2) + "\n")


def command(group: click.Group, **attributes: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a command of a function whose first argument is the Frame; errors end with one message and their exit code."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        @functools.wraps(function)
        @click.pass_context
        def run(
            context: click.Context, /, workspace: Path | None, as_json: bool, user: str | None, purpose: str | None, **rest: Any
        ) -> None:
            above: dict[str, Any] = context.find_root().params
            frame = Frame(
                workspace or above.get("workspace") or Path(),
                as_json or bool(above.get("as_json")),
                user or above.get("user"),
                purpose or above.get("purpose"),
            )
            context.exit(ended(lambda: function(frame, **rest), as_json=frame.json))

        shared: click.Command = group.command(**attributes)(shared_options(run))
        return shared

    return decorate


def language_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option that says in which language links are told."""
    told = "In which language links are told: en, fr, es, ar, ru or zh; the setting “language” otherwise."
    return click.option("--language", type=click.Choice(LANGUAGES), metavar="LANGUAGE", help=told)(function)


def shared_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that stand both before and after the name of a command."""
    for option in (
        click.option("--purpose", metavar="TEXT", envvar="CROSSTIE_PURPOSE", help="Why you ask: it goes into the audit."),
        click.option("--user", metavar="NAME", envvar="CROSSTIE_USER", help="Who asks; the name of the login otherwise."),
        click.option("--json", "as_json", is_flag=True, help="Answer in JSON."),
        click.option(
            "--workspace",
            metavar="DIR",
            type=click.Path(path_type=Path),
            envvar="CROSSTIE_WORKSPACE",
            help="The workspace; the current folder otherwise.",
        ),
    ):
        function = option(function)
    return function


@contextmanager
def _bar(wanted: bool) -> Iterator[Callable[[str, int, int], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # screening a name has no time for it

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not (wanted and sys.stderr.isatty())) as bar:
        task = bar.add_task("", total=None, visible=False)
        started = time.monotonic()

        def progress(stage: str, done: int, total: int) -> None:
            shown = time.monotonic() - started > _SHOW_AFTER
            bar.update(task, description=stage, completed=done, total=total or None, visible=shown)

        yield progress
