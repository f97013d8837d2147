"""Tables and pages for the terminal. Words only; what is shown comes from `crosstie.app`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.table import Table

from crosstie.cli.ending import Page
from crosstie.model.marking import describe_grade

if TYPE_CHECKING:
    import pyarrow as pa

    from crosstie.app import Added
    from crosstie.exchange.dossier import Dossier
    from crosstie.learn.score import Score
    from crosstie.store.builds import Build
    from crosstie.store.sources import Source

LINK_COLUMNS = (
    *("link_id", "crime_id", "terror_id", "class", "strength", "surprise", "support", "hops", "first", "last", "path"),
    *("crime_record", "terror_record", "fdr"),
)
_CONFLICTS = 5
#: Wide enough for a table when the output is a file or a pipe.
out = Page(highlight=False, width=None if sys.stdout is not None and sys.stdout.isatty() else 160)


def rows(title: str, found: Sequence[Mapping[str, Any]]) -> None:
    """Plain rows under a title; columns are the keys of the first."""
    table = Table(box=box.SIMPLE_HEAD)
    for name in found[0] if found else ():
        table.add_column(name.replace("_", " "), justify="right" if isinstance(found[0][name], int | float) else "left", overflow="fold")
    for row in found:
        table.add_row(*(_cell(value) for value in row.values()))
    out.print(f"[bold]{title}[/]" if found else f"[bold]{title}[/]: none")
    if found:
        out.print(table)


def added(results: Sequence[Added]) -> None:
    """What became of each file, then each refusal in full."""
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("file", "outcome", "reader", "version", "records", "statements", "ledger rows", "rejects", "source"):
        table.add_column(name, justify="right" if name in ("records", "statements", "ledger rows", "rejects") else "left", overflow="fold")
    for one in results:
        if (source := one.source) is None:
            table.add_row(escape(one.file), f"[red]{one.outcome}[/]")
        else:
            outcome = "already there" if one.outcome == "known" else one.outcome
            table.add_row(
                escape(one.file),
                outcome,
                source.reader,
                source.version_date,
                f"{source.records:,}",
                f"{source.statements:,}",
                f"{source.ledger_rows:,}",
                f"{source.rejects:,}",
                source.source_id,
            )
    out.print(table)
    for one in results:
        if one.error is not None:
            detail = one.error.detail if Path(one.file).name in one.error.detail else f"{one.file}: {one.error.detail}"
            out.print(f"[red]refused[/] {escape(detail)}", soft_wrap=True)
            if one.error.hint:
                out.print(f"  [dim]{escape(one.error.hint)}[/]", soft_wrap=True)


def built(build: Build, new: bool) -> None:
    """The counts of a build."""
    counts = build.manifest["counts"]
    if not new:
        out.print(f"build {build.number:04}: nothing has changed since; it stands")
    else:
        out.print(
            f"build {build.number:04}: {counts['claims']:,} claims, {counts['entities']:,} entities, {counts['edges']:,} ties, "
            f"{counts['findings']:,} findings, {counts['links']:,} links"
        )
        matched = build.manifest["matched"]
        if matched["how"] == "increment":
            gone = f", {matched['gone']:,} gone" if matched["gone"] else ""
            out.print(
                f"{matched['fresh']:,} of {matched['records']:,} records were new or changed{gone}; of the rest an earlier build told"
            )
    if copies := build.manifest.get("copies"):
        named = ", ".join(f"“{one['file_name']}”" for one in copies)
        out.print(f"counted once, as copies of other sources: {escape(named)}", soft_wrap=True)
    conflicts([one["sentence"] for one in build.manifest.get("conflicts", [])])
    if dormant := len(build.manifest.get("dormant", [])):
        told = (
            "judgements sleep: their records are in no source now" if dormant > 1 else "judgement sleeps: its records are in no source now"
        )
        out.print(f"{dormant:,} {told}. See “crosstie judgements list --dormant”.", soft_wrap=True)


def conflicts(sentences: Sequence[str]) -> None:
    """Judgements that contradict each other, the first few in full."""
    for sentence in sentences[:_CONFLICTS]:
        out.print(f"[bold yellow]contradiction:[/] {escape(sentence)}.", soft_wrap=True)
    if sentences:
        more = f"{len(sentences) - _CONFLICTS:,} more. " if len(sentences) > _CONFLICTS else ""
        out.print(
            f"{more}“Different” holds; take back what is wrong with “crosstie revoke”. See “crosstie judgements list --conflicts”.",
            soft_wrap=True,
        )


def links(table: pa.Table, total: int, language: str = "en") -> None:
    """The ranked links, one line each."""
    say = _words(language)
    shown = Table(box=box.SIMPLE_HEAD)
    for name in ("#", "link", "class", "crime", "terror", "strength", "surprise", "support", "steps", "period", "status"):
        title = name if name == "#" else say(f"head.{name}").lower()
        shown.add_column(title, justify="right" if name in ("#", "strength", "surprise", "support", "steps") else "left", overflow="fold")
    for link in table.to_pylist():
        shown.add_row(
            str(link["rank"]),
            link["link_id"],
            link["class"],
            escape(link["crime_name"] or ""),
            f"[dim]{say('same.actor')}[/]" if link["crime_id"] == link["terror_id"] else escape(link["terror_name"] or ""),
            f"{link['strength']:.2f}",
            f"{link['surprise']:.0f} bit",
            str(link["support"]),
            str(link["hops"]),
            period(link["first"], link["last"]),
            say(f"status.{link['status']}"),
        )
    out.print(shown)
    out.print(
        f"{table.num_rows:,} of {total:,} links. Strength: is it true? Surprise: would chance do it? Support: how many independent sources?"
    )
    if table.num_rows:
        last = max(table.select(["rank", "fdr"]).to_pylist(), key=lambda link: link["rank"])
        if last["fdr"] is not None:
            out.print(_expected(last, language))
        out.print("See one with its evidence: crosstie show " + table["link_id"][0].as_py())


def _expected(link: Mapping[str, Any], language: str) -> str:
    from crosstie.link.explain import chance_in_words

    return chance_in_words(link["rank"], link["fdr"], language)


def _words(language: str) -> Callable[[str], str]:
    """What a name of a template says."""
    from crosstie.link.tongues import sentence

    return lambda name: sentence({"say": name}, language)


def links_csv(table: pa.Table) -> None:
    """The links as CSV with the documented columns."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(LINK_COLUMNS)
    for link in table.select(list(LINK_COLUMNS)).to_pylist():
        writer.writerow([" > ".join(value) if isinstance(value, list) else value for value in link.values()])


