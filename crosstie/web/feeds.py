"""Atom feeds of the links that a standing question finds, the newest first: for readers of feeds, which show a token only in the address."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from lxml import etree

from crosstie.casework.access import Act
from crosstie.errors import NotFound
from crosstie.exchange.dossier import classes_in
from crosstie.link.asking import Question
from crosstie.store.builds import Build
from crosstie.web.guard import GuardedRoute, allows, carries_token, workspace_of

router = APIRouter(route_class=GuardedRoute)
#: Links in a feed.
ENTRIES = 100
_ATOM = "http://www.w3.org/2005/Atom"
#: What XML cannot hold.
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FEED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/atom+xml": {"schema": {"type": "string"}}}, "description": "An Atom feed."}
}


@router.get("/feeds/{name}.atom", response_class=Response, responses=_FEED)
@allows(Act.READ)
@carries_token
def feed(request: Request, name: Annotated[str, Path(max_length=200)], token: Annotated[str, Query(max_length=100)] = "") -> Response:
    """The links that a standing question of one's own finds, those first that came last. Each says its marking."""
    workspace, person = workspace_of(request), request.state.session.person
    inquiry = workspace.inquiry()
    watch = next((one for one in inquiry.watches() if one.name == name and one.user == person.name), None)
    if watch is None:
        raise NotFound(f"you keep no question “{name[:100]}”", hint="The page “Links” keeps one; “crosstie watch list” has them all.")
    builds = workspace.builds.list()
    came: dict[str, datetime] = {}

    def shown(table: Any) -> Any:
        rows = [
            (place, link, marking)
            for place, (link, marking) in enumerate(zip(table["link_id"].to_pylist(), table["marking"].to_pylist(), strict=True))
        ]
        cleared = [(place, link) for place, link, marking in rows if person.cleared(marking)]
        came.update(_came(builds, [link for _, link in cleared]))
        newest = sorted(cleared, key=lambda one: (-came[one[1]].timestamp(), one[0]))[:ENTRIES]
        return table.take([place for place, _ in newest])

    links = inquiry.links(Question.of(watch.question), shown=shown).to_pylist()
    here = str(request.base_url).rstrip("/")
    return Response(_written(here, workspace.settings.name, watch.name, links, came), media_type="application/atom+xml")


def _came(builds: list[Build], links: list[str]) -> dict[str, datetime]:
    """Since when each link is as it is: the first of the kept builds since which its class has not changed."""
    times = {one.number: datetime.fromtimestamp(one.path.stat().st_mtime, UTC) for one in builds}
    found: dict[str, datetime] = {}
    for link, classes in classes_in(builds, links).items():
        since, last = classes[-1]
        for number, name in reversed(classes):
            if name != last:
                break
            since = number
        found[link] = times[since]
    return found


def _written(here: str, workspace: str, name: str, links: list[dict[str, Any]], came: dict[str, datetime]) -> bytes:
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    _put(root, "id", f"urn:crosstie:feed:{quote(name, safe='')}")
    _put(root, "title", f"{workspace}: {name}")
    _put(root, "updated", _moment(max(came.values(), default=datetime.fromtimestamp(0, UTC))))
    author = etree.SubElement(root, f"{{{_ATOM}}}author")
    _put(author, "name", "crosstie")
    etree.SubElement(root, f"{{{_ATOM}}}link", rel="alternate", href=f"{here}/links")
    for link in links:
        entry = etree.SubElement(root, f"{{{_ATOM}}}entry")
        _put(entry, "id", f"urn:crosstie:link:{link['link_id']}:{link['class']}")
        _put(entry, "title", f"[{link['marking']}] {link['crime_name']} – {link['terror_name']} ({link['class']})")
        _put(entry, "updated", _moment(came[link["link_id"]]))
        etree.SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", href=f"{here}/links/{quote(link['link_id'], safe='')}")
        etree.SubElement(entry, f"{{{_ATOM}}}category", term=str(link["class"]))
        _put(entry, "rights", str(link["marking"]))
        _put(entry, "summary", link["sentence"] or "")
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return written


def _put(parent: Any, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}{name}").text = _UNSAYABLE.sub("\ufffd", text)


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
