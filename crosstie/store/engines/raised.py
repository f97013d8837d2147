"""Errors on their way from a worker to the driver, as JSON: whoever can write where they pass can make the driver say something, not do something."""

from __future__ import annotations

import contextlib
import os
import secrets
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from crosstie import errors
from crosstie.errors import CrosstieError, EngineError
from crosstie.store.engine import Verb

_ENDING = ".json"
#: Characters of a text that are told, and bytes of a file that are read.
_TEXT = 10_000
_FILE = 1 << 20
_KNOWN = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, CrosstieError)}


class Carrying:
    """A function for `map` that leaves what it raises in a folder that the driver sees: Spark itself hands over a long text only."""

    def __init__(self, fn: Verb, folder: Path) -> None:
        self.fn = fn
        self.folder = str(folder)

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """What the function gives."""
        try:
            yield from self.fn(batches)
        except Exception as error:  # noqa: BLE001 - told to the driver, whatever it is
            with contextlib.suppress(OSError):  # then Spark's own report has to do
                leave(error, Path(self.folder))
            # Spark's worker stops dead on a text that is no UTF-8, as a file's name may be
            raise EngineError(_plain(f"{type(error).__name__}: {error}")) from None


def leave(error: Exception, folder: Path) -> None:
    """Write an error into a file of its own, in one step."""
    own = isinstance(error, CrosstieError)
    told = {
        "error": type(error).__name__,
        "detail": _plain(error.detail if isinstance(error, CrosstieError) else str(error)),
        "hint": _plain(error.hint) if isinstance(error, CrosstieError) and error.hint is not None else None,
        "own": own,
        "trace": _plain("".join(traceback.format_exception(error))),
    }
    path = folder / f"{secrets.token_hex(8)}{_ENDING}"
    passing = path.with_suffix(".part")
    passing.write_bytes(orjson.dumps(told))
    os.replace(passing, path)


def found(folder: Path) -> CrosstieError | None:
    """One of the errors that were left in a folder: of crosstie's own kinds as it was raised, any other as EngineError. The place where it was
    raised is in its notes.
    """
    for path in sorted(folder.glob(f"*{_ENDING}")):
        told = _told(path)
        if told is None:
            continue
        name, detail, hint, trace = (told[key] for key in ("error", "detail", "hint", "trace"))
        kind = _KNOWN.get(name) if told["own"] else None
        error = kind(detail, hint=hint) if kind else EngineError(f"the work failed on a worker: {name}: {detail}", hint=hint)
        error.add_note(trace)
        return error
    return None


def _told(path: Path) -> dict[str, Any] | None:
    """What a file tells; None where it is no report of ours."""
    try:
        with path.open("rb") as file:
            told = orjson.loads(file.read(_FILE))
    except (OSError, orjson.JSONDecodeError):
        return None
    kinds: dict[str, Any] = {"error": str, "detail": str, "hint": (str, type(None)), "own": bool, "trace": str}
    fits = isinstance(told, dict) and told.keys() == kinds.keys() and all(isinstance(told[key], kind) for key, kind in kinds.items())
    return told if fits else None


def _plain(text: str) -> str:
    """Text that fits into JSON, and not too much of it."""
    return text[:_TEXT].encode("utf-8", "replace").decode()
