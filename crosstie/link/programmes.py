"""What sanctions programmes say of the world that a listed party belongs to. The facts are data: `data/programmes.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from crosstie.errors import IntegrityError
from crosstie.model.lexicon import Sphere

DATA = Path(__file__).parent / "data" / "programmes.yaml"
#: what British regulations carry in their titles besides the regime
_TITLE = re.compile(
    r"^the\s+|\((?:eu exit|sanctions|united nations sanctions|overseas territories)\)|\b(?:sanctions )?regulations(?: \d{4})?$|\borganisations$"
)


@dataclass(frozen=True, slots=True)
class Programme:
    """What one programme of one list says. `sphere` is None where it places nobody, and `reason` says why."""

    key: str
    sphere: Sphere | None
    activity: str | None
    title: str
    reason: str | None
    source: str
    verified: bool


def programme(dataset: str, written: str) -> Programme | None:
    """What a programme says, as the list of that dataset writes it; None where it is unknown."""
    plain = _plain(written)
    if dataset == "gb":
        plain = " ".join(_TITLE.sub(" ", plain).split())
    exact, patterns = _known().get(dataset, ({}, ()))
    if plain in exact:
        return exact[plain]
    return next((found for pattern, found in patterns if fnmatchcase(plain, pattern)), None)


def programmes() -> dict[str, list[Programme]]:
    """All programmes that are known, by dataset."""
    return {dataset: [*exact.values(), *(found for _, found in patterns)] for dataset, (exact, patterns) in _known().items()}


def _plain(written: str) -> str:
    return " ".join(written.replace("’", "'").casefold().split())


@cache
def _known() -> dict[str, tuple[dict[str, Programme], tuple[tuple[str, Programme], ...]]]:
    lists: dict[str, dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return {dataset: _of_list(dataset, entry) for dataset, entry in lists.items()}


def _of_list(dataset: str, entry: dict[str, Any]) -> tuple[dict[str, Programme], tuple[tuple[str, Programme], ...]]:
    found: dict[str, Programme] = {}
    for written, said in (entry.get("places") or {}).items():
        key = _plain(str(written))
        found[key] = Programme(key, Sphere(said["sphere"]), said["activity"], said["title"], None, entry["source"], bool(said["verified"]))
    for group in entry.get("none") or ():
        for written in group["programmes"]:
            key = _plain(str(written))
            if key in found:
                raise IntegrityError(f"{DATA.name}: {dataset}: “{written}” stands there twice")
            found[key] = Programme(key, None, None, str(written), group["reason"], entry["source"], verified=False)
    exact = {key: one for key, one in found.items() if "*" not in key}
    return exact, tuple((key, one) for key, one in found.items() if "*" in key)
