"""The command line: thin, no logic of its own; everything goes through `crosstie.app`."""

from __future__ import annotations

from crosstie.cli.commands import main

__all__ = ["main"]
