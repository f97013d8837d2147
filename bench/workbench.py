"""The workbench under load: so many people at once on a built workspace, by pages and by calls; and what a `kill -9` in the middle loses.

    python -m bench.workbench [WORKSPACE] [--users 50] [--minutes 5] [--think 8] [--kill]

The server is the real one, in a process of its own. Every user signs in, and then reads, searches and now and then judges, with a pause of `think` seconds
on average between. Without a workspace a medium region is made and built first. Prints a table (requests, errors, median, 95th percentile in ms) and the
memory; figures of a run stand in docs/reference/workbench.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import psutil

from crosstie.app import Workspace
from crosstie.casework.access import Role
from crosstie.graph.ties import open_ties
from crosstie.model.marking import Tlp
from crosstie.rooms import DRAWING

WORDS = "four plain words here"
#: Of a hundred things that a user does, how many are which.
MIX = {
    "links page": 14,
    "link page": 18,
    "entity page": 18,
    "search page": 16,
    "home page": 4,
    "review page": 4,
    "links call": 6,
    "link call": 6,
    "entity call": 6,
    "search call": 6,
    "judge": 2,
}


@dataclass
class Log:
    """What happened."""

    times: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    judged: list[str] = field(default_factory=list)
    memory: int = 0


class Server:
    """The server in a process of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address, self._folder = f"http://127.0.0.1:{self.port}", folder
        self.said = folder.parent / f"{folder.name}.said"

    def start(self) -> float:
        """Start it; the seconds until it answers."""
        began = time.perf_counter()
        command = [sys.executable, "-m", "crosstie", "--workspace", str(self._folder), "serve", "--port", str(self.port)]
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        while True:
            try:
                httpx2.get(f"{self.address}/sign-in", timeout=5).raise_for_status()
                return time.perf_counter() - began
            except httpx2.TransportError:
                if self.process.poll() is not None or time.perf_counter() - began > 60:
                    raise
                time.sleep(0.05)

    def memory(self) -> int:
        """Bytes that it holds now, with its children."""
        process = psutil.Process(self.process.pid)
        return int(sum(one.memory_info().rss for one in (process, *process.children(recursive=True))))


class User:
    """One person at work."""

    def __init__(self, name: str, server: Server, links: list[dict[str, Any]], log: Log, chance: random.Random, think: float) -> None:
        self._name, self._server, self._links, self._log, self._chance, self._think = name, server, links, log, chance, think
        self._form = ""

    async def work(self, until: float) -> None:
        """Sign in, and work until then."""
        async with httpx2.AsyncClient(base_url=self._server.address, timeout=30) as client:
            await asyncio.sleep(self._chance.random() * self._think)
            answer = await client.post("/sign-in", data={"name": self._name, "password": WORDS, "purpose": "a trial under load"})
            found = re.search(r'name="form" value="([^"]+)"', (await client.get("/password")).text)
            if answer.status_code != 303 or found is None:
                self._log.errors.append(f"sign in {answer.status_code}")
                return
            self._form = found.group(1)
            while time.monotonic() < until:
                await asyncio.sleep(self._chance.expovariate(1 / self._think))
                [what] = self._chance.choices(list(MIX), list(MIX.values()))
                await self._timed(what, self._do(client, what))

    async def _timed(self, what: str, done: Awaitable[httpx2.Response]) -> None:
        began = time.perf_counter()
        try:
            answer = await done
        except httpx2.TransportError as error:
            self._log.errors.append(f"{what} {type(error).__name__}")
            return
        self._log.times.setdefault(what, []).append(time.perf_counter() - began)
        if answer.status_code not in (200, 201):
            self._log.errors.append(f"{what} {answer.status_code}")

    async def _do(self, client: httpx2.AsyncClient, what: str) -> httpx2.Response:
        link = self._chance.choice(self._links)
        end = self._chance.choice(("crime", "terror"))
        kind, _, how = what.partition(" ")
        start = "/api/v1" if how == "call" else ""
        if kind == "judge":
            body = {
                "link": link["link_id"],
                "verdict": self._chance.choice(("accepted", "unsure")),
                "reason": f"{self._name} {time.time()}",
            }
            answer = await client.post("/api/v1/judgements", json=body, headers={"x-crosstie-form": self._form})
            if answer.status_code == 201:
                self._log.judged.append(answer.json()["id"])
            return answer
        address = {
            "links": f"{start}/links?start={self._chance.choice((0, 0, 50, 100))}",
            "link": f"{start}/links/{link['link_id']}",
            "entity": f"{start}/entities/{link[f'{end}_id']}",
            "search": f"{start}/search?name={_slip(link[f'{end}_name'], self._chance)}",
            "home": "/",
            "review": "/review",
        }[kind]
        return await client.get(address)


