"""The cast of the storylines: cells of the two worlds, put on lists and into reports, with an ordinary life around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import yaml

from crosstie.learn.region.names import DATA
from crosstie.learn.region.parts import Account, Actor, RegionBuilder, ReportKind
from crosstie.model.lexicon import Sphere

_CRIME_PROGRAMMES = ("SDNTK", "SDNTK", "TCO", "ILLICIT-DRUGS-EO14059")
_TERROR_PROGRAMMES = ("Al-Qaida", "Al-Qaida", "Taliban", "Somalia")
_REGIME = "Terrorism and Terrorist Financing"


@dataclass(frozen=True, slots=True)
class Storyline:
    """A part of the core: its plot is played so many times per round of the region."""

    name: str
    plot: Callable[[RegionBuilder], None]
    times: float = 1

    def plant(self, region: RegionBuilder) -> None:
        """Play the plot."""
        for _ in range(max(1, round(region.rounds * self.times))):
            self.plot(region)


@dataclass(frozen=True, slots=True)
class Cell:
    """A leader, and the group that stands for the leader as well as the other way round."""

    leader: Actor
    group: Actor | None

    @property
    def side(self) -> tuple[Actor, ...]:
        """Everybody who stands for this end of a tie."""
        return (self.leader, self.group) if self.group else (self.leader,)


@cache
def narratives() -> dict[str, Any]:
    """The sentences of data/narratives.yaml."""
    found: dict[str, Any] = yaml.safe_load((DATA / "narratives.yaml").read_text(encoding="utf-8"))
    return found


def sentence(region: RegionBuilder, kind: str, state: str | None = None, **words: object) -> tuple[str, str]:
    """A sentence of that kind in the language of the State (English where there is none), and the language. `{0}` stays for the report to fill."""
    by_language = narratives()[kind]
    lang = narratives()["languages"].get(state, "eng")
    lang = lang if lang in by_language and region.rng.random() < 0.7 else "eng"
    return _filled(str(region.rng.choice(by_language[lang])), words), lang


def tie_sentence(region: RegionBuilder, kind: str, **words: object) -> str:
    """A sentence about two actors, `{0}` and `{1}`."""
    return _filled(str(region.rng.choice(narratives()["ties"][kind])), words)


def _filled(text: str, words: dict[str, object]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", str(word))
    return text


def period(region: RegionBuilder, *, shortest: int = 200, longest: int = 900) -> tuple[date, date]:
    """Some months or years within the region's."""
    first = region.day(region.begin + timedelta(days=200), region.end - timedelta(days=longest + 100))
    return first, first + timedelta(days=int(region.rng.integers(shortest, longest)))


def crime_cell(region: RegionBuilder, state: str | None = None, *, spheres: Sequence[Sphere] = (Sphere.CRIME,)) -> Cell:
    """A boss of the crime world, known to a list, to a wanted notice or to a report; four in ten have a listed group."""
    boss = region.person(state, spheres=spheres)
    group = region.actor(None, Sphere.CRIME, boss.state) if region.rng.random() < 0.4 else None
    if group:
        region.list_as(group, "ofac-like", "TCO", about(region, "crime"))
    roll = region.rng.random()
    if group or roll < 0.5:
        programme = str(region.rng.choice(_CRIME_PROGRAMMES))
        region.list_as(boss, "ofac-like", programme, about(region, "crime"), linked_to=[group] if group else ())
    elif roll < 0.8:
        region.list_as(boss, "red-notice", region.state().code, crime_charge(region))
    else:
        told(region, boss, "crime", "court")
    ordinary_life(region, boss)
    return Cell(boss, group)


def terror_cell(region: RegionBuilder, state: str | None = None, *, spheres: Sequence[Sphere] = (Sphere.TERROR,)) -> Cell:
    """A leader of the terror world, known to one or two lists or to a report; four in ten have a listed group."""
    leader = region.person(state, spheres=spheres)
    group = region.actor(None, Sphere.TERROR, leader.state) if region.rng.random() < 0.4 else None
    programme = str(region.rng.choice(_TERROR_PROGRAMMES))
    if group:
        region.list_as(group, "un-like", programme, about(region, "terror"))
    roll = region.rng.random()
    if group or roll < 0.6:
        region.list_as(leader, "un-like", programme, about(region, "terror"), linked_to=[group] if group else ())
        if region.rng.random() < 0.35:
            region.list_as(leader, "gb-like", _REGIME, "")
    elif roll < 0.8:
        region.list_as(leader, "ofac-like", "SDGT", about(region, "terror"))
    else:
        told(region, leader, "terror", "court")
    ordinary_life(region, leader)
    return Cell(leader, group)


def told(region: RegionBuilder, actor: Actor, kind: str, source: ReportKind, **words: object) -> None:
    """A report that says of the actor what kind of person it is."""
    text, lang = sentence(region, kind, actor.state, **words)
    region.report(text, [actor], kind=source, lang=lang)


def about(region: RegionBuilder, kind: str) -> str:
    """What a list says of an actor of that world."""
    return str(region.rng.choice(narratives()[kind]["eng"]))


def crime_charge(region: RegionBuilder) -> str:
    """What somebody is sought for."""
    return str(
        region.rng.choice(
            [
                "Trafficking in cocaine; criminal organization",
                "Smuggling of heroin, money laundering",
                "Leader of a criminal gang, drug trafficking",
                "Illicit trafficking of firearms, criminal association",
                "Organized crime, laundering of drug proceeds",
            ]
        )
    )


def ordinary_life(region: RegionBuilder, person: Actor) -> Account:
    """An account from which the telephone is paid, and sometimes a harmless report or a small shop."""
    account = region.account(person)
    hub = region.hub(person.state)
    for _ in range(int(region.rng.integers(2, 6))):
        region.pay(account, hub, region.day(), float(region.rng.uniform(5, 80)), purpose="telephone")
    if region.rng.random() < 0.3:
        shop = region.company(person.state, business="retail")
        region.relation("Ownership", person, shop, region.day(last=date(2019, 12, 31)), None, "register")
        region.account(shop)
    if region.rng.random() < 0.2:
        told(region, person, "neutral", "police")
    return account


def payments(
    region: RegionBuilder, a: Account, b: Account, first: date, last: date, times: int, amount: tuple[float, float], purpose: str = ""
) -> None:
    """Several payments between two days."""
    for _ in range(times):
        region.pay(a, b, region.day(first, last), float(region.rng.uniform(*amount)), purpose=purpose)


#: What may be played between two cells, and how often in a round.
Plots = Sequence[tuple[Callable[[RegionBuilder, Cell, Cell], None], int]]


def among_strangers(region: RegionBuilder, plots: Plots, count: int) -> list[Cell]:
    """So many cells of each world in one State, and each plot between as many pairs of them as it says, no pair twice; the cells of crime."""
    state = region.state().code
    crimes, terrors = ([make(region, state) for _ in range(count)] for make in (crime_cell, terror_cell))
    pairs = region.rng.permutation(count * count).tolist()
    for plot, times in plots:
        for _ in range(times):
            first, second = divmod(pairs.pop(), count)
            plot(region, crimes[first], terrors[second])
    return crimes
