"""What the two programs of a lens look like: detectors, and the part of a region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import pyarrow as pa

from crosstie.learn.region.parts import ScenarioPart
from crosstie.store.engine import Engine

__all__ = ["Detector", "ScenarioPart"]


class Detector(Protocol):
    """One typology: a module of the folder `detectors/`. Its docstring is what the analyst reads, with the citation.

    The data come from the engine: the ledgers that the manifest says the detector needs, through `lens.events.events`, which names the
    parties as resolved entities; `claims` and `entities` if need be. Thresholds are those of the manifest, so nothing is hidden in code.
    """

    def detect(self, engine: Engine, thresholds: Mapping[str, float]) -> pa.Table:
        """What was seen, as `lens.findings.table` makes it (tables.FINDING): subjects, period, score, amount, sentence, evidence. The registry
        adds ids, lens, typology, title, innocent explanations and status, and takes out findings about victims and minors.
        """
        ...