def sources(found: Sequence[Source]) -> None:
    """The sources, one line each."""
    rows(
        "Sources",
        [
            {
                "source": one.source_id,
                "file": one.file_name,
                "reader": one.reader,
                "version": one.version_date,
                "originator": one.originator,
                "grade": one.grade,
                "marking": one.marking,
                "records": one.records,
                "statements": one.statements,
                "ledger rows": one.ledger_rows,
                "rejects": one.rejects,
            }
            for one in found
        ],
    )


def dossier(found: Dossier, language: str = "en") -> None:
    """A link, entity or source in full; what is said of a link in one of the six languages."""
    out.rule(f"[bold]{found.kind}[/] {escape(found.title)}", align="left")
    if found.kind == "link":
        _link(found.facts, language)
    else:
        {"entity": _entity, "source": _source}[found.kind](found.facts)


def _link(facts: Mapping[str, Any], language: str) -> None:
    from crosstie.link.explain import class_in_words, likely, name_of_test, rule_in_words, told
    from crosstie.link.history import over_builds
    from crosstie.link.history import told as told_over_time
    from crosstie.link.tongues import sentence

    link, say = facts["link"], _words(language)
    out.print(escape(told(link, language)), soft_wrap=True)
    figures = (
        f"{say('head.class')}: {class_in_words(link['class'], language)} ({link['rule']}: {rule_in_words(link['rule'], language)})",
        f"{say('head.strength')}: {link['strength']:.2f} ({likely(link['strength'], language)})",
        f"{say('head.surprise')}: {link['surprise']:.1f} bit",
        f"{say('head.support')}: {link['support']}",
        *((f"{say('head.period')}: {period(link['first'], link['last'])}",) if link["first"] or link["last"] else ()),
        link["marking"],
        say(f"status.{link['status']}"),
    )
    out.print("\n" + escape(" · ".join(figures)), soft_wrap=True)
    if link["fdr"] is not None:
        out.print(_expected(link, language) + "\n")
    if over_time := [*told_over_time(link), *over_builds(facts.get("builds", []))]:
        out.print(f"[bold]{say('head.history')}[/]")
        for message in over_time:
            out.print("  " + escape(sentence(message, language)), soft_wrap=True)
    _evidence(say("head.why_crime"), link["crime_evidence"], language)
    _evidence(say("head.why_terror"), link["terror_evidence"], language)
    path = None
    for step in facts["steps"]:
        if step["path_no"] != path:
            path = step["path_no"]
            out.print(f"\n[bold]{say('head.path')} {path}[/]")
        out.print(f"  {step['step_no']}. {escape(told(step, language))}", soft_wrap=True)
        for one in step["evidence"] or ():
            out.print(f"     [dim]{escape(place(one))}[/]", soft_wrap=True)
    out.print(f"\n[bold]{say('head.arguments')}[/]")
    for argument in link["arguments"] or ():
        outcome, name = say(f"outcome.{argument['outcome']}"), name_of_test(argument["name"], language)
        out.print(f"  {outcome:7} {name}: {escape(told(argument, language))}", soft_wrap=True)


