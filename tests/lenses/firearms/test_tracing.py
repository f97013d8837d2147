"""From a damaged number to the firearm, its hands and the place where it left them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crosstie.lens.commands import Desk
from crosstie.lenses.firearms.telling import summary
from crosstie.lenses.firearms.tracing.candidates import habits, index
from crosstie.lenses.firearms.tracing.chain import chain, turned
from crosstie.lenses.firearms.tracing.trace import Trace, neighbours, trace
from crosstie.lenses.firearms.tracing.weighing import Question
from tests.lenses.firearms.conftest import event, life

ASKED = Question("KA1??45", make="Kesh Arsenal", model="K9", calibre="9x19mm", date="2018-02-01", state="qo")


def traced(desk: Desk, asked: Question = ASKED) -> Trace:
    return trace(desk.engine, index(desk.engine, desk.cache), asked, habits(desk.engine, desk.cache))


def hands(found: Trace) -> list[tuple[str, str | None]]:
    return [(step.kind, step.holder) for step in found.lines[0].steps]


def test_the_hands_go_from_maker_to_buyer(desk: Callable[..., Desk]) -> None:
    found = traced(desk([*life(), *life("KX99999", "other")]))
    assert found.candidates.found[0].serial == "KA12345"
    assert hands(found) == [("manufacture", "Kesh Arsenal"), ("export", "importer"), ("transfer", "dealer"), ("sale", "buyer")]
    assert len(found.lines[0].steps[1].records) == 2, "export and import of the same arms are one way"
    assert (found.places[0][0].holder, found.places[0][0].to, found.places[0][0].code) == ("buyer", None, "D7")
    assert found.days == 566


def test_a_firearm_seen_later_in_lawful_hands_is_not_it(desk: Callable[..., Desk]) -> None:
    rows = [*life(), *life("KA13345", "keeper"), event("inventory", "2021-01-01", "keeper", None, "KA13345", role_a="owner")]
    found = traced(desk(rows))
    assert [one.serial for one in found.candidates.found] == ["KA12345", "KA13345"]
    assert found.candidates.found[0].probability > 0.9
    assert dict(found.candidates.found[1].reasons)["in lawful hands later"] < 0


def test_arms_that_nobody_books_on_arrival_were_lost_on_the_way(desk: Callable[..., Desk]) -> None:
    found = traced(desk(life()[:2]))
    place = found.places[0][0]
    assert (place.holder, place.to, place.code) == ("Kesh Arsenal", "importer", "D3")


def test_a_theft_reported_before_speaks_for_its_holder(desk: Callable[..., Desk]) -> None:
    rows = [*life()[:4], event("theft", "2017-03-03", "dealer", None, role_a="retailer"), *life("KA77777")]
    place = traced(desk(rows)).places[0][0]
    assert place.holder == "dealer"
    assert place.probability > 0.9
    late = [*life()[:4], event("theft", "2020-03-03", "dealer", None, role_a="retailer")]
    assert dict(traced(desk(late)).places[0][0].reasons)["reported lost or stolen, but only after the recovery"] < 1


def test_day_and_month_exchanged_do_not_break_the_line(desk: Callable[..., Desk]) -> None:
    rows = life()
    rows[3]["date"] = "2015-02-05"  # before the import: the fifth of February for the second of May
    found = traced(desk(rows))
    assert [step.kind for step in found.lines[0].steps] == ["manufacture", "export", "transfer", "sale"]
    assert found.lines[0].steps[2].date == turned("2015-02-05") == "2015-05-02"


def test_a_record_that_contradicts_is_left_out_and_told(desk: Callable[..., Desk]) -> None:
    stray = event("sale", "2015-04-01", "stranger", "nobody", role_a="retailer", role_b="owner")
    found = traced(desk([*life(), stray]))
    assert ("stranger", "does not fit between the others") in [(row["a"], why) for row, why in found.lines[0].left_out]
    assert hands(found)[-1] == ("sale", "buyer")


def test_the_neighbours_of_a_lot_tell_the_way_that_is_not_booked(desk: Callable[..., Desk]) -> None:
    lot = [row for number in (12340, 12341, 12343, 12346, 12347) for row in life(f"KA{number}", f"buyer{number}")]
    found = traced(desk([life()[0], *lot]), replace(ASKED, serial="KA12345"))
    step = found.lines[0].steps[-1]
    assert (step.kind, step.a, step.b) == ("export", "Kesh Arsenal", "importer")
    assert step.records[0]["inferred"]
    assert found.places[0][0].to == "importer"


def test_a_record_under_a_number_with_a_slip_is_found(desk: Callable[..., Desk]) -> None:
    rows = life()
    rows[4] = rows[4] | {"serial_latin": "KA1234S", "serial": "KA1234S", "role_a": "owner"}
    found = traced(desk(rows), replace(ASKED, serial="KA12345"))
    assert hands(found)[-1] == ("sale", "buyer")


def test_withdrawn_records_count_for_nothing(desk: Callable[..., Desk]) -> None:
    rows = life()
    rows[4]["status"] = "cancelled"
    assert hands(traced(desk(rows)))[-1] == ("transfer", "dealer")


def test_a_number_on_another_part_decides_between_neighbours(desk: Callable[..., Desk]) -> None:
    rows = [*life("KA12345", "one"), *life("KA16345", "two")]
    assert traced(desk(rows), replace(ASKED, others=("6345",))).candidates.found[0].serial == "KA16345"


def test_nothing_that_fits_is_said_so(desk: Callable[..., Desk]) -> None:
    found = traced(desk(life()), replace(ASKED, serial="ZZ98765"))
    assert found.candidates.found == ()
    assert found.candidates.nobody == 1.0


def test_probabilities_are_of_all_that_fit(desk: Callable[..., Desk]) -> None:
    rows = [row for number in range(20) for row in life(f"KA1{number:02d}45", f"buyer{number}")]
    found = traced(desk(rows)).candidates
    assert found.fitting == 20
    assert len(found.found) == 10
    assert sum(one.probability for one in found.found) == pytest.approx(0.5, abs=0.02)


def test_neighbours_keep_the_form_of_the_number() -> None:
    assert neighbours("AB0001")[:2] == ["AB0000", "AB0002"]
    assert neighbours("ABC") == []


def test_no_records_make_no_line() -> None:
    rows: list[dict[str, Any]] = []
    assert chain(rows).steps == ()


def test_who_was_on_record_just_before_the_recovery_had_little_time_to_lose_it(desk: Callable[..., Desk]) -> None:
    late = [*life(), event("sale", "2017-12-20", "buyer", "second", role_a="owner", role_b="owner")]
    ledger = desk([*life("KA12245", "old"), *late, event("inventory", "2024-01-01", "else", None, "KZ00001", role_a="owner")])

    def silence(date: str | None) -> float:
        weighed = {one.serial: dict(one.reasons) for one in traced(ledger, replace(ASKED, serial="KA12?45", date=date)).candidates.found}
        return weighed["KA12245"]["no record since"] - weighed["KA12345"]["no record since"]

    assert silence("2018-02-01") > silence(None) + 0.5
    assert silence("2023-06-01") < silence(None)  # by then both had time, and the older would have been recovered


def test_candidates_that_nothing_tells_apart_are_named_together(desk: Callable[..., Desk]) -> None:
    found = traced(desk([*life(), *life("KA12245", "other")]), replace(ASKED, serial="KA12?45"))
    assert found.candidates.found[0].probability == pytest.approx(found.candidates.found[1].probability)
    assert "hardly tells it from KA12345" in summary(found)
    assert "hardly tells" not in summary(traced(desk(life())))
