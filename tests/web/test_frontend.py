"""The built islands are those of the sources in frontend/."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2]
FRONTEND, STATIC = HOME / "frontend", HOME / "crosstie" / "web" / "static"
ISLANDS = ("graph", "canvas", "timeline", "map")


def test_each_built_file_bears_the_stamp_of_the_sources() -> None:
    names = sorted([*(f"src/{file.name}" for file in (FRONTEND / "src").iterdir()), "build.mjs", "package-lock.json", "tsconfig.json"])
    stamp = hashlib.sha256()
    for name in names:
        stamp.update(name.encode() + b"\0" + (FRONTEND / name).read_bytes() + b"\0")
    for island in ISLANDS:
        head = (STATIC / f"{island}.js").read_text(encoding="utf-8")[:300]
        assert stamp.hexdigest() in head, f"{island}.js is of other sources: run “npm ci && npm run build” in frontend"


def test_the_lock_names_no_registry_and_nothing_is_evaluated_or_fetched_from_elsewhere() -> None:
    assert "resolved" not in (FRONTEND / "package-lock.json").read_text(encoding="utf-8")
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    assert all("integrity" in one for name, one in lock["packages"].items() if name)
    for island in ISLANDS:
        built = (STATIC / f"{island}.js").read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|new Function\(", built)
        assert not re.search(r"https?://(?!www\.w3\.org/)", built), island


def test_the_licences_of_what_is_built_in_are_listed() -> None:
    notice = (HOME / "NOTICE").read_text(encoding="utf-8")
    for name in ("sigma", "graphology", "events", "Natural Earth", "world-atlas"):
        assert name in notice


@pytest.mark.skipif(
    not (FRONTEND / "node_modules" / "esbuild").is_dir() or not shutil.which("node"), reason="npm ci was not run in frontend"
)
def test_building_anew_gives_the_same_bytes(tmp_path: Path) -> None:
    for command in (["node", "node_modules/typescript/bin/tsc", "--noEmit"], ["node", "build.mjs", str(tmp_path)]):
        done = subprocess.run(
            command, cwd=FRONTEND, capture_output=True, text=True, check=False, timeout=300, env={"PATH": os.environ["PATH"]}
        )
        assert done.returncode == 0, done.stdout + done.stderr
    for island in ISLANDS:
        assert (tmp_path / f"{island}.js").read_bytes() == (STATIC / f"{island}.js").read_bytes(), island
