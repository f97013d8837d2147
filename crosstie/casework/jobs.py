"""Jobs: work that takes longer than a page waits for, in a process of its own. It goes on when the page closes or the server starts anew.

One at a time. Who runs a job holds a lock on a file for as long as its process lives, however that ends: a job that says it runs and whose file is free has
ended without saying so.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crosstie import clock
from crosstie.errors import Busy, CrosstieError, NotFound, UsageError
from crosstie.store.audit import Audit
from crosstie.store.database import Base, Database
from crosstie.store.durable import storing
from crosstie.store.lock import try_lock

KINDS = ("build",)
#: A job waits for its process, runs, and ends in one of three ways.
WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
ENDED = (DONE, FAILED, CANCELLED)
#: Seconds between two notes of how far a job is, and until a process that was started must have begun.
_STEP, _BEGINS = 0.4, 60.0
#: Seconds that the process of a job tries to take its lock.
_TAKES = 2.0
#: Jobs that are listed, the newest.
LISTED = 50
#: What a job does: it is told how to say how far it is, and gives its result.
Work = Callable[[Callable[[str, int, int], None]], dict[str, Any]]


class JobRow(Base):
    """One job; `result` and `error` are JSON."""

    __tablename__ = "jobs"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    state: Mapped[str]
    user: Mapped[str] = mapped_column("user_name", key="user")
    purpose: Mapped[str | None]
    options: Mapped[str]
    stage: Mapped[str]
    done: Mapped[int]
    total: Mapped[int]
    pid: Mapped[int | None]
    made_at: Mapped[str]
    began_at: Mapped[str | None]
    ended_at: Mapped[str | None]
    result: Mapped[str | None]
    error: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is now. `stage`: what is being done, `done` of `total` steps (0: not known). `error` is in the shape of every error."""

    id: str
    kind: str
    state: str
    user: str
    options: dict[str, Any]
    stage: str
    done: int
    total: int
    made_at: str
    began_at: str | None
    ended_at: str | None
    result: dict[str, Any] | None
    error: dict[str, Any] | None


