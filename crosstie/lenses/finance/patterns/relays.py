"""Money passed on: of which payment that came in an outgoing one is the continuation, if of any."""

from __future__ import annotations

import numpy as np
from numba import njit

from crosstie.lenses.finance.patterns.network import Floats, Ints, Network, Whole


def relays(net: Network, window: int, least: float, *, ties: bool = False) -> Ints:
    """For each payment the one that it passes on, or -1: the newest payment to its payer within the window before it, not from its payee, not yet
    passed on, of which it carries at least the share `least` and at most the whole.
    """
    found = np.full(len(net.payer), -1, np.int32)
    into, out = net.into, net.out
    _relay(
        (into.rows, into.other, into.times, into.places), (out.rows, out.other, out.times, out.places), net.amounts, window, least,
        1 - int(ties), found,
    )  # fmt: skip
    return found


@njit(cache=True, nogil=True)
def _relay(into: tuple[Ints, ...], out: tuple[Ints, ...], amounts: Floats, window: Whole, least: Whole, later: Whole, found: Ints) -> None:
    rows, other, times, places = into
    out_rows, out_other, out_times, out_places = out
    used = np.zeros(len(places), np.bool_)
    for v in range(len(rows) - 1):
        end = rows[v]
        for p in range(out_rows[v], out_rows[v + 1]):
            t, e = out_times[p], out_places[p]
            while end < rows[v + 1] and times[end] + later <= t:
                end += 1
            q = end - 1
            while q >= rows[v] and times[q] > t - window:
                came = amounts[places[q]]
                if not used[q] and other[q] != out_other[p] and other[q] != v and out_other[p] != v and least * came <= amounts[e] <= came:
                    used[q] = True
                    found[e] = places[q]
                    break
                q -= 1
