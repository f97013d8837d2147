from __future__ import annotations

import pytest

from crosstie.link.candidates import Candidate, Step
from crosstie.link.classify import classify
from tests.link.test_rules import step, tied


def by_car(owner: Step, user: Step, schema: str = "Vehicle") -> Candidate:
    return tied(owner, user, entities={"car": {"schema": schema}})


OWNER = step("a", "car", "Ownership", by="register")
USER = step("car", "b", "UnknownLink", by="border", start="2021-03-04", end="2021-03-04")


@pytest.mark.parametrize("schema", ["Vehicle", "Vessel"])
def test_who_crosses_a_border_in_the_car_of_another_deals_with_him(schema: str) -> None:
    assert classify(by_car(OWNER, USER, schema), [])[0] == "N2"


def test_two_in_one_car_on_known_days_deal_with_each_other() -> None:
    assert classify(by_car(step("a", "car", "UnknownLink", by="police", start="2021-03-04"), USER), [])[0] == "N2"


def test_two_owners_of_one_car_need_not_have_met_in_it() -> None:
    other = step("car", "b", "Ownership", by="other register", start="2022")
    assert classify(by_car(OWNER, other), [])[1] == "N4.shared-command"


def test_without_a_day_or_a_second_item_no_journey_is_shown() -> None:
    assert classify(by_car(OWNER, step("car", "b", "UnknownLink", by="border")), [])[0] == "N1"
    assert classify(by_car(step("a", "car", "UnknownLink", by="border", start="2021"), USER), [])[0] == "N1"


def test_what_is_no_vehicle_carries_nobody() -> None:
    assert classify(by_car(OWNER, USER, "Company"), [])[0] == "N1"
