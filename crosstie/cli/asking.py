"""Commands that ask the links: which, what is new, who stands between, and standing questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from crosstie.cli import render
from crosstie.cli.frame import Frame, command, language_option
from crosstie.cli.render import out

if TYPE_CHECKING:
    from crosstie.link.asking import Question
    from crosstie.link.cut import Cut

#: Links of a list that are printed on a terminal.
_SHOWN = 20


def asked(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which links are meant."""
    for option in (
        click.option("--marking", "markings", multiple=True, metavar="TLP", help="Only what is marked so: TLP:AMBER."),
        click.option("--support", type=click.IntRange(min=0), help="At least so many independent originators."),
        click.option("--strength", type=click.FloatRange(0, 1), help="At least so strong."),
        click.option("--until", metavar="DAY", help="Something of it is dated up to this day."),
        click.option("--since", metavar="DAY", help="Something of it is dated from this day on."),
        click.option("--as-of", metavar="DAY", help="Links and classes as evidence dated up to this day (2024-05-31) supports them."),
        click.option("--max-hops", type=click.IntRange(min=0), help="At most so many steps between the two."),
        click.option(
            "--region", "regions", multiple=True, metavar="CODE", help="Somebody on the path is connected with this country (ye, so)."
        ),
        click.option("--between", nargs=2, metavar="NAME NAME", help="The two ends, by name in any script, or by id."),
        click.option("--with", "ends", metavar="NAME", help="One of the two ends, by name in any script, or by id."),
        click.option("--typology", "typologies", multiple=True, metavar="NAME", help="Supported by a finding of this typology."),
        click.option("--class", "classes", multiple=True, metavar="CLASS", help="Only of this class, or of a range of them: N2..N4."),
    ):
        function = option(function)
    return function


def question_of(
    classes: tuple[str, ...],
    typologies: tuple[str, ...],
    between: tuple[str, str] | None,
    ends: str | None,
    regions: tuple[str, ...],
    max_hops: int | None,
    as_of: str | None,
    since: str | None,
    until: str | None,
    strength: float | None,
    support: int | None,
    markings: tuple[str, ...],
) -> Question:
    """The question that the options of `asked` put."""
    from crosstie.link.asking import Question, classes_of

    named = (*(between or ()), *((ends,) if ends else ()))
    return Question(classes_of(classes), typologies, named, regions, max_hops, as_of, since, until, strength, support, markings)


