"""Figures in words, as findings and answers of all lenses tell them."""

from __future__ import annotations


def chance(probability: float) -> str:
    """A probability for people: in whole percent, and never all or nothing, as no calculation is sure of either."""
    if probability > 0.99:
        return "over 99%"
    return "under 1%" if probability < 0.01 else f"{probability:.0%}"
