"""The one place that asks what time it is, so that tests and reproducible runs can fix it."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime


def now() -> datetime:
    """The present moment in UTC, to the microsecond; `SOURCE_DATE_EPOCH` (seconds) fixes it."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC)


def today() -> date:
    """The present day in UTC."""
    return now().date()
