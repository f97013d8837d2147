from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from crosstie.cli import main
from crosstie.resolve.compare import likeness_of
from crosstie.resolve.compare.likeness import FACTS, THRESHOLD, model
from crosstie.resolve.compare.reasons import reasons
from crosstie.resolve.names import Kind


@pytest.mark.parametrize(
    ("left", "right", "kind", "same"),
    [
        ("Anselm Korvath", "Anselm Korvath", "person", True),
        ("Anselm Korvath", "Korvath, Anselm", "person", True),
        ("Anselm Korvath", "Anselm Korvat", "person", True),
        ("Anselm Jiri Korvath", "Anselm Korvath", "person", True),
        ("AnselmKorvath", "Anselm Korvath", "person", True),
        ("A. Korvath", "Anselm Korvath", "person", True),
        ("Anselm Korvath", "Anselm Dubrelle", "person", False),
        ("Anselm Korvath", "Tindra Korvath", "person", False),
        ("Mohammed", "Mohammed Zerhouni Talbi", "person", False),
        ("Quellmark Trading Ltd", "Quellmark Trading Limited", "organization", True),
        ("Quellmark Oil Company", "Quellmark Gas Company", "organization", False),
        ("Анселм Корват", "Anselm Korvat", "person", True),
        ("", "Anselm Korvath", "person", False),
        ("", "", "person", False),
    ],
)
def test_names_are_taken_for_one_as_a_person_would(left: str, right: str, kind: Kind, same: bool) -> None:
    there, back = likeness_of([left, right], [right, left], kind)
    assert there == pytest.approx(back, abs=0.02)
    assert bool(there >= THRESHOLD) is same


@pytest.mark.parametrize("name", ["", "x", "a b c d e f g h i j k l m n o p", "12", "Mohammed", "of the", "\u200b", "-", "x" * 100_000])
def test_no_name_is_too_odd(name: str) -> None:
    found = likeness_of([name, name], [name, "Anselm Korvath"], "any")
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1)).all()
    assert found[1] < THRESHOLD


def test_more_edits_are_never_more_alike() -> None:
    found = likeness_of(["Anselm Korvathin"] * 4, ["Anselm Korvathin", "Anselm Korvathim", "Anselm Korvetzim", "Anselm Dubrelle"], "person")
    assert list(found) == sorted(found, reverse=True)


def test_no_coefficient_counts_against_what_its_fact_means() -> None:
    for sign, value in zip(FACTS.values(), model().weights, strict=False):
        assert sign * value >= 0


def test_reasons_tell_how_each_part_agrees() -> None:
    found = reasons("Anselm Jiri Korvath", "A. Korvatt", "person")
    assert [(one.left, one.right, one.how) for one in found.agreeing] == [("anselm", "a", "initial"), ("korvath", "korvatt", "sound")]
    assert found.only_left == ("jiri",)
    assert found.only_right == ()
    assert any("initial" in sentence for sentence in found.sentences)
    assert found.sentences[-1].startswith("The rarest part that agrees")


def test_reasons_tell_what_is_written_together() -> None:
    found = reasons("Korvath Anselmo", "Kor Vath Anselmo", "person")
    assert ("korvath", "kor vath", "joined") in [(one.left, one.right, one.how) for one in found.agreeing]


def test_reasons_of_nothing() -> None:
    found = reasons("", "Anselm", "person")
    assert not found.same
    assert found.sentences == ("Only in the second name: anselm.", "No part agrees.")


def test_compare_says_it_on_the_command_line(tmp_path: Path) -> None:
    run = CliRunner().invoke(main, ["compare", "Anselm Korvath", "Anselm Korvat", "--kind", "person", "--json"])
    assert run.exit_code == 0
    assert json.loads(run.stdout)["same"] is True
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("Anselm Korvath,Anselm Korvat\nAnselm Korvath,Tindra Dubrelle\n", encoding="utf-8")
    lines = CliRunner().invoke(main, ["compare", str(pairs), "--kind", "person"]).stdout.splitlines()
    assert lines[0] == "left,right,likeness"
    assert float(lines[1].rsplit(",", 1)[1]) > THRESHOLD > float(lines[2].rsplit(",", 1)[1])
    assert CliRunner().invoke(main, ["compare", "a", "b", "c"]).exit_code == 2


def test_a_foundation_is_no_company() -> None:
    said = reasons("Quellmark Trading GmbH", "Quellmark Trading Foundation", "organization")
    assert not said.same
    assert any(sentence.startswith("Another legal form") for sentence in said.sentences)
    company, foundation = likeness_of(["Quellmark Trading GmbH"] * 2, ["Quellmark Trading", "Quellmark Trading Foundation"], "organization")
    assert company >= THRESHOLD > foundation
