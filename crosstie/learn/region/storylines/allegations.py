"""Actors of one world who are said to be of the other too, and are not: accusations withdrawn, gossip, and what was done by a namesake."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from crosstie.learn.region.parts import Actor, RegionBuilder, ReportKind
from crosstie.learn.region.storylines.cast import about, crime_cell, narratives, terror_cell
from crosstie.model.lexicon import Sphere


def withdrawn(region: RegionBuilder, accused: Actor, other: Sphere) -> None:
    """A newspaper or an informant accuses; a court finds, months later, that there is nothing in it."""
    kind: ReportKind = "press" if region.rng.random() < 0.6 else "intelligence"
    said = region.day(last=region.end - timedelta(days=800))
    region.report(_sentence(region, other, "alleged"), [accused], kind=kind, on=said)
    found = said + timedelta(days=int(region.rng.integers(60, 700)))
    region.report(_sentence(region, other, "cleared"), [accused], kind="court", on=found)
    region.decoy(accused, accused, "retracted allegation", "accused once; a court found that there was nothing in it")


def gossip(region: RegionBuilder, accused: Actor, other: Sphere) -> None:
    """Newspapers copy one accusation from each other, and nothing ever comes of it."""
    text = _sentence(region, other, "alleged")
    said = region.day(last=region.end - timedelta(days=100))
    for _ in range(int(region.rng.integers(1, 4))):
        region.report(text, [accused], kind="press", on=said + timedelta(days=int(region.rng.integers(0, 60))))
    region.decoy(accused, accused, "retracted allegation", "newspapers copied one accusation, of which nothing came")


def mistaken(region: RegionBuilder, accused: Actor, other: Sphere) -> None:
    """A service tells of the one what a namesake did, who is listed for it; half of the time a court sets it right."""
    twin = region.namesake(accused, spheres=[other])
    if other is Sphere.TERROR:
        region.list_as(twin, "un-like", "Al-Qaida", about(region, "terror"))
    else:
        region.list_as(twin, "ofac-like", "SDNTK", about(region, "crime"))
    said = region.day(last=region.end - timedelta(days=800))
    kind: ReportKind = "intelligence" if region.rng.random() < 0.6 else "police"
    region.report(about(region, str(other)), [accused], kind=kind, on=said)
    if region.rng.random() < 0.5:
        region.report(_sentence(region, other, "cleared"), [accused], kind="court", on=said + timedelta(days=600))
    pair = (twin, accused) if other is Sphere.CRIME else (accused, twin)
    region.decoy(*pair, "name collision", "a service took the one for the other, who bears the same name")
    region.decoy(accused, accused, "name collision", "a service told of the one what a namesake did")


def _sentence(region: RegionBuilder, world: Sphere, kind: str) -> str:
    return str(region.rng.choice(narratives()[kind][world.value]))


_PLOTS: tuple[tuple[Callable[[RegionBuilder, Actor, Sphere], None], int], ...] = ((withdrawn, 2), (gossip, 1), (mistaken, 1))


class Allegations:
    """What is said of actors without ties, about as often as it is true of others."""

    name = "core-allegations"

    def plant(self, region: RegionBuilder) -> None:
        """Each round accuses some actors of either world of belonging to the other."""
        for _ in range(region.rounds):
            for plot, times in _PLOTS:
                for _time in range(times):
                    if region.rng.random() < 0.5:
                        plot(region, crime_cell(region).leader, Sphere.TERROR)
                    else:
                        plot(region, terror_cell(region).leader, Sphere.CRIME)


PARTS = (Allegations(),)