def _entity(facts: Mapping[str, Any]) -> None:
    if entity := facts["entity"]:
        out.print(f"{entity['schema']} · {', '.join(entity['datasets'])} · {', '.join(entity['countries'] or [])} · {entity['marking']}")
    rows(
        "Values",
        [
            {
                "property": claim["prop"],
                "value": claim["value"],
                "says": claim["originator"],
                "place": f"{claim['source_id']} {claim['locator']}",
                "grade": claim["grade"],
                "since": claim["first_seen"],
                "until": "" if claim["current"] else claim["last_seen"],
            }
            for claim in facts["claims"]
        ],
    )
    rows(
        "Spheres",
        [
            {key: row[key] for key in ("sphere", "activity", "basis", "sentence", "start", "originator", "locator")}
            for row in facts["spheres"]
        ],
    )
    names = facts["names"]
    rows(
        "Ties",
        [
            {
                "from": names.get(edge["source"], edge["source"]),
                "tie": edge["label"] or edge["kind"],
                "to": names.get(edge["target"], edge["target"]),
                "period": period(edge["start"], edge["end"]),
                "confidence": round(edge["confidence"], 2),
            }
            for edge in facts["relations"]
        ],
    )
    rows(
        "Compared with",
        [
            {
                "left": pair["left_id"],
                "right": pair["right_id"],
                "score": round(pair["score"], 3),
                "why": pair["features"],
                "judged": pair["judgement"] or "",
            }
            for pair in facts["compared"]
        ],
    )
    rows(
        "Findings",
        [{key: row[key] for key in ("finding_id", "lens", "typology", "sentence", "score", "status")} for row in facts["findings"]],
    )
    rows(
        "Links",
        [{key: row[key] for key in ("rank", "link_id", "class", "crime_name", "terror_name", "strength")} for row in facts["links"]],
    )


def _source(facts: Mapping[str, Any]) -> None:
    rows("Source", [{"what": name, "value": value} for name, value in facts["source"].items()])
    rows("Rejected, by reason", [{"reason": reason, "count": count} for reason, count in facts["rejects_by_reason"].items()])
    rows("Rejected", [{"place": row["locator"], "reason": row["reason"], "excerpt": row["excerpt"]} for row in facts["rejects"]])


def _evidence(title: str, evidence: Sequence[Mapping[str, Any]] | None, language: str) -> None:
    from crosstie.link.explain import evidence_in_words

    out.print(f"[bold]{title}[/]")
    for one in evidence or ():
        out.print(f"  {escape(evidence_in_words(one['sentence'], language))}", soft_wrap=True)
        out.print(f"     [dim]{escape(place(one))}[/]", soft_wrap=True)


def place(evidence: Mapping[str, Any]) -> str:
    """Where it is said, how far it is to be believed, and who may be shown it."""
    grade = evidence["grade"]
    words = f"{grade} ({describe_grade(grade)})" if grade else "not graded"
    return f"{evidence['originator']}, source {evidence['source_id']}, {evidence['locator']} · {words} · {evidence['marking']}"


def period(first: str | None, last: str | None) -> str:
    """A period in short."""
    if not first and not last:
        return ""
    return f"{first or '…'}" if first == last else f"{first or '…'} – {last or '…'}"


def demo(shown: Any) -> None:
    """The demonstration: the best links with their evidence, the marks against the truth, and where the report is."""
    for found in shown.dossiers:
        dossier(found)
        out.print()
    links(shown.links, shown.total)
    marks = shown.score
    out.print(
        f"\nThe truth of this region is known: {marks.found} of its {marks.planted} planted links were found, "
        f"{round(50 * marks.precision_at_50)} of the first 50 are true, average precision is {marks.average_precision:.2f}.",
        soft_wrap=True,
    )
    out.print(f"Report: {shown.report}", soft_wrap=True)


def marks(score: Score) -> None:
    """The marks of a list of links, then which class was taken for which."""
    told = score.as_dict()
    confusion = told.pop("confusion")
    rows("Against the truth", [{"measure": name, "value": value} for name, value in told.items()])
    given = sorted({one for row in confusion.values() for one in row})
    rows(
        "Planted class (rows), reported class (columns)",
        [{"class": name, **{one: row.get(one, 0) for one in given}} for name, row in confusion.items()],
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return escape(str(value))
