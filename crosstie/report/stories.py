"""The story of a link: its paths, pictures and sentences, for whatever shows it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
from markupsafe import Markup

from crosstie.graph.svg import Event, Node, Step, path_svg, timeline_svg
from crosstie.graph.ties import Ties
from crosstie.link.history import told as over_time
from crosstie.store.builds import Build

Row = dict[str, Any]
#: Most reasons of a sphere that the timeline shows for one end.
_REASONS = 5


def stories(build: Build, links: pa.Table, ties: Ties | None = None) -> list[Row]:
    """Each link with its paths, pictures and sentences. With the `ties` of the build its entities are looked up, not read."""
    shown = links.select(["link_id", "crime_id", "terror_id"]).to_pylist()
    ends = {link[end] for link in shown for end in ("crime_id", "terror_id")}
    by_link: dict[str, list[Row]] = {}
    for step in _rows(build, "steps", "link_id", {link["link_id"] for link in shown}):
        by_link.setdefault(step["link_id"], []).append(step)
    met = {step[end] for steps in by_link.values() for step in steps for end in ("source", "target")}
    known = _known(build, ends | met, ties)
    placed: dict[tuple[str, str], list[Row]] = {}
    for row in _rows(build, "spheres", "entity_id", ends):
        placed.setdefault((row["entity_id"], row["sphere"]), []).append(row)
    found = [_story(link, by_link.get(link["link_id"], []), known, placed) for link in links.to_pylist()]
    for story in found:
        story["over_time"] = over_time(story["link"])
    return found


def _known(build: Build, ids: set[str], ties: Ties | None) -> dict[str, Row]:
    """What entities are called, and what kind of things they are."""
    if ties is None:
        return {row["entity_id"]: row for row in _rows(build, "entities", "entity_id", ids)}
    found = [ties.node(number) for one in ids if (number := ties.find(one)) is not None]
    return {one.id: {"caption": one.caption, "schema": one.schema} for one in found}


def _rows(build: Build, table: str, column: str, values: set[str]) -> list[Row]:
    """The rows of a table that are about these; the rest of it is not held in memory."""
    wanted = ds.field(column).isin(pa.array(sorted(values), pa.string()))
    rows: list[Row] = ds.dataset(build.file(table)).to_table(filter=wanted).to_pylist()
    return rows


def _story(link: Row, steps: list[Row], known: dict[str, Row], placed: dict[tuple[str, str], list[Row]]) -> Row:
    paths: dict[int, list[Row]] = {}
    for step in steps:
        paths.setdefault(step["path_no"], []).append(step)
    ids = dict.fromkeys([link["crime_id"], *(step[end] for step in steps for end in ("source", "target")), link["terror_id"]])
    nodes = [_node(one, link, known.get(one)) for one in ids]
    drawn = [Step(step["source"], step["target"], step["kind"], step["sentence"] or "", step["start"], step["end"]) for step in steps]
    return {
        "link": link,
        "paths": [paths[number] for number in sorted(paths)],
        "drawing": Markup(path_svg(nodes, drawn, title=f"{link['crime_name']} – {link['terror_name']}")) if steps else None,
        "timeline": Markup(timeline_svg(_events(link, steps, known, placed))),
    }


def _node(entity_id: str, link: Row, entity: Row | None) -> Node:
    spheres = tuple(sphere for sphere, end in (("crime", "crime_id"), ("terror", "terror_id")) if link[end] == entity_id)
    return Node(entity_id, (entity or {}).get("caption") or entity_id, (entity or {}).get("schema") or "Thing", spheres)


def _events(link: Row, steps: list[Row], known: dict[str, Row], placed: dict[tuple[str, str], list[Row]]) -> list[Event]:
    """What is dated: since when each end is in its sphere, by which evidence, and when each step of the best path held."""
    events = []
    for sphere in ("crime", "terror"):
        reasons = {
            (row["start"], row["end"], row["basis"], row["activity"])
            for row in placed.get((link[f"{sphere}_id"], sphere), [])
            if row["start"]
        }
        for start, end, basis, activity in sorted(reasons, key=repr)[:_REASONS]:
            events.append(Event(link[f"{sphere}_name"], f"{_short(activity)} ({basis})", start, end, sphere))
    for step in steps:
        if step["path_no"] == 1 and (step["start"] or step["end"]):
            lane = (known.get(step["source"]) or {}).get("caption") or step["source"]
            events.append(Event(lane, _short(step["kind"]), step["start"], step["end"], "step"))
    return events


def _short(name: str) -> str:
    """A kind of tie or an activity in few words: `ledger.payments` is payments, `arms.trafficking` is arms trafficking."""
    return name.removeprefix("ledger.").replace("shared.", "same ").replace(".", " ").replace("UnknownLink", "link").lower()
