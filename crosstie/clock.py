"""The one place that asks what time it is, so that tests and reproducible runs can fix it."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

from crosstie.errors import UsageError


def now() -> datetime:
    """The present moment in UTC, to the microsecond; `SOURCE_DATE_EPOCH` (seconds) fixes it."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    if not fixed:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"SOURCE_DATE_EPOCH: “{fixed}” is no number of seconds since 1970") from error


def today() -> date:
    """The present day in UTC."""
    return now().date()
