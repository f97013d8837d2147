"""A few people and the cases that they keep, on both kinds of database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crosstie import clock
from crosstie.casework import changes as asked
from crosstie.casework.access import Person, Role
from crosstie.casework.accounts import Accounts
from crosstie.casework.cases import Cases
from crosstie.casework.things import Thing, Things, pseudonym
from crosstie.model.marking import Tlp
from crosstie.store.database import Database

ROLES = {"lea": Role.CASE_LEAD, "leo": Role.CASE_LEAD, "ana": Role.ANALYST, "ben": Role.ANALYST, "vic": Role.VIEWER, "cus": Role.CUSTODIAN}
TOMORROW = (clock.today() + timedelta(days=1)).isoformat()
KNOWN = {
    ("entity", "e1"): Thing("entity", "e1", "Orvan Telk", "TLP:AMBER", False, {"schema": "Person"}),
    ("entity", "v1"): Thing("entity", "v1", pseudonym("v1"), "TLP:AMBER", True, {"schema": "Person"}),
    ("link", "l1"): Thing("link", "l1", "Orvan Telk – Harun", "TLP:AMBER+STRICT", False, {"rank": 1}),
    ("link", "l2"): Thing("link", "l2", "Orvan Telk – Sael", "TLP:AMBER", False, {"rank": 2}),
}
Of = Callable[..., Cases]


class Here(Things):
    """A build that has these few."""

    def __init__(self) -> None:
        super().__init__(None)

    def entities(self, ids: Any) -> dict[str, Thing]:
        return {one: KNOWN["entity", one] for one in ids if ("entity", one) in KNOWN}

    def links(self, ids: Any) -> dict[str, Thing]:
        return {one: KNOWN["link", one] for one in ids if ("link", one) in KNOWN}


@pytest.fixture
def of(database: Database, tmp_path: Path) -> Of:
    accounts = Accounts(database)
    for name, role in ROLES.items():
        accounts.add(name, role, by="root")

    def cases(name: str, clearance: Tlp = Tlp.RED) -> Cases:
        return Cases(database, tmp_path / "cases", person(name, clearance), Here())

    return cases


def person(name: str, clearance: Tlp = Tlp.RED) -> Person:
    return Person(name, ROLES[name], clearance, "a trial")


@pytest.fixture
def ref(of: Of) -> str:
    lea = of("lea")
    ref = lea.open("Fuel", "smuggling of fuel", "order 7/2026")
    lea.change(ref, asked.Member("ana", "member"))
    lea.change(ref, asked.Member("vic", "reader"))
    return ref
