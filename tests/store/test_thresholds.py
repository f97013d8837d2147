"""A unit's own thresholds: the newest counts, none is lost, each has a name and a reason."""

from __future__ import annotations

import pytest

from crosstie.errors import UsageError
from crosstie.store.audit import Audit
from crosstie.store.database import Database
from crosstie.store.thresholds import Thresholds


def test_the_newest_counts_and_all_are_kept(database: Database) -> None:
    thresholds = Thresholds(database)
    thresholds.set("finance.structuring.reporting", 10_000.0, user="ana", reason="the law of 2019")
    thresholds.set("finance.structuring.count", 4.0, user="ana", reason="few branches here")
    thresholds.set("finance.structuring.reporting", 15_000.0, user="ben", reason="the law of 2024")
    assert thresholds.in_force() == {"finance.structuring.count": 4.0, "finance.structuring.reporting": 15_000.0}
    assert [(one.value, one.user, one.reason) for one in thresholds.history() if one.name.endswith("reporting")] == [
        (10_000.0, "ana", "the law of 2019"),
        (15_000.0, "ben", "the law of 2024"),
    ]


def test_back_to_the_value_of_the_lens(database: Database) -> None:
    thresholds = Thresholds(database)
    thresholds.set("a.b.c", 1.0, user="ana", reason="try")
    thresholds.set("a.b.c", None, user="ana", reason="tried")
    assert thresholds.in_force() == {}
    assert [one.value for one in thresholds.history()] == [1.0, None]


@pytest.mark.parametrize("value,reason", [(1.0, "  "), (float("nan"), "why"), (float("inf"), "why"), (-1.0, "why")])
def test_no_reason_or_no_number_is_refused(database: Database, value: float, reason: str) -> None:
    with pytest.raises(UsageError):
        Thresholds(database).set("a.b.c", value, user="ana", reason=reason)
    assert Thresholds(database).history() == []


def test_each_change_is_in_the_audit(database: Database) -> None:
    Thresholds(database).set("a.b.c", 2.0, user="ana", reason="why", purpose="case 4")
    [entry] = Audit(database).entries()
    assert (entry.action, entry.subject, entry.user, entry.purpose) == ("threshold", "a.b.c", "ana", "case 4")
    assert list(Audit(database).verify()) == []
