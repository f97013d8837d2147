"""The JSON record of a finished folder: what it is, and the SHA-256 of every file in it, so that a change can be found later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from crosstie.errors import IntegrityError
from crosstie.store.durable import Problem, sha256_of
from crosstie.store.fingerprint import fingerprint

FORMAT = 1


def plain(text: str) -> str:
    """The text as every store can keep it: names of files may hold bytes that are no characters, and databases refuse NUL."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def write_record(folder: Path, name: str, content: Mapping[str, Any]) -> None:
    """Write the record of a folder whose other files are finished."""
    files = {file.name: sha256_of(file) for file in sorted(folder.iterdir()) if file.name != name}
    record = {"format": FORMAT, "files": files, "content": dict(content)}
    sealed = {**record, "seal": fingerprint(record)}
    (folder / name).write_bytes(orjson.dumps(sealed, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


def read_record(folder: Path, name: str) -> dict[str, Any]:
    """What was recorded of a folder; IntegrityError where the record is damaged or of a later format."""
    path = folder / name
    hint = "Restore the folder from a backup; `crosstie verify` lists everything that is damaged."
    try:
        record = orjson.loads(path.read_bytes())
        seal = record.pop("seal")
        found, content = record["format"], record["content"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(f"{path} cannot be read: {error}", hint=hint) from error
    if found != FORMAT:
        raise IntegrityError(f"{path} has format {found}, this version knows {FORMAT}", hint="Use the version of crosstie that wrote it.")
    if seal != fingerprint(record) or not isinstance(content, dict):
        raise IntegrityError(f"{path} was changed after it was written", hint=hint)
    return content


def check_record(folder: Path, name: str) -> Iterator[Problem]:
    """What differs between a folder and its record."""
    try:
        read_record(folder, name)
    except IntegrityError as error:
        yield Problem(str(folder / name), error.detail)
        return
    files: dict[str, str] = orjson.loads((folder / name).read_bytes())["files"]
    for file, sha256 in files.items():
        path = folder / file
        if not path.is_file():
            yield Problem(str(path), "is missing")
        elif sha256_of(path) != sha256:
            yield Problem(str(path), "was changed after it was written")
    for path in sorted(folder.iterdir()):
        if path.name != name and path.name not in files:
            yield Problem(str(path), "does not belong here")
