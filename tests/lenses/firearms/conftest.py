"""A desk with a small register of firearms, as the command line gives one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from crosstie.lens import events, registry
from crosstie.lens.commands import Desk
from crosstie.model.tables import CLAIM, ENTITY, SOURCE
from crosstie.store.engine import Engine

LENS = next(one for one in registry.load() if one.name == "firearms")


def event(kind: str, date: str, a: str | None, b: str | None, serial: str = "KA12345", **more: Any) -> dict[str, Any]:
    given = {"kind": kind, "date": date, "a_id": a, "b_id": b, "serial": serial, "serial_latin": serial, "serial_status": "intact"}
    given |= {"make": "Kesh Arsenal", "model": "K9", "calibre": "9x19mm", "firearm": f"firearm-kesh-arsenal-{serial}"}
    return given | more


def table(rows: list[Mapping[str, Any]]) -> pa.Table:
    schema = LENS.ledgers["firearm_events"]
    given = {"source_id": "s1", "grade": "B2", "marking": "TLP:CLEAR"}
    full = [given | {"event_id": f"e{number}", "locator": f"row {number}"} | dict(row) for number, row in enumerate(rows, 2)]
    return pa.table({name: pa.array([row.get(name) for row in full], schema.field(name).type) for name in schema.names})


def life(serial: str = "KA12345", buyer: str = "buyer") -> list[dict[str, Any]]:
    """From the maker over an importer and a dealer to a buyer."""
    return [
        event("manufacture", "2015-01-10", "Kesh Arsenal", None, serial, role_a="manufacturer", state_from="qr"),
        event(
            "export",
            "2015-03-01",
            "Kesh Arsenal",
            "importer",
            serial,
            role_a="manufacturer",
            role_b="importer",
            state_from="qr",
            state_to="qo",
        ),
        event(
            "import",
            "2015-03-20",
            "Kesh Arsenal",
            "importer",
            serial,
            role_a="manufacturer",
            role_b="importer",
            state_from="qr",
            state_to="qo",
        ),
        event("transfer", "2015-05-02", "importer", "dealer", serial, role_a="importer", role_b="retailer", state_to="qo"),
        event("sale", "2016-07-15", "dealer", buyer, serial, role_a="retailer", role_b="owner", state_to="qo"),
    ]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes a desk of rows of the ledger; what it notes for the audit is in `desk.noted`."""
    with Engine() as engine:

        def made(rows: list[Mapping[str, Any]], claims: pa.Table | None = None) -> Desk:
            engine.load("claims", claims or CLAIM.empty_table())
            engine.load("entities", ENTITY.empty_table())
            engine.load("sources", SOURCE.empty_table())
            engine.load("ledger_firearm_events", table(rows))
            events.gather(engine)
            made.noted = noted = []  # type: ignore[attr-defined]
            return Desk(engine, tmp_path / "cache", tmp_path / "0001", "ann", "test", {}, lambda *one: noted.append(one))

        yield made
