"""What stands on the pages of the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jinja2
import pyarrow as pa
import pyarrow.dataset as ds
from markupsafe import Markup

from crosstie import __version__, clock
from crosstie.graph.svg import Event, Node, Step, path_svg, timeline_svg
from crosstie.link.classify import CLASSES
from crosstie.link.explain import chance_in_words, likely, name_of_test, rule_in_words, surprise_in_words, told
from crosstie.link.history import told as over_time
from crosstie.link.tongues import direction, sentence
from crosstie.model.marking import describe_grade, strictest
from crosstie.settings import Settings
from crosstie.store.builds import Build
from crosstie.store.durable import storing, write_bytes
from crosstie.store.sources import SourceStore

Row = dict[str, Any]
#: Most reasons of a sphere that the timeline shows for one end.
_REASONS = 5


def write_report(build: Build, sources: SourceStore, out: Path, *, settings: Settings, top: int, user: str) -> None:
    """Write the best `top` links of the build to `out`, whole or not at all."""
    links = build.table("links").slice(0, top)
    stories = _stories(build, links)
    markings = [story["link"]["marking"] for story in stories] or [source.marking for source in sources.list()]
    html = (
        _environment(settings.language)
        .get_template("report.html")
        .render(
            build=build,
            settings=settings,
            direction=direction(settings.language),
            stories=stories,
            total=build.manifest["counts"]["links"],
            by_class=_by_class(build),
            classes=CLASSES,
            sources=_cited(build, sources, stories),
            marking=strictest(markings),
            made=clock.now().strftime("%Y-%m-%d %H:%M UTC"),
            user=user,
            version=__version__,
        )
    )
    with storing(out):
        write_bytes(out, html.encode("utf-8"))


def _environment(language: str) -> jinja2.Environment:
    """The environment of the templates; what is said of links is in the language."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("crosstie.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["grade"] = lambda grade: describe_grade(grade) if grade else "not graded"
    environment.filters["strength"] = lambda strength: likely(strength, language)
    environment.filters["surprise"] = lambda bits: surprise_in_words(bits, language)
    environment.filters["rule"] = lambda rule: rule_in_words(rule, language)
    environment.filters["test"] = lambda test: name_of_test(test, language)
    environment.filters["told"] = lambda row: told(row, language)
    environment.filters["sentence"] = lambda message: sentence(message, language)
    environment.globals["chance"] = lambda links, share: chance_in_words(links, share, language)
    environment.globals["say"] = lambda name, **values: sentence({"say": name, **values}, language)
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment


def _stories(build: Build, links: pa.Table) -> list[Row]:
    """Each link with its paths, pictures and sentences."""
    shown = links.select(["link_id", "crime_id", "terror_id"]).to_pylist()
    ends = {link[end] for link in shown for end in ("crime_id", "terror_id")}
    by_link: dict[str, list[Row]] = {}
    for step in _rows(build, "steps", "link_id", {link["link_id"] for link in shown}):
        by_link.setdefault(step["link_id"], []).append(step)
    met = {step[end] for steps in by_link.values() for step in steps for end in ("source", "target")}
    known = {row["entity_id"]: row for row in _rows(build, "entities", "entity_id", ends | met)}
    placed: dict[tuple[str, str], list[Row]] = {}
    for row in _rows(build, "spheres", "entity_id", ends):
        placed.setdefault((row["entity_id"], row["sphere"]), []).append(row)
    stories = [_story(link, by_link.get(link["link_id"], []), known, placed) for link in links.to_pylist()]
    for story in stories:
        story["over_time"] = over_time(story["link"])
    return stories


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


def _by_class(build: Build) -> list[tuple[str, int]]:
    counts = Counter(build.table("links")["class"].to_pylist())
    return [(name, counts[name]) for name in CLASSES if counts[name]]


def _cited(build: Build, sources: SourceStore, stories: list[Row]) -> list[Row]:
    """The sources that the report cites, in order of their name."""
    cited = {
        one["source_id"]
        for story in stories
        for evidence in (
            story["link"]["crime_evidence"] or [],
            story["link"]["terror_evidence"] or [],
            *(step["evidence"] or [] for path in story["paths"] for step in path),
        )
        for one in evidence
    }
    return [
        asdict(source)
        for source in sorted(sources.list(), key=lambda source: (source.file_name, source.source_id))
        if source.source_id in cited
    ]
