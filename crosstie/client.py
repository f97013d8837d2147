"""A client for programs in Python: what the workbench's API takes and answers, as plain data. It imports nothing else of crosstie.

with Client("http://localhost:8340", token="crosstie_...") as unit:
    for link in unit.links(classes=["N3", "N4"]):
        print(link["rank"], link["crime_name"], link["terror_name"], link["marking"])
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self
from urllib.parse import quote

import httpx

Row = dict[str, Any]
#: Seconds that an answer may take, rows that are asked for at a time, and times that a call is tried again where the service says to wait.
TIMEOUT, PAGE, TRIES = 60.0, 200, 5
_PIECE = 1 << 20


class ServiceError(Exception):
    """The service could not do what was asked. `status` is that of HTTP, `error`, `detail` and `hint` are the service's words."""

    def __init__(self, status: int, error: str, detail: str, hint: str | None) -> None:
        super().__init__(f"{detail}. {hint}" if hint else detail)
        self.status, self.error, self.detail, self.hint = status, error, detail, hint


class Client:
    """A workspace that is served at an address, asked with a token. ServiceError wherever it refuses."""

    def __init__(self, address: str, *, token: str, timeout: float = TIMEOUT, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=timeout, transport=transport, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def links(self, *, classes: Sequence[str] = (), typology: str = "", between: Sequence[str] = (), status: str = "") -> Iterator[Row]:
        """The ranked links, best first, as many as there are; they are fetched as they are needed."""
        asked = {"class": list(classes), "typology": typology, "between": ";".join(between), "status": status}
        return self._listed("/api/v1/links", "links", asked)

    def link(self, link: str) -> Row:
        """A link, by its id or rank, with its paths, evidence and judgements."""
        return self._get(f"/api/v1/links/{_part(link)}")

    def entity(self, entity: str) -> Row:
        """An entity with every value and its place."""
        return self._get(f"/api/v1/entities/{_part(entity)}")

    def search(self, name: str) -> list[Row]:
        """Who may be meant by a name, in any script, the likeliest first."""
        found: list[Row] = self._get("/api/v1/search", {"name": name})["hits"]
        return found

    def match(
        self, records: Mapping[str, Row], *, dataset: str = "default", threshold: float = 0.7, limit: int = 5
    ) -> dict[str, list[Row]]:
        """Who may be meant by whole records: each has a `schema` and `properties` (name, birthDate, …), under a name of your choice."""
        asked = {"limit": limit, "threshold": threshold}
        told = self._call("POST", f"/match/{_part(dataset)}", params=asked, json={"queries": dict(records)})
        return {name: one["results"] for name, one in told["responses"].items()}

    def sources(self) -> Iterator[Row]:
        """The sources."""
        return self._listed("/api/v1/sources", "sources", {})

    def findings(
        self, *, lens: str = "", typology: str = "", status: str = "", subject: str = "", since: str = "", until: str = ""
    ) -> Iterator[Row]:
        """What the detectors saw, the strongest first; `subject`: an id, or a name in any script, `since` and `until`: ISO days."""
        asked = {"lens": lens, "typology": typology, "status": status, "subject": subject, "since": since, "until": until}
        return self._listed("/api/v1/findings", "findings", asked)

    def finding(self, finding: str) -> Row:
        """A finding with its evidence, what would explain it innocently, and what its detector measures."""
        return self._get(f"/api/v1/findings/{_part(finding)}")

    def lenses(self) -> Row:
        """The fields of crime at hand (`lenses`), and those that are broken (`broken`)."""
        return self._get("/api/v1/lenses")

    def lens(self, lens: str) -> Row:
        """A field of crime: guide, law, typologies, ledgers and readers."""
        return self._get(f"/api/v1/lenses/{_part(lens)}")

    def thresholds(self) -> list[Row]:
        """The thresholds of every detector, and who set another, when and why."""
        found: list[Row] = self._get("/api/v1/thresholds")["thresholds"]
        return found

    # ── deciding ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def judge(self, link: str, verdict: str, reason: str = "") -> Row:
        """Note what was decided of a link: accepted, rejected or unsure."""
        return self._call("POST", "/api/v1/judgements", json={"link": link, "verdict": verdict, "reason": reason})

    def judge_finding(self, finding: str, verdict: str, reason: str = "") -> Row:
        """Note what was decided of a finding: accepted, rejected or unsure."""
        return self._call("POST", f"/api/v1/findings/{_part(finding)}/judgements", json={"verdict": verdict, "reason": reason})

    def set_threshold(self, threshold: str, value: float | None, reason: str) -> Row:
        """Set a threshold from the next build on; no value: the lens's own again."""
        return self._call("POST", f"/api/v1/thresholds/{_part(threshold)}", json={"value": value, "reason": reason})

    def assign(self, kind: str, subject: str, assignee: str, *, due: str = "", title: str = "") -> str:
        """Give somebody a link, an entity or a finding (`kind`) to look at; the id of the task."""
        asked = {"kind": kind, "subject": subject, "assignee": assignee, "due": due, "title": title}
        return str(self._call("POST", "/api/v1/tasks", json=asked)["task"])

    def undo(self, judgement: str) -> Row:
        """Take one's own judgement back."""
        return self._call("POST", f"/api/v1/judgements/{_part(judgement)}/undo")

    # ── files in, builds ────────────────────────────────────────────────────────────────────────────────────────────────

    def upload(self, file: Path, **choice: Any) -> list[Row]:
        """Send a file, and take it in: what became of it, or of each file in an archive. `choice`: originator, grade, marking, purpose, retention, mapping …"""
        with file.open("rb") as stream:
            headers = {"Content-Type": "application/octet-stream", "Content-Length": str(file.stat().st_size)}
            held = self._call("POST", "/api/v1/uploads", params={"name": file.name}, content=_pieces(stream), headers=headers)
        try:
            found: list[Row] = self._call("POST", f"/api/v1/uploads/{held['id']}/add", json=choice, timeout=None)["files"]
        except ServiceError:
            self._call("DELETE", f"/api/v1/uploads/{held['id']}")
            raise
        if any(one["outcome"] == "refused" for one in found):
            self._call("DELETE", f"/api/v1/uploads/{held['id']}")
        return found

    def build(self, *, force: bool = False) -> Row:
        """Start a build: a job, to be waited for."""
        return self._call("POST", "/api/v1/jobs", json={"kind": "build", "force": force})

    def job(self, job: str) -> Row:
        """A job as it is now."""
        return self._get(f"/api/v1/jobs/{_part(job)}")

    def wait(self, job: str, *, seconds: float = 3_600, told: Callable[[Row], None] = lambda job: None) -> Row:
        """Wait until a job has ended, and say how far it is now and then. ServiceError where it failed or was cancelled, TimeoutError where it takes longer."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            now = self.job(job)
            told(now)
            if now["state"] == "done":
                return now
            if now["state"] in ("failed", "cancelled"):
                error = now["error"] or {"error": "Cancelled", "detail": "the job was cancelled", "hint": None}
                raise ServiceError(200, error["error"], error["detail"], error["hint"])
            time.sleep(0.5)
        raise TimeoutError(f"job {job} has not ended in {seconds:g} s")

    def _listed(self, path: str, name: str, asked: Mapping[str, Any]) -> Iterator[Row]:
        told = self._get(path, {key: value for key, value in asked.items() if value} | {"count": PAGE})
        while True:
            yield from told[name]
            if told["next"] is None:
                return
            told = self._get(told["next"])

    def _get(self, path: str, asked: Mapping[str, Any] | None = None) -> Row:
        return self._call("GET", path, params=asked)

    def _call(self, method: str, path: str, **given: Any) -> Row:
        for _ in range(TRIES):
            answer = self._http.request(method, path, **given)
            if answer.status_code != 429 or "content" in given:  # a stream cannot be sent again
                break
            time.sleep(min(60.0, float(answer.headers.get("retry-after", "1"))))
        if answer.is_success:
            return dict(answer.json()) if answer.content else {}
        try:
            said = answer.json()
            raise ServiceError(answer.status_code, said["error"], said["detail"], said.get("hint"))
        except (json.JSONDecodeError, KeyError, TypeError):
            raise ServiceError(answer.status_code, "HTTPError", answer.reason_phrase or "the service failed", None) from None


def _part(text: str) -> str:
    """A text as one part of an address."""
    return quote(text, safe="")


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece
