"""Who may do what, decided in one place: what is not allowed here is denied.

Every page and every call of the workbench names one act; a role has acts. What a person sees is bounded besides by their clearance: links, values and
sources of a stricter marking are left out, and it is said that they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crosstie.errors import AccessError
from crosstie.model.marking import Marking, Tlp


class Role(StrEnum):
    """What a person is here for."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    CASE_LEAD = "case lead"
    CUSTODIAN = "custodian"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Act(StrEnum):
    """What can be done. `OWN`: what concerns nobody but oneself."""

    OWN = "use one’s own account"
    READ = "read links and entities"
    SEARCH = "search"
    JUDGE = "judge"
    SOURCES = "read sources"
    ACCOUNTS = "manage accounts"
    AUDIT = "read the audit"
    ADD = "add sources"
    BUILD = "build"
    CASES = "read cases"
    CASEWORK = "work on cases"
    LEAD = "lead cases"
    RETENTION = "see what is due to be destroyed"
    DRAW = "draw"
    EXPORT = "take data out"
    LENSES = "read lenses and thresholds"
    THRESHOLDS = "set thresholds"
    PROTECT = "see what was seen for somebody’s protection"


_READING = frozenset({Act.OWN, Act.READ, Act.SEARCH, Act.SOURCES, Act.CASES, Act.DRAW, Act.LENSES})
#: An administrator sees no person's data, and an auditor sees who saw what, not the data. Who judges findings does not set what counts as one: the
#: custodian does, whose name and reason everybody reads. What was seen for a child's protection is for case leads: they decide who needs to know.
ALLOWED: dict[Role, frozenset[Act]] = {
    Role.VIEWER: _READING,
    Role.ANALYST: _READING | {Act.JUDGE, Act.ADD, Act.BUILD, Act.CASEWORK, Act.EXPORT},
    Role.CASE_LEAD: _READING | {Act.JUDGE, Act.ADD, Act.BUILD, Act.CASEWORK, Act.LEAD, Act.EXPORT, Act.PROTECT},
    Role.CUSTODIAN: frozenset({Act.OWN, Act.SOURCES, Act.ADD, Act.BUILD, Act.RETENTION, Act.LENSES, Act.THRESHOLDS}),
    Role.ADMINISTRATOR: frozenset({Act.OWN, Act.ACCOUNTS}),
    Role.AUDITOR: frozenset({Act.OWN, Act.AUDIT, Act.LENSES}),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in: what they are, the strictest marking that they may see, and what they work on now. `only`: the acts that the token they ask with
    was made for; None where they are here themselves.
    """

    name: str
    role: Role
    clearance: Tlp = Tlp.AMBER
    purpose: str = ""
    only: frozenset[Act] | None = None

    def may(self, act: Act) -> bool:
        """Whether their role has the act, and the token that they ask with."""
        return act in ALLOWED[self.role] and (self.only is None or act in self.only)

    def require(self, act: Act) -> None:
        """AccessError where their role, or the token that they ask with, has not the act."""
        if not self.may(act) and act in ALLOWED[self.role]:
            raise AccessError(f"this token may not {act.value}", hint="Make one whose scope has it.")
        if not self.may(act):
            raise AccessError(f"{self.name} may not {act.value}: {self.role.value}", hint="Ask an administrator for the role that may.")

    def cleared(self, marking: str | None) -> bool:
        """Whether they may see what bears the marking; what bears none is of the middle, as everywhere."""
        return (Marking.parse(marking) if marking else Marking()).tlp <= self.clearance
