"""The lenses at hand where some may be broken on the disk: pages show those that are whole, and say of each other one what is wrong with it.

A build, a command and reading a file in are stricter (`registry.load`): with a lens missing they would find less, and nobody would know.
"""

from __future__ import annotations

from dataclasses import dataclass

from crosstie.errors import LensError
from crosstie.lens import registry
from crosstie.lens.manifest import Lens, read
from crosstie.lens.places import FILE, folders


@dataclass(frozen=True, slots=True)
class Broken:
    """A lens that cannot be used: its name, empty where several do not go together; the file that was read, and what is wrong."""

    name: str
    file: str
    error: LensError


def sound() -> tuple[list[Lens], list[Broken]]:
    """Every lens that is whole, by name, and those that are not. LensError where the lenses cannot even be listed."""
    try:
        return registry.load(), []
    except LensError as error:
        whole = error
    kept: list[Lens] = []
    broken: list[Broken] = []
    for name, (folder, package) in folders().items():
        try:
            lens = read(folder, package)
            registry.activities([*kept, lens])  # which reads its lexicon, too
            kept.append(lens)
        except LensError as error:
            broken.append(Broken(name, str(folder / FILE), error))
    return kept, broken or [Broken("", "", whole)]
