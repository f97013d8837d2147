"""What lies beside a file and speaks of it: whose it is and how far it is to be believed, where its format cannot say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

import yaml

from crosstie.errors import InputError
from crosstie.ingest.load import Choice

SUFFIXES = (".source.yaml", ".mapping.yaml")
_KNOWN = tuple(field.name for field in fields(Choice) if field.name != "check_promise")


def is_beside(path: Path) -> bool:
    """Whether a file only speaks of another: it is read with that one, not by itself."""
    return path.name.endswith(SUFFIXES)


def chosen(path: Path, given: Choice) -> Choice:
    """What `NAME.source.yaml` beside the file says of it (originator, grade, marking, dataset, version_date, curated, reader); what the user gives wins.

    InputError where that file is not understood.
    """
    beside = path.with_name(path.name + SUFFIXES[0])
    if not beside.is_file():
        return given
    try:
        written = yaml.load(beside.read_text(encoding="utf-8"), yaml.BaseLoader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{beside.name} cannot be read: {error}") from error
    if not isinstance(written, dict) or not all(isinstance(value, str) for value in written.values()):
        raise InputError(f"{beside.name} is no list of names with one value each", hint=f"Known are {', '.join(_KNOWN)}.")
    if unknown := sorted(set(written) - set(_KNOWN)):
        raise InputError(f"{beside.name}: no such entry: {', '.join(unknown)}", hint=f"Known are {', '.join(_KNOWN)}.")
    return replace(given, **{name: value for name, value in written.items() if getattr(given, name) is None})


def named(paths: Sequence[Path]) -> Iterator[Path]:
    """The files named, those of folders in order of their names, without those that only speak of another."""
    for path in paths:
        if path.is_dir():
            inside = [file for file in _inside(path) if file.is_file() and not file.name.startswith(".")]
            if not inside:
                raise InputError(f"{path}: there is no file in this folder", hint="Folders inside are not entered: name them.")
            yield from (file for file in inside if not is_beside(file))
        elif not path.exists():
            raise InputError(f"{path}: there is no such file", hint="Check the path; wildcards are expanded by the shell.")
        elif not path.is_file():
            raise InputError(f"{path} is no file but a device or a pipe", hint="Write what it gives to a file and add that.")
        elif not is_beside(path):
            yield path


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}") from error
