"""Several threads on the batches of one query, for `map` on one machine: kernels let go of the interpreter, so that they run at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.store.engine import Verb

#: Batches of one group that are held for a thread; a larger group goes through in a stream, by itself.
HELD = 16
#: the stubs of the compute functions know too few overloads
pc: Any = pyarrow.compute


def spread(fn: Verb, batches: Iterator[pa.RecordBatch], by: Sequence[str], threads: int) -> Generator[pa.RecordBatch, None, None]:
    """What a function for `map` makes of batches, called for so many bites of them at a time as there are threads; in the order of the batches.

    Rows that stand one after another and have the same values in the columns `by` are in one bite. What is held: a few bites and what became of them.
    """
    if threads < 2:
        yield from fn(batches)
        return
    waiting: deque[Future[list[pa.RecordBatch]]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="crosstie-map") as pool:
        try:
            for bite in bites(batches, by):
                if isinstance(bite, list):
                    waiting.append(pool.submit(_made, fn, bite))
                while len(waiting) > threads or (waiting and not isinstance(bite, list)):
                    yield from waiting.popleft().result()
                if not isinstance(bite, list):
                    yield from fn(iter(bite))
            while waiting:
                yield from waiting.popleft().result()
        finally:  # after an error, or where nobody wants the rest: what has not begun need not begin
            pool.shutdown(wait=False, cancel_futures=True)


def bites(batches: Iterator[pa.RecordBatch], by: Sequence[str]) -> Iterator[list[pa.RecordBatch] | Iterable[pa.RecordBatch]]:
    """Batches put together so that no group of rows is parted; a group of more than HELD batches as a stream, read before the next."""
    held: list[pa.RecordBatch] = []

    def rest() -> Iterator[pa.RecordBatch]:
        nonlocal held
        last, held = held[-1], []
        for batch in batches:
            more = _goes_on(last, batch, by)
            if more:
                yield batch.slice(0, more)
            if more < batch.num_rows:
                held = [batch.slice(more)]
                return

    for batch in batches:
        more = _goes_on(held[-1], batch, by) if held else 0
        if more:
            held.append(batch.slice(0, more))
        if more < batch.num_rows:
            if held:
                yield held
            held = [batch.slice(more)]
        elif len(held) > HELD:
            stream = chain(held, rest())
            yield stream
            deque(stream, maxlen=0)  # what nobody read of it
    if held:
        yield held


def _made(fn: Verb, bite: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
    return list(fn(iter(bite)))


def _goes_on(before: pa.RecordBatch, batch: pa.RecordBatch, by: Sequence[str]) -> int:
    """How many rows at the beginning of a batch are of the group that the batch before ends with."""
    if not by:
        return 0
    same = np.ones(batch.num_rows, np.bool_)
    for name in by:  # is_in takes nothing for like nothing, and no number for like no number
        same &= pc.is_in(batch.column(name), value_set=before.column(name).slice(before.num_rows - 1)).to_numpy(zero_copy_only=False)
    return int(batch.num_rows if same.all() else np.argmin(same))
