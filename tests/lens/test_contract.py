"""The contract itself: a lens that breaks it is told where."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from crosstie.errors import LensError
from crosstie.lens import contract, manifest, registry
from crosstie.lens.manifest import Lens

LENSES = registry.load()
EXTORTION = next(lens for lens in LENSES if lens.name == "extortion")
OTHERS = [lens for lens in LENSES if lens.name != "extortion"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXTORTION.folder, tmp_path / "extortion", ignore=shutil.ignore_patterns("__pycache__")))


def problems(folder: Path, lens: Lens | None = None) -> list[str]:
    lens = lens or manifest.read(folder, EXTORTION.package)
    return contract.problems(lens, [*OTHERS, lens])


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_copy_of_a_good_lens_is_good(folder: Path) -> None:
    assert problems(folder) == []


@pytest.mark.parametrize(
    "file,old,new,said",
    [
        ("lens.yaml", "activity: extortion", "activity: juggling", "points to the activity juggling"),
        ("lens.yaml", "needs: [payments]", "needs: [gifts]", "needs the ledger gifts"),
        ("lens.yaml", "      payers: {", "      givers: {", "asks for the threshold payers"),
        ("detectors/collector.py", "Source:", "From:", "cites nothing"),
        ("lexicon.yaml", "      zh: [海盗", "      ru: [海盗", "piracy has no terms in zh"),
        ("fixtures/collector/expected.yaml", "[[acc-gate]]", "[[acc-other]]", "expected [['acc-other']]"),
        (
            "fixtures/collector/near-miss.claims.csv",
            "assoc,Organization",
            "assoc,Person",
            "near-miss.csv: found [['assoc']], expected nothing",
        ),
    ],
)
def test_what_is_broken_is_named(folder: Path, file: str, old: str, new: str, said: str) -> None:
    edit(folder / file, old, new)
    assert any(said in problem for problem in problems(folder)), problems(folder)


@pytest.mark.parametrize(
    "file,said",
    [
        ("detectors/collector.py", "detectors/collector.py is missing"),
        ("guide.md", "guide.md is missing"),
        ("fixtures/collector/near-miss.csv", "no near-miss.csv"),
    ],
)
def test_what_is_missing_is_named(folder: Path, file: str, said: str) -> None:
    (folder / file).unlink()
    assert any(said in problem for problem in problems(folder))


def test_a_detector_that_nobody_declares_is_named(folder: Path) -> None:
    (folder / "detectors" / "guess.py").write_text('"""Guesses."""', encoding="utf-8")
    assert "extortion: detectors/guess.py is not in lens.yaml" in problems(folder)


def test_innocent_explanations_and_sources_of_law_are_required(folder: Path) -> None:
    lens = manifest.read(folder, EXTORTION.package)
    bare = replace(lens, law=(), typologies=(replace(lens.typologies[0], innocent=()),))
    assert {"extortion: lens.yaml names no source of law", "extortion: collector lists no innocent explanations"} <= set(
        problems(folder, bare)
    )


def test_a_fixture_with_a_strange_column_says_so(folder: Path) -> None:
    edit(folder / "fixtures" / "collector" / "positive.csv", "purpose", "reason")
    with pytest.raises(LensError, match="has no column reason"):
        problems(folder)
