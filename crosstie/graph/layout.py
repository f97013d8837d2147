"""Where the nodes of a link stand in a picture: crime on the left, terror on the right, and as few crossings as a simple rule gives."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

_SWEEPS = 6


def layers(nodes: Sequence[str], steps: Sequence[tuple[str, str]], left: Sequence[str], right: Sequence[str]) -> dict[str, int]:
    """The column of each node: by how many steps it is from the left, but with all of the right end in the last column.

    Nodes that no step reaches stand in the first column. The answer depends only on the order of `nodes`.
    """
    near: dict[str, list[str]] = defaultdict(list)
    for a, b in steps:
        near[a].append(b)
        near[b].append(a)
    column = _distances(near, [node for node in nodes if node in set(left)] or list(nodes[:1]))
    last = max(
        [column.get(node, 0) for node in nodes if node in set(right) and node not in set(left)], default=max(column.values(), default=0)
    )
    ends = set(right) - set(left)
    last = max(last, 1 if ends else 0, max((at + 1 for node, at in column.items() if node not in ends and ends), default=0))
    return {node: last if node in ends else column.get(node, 0) for node in nodes}


def order(nodes: Sequence[str], steps: Sequence[tuple[str, str]], column: Mapping[str, int]) -> list[list[str]]:
    """The nodes of each column from top to bottom: each near the middle of its neighbours (barycentre sweeps), ties by the order given."""
    rows: list[list[str]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for node in nodes:
        rows[column[node]].append(node)
    near: dict[str, list[str]] = defaultdict(list)
    for a, b in steps:
        near[a].append(b)
        near[b].append(a)
    place = {node: at / max(1, len(row)) for row in rows for at, node in enumerate(row)}
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            middle = {node: sum(place[other] for other in near[node]) / len(near[node]) if near[node] else place[node] for node in row}
            row.sort(key=lambda node: middle[node])
            for at, node in enumerate(row):
                place[node] = (at + 0.5) / len(row)
    return rows


def bends(steps: Sequence[tuple[str, str]], column: Mapping[str, int]) -> dict[tuple[str, str], list[str]]:
    """For each step that passes over columns, the invisible nodes that it bends at, one in each column passed, from left to right."""
    found = {}
    for a, b in steps:
        first, last = sorted((a, b), key=lambda node: column[node])
        found[a, b] = [f"\x00{first}\x00{last}\x00{at}" for at in range(column[first] + 1, column[last])]
    return found


def wrap(text: str, width: int, lines: int) -> list[str]:
    """A label in at most so many lines of at most so many characters; what does not fit ends in an ellipsis."""
    found: list[str] = []
    line = ""
    for word in text.split():
        while len(word) > width:
            head, word = word[: width - 1] + "-", word[width - 1 :]
            if line:
                found.append(line)
                line = ""
            found.append(head)
        if line and len(line) + 1 + len(word) > width:
            found.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    found += [line] if line else []
    if len(found) <= lines:
        return found or [""]
    return [*found[: lines - 1], found[lines - 1][: width - 1].rstrip() + "…"]


def _distances(near: Mapping[str, Sequence[str]], starts: Sequence[str]) -> dict[str, int]:
    found = dict.fromkeys(starts, 0)
    queue = deque(starts)
    while queue:
        node = queue.popleft()
        for other in near.get(node, ()):
            if other not in found:
                found[other] = found[node] + 1
                queue.append(other)
    return found
