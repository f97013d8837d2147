"""How a link came to be and what became of it: which class the evidence dated up to each day supports, and whether the tie lives, sleeps or is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from math import prod
from typing import Any

from crosstie.graph.csr import day_bounds
from crosstie.link.alternatives import Facts, outcomes
from crosstie.link.candidates import Candidate, Path, Placement, Row, Step
from crosstie.link.classify import classify
from crosstie.link.explain import class_told
from crosstie.link.score import score, strength
from crosstie.link.tongues import Message

EMERGING, ACTIVE, DORMANT, BROKEN, TRANSFORMED, UNDATED = "emerging", "active", "dormant", "broken", "transformed", "undated"
#: A link first seen within so many days of the newest source emerges; one of which nothing was seen for longer sleeps. Our convention.
EMERGES, SLEEPS = 365, 730


def history(candidate: Candidate, facts: Facts) -> list[Row]:
    """Class, rule, strength and score as of each day on which the class changed (HISTORY), the first day first; `at` is null where evidence without a date
    suffices. A link that has no class yet on some day is not there on it.
    """
    found: list[Row] = []
    for day in _days(candidate):
        then = as_of(candidate, day)
        if then is None:
            continue
        told = outcomes(then, facts)
        name, rule = classify(then, told)
        if not found or found[-1]["class"] != name:
            found.append({"at": day, "class": name, "rule": rule, "strength": strength(then, told), "score": score(then, told)})
    return found


def as_of(candidate: Candidate, day: str | None) -> Candidate | None:
    """The link as the evidence dated up to a day supports it (None: only what has no date); None where it was none yet.

    What has no date counts from the beginning. Of dealings that went on after the day, as many are taken to lie before it as its share of their period.
    """
    ends = _placed(candidate.crime, day), _placed(candidate.terror, day)
    if ends[0] is None or ends[1] is None:
        return None
    paths = [path for path in (_path(one, day) for one in candidate.paths) if path is not None]
    if candidate.paths and not paths:
        return None
    seen = tuple(one for one in candidate.findings if not one.get("start") or (day is not None and one["start"] <= day))
    paths.sort(key=lambda path: (-path.confidence, len(path.nodes), path.nodes))
    return replace(candidate, crime=ends[0], terror=ends[1], paths=tuple(paths), findings=seen)


def state(candidate: Candidate, classes: Sequence[Row], newest: str) -> str:
    """What has become of the link by the day of the newest source: broken, dormant, emerging, transformed or active; undated where no day is known."""
    today = _day(newest, last=True)
    first = min((at for at in (_day(one["at"], last=False) for one in classes[:1]) if at), default=None)
    if not any(_dated(candidate)) or today is None:
        return UNDATED
    lives = [_life([_lasting(step.edges) for step in path.steps]) for path in candidate.paths] or [
        _life([_lasting(placed.rows) for placed in (candidate.crime, candidate.terror)])
    ]
    until, closed = max(lives, key=lambda life: life[0])
    if until < today and closed:
        return BROKEN
    if until < today - timedelta(days=SLEEPS):
        return DORMANT
    if first is not None and first > today - timedelta(days=EMERGES):
        return EMERGING
    return TRANSFORMED if len(classes) > 1 else ACTIVE


def told(link: Mapping[str, Any]) -> list[Message]:
    """What a link of a build has become, then when it had which class: messages. Nothing of a link of an older build."""
    classes = link.get("history") or []
    if not classes or not link.get("state"):
        return []
    now, was = classes[-1], classes[-2] if len(classes) > 1 else classes[-1]
    said: Message = {"say": f"state.{link['state']}"}
    if link["state"] == EMERGING:
        said["first"] = classes[0]["at"] or link["first"]
    elif link["state"] == TRANSFORMED:
        said |= {"was": class_told(was["class"]), "now": class_told(now["class"]), "year": now["at"]}
    elif link["state"] != UNDATED:
        said["last"] = link["last"]
    return [said, *_changes(classes)]


def over_builds(found: Sequence[tuple[int, str]]) -> list[Message]:
    """Which builds changed the class of a link: from its class in each build, by number."""
    return [
        {"say": "history.build", "build": build, "now": class_told(now), "was": class_told(was)}
        for (_, was), (build, now) in pairwise(found)
        if was != now
    ]


def _changes(classes: Sequence[Mapping[str, Any]]) -> Iterator[Message]:
    for at, one in enumerate(classes):
        if one["at"] is not None:
            change: Message = {"say": "history.changes" if at else "history.begins", "year": one["at"], "now": class_told(one["class"])}
            yield {**change, "was": class_told(classes[at - 1]["class"])} if at else change


def _days(candidate: Candidate) -> list[str | None]:
    """The days on which something may have changed: where evidence begins, and where a row of dealings ends."""
    starts = {row["start"] for placed in (candidate.crime, candidate.terror) for row in placed.rows}
    starts |= {one.get("start") for one in candidate.findings}
    for step in candidate.steps:
        for edge in step.edges:
            starts |= {edge["start"], edge["end"] if edge["kind"].startswith("ledger.") else None}
    return [None, *sorted(one for one in starts if one)]


def _dated(candidate: Candidate) -> Iterator[bool]:
    for part in candidate.steps or (candidate.crime, candidate.terror):
        yield bool(part.start or part.end)


def _placed(one: Placement, day: str | None) -> Placement | None:
    rows = tuple(row for row in one.rows if _begun(row, day))
    if len(rows) == len(one.rows):
        return one
    if not rows:
        return None
    voices: dict[str, float] = {}
    for row in rows:
        voices[row["behind"]] = max(voices.get(row["behind"], 0.0), row["confidence"])
    return replace(
        one,
        rows=rows,
        bases=frozenset(row["basis"] for row in rows),
        activities=tuple(dict.fromkeys(row["activity"] for row in rows if row["activity"])),
        originators=frozenset(voices),
        confidence=min(one.confidence, 1 - prod(1 - share for share in voices.values())),
        start=min((row["start"] for row in rows if row["start"]), default=None),
        end=max((row["end"] for row in rows if row["end"]), default=None),
    )


def _path(path: Path, day: str | None) -> Path | None:
    steps = []
    for step in path.steps:
        edges = tuple(_until(edge, day) for edge in step.edges if _begun(edge, day))
        if not edges:
            return None
        steps.append(Step(step.source, step.target, edges))
    return replace(path, steps=tuple(steps))


def _begun(row: Row, day: str | None) -> bool:
    return not row["start"] or (day is not None and row["start"] <= day)


def _until(edge: Row, day: str | None) -> Row:
    """The edge without what came after the day."""
    if day is None or not edge["end"] or edge["end"] <= day:
        return edge
    changed = {**edge, "end": day if edge["start"] else edge["end"]}
    if edge["events"] and edge["start"]:
        (first, _), (_, now), (_, last) = (day_bounds(edge["start"], None), day_bounds(None, day), day_bounds(None, edge["end"]))
        share = max(0.0, (now - first) / max(1, last - first))
        changed["events"] = 1 + int((edge["events"] - 1) * min(share, 1.0))
        if edge["amount"] is not None:
            changed["amount"] = edge["amount"] * changed["events"] / edge["events"]
    return changed


def _lasting(rows: Sequence[Row]) -> tuple[date, bool]:
    """Until when a step, or a place in a sphere, is known to last, and whether it was closed then; for ever where something has no end."""
    ends = []
    for row in rows:
        start, end = row["start"], row["end"]
        momentary = (row.get("kind") or "").startswith("ledger.") or (start is not None and start == end)
        last = _day(end or (start if momentary else None), last=True)
        if last is None:
            return date.max, False
        ends.append((last, not momentary))
    until = max(last for last, _ in ends)
    return until, all(closed for last, closed in ends if last == until)


def _life(steps: Sequence[tuple[date, bool]]) -> tuple[date, bool]:
    """A path lasts as long as that step of it that ends first."""
    return min(steps, key=lambda one: one[0])


def _day(text: str | None, *, last: bool) -> date | None:
    """The first or last day of a date of any precision."""
    if not text:
        return None
    bounds = day_bounds(text, text)
    days = bounds[1 if last else 0]
    epoch = date(1970, 1, 1).toordinal()
    return date.fromordinal(epoch + days) if date.min.toordinal() <= epoch + days <= date.max.toordinal() else None
