"""Builds that die at a given change to the disk: `python -m tests.resolve.dying WORKSPACE STEP [WORKSPACE STEP …]`, each in a process of its own.

For each it prints on a line the number of changes that it made, and of those to what is kept for the next build the numbers. A step of 0 lets it live.
"""

from __future__ import annotations

import builtins
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crosstie.app import Workspace
from tests.resolve.growing import KEPT, built, matching_only


def main() -> None:
    Workspace._stages = matching_only(Workspace._stages)  # type: ignore[method-assign]
    for folder, step in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        child = os.fork()
        if child == 0:
            changes = _die_at(int(step))
            built(Path(folder))
            print(json.dumps([len(changes), [number for number, path in enumerate(changes, 1) if KEPT in path]]), flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) not in (0, -signal.SIGKILL):
            sys.exit(f"the build failed: {status}")


def _die_at(step: int) -> list[str]:
    """What is changed from now on; at the change of this number the process is killed."""
    changes: list[str] = []

    def deadly(change: Callable[..., Any], counts: Callable[..., bool] = lambda *_, **__: True) -> Callable[..., Any]:
        def changing(*arguments: Any, **named: Any) -> Any:
            if counts(*arguments, **named):
                changes.append(" ".join(map(str, arguments[:2])))
                if len(changes) == step:
                    os.kill(os.getpid(), signal.SIGKILL)
            return change(*arguments, **named)

        return changing

    def writes(_: Any, mode: str = "r", *more: Any, **named: Any) -> bool:
        return bool(set(mode) & set("wxa+"))

    builtins.open = deadly(builtins.open, writes)
    for name in ("fsync", "rename", "replace", "mkdir", "unlink", "rmdir"):
        setattr(os, name, deadly(getattr(os, name)))
    return changes


if __name__ == "__main__":
    main()
