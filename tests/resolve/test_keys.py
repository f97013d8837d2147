from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from crosstie.resolve.keys import DAY, canonical_day, keys_of
from crosstie.resolve.names import analyze
from crosstie.resolve.profiles import Births, Names, Profiles, assemble


def profiles(*records: tuple[str, str]) -> Profiles:
    """Persons of a name and a birth date ("" for none)."""
    names = Names(
        np.arange(len(records)), pa.array([" ".join(analyze(name, "person").tokens) for name, _ in records]), np.zeros(len(records), bool)
    )
    born = [(place, day) for place, (_, day) in enumerate(records) if day]
    births = Births(np.array([place for place, _ in born], np.int64), pa.array([day for _, day in born], pa.string()))
    return assemble(
        pa.array([f"r-{place:04}" for place in range(len(records))], pa.string()), np.zeros(len(records), np.int8), names, births=births
    )


def _keys(*records: tuple[str, str]) -> list[set[int]]:
    found = keys_of(profiles(*records), np.ones(len(records), np.bool_))
    return [set(found.keys[found.start[place] : found.start[place + 1]].tolist()) for place in range(len(records))]


def _share(one: tuple[str, str], other: tuple[str, str]) -> set[int]:
    left, right = _keys(one, other)
    return left & right


def test_spellings_share_a_key() -> None:
    assert _share(("Muhammad Rida Naqdzi", ""), ("Naqdzy, Mohamed Reza", ""))
    assert _share(("Islam Abadi", ""), ("Islamabadi", ""))
    assert _share(("Ko Chol-chae", ""), ("CHOL CHAE KO", ""))


def test_a_birth_date_makes_up_for_half_a_name() -> None:
    assert not _share(("Boran Tarkovar", ""), ("Boran Ostrovane", ""))
    assert _share(("Boran Tarkovar", "1971-05-02"), ("Boran Ostrovane", "1971-05-02"))
    assert _share(("Boran Tarkovar", "1971-05-02"), ("Boran Ostrovane", "1971-02-05"))  # day and month exchanged
    assert _share(("Boran Tarkovar", "1971-05-02"), ("Boran Ostrovane", "1970-05-02"))  # a year off
    assert _share(("Boran Tarkovar", "1971-05-02"), ("Bolan Tarkofa", "1971-05-02"))  # a slip in each part


def test_the_first_of_january_is_some_day_of_the_year() -> None:
    assert not {key for key in _keys(("Boran Tarkovar", "1971-01-01"))[0] if key >> 60 == DAY}


def test_days_that_could_be_exchanged_are_one() -> None:
    assert canonical_day(19710502) == canonical_day(19710205) == 19710205
    assert canonical_day(19710528) == 19710528


def test_only_wanted_records_have_keys() -> None:
    found = keys_of(profiles(("Boran Tarkovar", ""), ("Boran Tarkovar", "")), np.array([False, True]))
    assert found.start[1] == 0 < found.start[2]


@given(st.lists(st.text("bdfgklmnrst", min_size=2, max_size=6), min_size=1, max_size=12))
def test_a_name_of_any_length_has_few_keys(parts: list[str]) -> None:
    [found] = _keys((" ".join(parts), "1971-05-02"))
    assert len(found) <= 10 + 2 + 5 + 2 + 2 + 10


def test_every_reading_of_another_script_has_its_keys() -> None:
    read = Names(np.arange(3), pa.array(["boran~3~goran~poran tarkovar", "goran tarkovar", "boran tarkovar"]), np.zeros(3, bool))
    made = assemble(pa.array(["a", "b", "c"]), np.zeros(3, np.int8), read)
    found = keys_of(made, np.ones(3, np.bool_))
    both, goran, boran = (set(found.keys[found.start[place] : found.start[place + 1]].tolist()) for place in range(3))
    assert goran <= both
    assert boran <= both
    assert not goran & boran
