"""Every programme that the real lists name is known."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from crosstie.link.programmes import programme

DATA = Path(os.environ.get("CROSSTIE_DATA") or Path(__file__).parents[2] / "../shared/data") / "sanctions"

pytestmark = [pytest.mark.real, pytest.mark.skipif(not DATA.is_dir(), reason=f"no real lists in {DATA}")]


def un(name: str) -> Iterator[str]:
    for element in etree.parse(DATA / name).iter("UN_LIST_TYPE"):
        yield element.text or ""


def ofac() -> Iterator[str]:
    with (DATA / "ofac_2022-01-21" / "sdn.csv").open(encoding="latin-1", newline="") as file:
        for row in csv.reader(file):
            if len(row) > 3:
                yield from re.split(r"\] \[|; ", row[3].strip(" []"))


def uk() -> Iterator[str]:
    with (DATA / "uk_conlist_2018-04-13.csv").open(encoding="utf-8", errors="replace", newline="") as file:
        _, header, *rows = csv.reader(file)
        yield from (row[header.index("Regime")] for row in rows)


def eu() -> Iterator[str]:
    for element in etree.parse(DATA / "eu_2016-02-11.xml").getroot():
        yield element.get("programme") or ""


def canada() -> Iterator[str]:
    for record in etree.parse(DATA / "canada_sema_2025-04.xml").iter("record"):
        country = record.findtext("Country") or ""
        yield "JVCFOR" if "JVCFOR" in country else country.partition(" / ")[0]


@pytest.mark.parametrize(
    ("dataset", "named"),
    [
        ("un", un("un_2018-10-29.xml")),
        ("un", un("un_2020-11-30.xml")),
        ("un", un("un_2026-02-27.xml")),
        ("ofac", ofac()),
        ("gb", uk()),
        ("eu", eu()),
        ("ca", canada()),
    ],
    ids=["un 2018", "un 2020", "un 2026", "ofac", "gb", "eu", "ca"],
)
def test_every_programme_is_known(dataset: str, named: Iterator[str]) -> None:
    codes = set(named)
    assert codes
    assert {code for code in codes if programme(dataset, code) is None} == set()
