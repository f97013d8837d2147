"""What a passenger list is taken apart into: flights between two places, and those who travel on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Leg:
    """One flight between two places."""

    flight: str
    carrier: str
    origin: str | None = None
    destination: str | None = None
    departs: str | None = None
    arrives: str | None = None


@dataclass(slots=True)
class Person:
    """The traveller who is being read."""

    place: str
    role: str
    surname: str
    given: str
    facts: dict[str, Any] = field(default_factory=dict)