def _slip(name: str, chance: random.Random) -> str:
    """A name as somebody types it: now and then without a letter."""
    at = chance.randrange(len(name)) if name and chance.random() < 0.3 else -1
    return "".join(letter for place, letter in enumerate(name) if place != at)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path, nargs="?")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--think", type=float, default=8, help="seconds between two things that a user does, on average")
    parser.add_argument(
        "--kill", action="store_true", help="kill -9 the server in the middle, start it again, and look for what was acknowledged"
    )
    parser.add_argument("--json", type=Path, help="write the figures there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        given.workspace = given.workspace or _made(Path(scratch))
        _measure(given)


def _made(folder: Path) -> Path:
    """A medium region, built."""
    region, unit = folder / "region", folder / "unit"
    for arguments in (
        ["region", "new", "--seed", "2", "--size", "medium", "--out", str(region)],
        ["init", str(unit)],
        ["--workspace", str(unit), "add", str(region / "files")],
        ["--workspace", str(unit), "build"],
    ):
        subprocess.run([sys.executable, "-m", "crosstie", *arguments], check=True, capture_output=True)
    return unit


def _measure(given: argparse.Namespace) -> None:
    workspace = Workspace(given.workspace)
    accounts, run = workspace.accounts(), os.getpid()
    links = [
        {key: row[key] for key in ("link_id", "crime_id", "crime_name", "terror_id", "terror_name")}
        for row in workspace.built().table("links").to_pylist()
    ]
    names = [f"load{run}-{number}" for number in range(given.users)]
    for name in names:
        accounts.choose(name, accounts.add(name, Role.ANALYST, Tlp.RED, by="bench"), WORDS)
    server, log = Server(given.workspace), Log()
    open_ties(workspace.built(), given.workspace / DRAWING)
    started = server.start()
    asyncio.run(_load(given, server, links, names, log))
    figures = _figures(log, given, started, workspace)
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(30)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")
    _print(figures)
    if figures["errors"]:
        print(f"what the server said stands in {server.said}", file=sys.stderr)


async def _load(given: argparse.Namespace, server: Server, links: list[dict[str, Any]], names: list[str], log: Log) -> None:
    until = time.monotonic() + given.minutes * 60
    users = [User(name, server, links, log, random.Random(number), given.think) for number, name in enumerate(names)]

    async def watch() -> None:
        killed = not given.kill
        while time.monotonic() < until:
            await asyncio.sleep(0.5)
            if not killed and time.monotonic() > until - given.minutes * 30:
                killed = True
                server.process.kill()
                server.process.wait()
                print(f"killed with {len(log.judged)} judgements acknowledged; answers again after {server.start():.1f} s", file=sys.stderr)
            log.memory = max(log.memory, server.memory())

    await asyncio.gather(watch(), *(user.work(until) for user in users))


def _figures(log: Log, given: argparse.Namespace, started: float, workspace: Workspace) -> dict[str, Any]:
    held = {one.id for one in workspace.casebook.history()}
    rows = {what: {"requests": len(times), "median": _ms(times, 50), "p95": _ms(times, 95)} for what, times in sorted(log.times.items())}
    return {
        "entities": workspace.built().manifest["counts"]["entities"],
        "users": given.users,
        "minutes": given.minutes,
        "think": given.think,
        "start-up s": round(started, 2),
        "memory MB": log.memory // 1_000_000,
        "errors": log.errors,
        "judged": len(log.judged),
        "lost": len([one for one in log.judged if one not in held]),
        "pages": rows,
    }


def _ms(times: list[float], share: float) -> int:
    return round(float(np.percentile(times, share)) * 1000)


def _print(figures: dict[str, Any]) -> None:
    told = {key: value for key, value in figures.items() if key not in ("pages", "errors")}
    print(
        ", ".join(f"{key} {value}" for key, value in told.items()), f"errors {len(figures['errors'])} {sorted(set(figures['errors']))[:5]}"
    )
    print("| what | requests | median ms | 95 % ms |\n|---|---|---|---|")
    for what, row in figures["pages"].items():
        print(f"| {what} | {row['requests']} | {row['median']} | {row['p95']} |")


if __name__ == "__main__":
    main()
