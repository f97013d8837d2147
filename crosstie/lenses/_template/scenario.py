"""New field in a region: a dealer who supplies a terror group, and an honest wholesaler who looks the same."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

from crosstie.learn.region.papers import Clerk
from crosstie.learn.region.parts import RegionBuilder
from crosstie.model.lexicon import Sphere


class Part:
    """The lens's part."""

    name = "newfield"

    def plant(self, region: RegionBuilder) -> None:
        """Each round plants a tie and a look-alike."""
        for _ in range(region.rounds):
            _supply(region)


def _supply(region: RegionBuilder) -> None:
    """A dealer sells to a terror group's buyer five times in as many days."""
    dealer, buyer = region.person(spheres=[Sphere.CRIME]), region.person(spheres=[Sphere.TERROR])
    first = region.day(last=region.end - timedelta(days=60))
    for number in range(5):
        entry = (dealer, buyer, first + timedelta(days=2 * number), float(region.rng.integers(2, 9)))
        region.paper("newfield_events.csv", write_events, entry, originator="Office of new field", dataset="newfield")
    last = first + timedelta(days=8)
    region.report("{0} was sentenced for illegal dealing in newfield.", [dealer], kind="court", on=last + timedelta(days=90))
    region.list_as(buyer, "un-like", "Al-Qaida", "Buys supplies for a terrorist group.", on=first)
    region.true_link(dealer, buyer, "N2", "newfield.again", first, last)
    region.shows("again", [dealer, buyer], first, last)
    grocer, shop = region.person(), region.company(business="retail")
    region.resembles("again", [grocer, shop], "a wholesaler who comes once a week")
    for number in range(4):
        entry = (grocer, shop, first + timedelta(days=7 * number), 20.0)
        region.paper("newfield_events.csv", write_events, entry, originator="Office of new field", dataset="newfield")


def write_events(clerk: Clerk, entries: list[Any]) -> str:
    """The table of the office, in the order of the days."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["event_no", "date", "from", "to", "goods", "quantity"])
    for number, (a, b, day, quantity) in enumerate(sorted(entries, key=lambda one: (one[2], one[0].id)), 1):
        names = [clerk.face(one).name for one in (a, b)]
        for actor, name in zip((a, b), names, strict=True):
            clerk.saw(actor, f"newfield-{name}")
        writer.writerow([number, day.isoformat(), *names, "thing", f"{quantity:g}"])
    return out.getvalue()


PART = Part()
