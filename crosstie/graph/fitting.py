"""Whether a graph and its search fit in memory: said before anything is begun."""

from __future__ import annotations

from pathlib import Path

from crosstie.errors import EngineError
from crosstie.graph import csr, paths
from crosstie.settings import Settings, amount

#: Python with what is read into it.
_PROGRAM = 250_000_000


def need(nodes: int, edges: int, texts: int, *, dated: bool, threads: int, searched: bool = True) -> int:
    """The most bytes that a graph of so many nodes and edges takes, and if it is `searched` the search; `texts`: bytes of the nodes' ids."""
    columns = 3 if dated else 2
    rows = (8 + 2) * nodes + texts + 8 * nodes
    ties = 2 * edges * 4 * columns
    making = min(csr.HELD * max(1, threads), 2 * edges) * 4 * (columns + 1)
    # places of labels (one step, two), numbers of targets, room; what carries paths; for each thread what it stamps
    searching = (3 * 4 + 4 + 2 + 8 * max(1, threads)) * nodes + paths.LABELS * 16 + paths.CELLS * 16
    return _PROGRAM + rows + ties + max(making, searching if searched else 0)


def short(nodes: int, edges: int, texts: int, *, dated: bool, settings: Settings, searched: bool = True) -> str | None:
    """What there is too little of: the setting `search_memory` allows less than the estimate, or the machine has less. None where it fits."""
    wanted = need(nodes, edges, texts, dated=dated, threads=settings.threads, searched=searched)
    allowed, free = amount(settings.search_memory), available()
    if wanted > allowed:
        return f"the setting search_memory allows {_told(allowed)}"
    return f"{_told(free)} are free" if free is not None and wanted > free else None


def check(nodes: int, edges: int, texts: int, *, dated: bool, settings: Settings, local: bool, searched: bool = True) -> None:
    """EngineError with the estimate where it does not fit. Where the engine is `local`, a cluster may be the way out: it searches without the graph."""
    lacking = short(nodes, edges, texts, dated=dated, settings=settings, searched=searched)
    if lacking is None:
        return
    wanted, free = need(nodes, edges, texts, dated=dated, threads=settings.threads, searched=searched), available()
    hint = (
        f'Set search_memory = "{wanted // 1_000_000_000 + 1}GB" in crosstie.toml.'
        if free is None or wanted <= free
        else "Build on a machine where more memory is free."
    )
    raise EngineError(
        f"the search for links would need {_told(wanted)} of memory for {nodes:,} entities and {edges:,} ties; {lacking}",
        hint=f"{hint} Or search on a cluster: crosstie build --engine spark://HOST:7077 (docs/guide/spark.md)." if local else hint,
    )


def available() -> int | None:
    """The bytes of memory that this process may still take; None where the system does not say."""
    known = [found for found in (_machine(), _group()) if found is not None]
    return min(known, default=None)


def _machine(table: Path = Path("/proc/meminfo")) -> int | None:
    try:
        lines = table.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _group(folder: Path = Path("/sys/fs/cgroup")) -> int | None:
    """What the container leaves, if there is one with a limit; pages of files can be let go."""
    try:
        limit, used = ((folder / f"memory.{name}").read_text(encoding="ascii").strip() for name in ("max", "current"))
        pages = (folder / "memory.stat").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    if not limit.isdigit():
        return None
    files = next((int(line.split()[1]) for line in pages if line.startswith("inactive_file ")), 0)
    return int(limit) - int(used) + files


def _told(size: int) -> str:
    return f"{size / 1_000_000_000:.1f} GB"
