"""One short text that stands for any plain data, the same on every machine."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson


def fingerprint(data: Any) -> str:
    """SHA-256 (hex) of the data as JSON with sorted keys: strings, numbers, lists, dicts."""
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()
