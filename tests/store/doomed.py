"""A process that works until it is done or killed; it acknowledges each finished piece of work by a line on standard output."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crosstie.errors import StorageError
from crosstie.model.tables import SOURCE, STATEMENT
from crosstie.store.audit import Audit
from crosstie.store.builds import BuildStore
from crosstie.store.casebook import Casebook, Decision
from crosstie.store.database import Database
from crosstie.store.engine import Engine
from crosstie.store.lock import WriteLock
from crosstie.store.sources import SourceStore
from crosstie.store.vault import Vault


def say(*words: object) -> None:
    print(*words, flush=True)


def batch(source_id: str, rows: int) -> pa.RecordBatch:
    columns = [pa.array([f"{field.name} {row}" for row in range(rows)]) for field in STATEMENT]
    columns[STATEMENT.names.index("source_id")] = pa.array([source_id] * rows)
    return pa.RecordBatch.from_arrays(columns, schema=STATEMENT)


def add(workspace: Path, text: str) -> str:
    original = workspace / "original.txt"
    original.write_text(text * 5_000)
    kept = Vault(workspace / "vault").put(original)
    source_id = kept.sha256[:16]
    with SourceStore(workspace / "sources").begin(source_id) as sink:
        for _ in range(4):
            sink.statements(batch(source_id, 3_000))
        row: dict[str, object] = dict.fromkeys(SOURCE.names, "x") | dict.fromkeys(
            ("bytes", "records", "rejects", "statements", "ledger_rows"), 0
        )
        sink.commit({**row, "source_id": source_id, "sha256": kept.sha256})
    return source_id


def sources(workspace: Path) -> None:
    """Add sources without end."""
    for number in count():
        with WriteLock(workspace / ".lock", doing="add"):
            say("source", add(workspace, f"{time.time_ns()} {number}\n"))


def builds(workspace: Path) -> None:
    """Make builds without end."""
    add(workspace, f"{time.time_ns()}\n")
    say("ready")
    while True:
        with WriteLock(workspace / ".lock", doing="build"), Engine(folder=workspace) as engine:
            engine.read("statements", SourceStore(workspace / "sources").statement_files(), STATEMENT)
            with BuildStore(workspace / "builds").begin() as build:
                for table in ("claims", "entities", "links"):
                    engine.write("select * from statements order by entity_id, source_id", build.path(table))
                say("build", build.commit({"tables": 3}).number)


def judgements(workspace: Path) -> None:
    """Judge without end."""
    with Database(workspace / "casebook.sqlite") as database:
        for number in count():
            say("judgement", Casebook(database).judge("link", f"{time.time_ns()}-{number}", None, "accepted", user="ann").id)


def audit(where: str, times: str) -> None:
    """Append so many entries."""
    with Database(where) as database:
        for number in range(int(times)):
            Audit(database).record("show", f"link {number}", user="ann")
    say("done")


def judge(where: str, times: str) -> None:
    """Judge so often, in small lots."""
    with Database(where) as database:
        for number in range(int(times)):
            lot = [Decision("link", f"{os.getpid()}-{number}-{part}", None, "accepted") for part in range(3)]
            Casebook(database).judge_many(lot, user="ann")
    say("done")


def every_step(workspace: Path) -> None:
    """Add and build in children that die at the first, second, third ... change to the disk, until one gets through; tell what is left of each."""
    for step in count(1):
        child = os.fork()
        if child == 0:
            _die_at(step)
            source_id = add(workspace, f"{step}\n")
            with BuildStore(workspace / "builds").begin() as build:
                pq.write_table(pa.table({"n": [step]}), build.path("links"))
                build.commit({"step": step})
            os.write(2, f"{source_id}\n".encode())
            os._exit(0)
        _, status = os.waitpid(child, 0)
        vault, sources, builds = Vault(workspace / "vault"), SourceStore(workspace / "sources"), BuildStore(workspace / "builds")
        problems = [*vault.verify(), *sources.verify(), *builds.verify()]
        current = builds.current()
        known = all(vault.path(source.sha256).exists() for source in sources.list())
        say(json.dumps([step, len(problems), known, len(sources.list()), current.number if current else 0]))
        if status == 0:
            return


def _die_at(step: int) -> None:
    done = count(1)

    def deadly(change: Callable[..., Any]) -> Callable[..., Any]:
        def changing(*arguments: Any, **named: Any) -> Any:
            if next(done) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return change(*arguments, **named)

        return changing

    os.fsync = deadly(os.fsync)
    for name in ("rename", "replace", "mkdir", "chmod", "unlink", "write_bytes"):
        setattr(Path, name, deadly(getattr(Path, name)))


def hold(path: str) -> None:
    """Hold the lock until killed."""
    with WriteLock(Path(path), doing="build 7"):
        say("held")
        time.sleep(60)


def take_turns(path: str, tally: str) -> None:
    """Add one to a number in a file, thirty times, under the lock."""
    for _ in range(30):
        with WriteLock(Path(path), wait=30):
            number = int(Path(tally).read_text())
            time.sleep(0.001)
            Path(tally).write_text(str(number + 1))
    say("done")


def limited(workspace: Path) -> None:
    """Write more than the system allows, and say what comes of it."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    for work in (_put_big, _add_big):
        try:
            work(workspace)
        except StorageError as error:
            say(work.__name__, error.detail, "|", error.hint)


def _put_big(workspace: Path) -> None:
    Vault(workspace / "vault").put(workspace / "big")


def _add_big(workspace: Path) -> None:
    with SourceStore(workspace / "sources").begin("abc") as sink:
        for number in range(200):
            sink.statements(batch(f"{time.time_ns()} {number}", 3_000))


if __name__ == "__main__":
    work, arguments = sys.argv[1], sys.argv[2:]
    folders: dict[str, Callable[[Path], None]] = {"sources": sources, "builds": builds, "judgements": judgements, "limited": limited}
    folders["every_step"] = every_step
    if work in folders:
        folders[work](Path(arguments[0]))
    else:
        others: dict[str, Callable[..., None]] = {"audit": audit, "judge": judge, "hold": hold, "take_turns": take_turns}
        others[work](*arguments)
