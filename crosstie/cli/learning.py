"""The commands for exercises and demonstrations: regions of known truth."""

from __future__ import annotations

from pathlib import Path

import click

from crosstie.cli import render
from crosstie.cli.ending import err
from crosstie.cli.frame import Frame, command

PATH = click.Path(path_type=Path)


def register(main: click.Group) -> None:
    """Add the commands to the group."""

    @main.group(context_settings=main.context_settings)
    def region() -> None:
        """Make fictitious regions of known truth, and mark lists of links against it."""

    @command(region, name="new")
    @click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True, help="The same seed gives the same bytes.")
    @click.option("--size", type=click.Choice(["small", "medium", "large"]), default="small", show_default=True, help="How many people.")
    @click.option("--out", required=True, type=PATH, help="A new or empty folder.")
    @click.option("--no-links", is_flag=True, help="The same world without any tie between the two: every link found in it is false.")
    @click.option(
        "--noise",
        type=click.FloatRange(0, 4),
        default=1.0,
        show_default=True,
        help="Missing data, errors, contradictions and copies between lists: 0 none, 1 usual.",
    )
    @click.option("--storyline", "storylines", multiple=True, metavar="NAME", help="Tell only this storyline; may be given several times.")
    def new(frame: Frame, seed: int, size: str, out: Path, no_links: bool, noise: float, storylines: tuple[str, ...]) -> None:
        """Make a region: OUT/files is what an analyst would receive, OUT/truth what is true of it."""
        from crosstie import exercise
        from crosstie.learn.region import Settings

        made = exercise.new_region(Settings(seed, size, not no_links, noise, storylines), out)
        if frame.json:
            frame.print_json({"out": out, "files": made.files, "planted": made.planted, "decoys": made.decoys})
        else:
            click.echo(f"{out}: {len(made.files)} files, {made.planted} links planted among {made.decoys} decoys")

    @command(region, name="score")
    @click.option("--truth", required=True, type=PATH, help="The truth folder of a region, or the region.")
    @click.option(
        "--fdr",
        type=click.FloatRange(0, 1, min_open=True),
        default=0.1,
        show_default=True,
        help="Up to which expected share of false ones the list is held to its word.",
    )
    @click.argument("links", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def score(frame: Frame, truth: Path, fdr: float, links: Path) -> None:
        """Mark a list of links (CSV, ours or another tool's) against the truth of a region: two ids or names a line."""
        from crosstie import exercise

        marks = exercise.score_region(truth, links, fdr)
        if frame.json:
            frame.print_json(marks)
        else:
            render.marks(marks)

    @command(region, name="findings")
    @click.option("--truth", required=True, type=PATH, help="The truth folder of a region, or the region.")
    def findings(frame: Frame, truth: Path) -> None:
        """Mark what the detectors saw in a workspace, built from the files of a region, against the truth of the region."""
        with frame.workspace() as workspace:
            marked = [one.as_row() for one in workspace.mark_findings(truth)]
        if frame.json:
            frame.print_json(marked)
        else:
            render.rows("Detectors", marked)

    @command(main)
    @click.argument("folder", type=PATH)
    @click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True)
    def demo(frame: Frame, folder: Path, seed: int) -> None:
        """Run the main job on a small fictitious region in FOLDER (made anew): files, build, links, evidence, report."""
        from crosstie.demo import run

        with err.status("making a region"):
            shown = run(folder, seed)
        if frame.json:
            frame.print_json(shown.as_dict())
        else:
            render.demo(shown)
