"""What trainers and testers call: regions of known truth with the scenarios of all lenses, marks against that truth, and lenses of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crosstie.errors import NotFound
from crosstie.learn.region import Region, Settings, generate
from crosstie.learn.score import NOMINAL, Score, score
from crosstie.lens import registry
from crosstie.lens.beginning import begin
from crosstie.lens.contract import problems


def new_region(settings: Settings, out: Path) -> Region:
    """Make a fictitious region with the scenarios of all lenses: files to work on, and the truth to mark the work against."""
    return generate(settings, out, [lens.scenario() for lens in registry.load()])


def score_region(truth: Path, links: Path, nominal: float = NOMINAL) -> Score:
    """Mark a CSV of links against the truth of a region (its folder, or the truth folder in it). `nominal` is the share of false ones to be held."""
    return score(truth / "truth" if (truth / "truth").is_dir() else truth, links, nominal)


def list_lenses() -> list[dict[str, Any]]:
    """The lenses at hand, in short."""
    return [lens.summary() for lens in registry.load()]


def new_lens(name: str, title: str, out: Path) -> Path:
    """Begin a lens in a package of its own; the folder that was made."""
    return begin(name, title, out)


def check_lens(name: str) -> list[str]:
    """In what a lens breaks the contract, each with its place; empty for a good one. NotFound where there is no such lens."""
    lenses = registry.load()
    found = next((lens for lens in lenses if lens.name == name), None)
    if found is None:
        raise NotFound(f"there is no lens “{name}”", hint="“crosstie lenses” lists those at hand; one of your own has to be installed.")
    return problems(found, lenses)
