"""What stands on the pages of the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jinja2

from crosstie import __version__, clock
from crosstie.link.classify import CLASSES
from crosstie.link.explain import chance_in_words, evidence_in_words, likely, name_of_test, rule_in_words, surprise_in_words, told
from crosstie.link.tongues import direction, sentence
from crosstie.model.marking import describe_grade, strictest
from crosstie.report.stories import stories
from crosstie.settings import Settings
from crosstie.store.builds import Build
from crosstie.store.durable import storing, write_bytes
from crosstie.store.sources import SourceStore

Row = dict[str, Any]


def write_report(build: Build, sources: SourceStore, out: Path, *, settings: Settings, top: int, user: str) -> None:
    """Write the best `top` links of the build to `out`, whole or not at all."""
    links = build.table("links").slice(0, top)
    shown = stories(build, links)
    markings = [story["link"]["marking"] for story in shown] or [source.marking for source in sources.list()]
    html = (
        words(jinja2.PackageLoader("crosstie.report"), settings.language)
        .get_template("report.html")
        .render(
            build=build,
            settings=settings,
            direction=direction(settings.language),
            stories=shown,
            total=build.manifest["counts"]["links"],
            by_class=_by_class(build),
            classes=CLASSES,
            sources=_cited(build, sources, shown),
            marking=strictest(markings),
            made=clock.now().strftime("%Y-%m-%d %H:%M UTC"),
            user=user,
            version=__version__,
        )
    )
    with storing(out):
        write_bytes(out, html.encode("utf-8"))


def words(loader: jinja2.BaseLoader, language: str) -> jinja2.Environment:
    """An environment of templates that tell of links in a language."""
    environment = jinja2.Environment(
        loader=loader,
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
    environment.filters["quoted"] = lambda said: evidence_in_words(said, language)
    environment.filters["told"] = lambda row: told(row, language)
    environment.filters["sentence"] = lambda message: sentence(message, language)
    environment.globals["chance"] = lambda links, share: chance_in_words(links, share, language)
    environment.globals["say"] = lambda name, **values: sentence({"say": name, **values}, language)
    environment.globals["sources_at"] = ""
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment


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
