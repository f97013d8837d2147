"""Who may do what, written out a second time: a change of the rules has to be made twice."""

from __future__ import annotations

import pytest

from crosstie.casework.access import Act, Person, Role
from crosstie.errors import AccessError
from crosstie.model.marking import Tlp

EVERYBODY = set(Role)
READERS = {Role.VIEWER, Role.ANALYST, Role.CASE_LEAD}
WORKERS = {Role.ANALYST, Role.CASE_LEAD}
#: Who has each act.
MATRIX = {
    Act.OWN: EVERYBODY,
    Act.READ: READERS,
    Act.SEARCH: READERS,
    Act.JUDGE: WORKERS,
    Act.SOURCES: READERS | {Role.CUSTODIAN},
    Act.ACCOUNTS: {Role.ADMINISTRATOR},
    Act.AUDIT: {Role.AUDITOR},
    Act.ADD: WORKERS | {Role.CUSTODIAN},
    Act.BUILD: WORKERS | {Role.CUSTODIAN},
    Act.CASES: READERS,
    Act.CASEWORK: WORKERS,
    Act.LEAD: {Role.CASE_LEAD},
    Act.PROTECT: {Role.CASE_LEAD},
    Act.RETENTION: {Role.CUSTODIAN},
    Act.DRAW: READERS,
    Act.EXPORT: WORKERS,
    Act.LENSES: READERS | {Role.CUSTODIAN, Role.AUDITOR},
    Act.THRESHOLDS: {Role.CUSTODIAN},
}


def test_the_matrix_knows_every_act() -> None:
    assert set(MATRIX) == set(Act)


@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_the_matrix_says_and_nothing_else(role: Role) -> None:
    person = Person("ana", role)
    for act, roles in MATRIX.items():
        assert person.may(act) is (role in roles)
        if role not in roles:
            with pytest.raises(AccessError, match=act.value):
                person.require(act)


@pytest.mark.parametrize("clearance", Tlp)
def test_nobody_sees_what_is_marked_more_strictly_than_they_are_cleared_for(clearance: Tlp) -> None:
    person = Person("ana", Role.ANALYST, clearance)
    for level in Tlp:
        assert person.cleared(f"{level.label}; purpose=exercise") is (level <= clearance)
    assert person.cleared(None) is (clearance >= Tlp.AMBER)
