"""What is known of each payment as numbers: itself, what is usual for its parties, what lies around it, and the patterns it is part of.

Everything looks at most HISTORY back and AHEAD on, so that a long ledger is done in pieces and the same payment has the same features however it is cut.
Sums are taken relative to what is usual in the ledger, so that the currency does not matter. "New" are payments whose parties dealt with
each other only this once in the days around.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosstie.lenses.finance.patterns import cycles, scatters
from crosstie.lenses.finance.patterns.network import Ints, Network, network
from crosstie.lenses.finance.scoring import around, habits, paths
from crosstie.lenses.finance.scoring.around import SIDES, Numbers

DAY = 86_400
#: how far back and on the features look, in days
HISTORY, AHEAD = 30, 5
_NEAR, _WINDOW = 10 * DAY, AHEAD * DAY
#: the windows around a payment, by name: seconds before and after
_SPANS = {
    "1d_before": (DAY - 1, 0),
    "1d_after": (0, DAY - 1),
    "5d_before": (_WINDOW - 1, 0),
    "5d_after": (0, _WINDOW - 1),
    "5d": (_WINDOW - 1, _WINDOW - 1),
}
#: sums of a cycle, a chain, or of payments that are called alike differ by so much at most
_ALIKE_CYCLE, _PASSED, _FACTOR = 0.6, 0.75, 2.0
#: payments in one piece of a long ledger
PIECE = 1_000_000


@dataclass(frozen=True, slots=True)
class Ledger:
    """Payments in the order of time with the channel of each (a number), how common each channel is, and the usual sum; `timed` where their hours are known."""

    net: Network
    channel: Ints
    common: Numbers
    usual: float
    timed: bool

    @classmethod
    def of(cls, net: Network, channel: Ints, *, timed: bool) -> Ledger:
        """A ledger as a whole."""
        used = np.bincount(channel, minlength=1)
        return cls(net, channel, used / max(len(channel), 1), float(np.median(net.amounts)) if len(net.amounts) else 1.0, timed)


def pieces(ledger: Ledger, size: int = PIECE) -> Iterator[tuple[int, int, Numbers]]:
    """The features of a ledger piece by piece: from which payment to which, and a row for each payment with the columns of `names`."""
    times = ledger.net.times
    for first in range(0, len(times), size):
        last = min(first + size, len(times))
        low = int(np.searchsorted(times, times[first] - HISTORY * DAY - _WINDOW))
        high = int(np.searchsorted(times, times[last - 1] + 2 * AHEAD * DAY + _NEAR, side="right"))
        part = _part(ledger, low, high)
        yield first, last, table(part)[first - low : last - low]


def _part(ledger: Ledger, low: int, high: int) -> Ledger:
    net = ledger.net
    known, ends = np.unique(np.concatenate([net.payer[low:high], net.payee[low:high]]), return_inverse=True)
    cut = network(ends[: high - low], ends[high - low :], net.times[low:high], net.amounts[low:high], len(known))
    return Ledger(cut, ledger.channel[low:high], ledger.common, ledger.usual, ledger.timed)


def names() -> tuple[str, ...]:
    """The names of the features, in their order."""
    none = np.empty(0, np.int64)
    return tuple(_columns(Ledger(network(none, none, none, np.empty(0), 1), none, np.ones(1), 1.0, True)))


def table(ledger: Ledger) -> Numbers:
    """The features of a ledger that is done in one piece."""
    columns = _columns(ledger)
    found: Numbers = np.empty((len(ledger.net.payer), len(columns)), np.float32)
    for at, column in enumerate(columns.values()):
        found[:, at] = column
    return found


def _columns(ledger: Ledger) -> dict[str, Any]:
    net = ledger.net
    columns, first = _usual(ledger)
    columns |= _around(net, first)
    columns |= _patterns(ledger, first)
    return columns | _neighbours(net, first, columns)


def _usual(ledger: Ledger) -> tuple[dict[str, Any], Ints]:
    """The payment itself and the habits of its parties."""
    net, history = ledger.net, HISTORY * DAY
    size = net.amounts / ledger.usual
    nan = np.full(len(size), np.nan)
    step = 10.0 ** np.floor(np.log10(np.maximum(net.amounts, 1e-9))) / 2
    columns: dict[str, Any] = {
        "amount": np.log10(size),
        "round": np.abs(net.amounts / step - np.round(net.amounts / step)) < 1e-9,
        "hour": net.times % DAY / 3_600 if ledger.timed else nan,
        "weekday": (net.times // DAY + 3) % 7,
        "own": net.payer == net.payee,
        "channel_common": ledger.common[ledger.channel],
        "channel_usual": habits.channels(net, ledger.channel, history),
    }
    same, back, since, ratio, first = habits.pairs(net, history, _NEAR, _WINDOW, DAY)
    columns |= {"pair_same": same, "pair_back": back, "pair_since": since, "pair_ratio": ratio, "pair_new": first}
    for number, side in enumerate(SIDES):
        count, away, score, gap = habits.usual(net, number, history, DAY)
        columns |= {f"{side}_often": count, f"{side}_away": away, f"{side}_score": score, f"{side}_gap": gap}
    return columns, first


def _around(net: Network, first: Ints) -> dict[str, Any]:
    """Fans and sums in windows before, after and around."""
    columns: dict[str, Any] = {}
    for number, side in enumerate(SIDES):
        for span, (before, after) in _SPANS.items():
            others, count, total = around.counted(net, number, before, after, first)
            for kind, word in enumerate(("all", "new")):
                columns[f"{side}_others_{word}_{span}"] = others[kind]
                columns[f"{side}_sum_{word}_{span}"] = np.log10((total[kind] + 1e-9) / net.amounts).clip(-6, 6)
            columns[f"{side}_payments_all_{span}"] = count[0]
        columns[f"{side}_alike"] = around.alike(net, number, _WINDOW, _WINDOW, first, _FACTOR)
    for word in ("all", "new"):
        columns[f"payer_balance_{word}"] = columns[f"payer_in_sum_{word}_5d_before"] - columns[f"payer_out_sum_{word}_5d"]
        columns[f"payee_balance_{word}"] = columns[f"payee_out_sum_{word}_5d_after"] - columns[f"payee_in_sum_{word}_5d"]
    return columns


def _patterns(ledger: Ledger, first: Ints) -> dict[str, Any]:
    """Continuations, chains, layers, scatters with gathers, cycles: what the payment is part of, not only what it completes."""
    net, ties = ledger.net, not ledger.timed
    columns: dict[str, Any] = {}
    mirror = network(net.payee[::-1], net.payer[::-1], -net.times[::-1], net.amounts[::-1], net.accounts)
    ahead, best = paths.onward(net, _WINDOW, first, _PASSED, ties=ties)
    columns |= {"onward": ahead, "onward_share": best}
    behind, best = _came(mirror, first, ties)
    columns |= {"origin": behind, "origin_share": best}
    before, after, back = paths.chains(net, _WINDOW, first, _PASSED, ties=ties)
    columns |= {"chain": before + after, "chain_before": before, "chain_after": after, "chain_back": back}
    columns["layer_payers"], columns["layer_links"] = paths.layers(net, _WINDOW, first)
    columns["gathered"] = scatters.between(net, _WINDOW, ties=ties)[0]
    columns["scattered"] = scatters.between(mirror, _WINDOW, ties=ties)[0][::-1]
    new = np.flatnonzero(first)
    part = paths.net_of(net, new)
    back_part = network(part.payee[::-1], part.payer[::-1], -part.times[::-1], part.amounts[::-1], net.accounts)
    for name, found in (
        ("gathered_new", scatters.between(part, _WINDOW, ties=ties)[0]),
        ("scattered_new", scatters.between(back_part, _WINDOW, ties=ties)[0][::-1]),
    ):
        columns[name] = np.zeros(len(first), np.int32)
        columns[name][new] = found
    columns |= _cycles(net, part, new, ties)
    return columns


def _came(mirror: Network, first: Ints, ties: bool) -> tuple[Ints, Numbers]:
    """As `paths.onward`, of what came in to the payer before: what carried on at most so much of it. In the mirror money runs back."""
    flipped = network(mirror.payer, mirror.payee, mirror.times, 1 / np.maximum(mirror.amounts, 1e-9), mirror.accounts)
    number, best = paths.onward(flipped, _WINDOW, first[::-1], _PASSED, ties=ties)
    return number[::-1], best[::-1]


def _cycles(net: Network, part: Network, new: Ints, ties: bool) -> dict[str, Any]:
    """Of cycles of sums alike that the payment is in: how many, and how long the longest is; and how many of any sums it closes."""
    size = len(net.payer)
    number, longest = np.zeros(size, np.int32), np.zeros(size, np.int32)
    found = cycles.find(part, _WINDOW, ties=ties, alike=_ALIKE_CYCLE)
    for at in range(found.places.shape[1]):
        inside = np.flatnonzero((found.places[:, at] >= 0) & (found.lengths > 2))
        places = new[found.places[inside, at]]
        np.add.at(number, places, 1)
        np.maximum.at(longest, places, found.lengths[inside])
    closed = cycles.count(net, DAY, ties=ties)
    return {"cycles": number, "cycle_longest": longest, "closed_back": closed[:, 0], "closed": closed[:, 1:].sum(axis=1)}


#: what neighbours of a payment are asked for
_ASKED = (
    "amount", "payer_out_others_new_5d", "payer_in_others_new_5d", "payee_in_others_new_5d", "payee_out_others_new_5d", "chain",
    "onward_share", "origin_share", "layer_links", "payee_in_alike", "payer_out_alike", "cycle_longest", "gathered_new",
)  # fmt: skip
#: whose: what the payer paid besides and what came to it, what came to the payee besides and what it paid
_SPAN_OF = {"payer_out": (_WINDOW, _WINDOW), "payer_in": (_WINDOW, 0), "payee_in": (_WINDOW, _WINDOW), "payee_out": (0, _WINDOW)}


def _neighbours(net: Network, first: Ints, columns: dict[str, Any]) -> dict[str, Any]:
    """Of the new payments next to each: the mean and the largest of what they have."""
    values = np.stack([np.asarray(columns[name], np.float64) for name in _ASKED])
    found: dict[str, Any] = {}
    for number, side in enumerate(SIDES):
        mean, most = around.told(net, number, *_SPAN_OF[side], first, values)
        for at, name in enumerate(_ASKED):
            found[f"near_{side}_mean_{name}"], found[f"near_{side}_most_{name}"] = mean[at], most[at]
    return found
