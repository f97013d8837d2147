"""The storylines of the core: ties of every class, actors without ties, and look-alikes."""

from crosstie.learn.region.parts import ScenarioPart
from crosstie.learn.region.storylines import allegations, coincidences, convergence, cooperation, crowd, decoys, handlers, underworld

#: Parts that plant ties: what `--storyline` chooses from, together with the parts of the lenses.
TIES: tuple[ScenarioPart, ...] = (*cooperation.PARTS, *convergence.PARTS, *handlers.PARTS)
#: What is there in any region.
BACKGROUND: tuple[ScenarioPart, ...] = (*crowd.PARTS, *decoys.PARTS, *coincidences.PARTS, *allegations.PARTS, *underworld.PARTS)

__all__ = ["BACKGROUND", "TIES"]
