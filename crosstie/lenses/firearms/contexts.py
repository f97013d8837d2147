"""In which world a firearm was used, as far as the reason of its recovery says."""

from __future__ import annotations

from functools import lru_cache

from crosstie.lenses.firearms.heads import vocabulary


@lru_cache(maxsize=20_000)
def context(reason: str | None) -> str | None:
    """The criminal context of a reason; None where it names none that is known."""
    text = (reason or "").casefold()
    found: dict[str, dict[str, list[str]]] = vocabulary("contexts")["contexts"]
    return next((name for name, entry in found.items() if any(word in text for word in entry["words"])), None)


def sphere(reason: str | None) -> str | None:
    """`crime` or `terror`, if the reason says so."""
    name = context(reason)
    return (vocabulary("contexts")["contexts"][name]["sphere"] or None) if name else None
