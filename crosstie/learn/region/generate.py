"""From a seed to a folder: invent, write the files, write the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crosstie.errors import StorageError, UsageError
from crosstie.learn.region import journals, ledgers, lists, papers, registers, reports, trade
from crosstie.learn.region.builder import Builder
from crosstie.learn.region.copies import copy_lists
from crosstie.learn.region.noise import Care
from crosstie.learn.region.parts import ScenarioPart
from crosstie.learn.region.plan import Plan
from crosstie.learn.region.population import populate
from crosstie.learn.region.settings import Settings
from crosstie.learn.region.severed import Severed
from crosstie.learn.region.sheets import sheet
from crosstie.learn.region.storylines import BACKGROUND, TIES
from crosstie.learn.region.storylines.commons import Commons
from crosstie.learn.region.truth import ENTITIES, Sightings, check, write_truth
from crosstie.learn.region.world import size_of, stream
from crosstie.model.lexicon import Sphere

#: How often a storyline is told of one end only, with somebody innocent at the other, for each time that it is told of both.
_INNOCENT = 0.5

_ABOUT = """# What is true in this region

Made by crosstie with {settings}. Every person, company, group, ship, account and event in it is invented, and so are the six States.

- `actors.csv`: everybody and everything that acts, with the worlds (`crime`, `terror`) that they belong to. `crowd-...` are bystanders.
- `entities.csv`: which record of which file is which actor: the same-entity clusters. Entity ids are those that crosstie's readers give.
- `links.csv`: the {links} planted ties: class N1 to N5, typology, period, the path of actor ids from crime to terror, whether the files hold `enough`
  evidence of it or too little (`thin`), and who stands for either end just as well (`crime_side`, `terror_side`).
- `findings.csv`: what the detectors of the lenses ought to find, of whom and when (`holds` yes), and what only looks so (no), with the reason.
- `decoys.csv`: {decoys} pairs of a crime and a terror actor that look tied and are not, with the reason; an actor with itself where it is wrongly
  said to be of both worlds.
"""


@dataclass(frozen=True, slots=True)
class Region:
    """A region that was made: where it lies, its files, and how much truth is in it."""

    folder: Path
    seed: int
    size: str
    files: tuple[Path, ...]
    planted: int
    decoys: int


def generate(settings: Settings, out: Path, parts: Sequence[ScenarioPart] = (), progress: Callable[[str], None] | None = None) -> Region:
    """Make a region in a new or empty folder: `out/files` is what an analyst would receive, `out/truth` what is true of it.

    The same settings and parts give the same bytes; another part adds its own people and changes nobody else's story. `progress` is told what is
    being written. UsageError where the folder is not empty, or a size or storyline is none, LensError where a part contradicts itself.
    """
    seed, size, tell = settings.seed, settings.size, progress or _untold
    scale = size_of(size)
    settings.chosen((*TIES, *parts))
    files_, truth_ = _folders(out)
    care, plan = Care.at(settings.noise), plan_of(settings, parts, tell)
    tell("people, companies and accounts")
    population = populate(seed, scale, plan, care)
    written: list[Path] = []
    with sheet(truth_ / "entities.csv", {name: name for name in ENTITIES}) as table:
        truth = Sightings(table, population)
        writers: tuple[tuple[str, Callable[[], list[Path]]], ...] = (
            ("lists", lambda: lists.write_lists(population, files_, truth)),
            ("company registers", lambda: registers.write_registers(population, files_, truth)),
            ("bank customers", lambda: registers.write_accounts(population, files_, truth)),
            ("payments", lambda: ledgers.write_payments(population, scale, files_)),
            ("ships", lambda: trade.write_vessels(population, files_, truth)),
            ("shipments", lambda: trade.write_shipments(population, scale, files_, truth)),
            ("calls, prisons, cars and borders", lambda: journals.write_journals(population, scale, files_, truth)),
            ("reports", lambda: reports.write_reports(population, files_, truth)),
            ("papers of the lenses", lambda: papers.write_papers(population, files_, truth)),
        )
        for what, write in writers:
            tell(what)
            written += write()
    tell("truth")
    _write_handling(written)
    write_truth(truth_, population, _ABOUT.format(settings=_spoken(settings), links=len(plan.links), decoys=len(plan.decoys)))
    return Region(out, seed, size, tuple(written), len(plan.links), len(plan.decoys))


def plan_of(settings: Settings, parts: Sequence[ScenarioPart] = (), progress: Callable[[str], None] | None = None) -> Plan:
    """The stories of a region before anything is written: what all States have, then every part under its name, in whatever order they are given."""
    ties, plan, tell = (*TIES, *parts), Plan(), progress or _untold
    scale, commons = size_of(settings.size), Commons()
    commons.plant(Builder(settings.seed, scale, commons.name, plan))
    rounds = settings.rounds(scale.rounds, ties)
    halves = (Sphere.CRIME, Sphere.TERROR)
    builders: list[tuple[ScenarioPart, Builder]] = [(part, Builder(settings.seed, scale, part.name, plan)) for part in BACKGROUND]
    for part in settings.chosen(ties):
        if settings.links:
            builders.append((part, Builder(settings.seed, scale, part.name, plan, rounds)))
        # the same is done with innocent people too: a way of dealing alone does not make a tie
        often = _INNOCENT * rounds if settings.links else (1 + _INNOCENT) * rounds
        builders += [(part, Severed(settings.seed, scale, part.name, plan, sphere, round(often))) for sphere in halves]
    for part, builder in sorted(builders, key=lambda one: one[1].part):
        tell(f"storylines of {builder.part}")
        part.plant(builder)
    copy_lists(plan, stream(settings.seed, "copies"), Care.at(settings.noise).copied)
    check(plan)
    return plan


def _write_handling(files: Sequence[Path]) -> None:
    """Whose the reports are and how far each kind is believed: their format does not say it, so a note beside each does."""
    for file in files:
        kind = file.name.removeprefix("reports_").removesuffix(".ftm.json")
        if kind in reports.ORIGINATORS:
            originator, grade, marking = reports.ORIGINATORS[kind]
            note = f"originator: {originator}\ngrade: {grade}\nmarking: {marking}\n"
            file.with_name(f"{file.name}.source.yaml").write_text(note, encoding="utf-8")


def _spoken(settings: Settings) -> str:
    """The settings in words."""
    parts = [f"seed {settings.seed}", f"size {settings.size}", f"noise {settings.noise:g}"]
    parts += ["no links"] if not settings.links else []
    return ", ".join([*parts, *(f"storyline {one}" for one in sorted(settings.storylines))])


def _untold(_: str) -> None:
    return None


def _folders(out: Path) -> tuple[Path, Path]:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is there already and not empty", hint="Name a new folder.")
    found = out / "files", out / "truth"
    try:
        for folder in found:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{out} cannot be made: {error.strerror}") from error
    return found
