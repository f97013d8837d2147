"""From a seed to a folder: invent, write the files, write the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crosstie.errors import StorageError, UsageError
from crosstie.learn.region import ledgers, lists, registers, reports, trade
from crosstie.learn.region.builder import Builder
from crosstie.learn.region.parts import ScenarioPart
from crosstie.learn.region.plan import Plan
from crosstie.learn.region.population import populate
from crosstie.learn.region.sheets import sheet
from crosstie.learn.region.storylines import CORE
from crosstie.learn.region.storylines.commons import Commons
from crosstie.learn.region.truth import ENTITIES, Sightings, check, write_truth
from crosstie.learn.region.world import size_of

_ABOUT = """# What is true in this region

Made by crosstie with seed {seed} and size {size}. Every person, company, group, ship, account and event in it is invented, and so are the six States.

- `actors.csv`: everybody and everything that acts, with the worlds (`crime`, `terror`) that they belong to. `crowd-...` are bystanders.
- `entities.csv`: which record of which file is which actor: the same-entity clusters. Entity ids are those that crosstie's readers give.
- `links.csv`: the {links} planted ties: class N1 to N5, typology, period, the path of actor ids from crime to terror, whether the files hold `enough`
  evidence of it or too little (`thin`), and who stands for either end just as well (`crime_side`, `terror_side`).
- `decoys.csv`: {decoys} pairs of a crime and a terror actor that look tied and are not, with the reason.
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


def generate(seed: int, size: str, out: Path, parts: Sequence[ScenarioPart] = (), progress: Callable[[str], None] | None = None) -> Region:
    """Make a region in a new or empty folder: `out/files` is what an analyst would receive, `out/truth` what is true of it.

    The same seed, size and parts give the same bytes; another part adds its own people and changes nobody else's story. `progress` is told what is
    being written. UsageError where the folder is not empty or the size is none, LensError where a part contradicts itself.
    """
    scale, tell = size_of(size), progress or _untold
    files_, truth_ = _folders(out)
    plan = Plan()
    commons = Commons()
    commons.plant(Builder(seed, scale, commons.name, plan))
    for part in sorted((*CORE, *parts), key=lambda one: one.name):
        tell(f"storylines of {part.name}")
        part.plant(Builder(seed, scale, part.name, plan))
    check(plan)
    tell("people, companies and accounts")
    population = populate(seed, scale, plan)
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
            ("reports", lambda: reports.write_reports(population, files_, truth)),
        )
        for what, write in writers:
            tell(what)
            written += write()
    tell("truth")
    _write_handling(written)
    write_truth(truth_, population, _ABOUT.format(seed=seed, size=size, links=len(plan.links), decoys=len(plan.decoys)))
    return Region(out, seed, size, tuple(written), len(plan.links), len(plan.decoys))


def _write_handling(files: Sequence[Path]) -> None:
    """Whose the reports are and how far each kind is believed: their format does not say it, so a note beside each does."""
    for file in files:
        kind = file.name.removeprefix("reports_").removesuffix(".ftm.json")
        if kind in reports.ORIGINATORS:
            originator, grade, marking = reports.ORIGINATORS[kind]
            note = f"originator: {originator}\ngrade: {grade}\nmarking: {marking}\n"
            file.with_name(f"{file.name}.source.yaml").write_text(note, encoding="utf-8")


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
