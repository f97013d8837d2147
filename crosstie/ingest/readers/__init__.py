"""The readers of shared formats, one module per format; a module that offers `READER` or `READERS` is found by itself."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from functools import cache
from importlib import import_module

from crosstie.ingest.reader import Reader


@cache
def _found() -> tuple[Reader, ...]:
    found: list[Reader] = []
    for module in pkgutil.iter_modules(__path__):
        loaded = import_module(f"{__name__}.{module.name}")
        several: Sequence[Reader] = getattr(loaded, "READERS", ())
        one: Reader | None = getattr(loaded, "READER", None)
        found += [*several, *([one] if one is not None else [])]
    return tuple(sorted(found, key=lambda reader: reader.name))


def readers() -> list[Reader]:
    """Every reader of the package, by name."""
    return list(_found())
