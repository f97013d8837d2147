"""The manifest of a lens: read without running the lens, every complaint with its place."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from crosstie.errors import LensError
from crosstie.lens import manifest
from crosstie.model.tables import LEDGER_BASE

GOOD: dict[str, Any] = {
    "name": "salt",
    "title": "Salt",
    "about": "Salt carried past the tax.",
    "law": [{"instrument": "Salt Act (1930)", "place": "section 1", "verified": False}],
    "readers": [],
    "ledgers": {"carts": {"about": "A cart.", "columns": {"load": "number", "town": "text", "wheels": "count", "covered": "flag"}}},
    "detectors": {
        "night-cart": {
            "title": "Carts at night",
            "activity": "goods.smuggling",
            "needs": ["carts"],
            "thresholds": {"carts": {"value": 3, "unit": "carts", "about": "How many.", "verified": False}},
            "innocent": ["The market begins at dawn."],
        }
    },
    "lexicon": "lexicon.yaml",
    "scenario": "scenario.py",
}


def written(folder: Path, **changes: Any) -> Path:
    folder = folder / "salt"
    folder.mkdir()
    found = {key: value for key, value in (GOOD | changes).items() if value is not None}
    (folder / "lens.yaml").write_text(yaml.safe_dump(found, sort_keys=False), encoding="utf-8")
    (folder / "lexicon.yaml").write_text("activities: {salt: {title: Salt, sphere: crime, terms: {en: [salt*]}}}", encoding="utf-8")
    (folder / "scenario.py").write_text("raise RuntimeError('run')", encoding="utf-8")
    return folder


def test_a_manifest_says_what_the_lens_brings(tmp_path: Path) -> None:
    lens = manifest.read(written(tmp_path), "salt")
    assert lens.ledgers["carts"].names == [*LEDGER_BASE.names, "load", "town", "wheels", "covered"]
    (typology,) = lens.typologies
    assert (typology.name, typology.needs, typology.thresholds["carts"].value) == ("night-cart", ("carts",), 3.0)
    assert [activity.name for activity in lens.activities] == ["salt"]
    assert lens.summary() == {"name": "salt", "title": "Salt", "ledgers": "carts", "typologies": "night-cart", "activities": 1, "terms": 1}


def test_reading_runs_nothing_of_the_lens(tmp_path: Path) -> None:
    lens = manifest.read(written(tmp_path), "salt")
    assert "salt" not in sys.modules
    with pytest.raises(LensError, match="does not load"):
        lens.scenario()


@pytest.mark.parametrize(
    "changes,said",
    [
        ({"title": None}, "title is missing"),
        ({"title": 3}, "title is of the wrong kind"),
        ({"colour": "white"}, "no such entry: colour"),
        ({"name": "pepper"}, "in the folder “salt”"),
        ({"lexicon": "words.yaml"}, "there is no words.yaml"),
        ({"schemata": ["schema/Cart.yaml"]}, "there is no schema/Cart.yaml"),
        ({"readers": [1]}, "readers should be a list of texts"),
        ({"law": [{"instrument": "Salt Act"}]}, "law\\[1\\]: place is missing"),
        ({"ledgers": {"carts": {"about": "A cart.", "columns": {"load": "heavy"}}}}, "ledgers.carts: column load is “heavy”"),
        ({"ledgers": ["carts"]}, "ledgers should have named entries"),
        ({"detectors": {"night-cart": {"title": "Carts"}}}, "detectors.night-cart: activity is missing"),
        (
            {"detectors": {"x": GOOD["detectors"]["night-cart"] | {"thresholds": {"n": {"value": True}}}}},
            "thresholds.n: value is no number",
        ),
    ],
)
def test_a_manifest_that_is_off_says_where(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(LensError, match=said) as caught:
        manifest.read(written(tmp_path, **changes), "salt")
    assert "lens.yaml" in caught.value.detail


@pytest.mark.parametrize("content", ["[", "[]", "- a"])
def test_a_manifest_that_is_no_mapping_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "lens.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(LensError, match=r"lens\.yaml"):
        manifest.read(tmp_path, "salt")


def test_a_detector_without_detect_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path)
    (folder / "detectors").mkdir()
    (folder / "detectors" / "night_cart.py").write_text("answer = 1", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(LensError, match="no function detect"):
        manifest.read(folder, "salt").detector("night-cart")
