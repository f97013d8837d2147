"""Seizures as customs exchange them without names of persons: the shape of WCO's Customs Enforcement Network, as CSV that the reader `seizures` reads back.

Source: WCO, Customs Enforcement Network (2000) and its form of report; commodity groups recalled, to be checked against the present form.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from crosstie.lenses.resources.rules import embargoes

COLUMNS = (
    "seizure", "date", "country", "office", "location type", "direction", "commodity group", "hs", "goods", "species", "origin", "quantity", "unit",
    "value", "currency", "mode", "carrier", "vessel", "imo", "flag", "departure", "transit", "destination", "container", "seal", "bill", "concealment",
    "detection", "persons", "operation", "photo",
)  # fmt: skip
#: commodity groups by the beginnings of codes, the longest first
GROUPS = (
    (("930", "3601", "3602", "3603", "3604"), "Weapons and ammunition"),
    (("2402", "2403", "2401"), "Tobacco"),
    (("2207", "2208", "2203", "2204"), "Alcoholic beverages"),
    (("0106", "0507", "9601", "4103", "4403", "4407", "030571", "0301"), "CITES and environment"),
    (("3915", "8549", "2620"), "Hazardous material and waste"),
    (("9701", "9702", "9703", "9705", "9706"), "Cultural heritage"),
    (("4907", "7118"), "Currency"),
    (("7108", "7102", "7103", "7113"), "Precious metals and stones"),
    (("2914", "2932", "2939"), "Precursors"),
    (("4402", "2709", "2710", "2609", "2611", "2615"), "Natural resources"),
)


def report(consignment: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, str]:
    """The cells of a report: what the officer says, and of the consignment what is not said. No name of a person or of exporter and consignee is in it."""
    own = {
        "hs": consignment["hs"], "goods": consignment["goods"], "species": consignment["species"], "origin": consignment["origin"],
        "quantity": consignment["quantity"] or consignment["weight"], "unit": consignment["unit"] if consignment["quantity"] else "kg",
        "value": consignment["value"], "currency": consignment["currency"], "carrier": consignment["carrier"], "departure": consignment["departure"],
        "transit": consignment["transit"], "destination": consignment["destination"], "container": consignment["container"], "seal": consignment["seal"],
        "bill": consignment["bill"], "commodity group": group(consignment["hs"] or ""),
    }  # fmt: skip
    vessel = consignment["vessel"] or ""
    own |= {"imo": vessel.removeprefix("IMO")} if vessel.startswith("IMO") else {"vessel": vessel}
    merged = own | {name: value for name, value in said.items() if value not in (None, "")}
    return {name: _cell(merged.get(name)) for name in COLUMNS}


def written(rows: list[dict[str, str]]) -> str:
    """Reports as CSV."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def group(hs: str) -> str:
    """The commodity group of a code."""
    return next((name for codes, name in GROUPS if hs.startswith(codes)), "Other goods")


def measures(hs: str, day: str) -> list[str]:
    """The measures on goods of a code on a day, with State and instrument."""
    found = []
    for one in embargoes()["measures"]:
        if hs.startswith(tuple(one["hs"])) and str(one["from"]) <= day <= str(one["until"] or "9999"):
            found.append(f"{one['goods']}, {'any State' if one['state'] == '*' else one['state'].upper()}: {one['instrument']}")
    return found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)
