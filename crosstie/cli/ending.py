"""How a command ends: with its answer, with one message and an exit code, or because somebody stopped it; never with a stack trace."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import Any

import orjson
from rich.console import Console

from crosstie.errors import CrosstieError, StorageError


class Page(Console):
    """A console that leaves it to `ended` what happens when nobody reads on."""

    def on_broken_pipe(self) -> None:
        """Say so, instead of ending the program."""
        raise BrokenPipeError


#: Tables go to standard output, everything else to standard error.
err = Page(stderr=True, highlight=False)
_STOPPED = "stopped; what was finished before is kept, nothing was half-written"


class _Terminated(KeyboardInterrupt):
    """The system, or whoever runs this program, asked it to end (SIGTERM)."""


def ended(work: Callable[[], Any], *, as_json: bool) -> int:
    """Do the work and return the exit code, after the one message that its error needs."""
    _lenient_output()
    try:
        with _terminable():
            code = work()
            sys.stdout.flush()
            return int(code or 0)
    except CrosstieError as error:
        report_error(error, as_json=as_json)
        return error.exit_code
    except BrokenPipeError:  # who reads the output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except KeyboardInterrupt as error:
        report_error(CrosstieError(_STOPPED), as_json=as_json)
        return 128 + (signal.SIGTERM if isinstance(error, _Terminated) else signal.SIGINT)
    except OSError as error:  # of a place that no room below thought of
        report_error(StorageError(str(error)), as_json=as_json)
        return StorageError.exit_code
    except Exception as error:
        if os.environ.get("CROSSTIE_TRACE"):
            raise
        report_error(_fault(error), as_json=as_json)
        return CrosstieError.exit_code


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM ends the work as Ctrl-C does: what is unfinished is cleared away."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _lenient_output() -> None:
    """Names in any script can be printed everywhere: what the output cannot show is escaped. A closed output swallows what it is given."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def report_error(error: CrosstieError, *, as_json: bool) -> None:
    """One message on standard error: what happened, and what to do next."""
    if as_json:
        sys.stderr.write(json_text(error.as_dict()) + "\n")
        return
    err.print(f"[bold red]error:[/] {_escape(error.detail)}", soft_wrap=True)
    if error.hint:
        err.print(f"[dim]{_escape(error.hint)}[/]", soft_wrap=True)


def json_text(data: Any, option: int = 0) -> str:
    """Data as JSON; in ASCII where the output, or a name of a file that is no text, asks for it."""
    try:
        text = orjson.dumps(data, default=_plain, option=option).decode()
        text.encode(sys.stdout.encoding or "utf-8")
    except (orjson.JSONEncodeError, UnicodeEncodeError):
        return json.dumps(data, default=lambda value: asdict(value) if is_dataclass(value) else _plain(value), indent=2)  # type: ignore[arg-type]
    return text


def _fault(error: Exception) -> CrosstieError:
    """A mistake of crosstie itself, as the user is told of it."""
    said = (str(error).strip() or "no more is known").splitlines()[0]
    return CrosstieError(
        f"this is a fault in crosstie itself ({type(error).__name__}: {said[:300]}); nothing was half-written",
        hint="Run it again with CROSSTIE_TRACE=1 in the environment and report what it prints, without names from your files.",
    )


def _plain(value: object) -> Any:
    if hasattr(value, "as_dict"):
        return value.as_dict()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _escape(words: str) -> str:
    return words.replace("[", r"\[")