class Jobs:
    """The jobs of a workspace."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._audit = Audit(database)

    def start(self, kind: str, *, user: str, purpose: str | None = None, options: dict[str, Any] | None = None) -> Job:
        """Start a job in a process of its own. Busy where one runs already."""
        if kind not in KINDS:
            raise UsageError(f"“{kind[:100]}” is no kind of job", hint=f"Known are {', '.join(KINDS)}.")
        self._look()
        row = {
            "id": secrets.token_hex(8),
            "kind": kind,
            "state": WAITING,
            "user": user,
            "purpose": purpose,
            "options": json.dumps(options or {}),
            "stage": "",
            "done": 0,
            "total": 0,
            "made_at": _now(),
        }
        with self._database.write() as connection:
            self._database.lock(connection, JobRow.__table__)
            if running := connection.scalar(sa.select(JobRow.id).where(JobRow.state.in_((WAITING, RUNNING)))):
                raise Busy(f"a job runs already: {running}", hint="Wait until it is done, or cancel it.")
            connection.execute(sa.insert(JobRow).values(**row))
            self._audit.record("start job", str(row["id"]), user=user, purpose=purpose, detail={"kind": kind}, within=connection)
        try:
            self._spawn(str(row["id"]))
        except CrosstieError as error:
            self._end(str(row["id"]), FAILED, error=error.as_dict())
            raise
        return self.get(str(row["id"]))

    def get(self, job_id: str) -> Job:
        """A job as it is now; NotFound where there is none."""
        self._look()
        with self._database.read() as connection:
            row = connection.execute(sa.select(JobRow.__table__).where(JobRow.id == job_id)).mappings().one_or_none()
        if row is None:
            raise NotFound(f"there is no job “{job_id[:100]}”")
        return _job(row)

    def newest(self) -> list[Job]:
        """The newest jobs, the newest first."""
        self._look()
        query = sa.select(JobRow.__table__).order_by(JobRow.made_at.desc(), JobRow.id).limit(LISTED)
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(query).mappings()]

    def cancel(self, job_id: str, *, user: str) -> Job:
        """End a job; nothing of what it was making is kept. One that has ended stays as it is."""
        job = self.get(job_id)
        if job.state in ENDED:
            return job
        with self._database.write() as connection:
            pid = connection.scalar(sa.select(JobRow.pid).where(JobRow.id == job_id))
            self._audit.record("cancel job", job_id, user=user, within=connection)
        self._end(job_id, CANCELLED)
        if pid is not None and self._lives(job_id):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGTERM)
        return self.get(job_id)

    def run(self, job_id: str, work: Work) -> None:
        """Do a job, in this process. What it says of how far it is, and how it ends, stands in the database."""
        with self._holding(job_id):
            with self._database.write() as connection:
                waits = sa.update(JobRow).where(JobRow.id == job_id, JobRow.state == WAITING)
                if not connection.execute(waits.values(state=RUNNING, pid=os.getpid(), began_at=_now())).rowcount:
                    return  # cancelled before it began
            try:
                result = work(_Progress(self._database, job_id))
            except CrosstieError as error:
                self._end(job_id, FAILED, error=error.as_dict())
            except BaseException as error:
                said = {
                    "error": type(error).__name__,
                    "detail": "the job failed",
                    "hint": f"What happened stands in {self._file(job_id, 'log')}.",
                }
                self._end(job_id, FAILED, error=said)
                raise
            else:
                self._end(job_id, DONE, result=result)

    def _spawn(self, job_id: str) -> None:
        """Start the process of a job: it belongs to no terminal and no server, so that it outlives both."""
        command = [sys.executable, "-m", "crosstie.cli", "job", "run", job_id, "--workspace", str(self._folder)]
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}
        with storing(self._folder / "jobs"):
            (self._folder / "jobs").mkdir(exist_ok=True)
            with self._file(job_id, "log").open("wb") as log:
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **apart)
        # whoever started it takes note of its end, so that it does not stay as a dead process; the job does not depend on that
        threading.Thread(target=process.wait, daemon=True, name=f"job {job_id}").start()

    def _look(self) -> None:
        """Note the end of jobs whose process has ended without saying so."""
        with self._database.read() as connection:
            open_ = connection.execute(sa.select(JobRow.id, JobRow.state, JobRow.made_at).where(JobRow.state.in_((WAITING, RUNNING)))).all()
        for job_id, state, made_at in open_:
            late = (clock.now() - datetime.fromisoformat(made_at)).total_seconds() > _BEGINS
            if (state == RUNNING or late) and not self._lives(job_id):
                hint = "Start it again: what was not finished was not kept."
                self._end(
                    job_id,
                    FAILED,
                    error={"error": "StorageError", "detail": "the process of the job ended before it was done", "hint": hint},
                )

    def _end(self, job_id: str, state: str, *, result: dict[str, Any] | None = None, error: dict[str, Any] | None = None) -> None:
        values = {"state": state, "ended_at": _now(), "result": result and json.dumps(result), "error": error and json.dumps(error)}
        with self._database.write() as connection:
            connection.execute(sa.update(JobRow).where(JobRow.id == job_id, JobRow.state.in_((WAITING, RUNNING))).values(**values))

    def _file(self, job_id: str, suffix: str) -> Path:
        return self._folder / "jobs" / f"{job_id}.{suffix}"

    @contextlib.contextmanager
    def _holding(self, job_id: str) -> Iterator[None]:
        with storing(self._folder / "jobs"):
            (self._folder / "jobs").mkdir(exist_ok=True)
            stream = self._file(job_id, "lock").open("w+b", buffering=0)
        with stream:
            end = time.monotonic() + _TAKES
            while not try_lock(stream):  # who looks whether the job lives takes the lock for a moment
                if time.monotonic() > end:
                    raise Busy(f"job {job_id} runs already")
                time.sleep(0.01)
            yield

    def _lives(self, job_id: str) -> bool:
        """Whether the process of a job lives: it holds the lock."""
        try:
            with self._file(job_id, "lock").open("r+b", buffering=0) as stream:
                return not try_lock(stream)
        except FileNotFoundError:
            return False


class _Progress:
    """Says how far a job is, now and then; ends the process where somebody has cancelled the job."""

    def __init__(self, database: Database, job_id: str) -> None:
        self._database, self._id = database, job_id
        self._said = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        if time.monotonic() - self._said < _STEP and done:
            return
        self._said = time.monotonic()
        with self._database.write() as connection:
            running = sa.update(JobRow).where(JobRow.id == self._id, JobRow.state == RUNNING)
            if not connection.execute(running.values(stage=stage[:200], done=done, total=total)).rowcount:
                raise Busy("the job was cancelled")


def _job(row: Any) -> Job:
    told: dict[str, Any] = {
        name: row[name] for name in ("id", "kind", "state", "user", "stage", "done", "total", "made_at", "began_at", "ended_at")
    }
    read: dict[str, Any] = {name: json.loads(row[name]) if row[name] else None for name in ("result", "error")}
    return Job(**told, options=json.loads(row["options"]), **read)


def _now() -> str:
    return clock.now().isoformat(timespec="microseconds")