def register(main: click.Group) -> None:
    """Add the commands to the program."""

    @command(main)
    @click.option("--top", type=click.IntRange(min=0), default=None, help=f"How many; {_SHOWN} on a terminal, all otherwise.")
    @asked
    @click.option(
        "--new-since", type=click.IntRange(min=1), metavar="BUILD", help="Only what this build did not have, or had in another class."
    )
    @click.option("--format", "format", type=click.Choice(["table", "csv", "json"]), default="table", help="How to print.")
    @language_option
    def links(frame: Frame, top: int | None, new_since: int | None, format: str, language: str | None, **which: Any) -> None:
        """List the links, best first."""
        question = question_of(**which)
        with frame.workspace() as workspace:
            inquiry = workspace.inquiry()
            every = frame.json or format != "table"
            table = inquiry.links(question, since=new_since, top=top if top is not None or every else _SHOWN)
            if frame.json or format == "json":
                frame.print_json(table.to_pylist())
            elif format == "csv":
                render.links_csv(table)
            else:
                render.links(table, inquiry.build.manifest["counts"]["links"], language or workspace.settings.language)

    @command(main)
    @click.option("--top", type=click.IntRange(min=1), default=None, help="Look at so many of the best links; all otherwise.")
    @click.option("--count", type=click.IntRange(min=1), default=10, show_default=True, help="Name at most so many.")
    @asked
    def cut(frame: Frame, top: int | None, count: int, **which: Any) -> None:
        """Name the few people, accounts or places without whom most links would be broken."""
        question = question_of(**which)
        with frame.workspace() as workspace:
            found = workspace.inquiry().cut(question, top=top, count=count)
        if frame.json:
            frame.print_json(found.as_dict())
        else:
            _print_cut(found)

    @main.group()
    def watch() -> None:
        """Standing questions: set up once, and asked anew after each build."""

    @command(watch, name="add")
    @click.argument("name")
    @asked
    def add(frame: Frame, name: str, **which: Any) -> None:
        """Set up the standing question NAME; the options say which links it is about."""
        question = question_of(**which)
        with frame.workspace() as workspace:
            made, table = workspace.inquiry().watch(name, question)
        if frame.json:
            frame.print_json({"name": made.name, "question": made.question, "links": table.num_rows})
        else:
            out.print(
                f"watching “{escape(made.name)}”: {table.num_rows:,} links now. After a build, “crosstie watch news” tells what is new."
            )

    @command(watch, name="news")
    def news(frame: Frame) -> None:
        """What is new to each standing question of yours, of another class, or gone, since you looked last."""
        with frame.workspace() as workspace:
            found = workspace.inquiry().news(of=workspace.user)
        if frame.json:
            told = [
                {
                    "name": one.watch.name,
                    "question": one.watch.question,
                    "links": one.fresh.to_pylist(),
                    "gone": [asdict(link) for link in one.gone],
                }
                for one in found
            ]
            frame.print_json(told)
            return
        for one in found:
            fresh = one.fresh["was"].null_count
            changed = f"{fresh:,} new, {one.fresh.num_rows - fresh:,} of another class, {len(one.gone):,} gone"
            out.print(f"[bold]{escape(one.watch.name)}[/]: {changed}")
            if one.fresh.num_rows:
                render.links(one.fresh.slice(0, _SHOWN), one.fresh.num_rows)
            if one.gone:
                render.rows(
                    "Gone",
                    [
                        {
                            "link": link.link_id,
                            "crime": link.crime_name,
                            "terror": link.terror_name,
                            "was": link.was,
                            "now": link.now or "no link",
                        }
                        for link in one.gone[:_SHOWN]
                    ],
                )
        if not found:
            out.print("no standing questions yet. Set one up: crosstie watch add NAME --class N4")

    @command(watch, name="list")
    def list_(frame: Frame) -> None:
        """The standing questions."""
        with frame.workspace() as workspace:
            found = workspace.inquiry().watches()
        told = [{"name": one.name, "question": dict(one.question), "by": one.user, "since": one.at[:10]} for one in found]
        if frame.json:
            frame.print_json(told)
        else:
            render.rows("Standing questions", [{**row, "question": _in_words(row["question"])} for row in told])

    @command(watch, name="remove")
    @click.argument("name")
    @click.option("--of", metavar="USER", help="Whose it is; your own otherwise.")
    def remove(frame: Frame, name: str, of: str | None) -> None:
        """Forget the standing question NAME."""
        with frame.workspace() as workspace:
            workspace.inquiry().unwatch(name, of=of)
        if frame.json:
            frame.print_json({"removed": name})
        else:
            out.print(f"“{escape(name)}” is no more")


def _print_cut(found: Cut) -> None:
    told = [
        {
            "who or what": one.caption,
            "kind": one.schema,
            "links through it": one.carries,
            "on it alone": one.alone,
            "broken without all so far": f"{one.broken:,} of {found.links:,}",
            "id": one.entity_id,
        }
        for one in found.between
    ]
    render.rows("Between the two worlds", told)
    if not found.links:
        out.print("there are no links to cut")
        return
    if found.direct:
        out.print(f"{found.direct:,} of {found.links:,} links have nobody between, so that nothing breaks them.")
    if found.fewest:
        least = f"{len(found.fewest):,} is the smallest number of removals that breaks the other {found.links - found.direct:,}"
        out.print(f"{least}. With --json they are named.")


def _in_words(question: Any) -> str:
    told = (f"{name.replace('_', ' ')} {' '.join(map(str, held)) if isinstance(held, list) else held}" for name, held in question.items())
    return ", ".join(told) or "all links"
