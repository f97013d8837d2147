"""The list of links, as it is asked for in the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from crosstie.model.marking import Marking
from tests.web.conftest import SignIn

Row = dict[str, Any]


def first_day(links: list[Row]) -> str:
    return str(sorted(link["first"] for link in links if link["first"])[len(links) // 3])


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("strength=0.4", lambda link, day: link["strength"] >= 0.4),
        ("support=6", lambda link, day: link["support"] >= 6),
        ("since={day}", lambda link, day: bool(link["last"]) and link["last"] >= day),
        ("until={day}", lambda link, day: bool(link["first"]) and link["first"] <= day),
        ("marking=TLP:AMBER", lambda link, day: Marking.parse(link["marking"]).tlp.label == "TLP:AMBER"),
        ("class=N3&class=N4&support=3&strength=&since=", lambda link, day: link["class"] in ("N3", "N4") and link["support"] >= 3),
    ],
)
def test_only_what_is_asked_for_is_listed(app: FastAPI, sign_in: SignIn, asked: str, meant: Callable[[Row, str], bool]) -> None:
    ana, _ = sign_in()
    links = app.state.workspace.links().to_pylist()
    day = first_day(links)
    wanted = [link["link_id"] for link in links if meant(link, day)]
    assert 0 < len(wanted) < len(links)
    query = asked.format(day=day)
    told = ana.get(f"/api/v1/links?{query}&count=500").json()
    assert told["total"] == len(wanted)
    assert [link["link_id"] for link in told["links"]] == wanted[:500]
    page = ana.get(f"/links?{query}").text
    assert f'href="/links/{wanted[0]}"' in page


def test_the_pages_of_a_list_keep_what_was_asked(sign_in: SignIn) -> None:
    ana, _ = sign_in()
    page = ana.get("/links?class=N2&strength=0.01&between=&marking=").text
    assert 'href="/links?start=50&amp;class=N2&amp;strength=0.01" rel="next"' in page


@pytest.mark.parametrize("asked", ["since=now", "strength=2", "strength=much", "support=-1", "marking=PINK", "class=N9", "start=-1"])
def test_what_cannot_be_asked_is_told(sign_in: SignIn, asked: str) -> None:
    ana, _ = sign_in()
    assert ana.get(f"/links?{asked}").status_code == 400
    assert ana.get(f"/api/v1/links?{asked}").status_code == 400


def test_typologies_are_offered(app: FastAPI, sign_in: SignIn) -> None:
    ana, _ = sign_in()
    known = {one for row in app.state.workspace.links().to_pylist() for one in row["typologies"]}
    page = ana.get("/links").text
    assert known
    assert all(f'<option value="{one}"' in page for one in known)
