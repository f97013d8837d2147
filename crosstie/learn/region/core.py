"""The storylines of the core."""
from __future__ import annotations
from datetime import date, timedelta
from crosstie.learn.region.parts import RegionBuilder, ScenarioPart
from crosstie.model.lexicon import Sphere


class Facilitation:
    name = "facilitation"

    def plant(self, region: RegionBuilder) -> None:
        for _ in range(region.rounds):
            boss = region.person(spheres=[Sphere.CRIME]); leader = region.person(spheres=[Sphere.TERROR])
            firm = region.company(business="exchange")
            first = region.day(last=date(2021, 1, 1)); last = first + timedelta(days=400)
            region.relation("Ownership", boss, firm, first, None, "register")
            a, b = region.account(firm), region.account(leader)
            for _n in range(4):
                region.pay(a, b, region.day(first, last), float(region.rng.uniform(2000, 9000)), purpose="services")
            region.list_as(boss, "ofac-like", "SDNTK", "Leads a ring that smuggles cocaine", on=first)
            region.list_as(leader, "un-like", "Al-Qaida", "Finances terrorist attacks.", on=first)
            region.true_link(boss, leader, "N2", "finance.intermediary", first, last, [firm])

CORE: tuple[ScenarioPart, ...] = (Facilitation(),)
