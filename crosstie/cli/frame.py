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
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from crosstie.errors import CrosstieError

if TYPE_CHECKING:
    from crosstie.app import Workspace

#: Tables go to standard output, everything else to standard error.
err = Console(stderr=True, highlight=False)
_SHOW_AFTER = 1.0


@dataclass(slots=True)
class Frame:
    """The options that all commands share."""

    folder: Path
    json: bool = False
    user: str | None = None
    purpose: str | None = None

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """The workspace, with a progress bar on work that takes more than a second, if standard error is a terminal."""
        from crosstie.app import Workspace

        with _bar() as progress, closing(Workspace(self.folder, user=self.user, purpose=self.purpose, progress=progress)) as workspace:
            yield workspace

    def print_json(self, data: Any) -> None:
        """The answer as JSON on standard output."""
        sys.stdout.write(orjson.dumps(data, default=_plain, option=orjson.OPT_INDENT_2).decode() + "\n")


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
            try:
                code = function(frame, **rest)
            except CrosstieError as error:
                report_error(error, as_json=frame.json)
                code = error.exit_code
            except BrokenPipeError:
                sys.stderr.close()
                code = 0
            context.exit(code or 0)

        shared: click.Command = group.command(**attributes)(shared_options(run))
        return shared

    return decorate


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


def report_error(error: CrosstieError, *, as_json: bool) -> None:
    """One message on standard error: what happened, and what to do next."""
    if as_json:
        sys.stderr.write(orjson.dumps(error.as_dict()).decode() + "\n")
        return
    err.print(f"[bold red]error:[/] {_escape(error.detail)}", soft_wrap=True)
    if error.hint:
        err.print(f"[dim]{_escape(error.hint)}[/]", soft_wrap=True)


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None, visible=False)
        started = time.monotonic()

        def progress(stage: str, done: int, total: int) -> None:
            shown = time.monotonic() - started > _SHOW_AFTER
            bar.update(task, description=stage, completed=done, total=total or None, visible=shown)

        yield progress


def _plain(value: object) -> Any:
    if hasattr(value, "as_dict"):
        return value.as_dict()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _escape(words: str) -> str:
    return words.replace("[", r"\[")
