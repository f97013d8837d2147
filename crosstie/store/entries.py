"""Entries of the audit, and how one is appended where no more is at hand than SQLite: screening a name has no time to load a toolkit of databases."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crosstie import clock
from crosstie.store.fingerprint import fingerprint
from crosstie.store.record import plain

#: what stands for the hash before the first entry
GENESIS = "0" * 64
_WAIT = 15.0
#: fields of Entry to the columns of the table, where they differ
_COLUMN = {"user": "user_name"}


@dataclass(frozen=True, slots=True)
class Head:
    """The state of the chain: printed or handed to another office, it proves later that nothing before it was changed."""

    count: int
    hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `detail` is JSON; `at` is the time in UTC; `hash` covers everything else."""

    seq: int
    at: str
    action: str
    subject: str
    user: str
    purpose: str | None
    detail: str | None
    previous: str
    hash: str

    def content(self) -> dict[str, Any]:
        """All that the hash covers."""
        content = asdict(self)
        del content["hash"]
        return content


def entry_after(
    head: Head, action: str, subject: str, *, user: str, purpose: str | None = None, detail: Mapping[str, Any] | None = None
) -> Entry:
    """The entry that follows the head of the chain."""
    content: dict[str, Any] = {
        "seq": head.count + 1,
        "at": clock.now().isoformat(timespec="microseconds"),
        "action": plain(action),
        "subject": plain(subject),
        "user": plain(user),
        "purpose": purpose and plain(purpose),
        "detail": None if detail is None else plain(json.dumps(detail, sort_keys=True, ensure_ascii=False, default=str)),
        "previous": head.hash,
    }
    return Entry(**content, hash=fingerprint(content))


def append_quickly(
    file: Path, action: str, subject: str, *, user: str, purpose: str | None = None, detail: Mapping[str, Any] | None = None
) -> Entry | None:
    """Append an entry to the audit in a SQLite file, on the disk when this returns; as `Audit.record` does. None where the file is not a casebook
    with a chain that has begun, or anything is in the way: then `Audit` must do it, and tell what is wrong.
    """
    if not file.is_file():
        return None
    try:
        connection = sqlite3.connect(f"file:{file}?mode=rw".replace("%", "%25").replace("#", "%23"), _WAIT, isolation_level=None, uri=True)
    except sqlite3.Error:
        return None
    try:
        connection.execute("pragma synchronous = full")
        connection.execute("begin immediate")
        row = connection.execute("select entries, hash from audit_head where id = 1").fetchone()
        if row is None or row[0] == 0:
            return None
        entry = entry_after(Head(*row), action, subject, user=user, purpose=purpose, detail=detail)
        values = {_COLUMN.get(name, name): value for name, value in asdict(entry).items()}
        marks = ", ".join("?" * len(values))
        connection.execute(f"insert into audit_entries ({', '.join(values)}) values ({marks})", list(values.values()))
        connection.execute("update audit_head set entries = ?, hash = ? where id = 1", (entry.seq, entry.hash))
        connection.execute("commit")
        return entry
    except sqlite3.Error:
        return None
    finally:
        connection.close()  # what was begun and not committed is undone
