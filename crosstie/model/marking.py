"""Grades and markings: how far a source is to be believed, and who may be shown what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from crosstie.errors import UsageError

#: Reliability of the source, after the Admiralty code (NATO AJP-2.1).
RELIABILITY = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability cannot be judged",
}
#: Credibility of the information, after the same code.
CREDIBILITY = {
    "1": "confirmed by other sources",
    "2": "probably true",
    "3": "possibly true",
    "4": "doubtful",
    "5": "improbable",
    "6": "truth cannot be judged",
}
_RELIABLE = {"A": 0.98, "B": 0.90, "C": 0.75, "D": 0.50, "E": 0.20, "F": 0.50}
_CREDIBLE = {"1": 0.98, "2": 0.90, "3": 0.70, "4": 0.40, "5": 0.15, "6": 0.50}
DEFAULT_GRADE = "F6"


def check_grade(grade: str) -> str:
    """The grade in capitals; UsageError where it is no Admiralty grade."""
    found = grade.strip().upper()
    if len(found) != 2 or found[0] not in RELIABILITY or found[1] not in CREDIBILITY:
        raise UsageError(f"“{grade}” is no Admiralty grade", hint="Use a letter A-F and a figure 1-6, for example B2.")
    return found


def grade_confidence(grade: str) -> float:
    """How much one statement of this grade is believed, 0 to 1: reliability times credibility, our convention (the code gives no figures)."""
    return _RELIABLE[grade[0]] * _CREDIBLE[grade[1]]


def describe_grade(grade: str) -> str:
    """The grade in words."""
    return f"{RELIABILITY[grade[0]]}, {CREDIBILITY[grade[1]]}"


class Tlp(IntEnum):
    """Traffic Light Protocol 2.0 (FIRST, 2022), from free to strict."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def label(self) -> str:
        """As the protocol writes it."""
        return "TLP:" + self.name.replace("_", "+")


_TLP = {level.label: level for level in Tlp}
_MARKING = re.compile(r"(?P<tlp>TLP:[A-Z+]+)(?:; purpose=(?P<purpose>[^;]*))?(?:; until=(?P<until>\d{4}-\d{2}-\d{2}))?")


@dataclass(frozen=True, slots=True)
class Marking:
    """Who may see a thing (TLP 2.0), what it was collected for, and the day until which it may be kept.

    Written as ``TLP:AMBER; purpose=counter-terrorism; until=2030-01-01``; the last two parts are optional.
    """

    tlp: Tlp = Tlp.AMBER
    purpose: str | None = None
    until: str | None = None

    def __str__(self) -> str:
        purpose = f"; purpose={self.purpose}" if self.purpose else ""
        until = f"; until={self.until}" if self.until else ""
        return f"{self.tlp.label}{purpose}{until}"

    @classmethod
    def parse(cls, written: str) -> Marking:
        """The marking that was written; UsageError where it is none."""
        match = _MARKING.fullmatch(written.strip())
        if match is None or match["tlp"] not in _TLP:
            raise UsageError(
                f"“{written}” is no marking",
                hint="Write TLP:CLEAR, GREEN, AMBER, AMBER+STRICT or RED, then “; purpose=...” and “; until=YYYY-MM-DD” if wanted.",
            )
        return cls(_TLP[match["tlp"]], match["purpose"] or None, match["until"])


def strictest(markings: list[str]) -> str:
    """The marking of a thing derived from several: strictest TLP, all purposes, earliest end of retention."""
    parsed = [Marking.parse(written) for written in dict.fromkeys(markings) if written]
    if not parsed:
        return str(Marking())
    purposes = sorted({one.purpose for one in parsed if one.purpose})
    ends = sorted(one.until for one in parsed if one.until)
    return str(Marking(max(one.tlp for one in parsed), " + ".join(purposes) or None, ends[0] if ends else None))
