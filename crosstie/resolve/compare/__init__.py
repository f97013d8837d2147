"""Comparing names: kernels over arrays, how strongly two names speak for one thing (nats), how alike they are (0 to 1), and why.

For plain strings: `likeness_of` and `reasons_of` (imported when first used). For arrays: `compare_candidates` and `align_candidates` of
`crosstie.resolve.compare.likeness`, `compare_names` of `crosstie.resolve.compare.alignment`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crosstie.resolve.compare.plain import likeness as likeness_of
    from crosstie.resolve.compare.reasons import reasons_of

_PLACES = {"likeness_of": ("plain", "likeness"), "reasons_of": ("reasons", "reasons_of")}

__all__ = ["likeness_of", "reasons_of"]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        module, function = _PLACES[name]
        return getattr(import_module(f"{__name__}.{module}"), function)
    raise AttributeError(name)
