"""Names are drawn with skew and spelt in scripts and variants."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from crosstie.learn.region.names import NONE, draw, name_book
from crosstie.learn.region.spelling import days, padded, slip, typed
from crosstie.learn.region.world import PRIME, scrambled


def test_every_culture_has_names_for_all() -> None:
    book = name_book()
    assert len(book.cultures) == 7
    for kind in book.cultures.values():
        assert len(kind.male) >= 20
        assert len(kind.family) >= 30
        assert len(kind.feminine) == len(kind.family)


def test_the_first_names_of_a_list_are_common_and_the_last_are_rare() -> None:
    tokens = name_book().cultures["spanish"].family
    drawn = np.bincount(draw(np.random.default_rng(1), tokens, 200_000) - tokens[0], minlength=len(tokens))
    assert drawn[0] > 10 * drawn[-20:].mean() > 0


def test_words_of_other_scripts_are_transliterated() -> None:
    book = name_book()
    slavic, spanish = book.cultures["slavic"].male[0], book.cultures["spanish"].male[1]
    assert book.column("Cyrl")[int(slavic)].as_py() == "Иван"
    assert book.column("Cyrl")[int(spanish)].as_py() == "Хуан" or book.column("Cyrl")[int(spanish)].as_py()[0] > "Ѐ"
    assert all("؀" <= letter <= "ۿ" or letter == " " for letter in book.column("Arab")[int(slavic)].as_py())


def test_women_bear_the_feminine_form() -> None:
    book = name_book()
    kind = book.cultures["slavic"]
    pairs = {
        (book.variants[man][0], book.variants[woman][0]) for man, woman in zip(kind.family.tolist(), kind.feminine.tolist(), strict=True)
    }
    assert ("Kuznov", "Kuznova") in pairs


@pytest.mark.parametrize("kind, expected", [(0, "Mhammad"), (1, "Muuhammad"), (2, "Mhuammad")])
def test_a_slip_is_one_letter(kind: int, expected: str) -> None:
    assert slip("Muhammad", 0.0, kind) == expected
    assert slip("Ali", 0.5, kind) == "Ali"


def test_slips_are_as_rare_as_said() -> None:
    names = pa.array(["Muhammad al-Haddad"] * 10_000)
    wrong = sum(one != "Muhammad al-Haddad" for one in typed(names, np.random.default_rng(2), 0.05).to_pylist())
    assert 300 < wrong < 600
    assert typed(names, np.random.default_rng(2), 0.0) is names


def test_numbers_never_meet() -> None:
    assert len(np.unique(scrambled(np.arange(200_000), 3))) == 200_000
    assert scrambled(np.array([PRIME - 1]), 3)[0] < PRIME


def test_days_and_numbers_as_text() -> None:
    assert days(np.array([0, NONE, 365]), "%d.%m.%Y").to_pylist() == ["01.01.1970", None, "01.01.1971"]
    assert padded(np.array([7]), 4, "K").to_pylist() == ["K0007"]
