"""What trainers and testers call: regions of known truth with the scenarios of all lenses, and marks against that truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crosstie.learn.region import Region, Settings, generate
from crosstie.learn.score import NOMINAL, Score, score
from crosstie.lens import registry


def new_region(settings: Settings, out: Path) -> Region:
    """Make a fictitious region with the scenarios of all lenses: files to work on, and the truth to mark the work against."""
    return generate(settings, out, [lens.scenario() for lens in registry.load()])


def score_region(truth: Path, links: Path, nominal: float = NOMINAL) -> Score:
    """Mark a CSV of links against the truth of a region (its folder, or the truth folder in it). `nominal` is the share of false ones to be held."""
    return score(truth / "truth" if (truth / "truth").is_dir() else truth, links, nominal)


def list_lenses() -> list[dict[str, Any]]:
    """The lenses at hand, in short."""
    return [lens.summary() for lens in registry.load()]
