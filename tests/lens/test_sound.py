"""A lens that is broken on the disk is named, with the file; the others are read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crosstie.errors import LensError
from crosstie.lens import places, registry
from crosstie.lens.places import FOLDER
from crosstie.lens.sound import sound


@pytest.fixture
def lenses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lenses, that may be broken."""
    here = tmp_path / "lenses"
    shutil.copytree(FOLDER, here, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(places, "FOLDER", here)
    # what was read before is forgotten, and so is what is read here
    registry._loaded.cache_clear()
    monkeypatch.setattr(registry, "_loaded", registry._loaded.__wrapped__)
    return here


@pytest.mark.parametrize("name", ["lens.yaml", "lexicon.yaml"])
def test_one_that_cannot_be_read_is_named_and_the_others_work(lenses: Path, name: str) -> None:
    (lenses / "finance" / name).write_text("name: [", encoding="utf-8")
    whole, [broken] = sound()
    assert broken.name == "finance"
    assert str(lenses / "finance" / name) in broken.error.detail
    assert {one.name for one in whole} == {one.name for one in lenses.iterdir() if (one / "lens.yaml").is_file()} - {"finance", "_template"}
    with pytest.raises(LensError):  # a build would find less, and nobody would know
        registry.load()


def test_those_that_do_not_go_together_are_told(lenses: Path) -> None:
    manifest = lenses / "finance" / "lens.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("name: finance", "name: money", 1), encoding="utf-8")
    _, [broken] = sound()
    assert "money" in broken.error.detail
