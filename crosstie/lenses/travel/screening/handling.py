"""What may be used for a question: nothing after the end of its retention, and nothing that was collected for another purpose.

A marking says so: `TLP:AMBER; purpose=counter-terrorism; until=2030-01-01`. Who asks says for what (`--purpose`). Data of exercises are nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable

from crosstie.errors import UsageError
from crosstie.model.marking import Marking

_EXERCISE = "exercise"


def why_not(marking: str, purpose: str | None, today: str) -> str | None:
    """Why something of this marking may not be used today for this purpose; None where it may. What bears no readable marking may not."""
    try:
        parsed = Marking.parse(marking)
    except UsageError:
        return f"the marking “{marking}” cannot be read"
    if parsed.until and parsed.until < today:
        return f"its retention ended on {parsed.until}"
    if parsed.purpose:
        purposes = {one.strip() for one in parsed.purpose.split("+")} - {_EXERCISE}
        if purposes and (purpose or "").strip() not in purposes:
            return f"it was collected for {' or '.join(sorted(purposes))}: say so with --purpose if that is what you ask for"
    return None


def forbidden(markings: Iterable[str], purpose: str | None, today: str) -> dict[str, str]:
    """Of some markings those that may not be used, each with the reason."""
    found = {one: why_not(one, purpose, today) for one in set(markings)}
    return {one: why for one, why in sorted(found.items()) if why is not None}
