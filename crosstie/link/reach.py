"""Which paths there are between the actors of the two worlds: asked of the graph in this machine's memory, or of a cluster where it does not fit there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.graph import frontier, loading
from crosstie.graph.csr import Csr
from crosstie.graph.memory import Memory, Told
from crosstie.graph.nearest import nearest
from crosstie.graph.paths import Paths, asked
from crosstie.link.actors import Seeds
from crosstie.settings import Settings
from crosstie.store.engine import Engine


def reach(engine: Engine, seeds: Seeds, settings: Settings, memory: Memory | None = None) -> tuple[Csr, Paths]:
    """The graph, and the best paths of the `settings.links` nearest pairs of actors of different worlds. What `memory` holds is not searched again.

    Of a graph that does not fit in this machine, on a cluster, only what the paths touch: the rows of their nodes and of those in both worlds.
    """
    known = memory.recall() if memory else None
    if not engine.local and not loading.fits(engine, settings):
        frontier.merge(engine)
        told = known or _far(engine, seeds, settings)
        if memory and known is None:
            memory.keep(told)
        net = replace(loading.part(engine, settings, [*told.nodes, *seeds.both]), whole=frontier.totals(engine))
        return net, told.paths(net)
    net = loading.load(engine, settings)
    if known is not None:
        return net, known.paths(net)
    found = _near(net, seeds, settings, memory)
    if memory:
        memory.keep(Told.of(found, lambda numbers: net.ids.take(pa.array(numbers, pa.int32(), mask=numbers < 0))))
    return net, found


def _near(net: Csr, seeds: Seeds, settings: Settings, memory: Memory | None) -> Paths:
    """The paths, by the kernel."""

    def numbers(ids: Sequence[str]) -> NDArray[np.int32]:
        return net.numbers(pa.array(ids, pa.string()))

    ends = numbers(seeds.crime), numbers(seeds.terror)
    question = asked(net, *ends, max_hops=settings.max_hops, hub=settings.hub, closed=numbers(seeds.closed))
    return nearest(question, settings.paths, settings.links, threads=settings.threads, midway=memory.midway() if memory else None)


def _far(engine: Engine, seeds: Seeds, settings: Settings) -> Told:
    """The same paths, by joins."""
    wanted = {"max_hops": settings.max_hops, "k": settings.paths, "hub": settings.hub, "keep": settings.links}
    return Told.of(frontier.walked(engine, seeds.crime, seeds.terror, seeds.closed, **wanted), partial(loading.names, engine))
