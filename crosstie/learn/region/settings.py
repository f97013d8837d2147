"""What a region is made of: its seed and size, which storylines are played, and how careless its offices are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crosstie.errors import UsageError
from crosstie.learn.region.parts import ScenarioPart

#: Parts of the core may be named with or without this.
_PREFIX = "core-"
#: Fewer storylines are told more often, so that about as many ties are planted; at most so much more often.
_MOST_OFTEN = 4
MOST_NOISE = 4.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a region; the same settings give the same bytes.

    links: without, the same world is made with nothing between the two worlds: every storyline is told of one end at a time, with somebody innocent at
        the other. A link found in such a region is false.
    noise: scales missing data, spelling errors, contradictions and copies between lists: 0 none, 1 usual, up to 4.
    storylines: the names of those that are told, all where none is named. Background and look-alikes are there in any case.
    """

    seed: int = 7
    size: str = "small"
    links: bool = True
    noise: float = 1.0
    storylines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.noise <= MOST_NOISE:
            raise UsageError(f"noise {self.noise:g} is not between 0 and {MOST_NOISE:g}")

    def chosen(self, parts: Sequence[ScenarioPart]) -> list[ScenarioPart]:
        """The parts of the storylines that are told; UsageError where one is named that does not exist."""
        named = {one.removeprefix(_PREFIX) for one in self.storylines}
        known = {one.name.removeprefix(_PREFIX) for one in parts}
        if named - known:
            raise UsageError(f"no such storyline: {', '.join(sorted(named - known))}", hint=f"Use one of {', '.join(sorted(known))}.")
        return [one for one in parts if not named or one.name.removeprefix(_PREFIX) in named]

    def rounds(self, usual: int, parts: Sequence[ScenarioPart]) -> int:
        """How often each chosen storyline is told: more often where few are chosen."""
        return usual * min(_MOST_OFTEN, max(1, round(len(parts) / max(len(self.chosen(parts)), 1))))
