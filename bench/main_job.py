"""The main job on real lists: UN 2026 + OFAC 2022 (three files) + UK 2018 + EU 2016 + Canada, from files to links, with time and memory.

Target: add and build under 60 s and under 1.5 GB. Every record is read or rejected with a reason.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(os.environ.get("CROSSTIE_DATA", Path(__file__).parents[2] / "shared" / "data")) / "sanctions"
FILES = (
    "un_2026-02-27.xml",
    "ofac_2022-01-21/sdn.csv",
    "ofac_2022-01-21/add.csv",
    "ofac_2022-01-21/alt.csv",
    "uk_conlist_2018-04-13.csv",
    "eu_2016-02-11.xml",
    "canada_sema_2025-04.xml",
)


def _run(workspace: Path, *arguments: str) -> tuple[str, float]:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "crosstie", "--workspace", str(workspace), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{arguments[0]} failed: {done.stderr}")
    return done.stdout, time.perf_counter() - started


def main() -> None:
    """Run the job and print what came of it."""
    if not DATA.is_dir():
        raise SystemExit(f"{DATA} is not here: set CROSSTIE_DATA")
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Path(scratch) / "unit"
        _run(workspace, "init", str(workspace))
        added, add_s = _run(workspace, "add", "--json", *(str(DATA / name) for name in FILES))
        _, build_s = _run(workspace, "build", "--json")
        links, links_s = _run(workspace, "links", "--json")
        for one in json.loads(added):
            source = one["source"]
            print(
                f"{source['file_name']:34} {source['records']:7,} records {source['rejects']:6,} rejects {source['statements']:9,} statements"
            )
        classes: dict[str, int] = {}
        for link in json.loads(links):
            classes[link["class"]] = classes.get(link["class"], 0) + 1
        peak = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"add {add_s:.1f} s, build {build_s:.1f} s, links {links_s:.1f} s; cpu {peak.ru_utime + peak.ru_stime:.1f} s; peak {peak.ru_maxrss / 1024:.0f} MB"
        )
        print("links by class:", dict(sorted(classes.items())))


if __name__ == "__main__":
    main()
