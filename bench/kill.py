"""kill -9 at random moments during `add` and `build` of the real command line.

After each round `crosstie verify` must be clean, everything acknowledged must be there, and the build on show must be whole.

    python -m bench.kill [ROUNDS]        200 rounds by default, half of them add, half build
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from crosstie.app import Workspace
from crosstie.errors import CrosstieError
from crosstie.model.tables import TABLES
from crosstie.store.builds import BuildStore
from crosstie.store.sources import SourceStore

ROUNDS = 200
RECORDS = 60
_NAMES = ("Abena", "Bogdan", "Chiara", "Dilnoza", "Emeka", "Farid", "Ginevra", "Hamza", "Ilse", "Jovan")
_PLACES = ("Altmark", "Brisa", "Corvale", "Dunmere", "Estrel", "Fjordby", "Garonsk", "Halvet", "Ister", "Junar")


def main() -> int:
    """0 where nothing was lost and nothing was half."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory(prefix="crosstie-kill-") as folder:
        tally = Rounds(Path(folder)).run(rounds)
    columns = ("rounds", "killed", "finished", "problems", "lost", "half")
    print("work   " + "".join(f"{column:>10}" for column in columns))
    for work in ("add", "build"):
        print(f"{work:<7}" + "".join(f"{tally[work, column]:>10}" for column in columns))
    return int(any(tally[work, column] for work in ("add", "build") for column in ("problems", "lost", "half")))


class Rounds:
    """A workspace on which work is begun and killed, again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = folder / "unit"
        self.chance = random.Random(9)
        self.acknowledged: dict[str, set[str]] = {"add": set(), "build": set()}
        self.tally: Counter[tuple[str, str]] = Counter()

    def run(self, rounds: int) -> Counter[tuple[str, str]]:
        """The tally of so many rounds, after one of each that is left in peace to measure how long it takes."""
        self._finished("init", str(self.workspace))
        length = {work: self._round(work, number, None) for number, work in enumerate(("add", "build"))}
        for number in range(rounds):
            work = ("add", "build")[number % 2]
            self._round(work, number + 2, self.chance.uniform(0, 1.05) * length[work])
            self._check(work)
            if (number + 1) % 20 == 0:
                print(f"{number + 1} rounds", file=sys.stderr)
        self._finished("verify")
        return self.tally

    def _round(self, work: str, number: int, after: float | None) -> float:
        """Begin the work and kill it so many seconds after it has taken the lock (before that it writes nothing); how long it ran from there."""
        arguments = ["add", str(self._list(number))] if work == "add" else ["build", "--force"]
        process = subprocess.Popen(self._command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while process.poll() is None and not self._holds(process.pid):
            time.sleep(0.002)
        begun = time.perf_counter()
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.kill()
        out, told = process.communicate()
        if after is None and process.returncode:
            raise SystemExit(f"{work} failed: {told}")
        if process.returncode > 0:
            raise SystemExit(f"{work} failed in round {number}: {told or out}")
        if after is not None:
            self.tally.update({(work, "rounds"): 1, (work, "killed" if process.returncode else "finished"): 1})
        if said := _json(out):
            self.acknowledged[work] |= {one["source"]["source_id"] for one in said} if work == "add" else {str(said["build"])}
        return time.perf_counter() - begun

    def _check(self, work: str) -> None:
        # the code of `crosstie verify`, without starting Python anew; the last word has the command itself
        problems = Workspace(self.workspace, user="bench").verify()
        self.tally[work, "problems"] += bool(problems)
        for problem in problems:
            print(problem.where, problem.detail, file=sys.stderr)
        try:
            sources = {source.source_id for source in SourceStore(self.workspace / "sources").list()}
            builds = BuildStore(self.workspace / "builds")
            current = builds.current()
            numbers = {str(build.number) for build in builds.list()}
            self.tally[work, "half"] += current is None or any(current.table(name).schema != TABLES[name] for name in TABLES)
            newest = max(map(int, self.acknowledged["build"]))
            missing = len(self.acknowledged["add"] - sources) + len(self.acknowledged["build"] - numbers)
            self.tally[work, "lost"] += missing + (current is None or current.number < newest)
        except CrosstieError as error:
            print(error.detail, file=sys.stderr)
            self.tally[work, "half"] += 1

    def _holds(self, pid: int) -> bool:
        try:
            return bool(json.loads((self.workspace / ".lock").read_bytes())["pid"] == pid)
        except (OSError, ValueError):
            return False

    def _finished(self, *arguments: str) -> None:
        subprocess.run(self._command(*arguments), capture_output=True, check=True)

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "crosstie", "--workspace", str(self.workspace), "--json", *arguments]

    def _list(self, number: int) -> Path:
        """A new version of a list of invented persons, in the format of the Security Council."""
        persons = "".join(
            f"<INDIVIDUAL><DATAID>{row}</DATAID><FIRST_NAME>{self.chance.choice(_NAMES)}</FIRST_NAME>"
            f"<SECOND_NAME>{self.chance.choice(_PLACES)}-{row}</SECOND_NAME><UN_LIST_TYPE>Al-Qaida</UN_LIST_TYPE>"
            f"<REFERENCE_NUMBER>XXi.{row:03}</REFERENCE_NUMBER><LISTED_ON>2020-01-02</LISTED_ON>"
            f"<COMMENTS1>Version {number}. Involved in drug trafficking near {self.chance.choice(_PLACES)}.</COMMENTS1></INDIVIDUAL>"
            for row in range(RECORDS)
        )
        path = self.folder / f"list_{number}.xml"
        day = f"{2000 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
        path.write_text(
            f'<CONSOLIDATED_LIST dateGenerated="{day}T00:00:00Z"><INDIVIDUALS>{persons}</INDIVIDUALS></CONSOLIDATED_LIST>', "utf-8"
        )
        return path


def _json(said: str) -> Any:
    try:
        return json.loads(said)
    except ValueError:  # killed before or while it spoke: nothing was acknowledged
        return None


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    sys.exit(main())
