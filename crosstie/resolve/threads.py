"""Work on many rows dealt out to threads. Kernels and NumPy's sorting let go of the interpreter, so that as many processors are busy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

Out = TypeVar("Out")
In = TypeVar("In")


def shared(work: Callable[[tuple[int, int]], Out], rows: int, threads: int) -> list[Out]:
    """`work` on as many spans of rows (first, behind the last) as there are threads, in their order."""
    edges = [rows * number // max(1, threads) for number in range(max(1, threads) + 1)]
    return list(in_order(work, list(pairwise(edges)), threads))


def in_order(work: Callable[[In], Out], tasks: Sequence[In], threads: int) -> Iterator[Out]:
    """What `work` makes of each task, in their order; no more results wait than there are threads."""
    if threads <= 1 or len(tasks) <= 1:
        yield from map(work, tasks)
        return
    with ThreadPoolExecutor(threads) as pool:
        ahead = [pool.submit(work, task) for task in tasks[:threads]]
        for number in range(len(tasks)):
            done = ahead.pop(0).result()
            if number + threads < len(tasks):
                ahead.append(pool.submit(work, tasks[number + threads]))
            yield done


def ahead(source: Iterable[Out]) -> Iterator[Out]:
    """The same, the next being fetched while one is worked on."""
    following = iter(source)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_next, following)
        while found := waiting.result():
            waiting = pool.submit(_next, following)
            yield found[0]


def _next(following: Iterator[Out]) -> tuple[Out, ...]:
    """The next in a tuple, or an empty one behind the last: StopIteration does not pass through a Future."""
    for found in following:
        return (found,)
    return ()
