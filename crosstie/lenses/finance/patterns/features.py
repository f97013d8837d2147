"""The combined features of payments, as they come: each day's payments are added, and nothing of the days before is worked out again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crosstie.lenses.finance.patterns import cycles, fans, scatters
from crosstie.lenses.finance.patterns.chase import LONGEST
from crosstie.lenses.finance.patterns.network import Floats, Ints, network

_SIDES = ("payer_out", "payer_in", "payee_in", "payee_out")


@dataclass(frozen=True, slots=True)
class Windows:
    """How far back each pattern looks, in the units of the payments' times, and how long a cycle may be; 0 leaves the pattern out."""

    fans: int
    scatters: int
    cycles: int
    longest: int = LONGEST
    ties: bool = False

    def columns(self) -> list[str]:
        """The names of the features, in their order."""
        names = [f"{side}_{what}" for what in ("others", "payments", "sum") for side in _SIDES] if self.fans else []
        names += ["scattered"] if self.scatters else []
        return names + ([f"cycles_{length}" for length in range(2, self.longest + 1)] if self.cycles else [])


class Stream:
    """Features of payments that arrive in the order of time. Kept are the payments of the longest window, so that what is added costs what it is, not
    what came before; the features are those that all payments at once would have. With `ties`, add whole days.
    """

    def __init__(self, windows: Windows, *, threads: int = 1) -> None:
        self.windows, self.threads = windows, threads
        none = np.empty(0, np.int64)
        self._kept: tuple[Ints, Ints, Ints, Floats] = (none, none, none, np.empty(0, np.float64))

    def add(self, payer: Ints, payee: Ints, times: Ints, amounts: Floats) -> Floats:
        """The features of these payments: a row for each, the columns of `Windows.columns`. ValueError where they are older than what was added."""
        since = len(self._kept[0])
        columns = [np.concatenate([old, new]) for old, new in zip(self._kept, (payer, payee, times, amounts), strict=True)]
        net = network(columns[0], columns[1], columns[2], columns[3])
        wanted, found = self.windows, np.zeros((len(payer), len(self.windows.columns())), np.float64)
        at = 0
        if wanted.fans:
            for block in fans.fans(net, wanted.fans, since=since):
                found[:, at : at + 4] = block
                at += 4
        if wanted.scatters:
            found[:, at] = scatters.between(net, wanted.scatters, ties=wanted.ties, since=since, threads=self.threads)[0]
            at += 1
        if wanted.cycles:
            found[:, at:] = cycles.count(net, wanted.cycles, longest=wanted.longest, ties=wanted.ties, since=since, threads=self.threads)
        if len(columns[2]):
            from_ = int(np.searchsorted(columns[2], columns[2][-1] - max(wanted.fans, wanted.scatters, wanted.cycles), side="right"))
            self._kept = (columns[0][from_:], columns[1][from_:], columns[2][from_:], columns[3][from_:])
        return found
