"""Who may do what, written out a second time: a change of the rules has to be made twice."""

from __future__ import annotations

import pytest

from crosstie.casework.access import Act, Person, Role
from crosstie.errors import AccessError
from crosstie.model.marking import Tlp

MATRIX = {
    #                     own   read   search judge sources accounts audit
    Role.VIEWER:        (True, True,  True,  False, True,  False, False),
    Role.ANALYST:       (True, True,  True,  True,  True,  False, False),
    Role.CASE_LEAD:     (True, True,  True,  True,  True,  False, False),
    Role.CUSTODIAN:     (True, False, False, False, True,  False, False),
    Role.ADMINISTRATOR: (True, False, False, False, False, True,  False),
    Role.AUDITOR:       (True, False, False, False, False, False, True),
}  # fmt: skip
ACTS = (Act.OWN, Act.READ, Act.SEARCH, Act.JUDGE, Act.SOURCES, Act.ACCOUNTS, Act.AUDIT)


def test_the_matrix_knows_every_role_and_every_act() -> None:
    assert set(MATRIX) == set(Role)
    assert set(ACTS) == set(Act)


@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_the_matrix_says_and_nothing_else(role: Role) -> None:
    person = Person("ana", role)
    for act, expected in zip(ACTS, MATRIX[role], strict=True):
        assert person.may(act) is expected
        if not expected:
            with pytest.raises(AccessError, match=act.value):
                person.require(act)


@pytest.mark.parametrize("clearance", Tlp)
def test_nobody_sees_what_is_marked_more_strictly_than_they_are_cleared_for(clearance: Tlp) -> None:
    person = Person("ana", Role.ANALYST, clearance)
    for level in Tlp:
        assert person.cleared(f"{level.label}; purpose=exercise") is (level <= clearance)
    assert person.cleared(None) is (clearance >= Tlp.AMBER)
