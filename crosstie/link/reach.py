"""Which paths there are between the actors of the two worlds: asked of the graph in this machine's memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.graph import loading
from crosstie.graph.csr import Csr
from crosstie.graph.memory import Memory
from crosstie.graph.nearest import nearest
from crosstie.graph.paths import Paths, asked
from crosstie.link.actors import Seeds
from crosstie.settings import Settings
from crosstie.store.engine import Engine


def reach(engine: Engine, seeds: Seeds, settings: Settings, memory: Memory | None = None) -> tuple[Csr, Paths]:
    """The graph, and the best paths of the `settings.links` nearest pairs of actors of different worlds. What `memory` holds is not searched again."""
    net = loading.load(engine, settings)

    def numbers(ids: Sequence[str]) -> NDArray[np.int32]:
        return net.numbers(pa.array(ids, pa.string()))

    found = memory.recall(net) if memory else None
    if found is None:
        ends = numbers(seeds.crime), numbers(seeds.terror)
        question = asked(net, *ends, max_hops=settings.max_hops, hub=settings.hub, closed=numbers(seeds.closed))
        found = nearest(question, settings.paths, settings.links, threads=settings.threads)
        if memory:
            memory.keep(net, found)
    return net, found
