"""The storylines of the core: ties of every class, actors without ties, and look-alikes."""

from crosstie.learn.region.parts import ScenarioPart
from crosstie.learn.region.storylines import convergence, cooperation, crowd, decoys

CORE: tuple[ScenarioPart, ...] = (*cooperation.PARTS, *convergence.PARTS, *crowd.PARTS, *decoys.PARTS)

__all__ = ["CORE"]
