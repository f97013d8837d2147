"""What can be done to a case, each as plain data: the same from a form of a page and from a program. `do` names it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

#: What somebody is in a case: who leads it, who works on it, who only reads it.
CaseRole = Literal["lead", "member", "reader"]
Kind = Literal["entity", "link", "finding", "view"]


@dataclass(frozen=True, slots=True)
class Facts:
    """Say anew what the case is about. `version`: that of the case which was on the page."""

    version: int
    title: str
    purpose: str
    basis: str
    do: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Member:
    """Take somebody into the case, or give them another role in it."""

    person: str
    role: CaseRole
    do: Literal["member"] = "member"


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Somebody leaves the case; what they were granted in it ends."""

    person: str
    do: Literal["dismiss"] = "dismiss"


@dataclass(frozen=True, slots=True)
class Add:
    """Put an entity, a link, a finding or a view (an address of this workbench) into the case."""

    kind: Kind
    subject: str
    reason: str
    title: str = ""
    do: Literal["add"] = "add"


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a thing out of the case; that it was in it stays."""

    number: int
    reason: str
    do: Literal["remove"] = "remove"


@dataclass(frozen=True, slots=True)
class Note:
    """Write a note."""

    text: str
    do: Literal["note"] = "note"


@dataclass(frozen=True, slots=True)
class Correct:
    """Correct a note, of which `version` was on the page: the versions before stay."""

    number: int
    version: int
    text: str
    do: Literal["correct"] = "correct"


@dataclass(frozen=True, slots=True)
class Task:
    """Give somebody a task in the case, about a link or entity or about neither."""

    title: str
    assignee: str
    due: str = ""
    kind: str = ""
    subject: str = ""
    do: Literal["task"] = "task"


@dataclass(frozen=True, slots=True)
class Done:
    """A task is done."""

    task: str
    do: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class Decide:
    """Write down a decision: what, why, on which links of the case (their ids)."""

    what: str
    why: str
    links: list[str] = field(default_factory=list)
    do: Literal["decide"] = "decide"


@dataclass(frozen=True, slots=True)
class Detach:
    """Take a file out of the case; it stays in the vault until the case is purged."""

    number: int
    reason: str
    do: Literal["detach"] = "detach"


@dataclass(frozen=True, slots=True)
class Grant:
    """A member needs to know a victim or a minor in the case, until a day."""

    person: str
    subject: str
    reason: str
    until: str
    do: Literal["grant"] = "grant"


@dataclass(frozen=True, slots=True)
class Revoke:
    """A grant ends now."""

    number: int
    do: Literal["revoke"] = "revoke"


@dataclass(frozen=True, slots=True)
class Close:
    """Close the case, with its outcome, and say until which day it is kept."""

    version: int
    outcome: str
    keep_until: str
    do: Literal["close"] = "close"


@dataclass(frozen=True, slots=True)
class Reopen:
    """Open a closed case again; its retention ends."""

    version: int
    reason: str
    do: Literal["reopen"] = "reopen"


Change = Facts | Member | Dismiss | Add | Remove | Note | Correct | Task | Done | Decide | Detach | Grant | Revoke | Close | Reopen
#: What only a lead of the case does.
LEADING = (Facts, Member, Dismiss, Grant, Revoke, Close, Reopen)
