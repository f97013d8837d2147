"""Invented traffic for the benches: passenger messages, lists of documents, names to screen against. Everybody in it is made up."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from crosstie.learn.region.names import name_book

PORTS = (
    "MGQ",
    "DXB",
    "IST",
    "NBO",
    "ADD",
    "CAI",
    "AMM",
    "CDG",
    "FRA",
    "LHR",
    "TUN",
    "ALG",
    "KRT",
    "NDJ",
    "NIM",
    "OUA",
    "BKO",
    "DKR",
    "LOS",
    "KAN",
)
STATES = (
    "SOM",
    "KEN",
    "ETH",
    "FRA",
    "DEU",
    "GBR",
    "TUN",
    "DZA",
    "SDN",
    "TCD",
    "NER",
    "BFA",
    "MLI",
    "SEN",
    "NGA",
    "TUR",
    "EGY",
    "JOR",
    "ARE",
    "UGA",
)


def names(rng: np.random.Generator, count: int) -> list[tuple[str, str]]:
    """Family and given names of all cultures of regions, in capitals and without marks."""
    book = name_book()
    cultures = list(book.cultures.values())
    found = []
    for _ in range(count):
        own = cultures[rng.integers(len(cultures))]
        given = [book.variants[int(own.male[int(len(own.male) * rng.random() ** 1.6)])][0] for _ in range(1 + int(rng.random() < 0.5))]
        family = book.variants[int(own.family[int(len(own.family) * rng.random() ** 1.6)])][0]
        found.append((_plain(family), _plain(" ".join(given))))
    return found


def _plain(text: str) -> str:
    return text.encode("ascii", "ignore").decode().upper().replace("'", " ").replace("+", " ").replace(":", " ")


def paxlst(path: Path, rng: np.random.Generator, people: list[tuple[str, str]], each: int = 200) -> Path:
    """A file of API messages, `each` passengers a flight."""
    with path.open("w", encoding="ascii") as out:
        out.write("UNA:+.? '\nUNB+UNOA:4+XT+PIU+250310:0905+0001++APIS'\n")
        flights = -(-len(people) // each)
        day = date(2025, 1, 1)
        numbers = rng.permutation(90_000_000)[: len(people)] + 10_000_000
        for flight in range(flights):
            a, b = rng.choice(len(PORTS), 2, replace=False)
            on = (day + timedelta(days=int(flight % 60))).strftime("%y%m%d")
            text = [
                f"UNH+{flight + 1}+PAXLST:D:05B:UN:IATA+X{flight}+01:F", "BGM+745", "NAD+MS+++XT OPS",
                "COM+25261000000:TE", f"TDT+20+XT{100 + flight % 800}+++XT",
                f"LOC+125+{PORTS[a]}", f"DTM+189:{on}1400:201", f"LOC+87+{PORTS[b]}", f"DTM+232:{on}1900:201",
            ]  # fmt: skip
            own = range(flight * each, min(len(people), (flight + 1) * each))
            for place in own:
                family, given = people[place]
                state = STATES[place % len(STATES)]
                born = (date(1950, 1, 1) + timedelta(days=int(numbers[place] % 20_000))).strftime("%y%m%d")
                text += [
                    f"NAD+FL+++{family}:{given}", f"ATT+2++{'MF'[place % 2]}", f"DTM+329:{born}", "MEA+CT++1", "MEA+WT++KGM:21", f"LOC+22+{PORTS[b]}",
                    f"LOC+174+{state}", f"LOC+178+{PORTS[a]}", f"LOC+179+{PORTS[b]}", f"NAT+2+{state}",
                    f"RFF+AVF:R{place // 3:06X}", f"RFF+SEA:{place % 60 + 1}C",
                    f"DOC+P:110:111+A{numbers[place]}", "DTM+36:310630", f"LOC+91+{state}",
                ]  # fmt: skip
            text += [f"CNT+42:{len(own)}", f"UNT+{len(text) + 2}+{flight + 1}"]
            out.write("'\n".join(text) + "'\n")
        out.write(f"UNZ+{flights}+0001'\n")
    return path
