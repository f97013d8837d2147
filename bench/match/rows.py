"""What the bench says of one engine on one work."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

Figures = dict[str, float]


@dataclass
class Row:
    """What one engine made of one work."""

    work: str
    data: str
    split: str
    who: str
    figures: Figures = field(default_factory=dict)
    cpu: float | None = None
    start: float | None = None
    mib: int | None = None
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
