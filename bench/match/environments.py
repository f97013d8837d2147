"""Peers live in environments of their own, made when they are first needed; jobs go to them as JSON and Parquet."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
#: Where the environments are (not in the repository).
ROOT = Path(os.environ.get("CROSSTIE_PEERS", HERE.parent / ".peers"))
#: What each needs, exactly. PyICU has wheels only under another name.
PINS = {
    "nomenklatura": ["nomenklatura==4.17.4", "rigour==2.6.1", "tantivy==0.27.0", "pyicu-wheels==2.15.2"],
    "splink": ["splink==5.0.0", "duckdb==1.5.6"],
    "goldenmatch": ["goldenmatch==3.22.0", "goldenmatch-native==0.2.3"],
    "rapidfuzz": ["rapidfuzz==3.14.6", "numpy"],
}
#: The environment and the script of each peer.
SCRIPTS = {"nomenklatura": "logic_v2.py", "splink": "splink_run.py", "goldenmatch": "goldenmatch_run.py", "rapidfuzz": "brute.py"}
#: Only engines whose name holds this are run.
WANTED = ""
#: Minutes after which a run is given up.
LIMIT = 30


def python(peer: str) -> Path:
    """The interpreter of a peer's environment, which is made where it is missing (needs uv and a package index)."""
    home = ROOT / peer
    done = home / ".pins"
    if not done.exists() or done.read_text(encoding="utf-8").split() != PINS[peer]:
        uv = shutil.which("uv")
        if uv is None:
            raise SystemExit("bench.match makes the peers' environments with uv, which is not there")
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", "3.11", str(home)], check=True)
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as override:
            override.write("pyicu; python_version < '3'\n")
            override.flush()
            extra = ["--override", override.name] if peer == "nomenklatura" else []
            subprocess.run([uv, "pip", "install", "--quiet", "--python", str(home / "bin/python"), *PINS[peer], *extra], check=True)
        done.write_text("\n".join(PINS[peer]), encoding="utf-8")
    return home / "bin/python"


class Failed(Exception):
    """A run that ended with an error: its last line."""


def run(who: str, job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """One job of a peer, or of ours (`who` = "crosstie"): what it wrote, with `cpu` by phase and `mib`."""
    name = f"{who}-{len(list(folder.iterdir()))}"
    path, out = folder / f"{name}.job", folder / f"{name}.out"
    path.write_text(json.dumps({**job, "out": str(out)}), encoding="utf-8")
    command = [sys.executable, "-m", "bench.match.ours"] if who == "crosstie" else [str(python(who)), str(HERE / "peers" / SCRIPTS[who])]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    try:
        done = subprocess.run(
            [*command, str(path)], capture_output=True, text=True, cwd=HERE.parents[1], env=environment, timeout=LIMIT * 60, check=False
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"given up after {LIMIT} minutes") from None
    if done.returncode:
        raise Failed((done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1])
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


#: Phases that are not the work itself: what every process pays once, and what only the measuring asks for.
APART = {"import", "start", "other thresholds"}


def spent(found: dict[str, Any]) -> float:
    """CPU-seconds of the work."""
    return float(sum(seconds for phase, seconds in found["cpu"].items() if phase not in APART))
