"""Which paths there are between the actors of the two worlds: asked of the graph in this machine's memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.graph import loading
from crosstie.graph.csr import Csr
from crosstie.graph.paths import Paths, search
from crosstie.link.actors import Seeds
from crosstie.settings import Settings
from crosstie.store.engine import Engine


def reach(engine: Engine, seeds: Seeds, settings: Settings) -> tuple[Csr, Paths]:
    """The graph, and the best paths of the `settings.links` nearest pairs of actors of different worlds."""
    net = loading.load(engine, settings)

    def numbers(ids: Sequence[str]) -> NDArray[np.int32]:
        return np.sort(net.numbers(pa.array(ids, pa.string())))

    found = search(
        net,
        numbers(seeds.crime),
        numbers(seeds.terror),
        max_hops=settings.max_hops,
        k=settings.paths,
        hub=settings.hub,
        closed=numbers(seeds.closed),
        keep=settings.links,
        threads=settings.threads,
    )
    return net, found
