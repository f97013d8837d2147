"""Papers that the parts of a region write themselves, and what they say is to be found."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from crosstie.errors import LensError
from crosstie.learn.region import RegionBuilder, Settings, generate
from crosstie.learn.region.papers import Clerk
from crosstie.model.lexicon import Sphere
from tests.learn.test_region import Part, prints, rows


def diary(clerk: Clerk, entries: list[Any]) -> str:
    for number, actor in enumerate(entries):
        clerk.saw(actor, f"diary-{number}")
    names = [clerk.face(actor).name for actor in entries]
    return "name\n" + "\n".join([*names, *(face.name for face in clerk.strangers(3, "qm"))]) + "\n"


def visits(region: RegionBuilder) -> None:
    guest = region.person(spheres=[Sphere.CRIME])
    region.paper("diary.csv", diary, guest, originator="Hotel", dataset="diary", grade="C3", marking="TLP:RED")
    region.shows("visitor", [guest], date(2020, 1, 2), date(2020, 1, 3))
    region.resembles("visitor", [region.person()], "a cleaner")


def test_a_part_writes_a_paper_of_its_own_and_says_what_is_to_be_found(tmp_path: Path) -> None:
    made = generate(Settings(7), tmp_path / "one", [Part(visits)])
    [paper] = [path for path in made.files if path.name == "diary.csv"]
    # the part is told once for each of its ties and twice with one end innocent, and all of it stands in one file
    assert len(paper.read_text(encoding="utf-8").splitlines()) == 1 + 3 + 3
    note = yaml.safe_load((paper.parent / "diary.csv.source.yaml").read_text(encoding="utf-8"))
    assert note == {"originator": "Hotel", "grade": "C3", "marking": "TLP:RED"}
    seen = {row["entity_id"]: row["actor_id"] for row in rows(tmp_path / "one" / "truth" / "entities.csv") if row["dataset"] == "diary"}
    assert sorted(seen) == ["diary-0", "diary-1", "diary-2"]
    found = rows(tmp_path / "one" / "truth" / "findings.csv")
    assert {(row["lens"], row["typology"], row["holds"], row["reason"]) for row in found} == {
        ("extra", "visitor", "yes", ""),
        ("extra", "visitor", "no", "a cleaner"),
    }
    assert {row["subjects"] for row in found if row["holds"] == "yes"} == set(seen.values())
    again = generate(Settings(7), tmp_path / "two", [Part(visits)])
    assert prints(again.folder) == prints(made.folder)


def test_one_paper_is_written_in_one_way(tmp_path: Path) -> None:
    def twice(region: RegionBuilder) -> None:
        visits(region)
        region.paper("diary.csv", diary, region.person(), originator="Police", dataset="diary")

    with pytest.raises(LensError, match="already written otherwise"):
        generate(Settings(7), tmp_path / "one", [Part(twice)])
