"""The commands, in the order in which they are used."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from crosstie import __version__
from crosstie.cli import render
from crosstie.cli.ending import err
from crosstie.cli.fields import Fields
from crosstie.cli.frame import Frame, command, language_option, shared_options

PATH = click.Path(path_type=Path)


@click.group(cls=Fields, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="crosstie")
@shared_options
def main(**_: Any) -> None:
    """Find the ties between organized crime and terrorism in your records, each with its evidence.

    \b
    A first hour:
      crosstie init unit7            make a workspace (a folder)
      cd unit7
      crosstie add FILE...           take files in; formats are recognised
      crosstie build                 who is who, who is tied to whom
      crosstie links                 the ranked links
      crosstie show LINK             one of them, with its evidence
      crosstie report out.html       all of them, to read and print

    \b
    Exit codes: 0 done · 1 other error · 2 wrong usage · 3 a file cannot be used · 4 not found · 5 another process is writing
                6 storage or integrity · 7 a lens breaks its contract
    """  # noqa: D301  (click wants the backspace character: it keeps the lines as they are)


@command(main)
@click.argument("folder", type=PATH)
@click.option("--name", help="What the workspace is called; the folder's name otherwise.")
@click.option("--exercise", is_flag=True, help="All records are invented: every report says so.")
def init(frame: Frame, folder: Path, name: str | None, exercise: bool) -> None:
    """Make a workspace in FOLDER."""
    from crosstie.app import Workspace

    workspace = Workspace.init(folder, name=name, exercise=exercise, user=frame.user)
    if frame.json:
        frame.print_json({"workspace": workspace.folder, "name": workspace.settings.name, "exercise": exercise})
    else:
        click.echo(f"{folder}: a new workspace. Next: crosstie --workspace {folder} add FILE...")


@command(main)
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option(
    "--mapping",
    "mappings",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A mapping for tables (YAML); may be given more than once.",
)
@click.option("--reader", help="Read as this format instead of sniffing; “crosstie sources --readers” lists them.")
@click.option("--dataset", help="The prefix of the entity ids; the reader's otherwise.")
@click.option("--originator", help="Who says what the file says; copies of one originator count once.")
@click.option("--grade", help="Admiralty grade, such as B2.")
@click.option("--marking", help="Handling, such as “TLP:AMBER; purpose=counter-terrorism; until=2030-01-01”.")
@click.option("--date", "version_date", help="The date of this version (YYYY-MM-DD); from the file or its name otherwise.")
@click.option(
    "--accept-counts", is_flag=True, help="Take a file even if it has far fewer records, or more rejects, than its format promises."
)
def add(frame: Frame, files: tuple[Path, ...], mappings: tuple[Path, ...], accept_counts: bool, **given: str | None) -> int:
    """Take FILES (or all files of a folder) into the workspace."""
    from crosstie.ingest.load import Choice

    with frame.workspace() as workspace:
        results = workspace.add(files, choice=Choice(**given, check_promise=not accept_counts), mappings=mappings)
    if frame.json:
        frame.print_json([{"file": one.file, "outcome": one.outcome, "source": one.source, "error": one.error} for one in results])
    else:
        render.added(results)
    return max((one.error.exit_code for one in results if one.error), default=0)


@command(main)
@click.option("--force", is_flag=True, help="Build even if nothing has changed.")
@click.option("--engine", metavar="NAME", help="duckdb, or a Spark master such as spark://host:7077; the setting otherwise.")
def build(frame: Frame, force: bool, engine: str | None) -> None:
    """Make out who is who and who is tied to whom; the new build is switched in at once."""
    with frame.workspace() as workspace:
        made, new = workspace.build(force=force, engine=engine)
        news = {one.watch.name: one.count for one in workspace.inquiry().news(look=False, of=workspace.user)}
    if frame.json:
        standing = {name: made.manifest.get(name, []) for name in ("conflicts", "dormant")} | {"news": news}
        frame.print_json(
            {"build": made.number, "new": new, "counts": made.manifest["counts"], "matched": made.manifest.get("matched"), **standing}
        )
    else:
        render.built(made, new)
        for name, count in news.items():
            if count:
                told = f"“{name}”: {count:,} links of this standing question are new, gone or of another class. See “crosstie watch news”."
                render.out.print(told, markup=False)


@command(main)
@click.argument("reference")
@language_option
def show(frame: Frame, reference: str, language: str | None) -> None:
    """Show all that is known of a link, an entity or a source.

    REFERENCE is the id or the rank of a link, an entity id (resolved or as a source has it), or the beginning of a source id.
    """
    with frame.workspace() as workspace:
        found = workspace.show(reference)
        told_in = language or workspace.settings.language
    if frame.json:
        frame.print_json({"kind": found.kind, "reference": found.reference, "title": found.title, **found.in_language(told_in)})
    else:
        render.dossier(found, told_in)


@command(main)
@click.argument("kind", type=click.Choice(["pair", "link", "finding"]))
@click.argument("left")
@click.argument("right", required=False)
@click.option(
    "--verdict",
    required=True,
    type=click.Choice(["same", "different", "unsure", "accepted", "rejected"]),
    help="For a pair: same, different, unsure; for the others: accepted, rejected, unsure.",
)
@click.option("--reason", default="", help="Why; it stands beside the judgement.")
def judge(frame: Frame, kind: str, left: str, right: str | None, verdict: str, reason: str) -> None:
    """Note your decision: two records are the same, a link or finding holds or not. It wins over every score from the next build on."""
    with frame.workspace() as workspace:
        made = workspace.judge(kind, left, verdict, right=right, reason=reason)
        contradicted = workspace.desk().contradictions([made])
    if frame.json:
        frame.print_json({**asdict(made), "conflicts": [one.as_dict() for one in contradicted]})
    else:
        render.conflicts([one.sentence for one in contradicted])
        click.echo(
            f"{made.id}: {made.verdict}, signed {made.user}. It counts from the next build on; take it back with “crosstie revoke {made.id}”."
        )


@command(main)
@click.argument("judgement")
def revoke(frame: Frame, judgement: str) -> None:
    """Take a judgement back; it stays in the history."""
    with frame.workspace() as workspace:
        workspace.revoke(judgement)
    if frame.json:
        frame.print_json({"revoked": judgement})
    else:
        click.echo(f"{judgement}: taken back from the next build on.")


@command(main)
@click.argument("out", type=PATH)
@click.option("--top", type=click.IntRange(min=1), default=50, show_default=True, help="How many links.")
@language_option
def report(frame: Frame, out: Path, top: int, language: str | None) -> None:
    """Write the links as one self-contained HTML file: to read, to print, to carry on a stick."""
    with frame.workspace() as workspace:
        path = workspace.report(out, top=top, language=language)
    if frame.json:
        frame.print_json({"report": path})
    else:
        click.echo(path)


@command(main)
@click.argument("kind")
@click.option("--format", "format", default=None, help="csv, spreadsheet, json, parquet, graphml …; the usual one of the kind otherwise.")
@click.option("--out", type=PATH, help="The file to write; standard output otherwise.")
def export(frame: Frame, kind: str, format: str | None, out: Path | None) -> None:
    """Write what was built for other systems.

    KIND is ftm, statements, graphml, clusters, links (csv and json alone mean the links), or any table of a build:
    entities, spheres, mentions, findings, edges, steps …
    """
    with frame.workspace() as workspace:
        written = workspace.export(kind, format, out)
    if out and frame.json:
        frame.print_json(written)
    elif out:
        err.print(f"{out} written, to be handled as {written.marking}")


@command(main)
@click.option("--readers", "only_readers", is_flag=True, help="List the formats that can be read instead.")
def sources(frame: Frame, only_readers: bool) -> None:
    """List the sources with what was read and what was rejected."""
    if only_readers:
        from crosstie.lens.registry import readers

        rows = [
            {
                "reader": one.name,
                "title": one.title,
                "dataset": one.profile.dataset,
                "originator": one.profile.originator,
                "grade": one.profile.grade,
            }
            for one in readers()
        ]
        if frame.json:
            frame.print_json(rows)
        else:
            render.rows("Formats", rows)
        return
    with frame.workspace() as workspace:
        found = workspace.list_sources()
    if frame.json:
        frame.print_json(found)
    else:
        render.sources(found)


@command(main)
def verify(frame: Frame) -> int:
    """Check originals, sources, builds and the audit chain against their hashes."""
    with frame.workspace() as workspace:
        problems = workspace.verify()
    if frame.json:
        frame.print_json([{"where": problem.where, "detail": problem.detail} for problem in problems])
    elif not problems:
        click.echo("all in order: originals, sources, builds and audit chain agree with their hashes")
    else:
        render.rows("Problems", [{"where": problem.where, "detail": problem.detail} for problem in problems])
    return 6 if problems else 0


@command(main)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="The last so many.")
def audit(frame: Frame, limit: int) -> None:
    """Show who read or wrote what, and when."""
    with frame.workspace() as workspace:
        entries = workspace.audit_entries(limit)
    if frame.json:
        frame.print_json(entries)
    else:
        render.rows(
            "Audit",
            [
                {"at": one["at"], "who": one["user"], "did": one["action"], "to": one["subject"], "why": one["purpose"] or ""}
                for one in entries
            ],
        )


from crosstie.cli import asking as _asking  # noqa: E402
from crosstie.cli import compare as _compare  # noqa: E402  (these add their commands to the group above)
from crosstie.cli import findings as _findings  # noqa: E402
from crosstie.cli import jobs as _jobs  # noqa: E402
from crosstie.cli import judging as _judging  # noqa: E402
from crosstie.cli import keeping as _keeping  # noqa: E402
from crosstie.cli import learning as _learning  # noqa: E402
from crosstie.cli import lenses as _lenses  # noqa: E402
from crosstie.cli import screening as _screening  # noqa: E402
from crosstie.cli import serving as _serving  # noqa: E402
from crosstie.cli import tables as _tables  # noqa: E402
from crosstie.cli import tokens as _tokens  # noqa: E402
from crosstie.cli import weights as _weights  # noqa: E402

_compare.register(main)
_findings.register(main)
_jobs.register(main)
_judging.register(main)
_asking.register(main)
_learning.register(main)
_lenses.register(main)
_keeping.register(main)
_screening.register(main)
_serving.register(main)
_tables.register(main)
_tokens.register(main)
_weights.register(main)
