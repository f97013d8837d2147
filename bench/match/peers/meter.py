"""What a peer's work costs. Runs in the peer's environment: nothing of crosstie is imported here."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any


def cpu() -> float:
    """CPU-seconds of this process and its children so far, user and system."""
    return sum(
        use.ru_utime + use.ru_stime for use in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def _high_water() -> int:
    """The peak of this program's memory in KiB; `getrusage` would tell that of whoever started it, where that is higher."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Meter:
    """CPU-seconds of the phases of a job, one after the other, and what came of it."""

    def __init__(self) -> None:
        #: What was imported before is not counted as work, but told.
        self.phases: dict[str, float] = {"import": cpu()}
        self._before = cpu()
        self.high = 0

    def peak(self) -> None:
        """The work ends here: what the rest takes of memory, which only measures, is not told."""
        self.high = _high_water()

    def phase(self, name: str) -> None:
        """The phase that ends here."""
        now = cpu()
        self.phases[name] = self.phases.get(name, 0.0) + now - self._before
        self._before = now

    def write(self, path: str, **results: Any) -> None:
        """The results as JSON, with the cost and the peak of memory in MiB."""
        peak = max(self.high or _high_water(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
        Path(path).write_text(json.dumps({"cpu": self.phases, "mib": round(peak), **results}), encoding="utf-8")


def job() -> dict[str, Any]:
    """What is to be done: the JSON file named on the command line."""
    found: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    return found
