"""The path search and the peers on the same graphs in one run: `python -m bench.links.paths --into bench/links/paths`.

The question: up to three cheapest simple paths of at most four steps between each of 2,000 and each of 2,000 seeds, nobody with more than 1,000 neighbours
between; in power-law graphs of one million nodes and five million edges, and of ten and fifty million. Each engine runs in a process and, but for ours, in
an environment of its own. Peers are given ties without hubs and parallel edges (which ours has to find), with the final cost of each. Times are CPU-seconds,
user and system; what a peer cannot finish is asked of some seeds and extrapolated (*).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.match import environments

SIZES = {"1M": (1_000_000, 5_000_000), "10M": (10_000_000, 50_000_000)}
PINS = {
    "duckdb": ["duckdb==1.5.6", "numpy", "pyarrow"],
    "scipy": ["scipy==1.17.1", "numpy", "pyarrow"],
    "graphblas": ["python-graphblas==2025.2.0", "suitesparse-graphblas==9.4.5.0", "numpy", "pyarrow"],
    "igraph": ["igraph==1.0.0", "numpy", "pyarrow"],
    "rustworkx": ["rustworkx==0.18.1", "numpy", "pyarrow"],
    "kuzu": ["kuzu==0.11.3", "numpy", "pyarrow"],
    "real_ladybug": ["real_ladybug==0.15.3", "numpy", "pyarrow"],
}
#: What each is asked, what that answers, and of how many (sources, or pairs) the whole would be where only some are asked.
ASKED: tuple[tuple[str, str, str, int], ...] = (
    ("crosstie", "all", "3 cheapest paths of every pair", 0),
    ("crosstie", "best", "3 cheapest paths of the 10,000 nearest pairs", 0),
    ("duckdb", "all", "3 cheapest paths of every pair (same plan in SQL)", 0),
    ("graphblas", "best", "cheapest cost only (min-plus)", 0),
    ("scipy", "reach", "reachability only (sparse product)", 0),
    ("scipy", "dijkstra", "cheapest cost, any number of steps", 2000),
    ("igraph", "dijkstra", "cheapest cost, any number of steps", 2000),
    ("igraph", "paths", "all simple paths, then sorted", 2000),
    ("rustworkx", "dijkstra", "cheapest cost, any number of steps", 2000),
    ("rustworkx", "paths", "all simple paths of a pair", 4_000_000),
    ("kuzu", "shortest", "fewest steps only (SHORTEST)", 2000),
    ("real_ladybug", "shortest", "fewest steps only (SHORTEST)", 2000),
)
#: What is not asked of the large graph: loading it alone takes more memory than the machine of the frozen run could spare.
TOO_LARGE = {("igraph", "paths"), ("rustworkx", "dijkstra"), ("rustworkx", "paths")}
HEAD = "| graph | engine | what it answers | cpu-s whole | load or rows | search | GiB | pairs | × ours | load before |"


def run(engine: str, what: str, graph: Path, options: argparse.Namespace, **more: Any) -> dict[str, Any]:
    """One job in a process of its own; what it wrote, or why it failed."""
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        job = {"engine": engine, "what": what, "folder": str(graph), "threads": 2, "seconds": options.seconds, "seeds": 2000, **more}
        path = Path(scratch) / "job.json"
        job["out"] = str(Path(scratch) / "out.json")
        path.write_text(json.dumps(job), encoding="utf-8")
        peer = [] if engine == "crosstie" else [str(environments.python(engine)), str(Path(__file__).parent / "peers/paths_peer.py")]
        before = round(os.getloadavg()[0], 1)
        done = subprocess.run(
            [*(peer or [sys.executable, "-m", "bench.links.ours_paths"]), str(path)],
            capture_output=True,
            text=True,
            check=False,
            timeout=3600,
        )
        if done.returncode:
            return {"failed": (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1][:120], "load": before}
        return {**json.loads(Path(job["out"]).read_text(encoding="utf-8")), "load": before}


def row(size: str, engine: str, what: str, answers: str, whole: int, found: dict[str, Any]) -> dict[str, Any]:
    """A row of the record."""
    made: dict[str, Any] = {"graph": size, "engine": engine, "what": what, "answers": answers, "load": found["load"]}
    if "failed" in found:
        return {**made, "failed": found["failed"]}
    cpu = found["cpu"]
    first = cpu.get("rows", 0.0) + cpu.get("load", 0.0)
    search = cpu.get("search", 0.0) or cpu["sample"] * whole / max(found["done"], 1)
    told = {name: found[name] for name in ("pairs", "paths", "cost", "best", "ties_walked", "meetings", "done") if name in found}
    return {**made, "first": round(first, 2), "search": round(search, 2), "gib": round(found["mib"] / 1024, 2), **told}


def markdown(table: list[dict[str, Any]]) -> str:
    """The table to read."""
    out = [HEAD, "|" + "---|" * (HEAD.count("|") - 1)]
    ours = {one["graph"]: one for one in table if (one["engine"], one["what"]) == ("crosstie", "all")}
    for one in table:
        if "failed" in one:
            out.append(f"| {one['graph']} | {one['engine']} | {one['answers']} | {one['failed']} | | | | | | {one['load']} |")
            continue
        star = "*" if "done" in one else ""
        total = one["first"] + one["search"]
        own = ours.get(one["graph"])
        times = (
            f"{total / (own['first'] + own['search']):,.1f}; search alone {one['search'] / own['search']:,.1f}"
            if own and own is not one
            else ""
        )
        out.append(
            f"| {one['graph']} | {one['engine']} | {one['answers']} | {total:,.1f}{star} | {one['first']:,.1f} | {one['search']:,.2f}{star} "
            f"| {one['gib']} | {one.get('pairs', ''):{',' if 'pairs' in one else ''}} | {times} | {one['load']} |"
        )
    grown = [one for one in table if one["engine"] == "crosstie" and "meetings" in one]
    out += ["", "What is touched: ties walked from both sides, and how often a walk from a source meets a walk from a target.", ""]
    out += ["| graph | seeds | asked | ties walked | meetings | search, cpu-s | ns a meeting |", "|---|---|---|---|---|---|---|"]
    for one in grown:
        each = one["search"] / max(one["ties_walked"] + one["meetings"], 1) * 1e9
        out.append(
            f"| {one['graph']} | {one.get('seeds', 2000):,} × {one.get('seeds', 2000):,} | {one['what']} | {one['ties_walked']:,} | {one['meetings']:,} "
            f"| {one['search']:.2f} | {each:.2f} |"
        )
    return "\n".join(out) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.links.paths", description="The path search, ours and the peers side by side.")
    parser.add_argument("--sizes", default="1M,10M", help=f"of {','.join(SIZES)}")
    parser.add_argument("--who", default="", help="only engines whose name holds one of these (a,b)")
    parser.add_argument("--seconds", type=float, default=30, help="how long a sample may take")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "crosstie-nets", help="where the graphs are kept")
    parser.add_argument("--into", type=Path, help="write PATH.json and PATH.md")
    parser.add_argument("--merge", action="store_true", help="keep the rows of PATH.json that this run does not make")
    options = parser.parse_args()
    environments.PINS.update(PINS)
    options.folder.mkdir(parents=True, exist_ok=True)
    made: list[dict[str, Any]] = []
    for size in options.sizes.split(","):
        graph = options.folder / size
        nodes, edges = SIZES[size]
        subprocess.run([sys.executable, "-m", "bench.links.netmaker", str(nodes), str(edges), str(graph)], check=True)
        for engine, what, answers, whole in ASKED:
            if any(name in engine for name in options.who.split(",")):
                large = size == "10M" and (engine, what) in TOO_LARGE
                found = {"failed": "not asked, to spare the machine's memory", "load": ""} if large else run(engine, what, graph, options)
                made.append(row(size, engine, what, answers, whole, found))
                sys.stderr.write(json.dumps(made[-1]) + "\n")
        if any(name in "crosstie" for name in options.who.split(",")):
            for seeds in (500, 1000):
                found = row(
                    size,
                    "crosstie",
                    f"{seeds} seeds",
                    f"the same for {seeds:,} × {seeds:,} seeds",
                    0,
                    run("crosstie", "all", graph, options, seeds=seeds),
                )
                made.append({**found, "seeds": seeds})
                sys.stderr.write(json.dumps(made[-1]) + "\n")
    if options.merge and options.into and options.into.with_suffix(".json").exists():
        key = ("graph", "engine", "what")
        known = {tuple(one[name] for name in key): one for one in json.loads(options.into.with_suffix(".json").read_text(encoding="utf-8"))}
        known.update({tuple(one[name] for name in key): one for one in made})
        made = list(known.values())
    sys.stdout.write(markdown(made))
    if options.into:
        options.into.with_suffix(".json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        options.into.with_suffix(".md").write_text(markdown(made), encoding="utf-8")


if __name__ == "__main__":
    main()
