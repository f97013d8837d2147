"""What a feature says of a payment, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable

from crosstie.lenses.finance.scoring.around import Numbers

_SIDE = {
    "payer_out": "the payer paid",
    "payer_in": "the payer was paid by",
    "payee_in": "the payee was paid by",
    "payee_out": "the payee paid",
}
_BESIDES = {
    "payer_out": "the other new payments of the payer",
    "payer_in": "the new payments that came to the payer before",
    "payee_in": "the other new payments to the payee",
    "payee_out": "the new payments of the payee afterwards",
}
_SPAN = {
    "1d_before": "in the day before", "1d_after": "in the day after", "5d_before": "in the five days before", "5d_after": "in the five days after",
    "5d": "in the five days around",
}  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _times(value: float) -> str:
    return f"{10**value:,.2f} times"


#: Features by name: which reason they belong to, and the sentence for a value.
_SINGLE: dict[str, tuple[str, Callable[[float], str]]] = {
    "amount": ("sum", lambda v: f"the sum is {_times(v)} the usual one"),
    "round": ("sum", lambda v: "the sum is round" if v else "the sum is not round"),
    "hour": ("time", lambda v: f"it was made at about {int(v)}:00"),
    "weekday": ("time", lambda v: f"it was made on a {_DAYS[int(v) % 7]}"),
    "own": ("relation", lambda v: "payer and payee are one" if v else "payer and payee are two"),
    "channel_common": ("channel", lambda v: f"its channel carries {v:.0%} of all payments"),
    "channel_usual": ("channel", lambda v: f"of the payer’s payments in the month before, {v:.0%} went by this channel"),
    "pair_same": ("relation", lambda v: f"the payer had paid the payee {v:.0f} times in the month before"),
    "pair_back": ("relation", lambda v: f"the payee had paid the payer {v:.0f} times in the month before"),
    "pair_since": (
        "relation",
        lambda v: (
            "the payer had not paid the payee in the month before" if v >= 99 else f"the payer last paid the payee {v:.0f} days before"
        ),
    ),
    "pair_ratio": ("relation", lambda v: f"the sum is {10 ** (v / 2.302585):,.2f} times that of the payment before between the two"),
    "pair_new": (
        "relation",
        lambda v: (
            "the two dealt with each other only this once in these days" if v else "the two dealt with each other again in these days"
        ),
    ),
    "payer_balance_all": (
        "flow",
        lambda v: f"what came to the payer in the five days before is {_times(v)} what it paid in the days around",
    ),
    "payer_balance_new": (
        "flow",
        lambda v: f"what new payers brought the payer in the five days before is {_times(v)} what it paid new payees",
    ),
    "payee_balance_all": (
        "flow",
        lambda v: f"what the payee paid in the five days after is {_times(v)} what came to it in the days around",
    ),
    "payee_balance_new": (
        "flow",
        lambda v: f"what the payee paid new payees in the five days after is {_times(v)} what new payers brought",
    ),
    "onward": ("chain", lambda v: f"{v:.0f} new payments of the payee carried most of the sum on within five days"),
    "onward_share": (
        "chain",
        lambda v: (
            f"the payee passed on {v:.0%} of the sum in one new payment within five days"
            if v
            else "the payee did not pass the sum on in one new payment"
        ),
    ),
    "origin": ("chain", lambda v: f"{v:.0f} new payments had brought the payer about this sum within five days"),
    "origin_share": (
        "chain",
        lambda v: (
            f"the sum is {v:.0%} of one that a new payer had brought the payer within five days"
            if v
            else "no new payment had brought the payer this sum"
        ),
    ),
    "chain": ("chain", lambda v: f"{v:.0f} other payments pass about this sum on, one after the other"),
    "chain_before": ("chain", lambda v: f"{v:.0f} payments before it passed about this sum on, one after the other"),
    "chain_after": ("chain", lambda v: f"{v:.0f} payments after it passed about this sum on, one after the other"),
    "chain_back": ("cycle", lambda v: "the chain comes back to an account where it was" if v else "the chain does not come back"),
    "layer_payers": ("layer", lambda v: f"{v:.0f} others paid the same payee and another payee of the same payer"),
    "layer_links": ("layer", lambda v: f"{v:.0f} payments run between the same payers and payees beside it"),
    "gathered": ("scatter", lambda v: f"money of one source had reached the payee over {v:.0f} accounts within five days"),
    "scattered": ("scatter", lambda v: f"money of the payer reached one receiver over {v:.0f} accounts within five days"),
    "gathered_new": ("scatter", lambda v: f"money of one source had reached the payee over {v:.0f} accounts, all by new payments"),
    "scattered_new": ("scatter", lambda v: f"money of the payer reached one receiver over {v:.0f} accounts, all by new payments"),
    "cycles": ("cycle", lambda v: f"it is part of {v:.0f} cycles of like sums within five days"),
    "cycle_longest": (
        "cycle",
        lambda v: f"it is part of a cycle of {v:.0f} payments of like sums" if v else "it is part of no cycle of like sums",
    ),
    "closed": ("cycle", lambda v: f"it closes {v:.0f} cycles of any sums within a day"),
    "closed_back": ("cycle", lambda v: f"it answers {v:.0f} payments of the payee of the same day"),
}
_ASKED = {
    "amount": lambda v: f"a sum of {_times(v)} the usual one",
    "payer_out_others_new_5d": lambda v: f"a payer with {v:.0f} new payees in the days around",
    "payer_in_others_new_5d": lambda v: f"a payer with {v:.0f} new payers in the days around",
    "payee_in_others_new_5d": lambda v: f"a payee with {v:.0f} new payers in the days around",
    "payee_out_others_new_5d": lambda v: f"a payee with {v:.0f} new payees in the days around",
    "chain": lambda v: f"a chain of {v:.1f} other payments that pass the sum on",
    "onward_share": lambda v: f"{v:.0%} of the sum passed on at once",
    "origin_share": lambda v: f"a sum that is {v:.0%} of one that had just come in",
    "layer_links": lambda v: f"{v:.1f} payments between the same payers and payees",
    "payee_in_alike": lambda v: f"{v:.1f} other payments of like sums to the same payee",
    "payer_out_alike": lambda v: f"{v:.1f} other payments of like sums from the same payer",
    "cycle_longest": lambda v: f"a cycle of {v:.0f} payments",
    "gathered_new": lambda v: f"money gathered over {v:.0f} accounts",
}
_FAN = re.compile(r"(payer_out|payer_in|payee_in|payee_out)_(others|sum|payments)_(all|new)_(\w+)")
_HABIT = re.compile(r"(payer_out|payer_in|payee_in|payee_out)_(often|away|score|gap|alike)")
_NEAR = re.compile(r"near_(payer_out|payer_in|payee_in|payee_out)_(mean|most)_(\w+)")


def reason(name: str) -> str:
    """Which reason a feature belongs to: those of one reason speak together."""
    if name in _SINGLE:
        return _SINGLE[name][0]
    side = re.search(r"payer_out|payer_in|payee_in|payee_out", name)
    what = "near" if name.startswith("near_") else "habit" if _HABIT.fullmatch(name) and not name.endswith("alike") else "fan"
    return f"{what} {side[0] if side else ''}"


def told(name: str, value: float) -> str:
    """What a feature with this value says. ValueError where there is no such feature."""
    if name in _SINGLE:
        return _SINGLE[name][1](value)
    if fan := _FAN.fullmatch(name):
        side, what, kind, span = fan.groups()
        others = "others, all new to it," if kind == "new" else "others"
        if what == "others":
            return f"{_SIDE[side]} {value:.0f} {others} {_SPAN[span]}"
        if what == "payments":
            return f"{_SIDE[side]} others {value:.0f} times {_SPAN[span]}"
        return f"{_SIDE[side]} {others} {_times(value)} this sum {_SPAN[span]}"
    if habit := _HABIT.fullmatch(name):
        return _habit(habit[1], habit[2], value)
    if (near := _NEAR.fullmatch(name)) and near[3] in _ASKED:
        side, how, asked = near.groups()
        return f"{_BESIDES[side]} have {'on average' if how == 'mean' else 'at most'} {_ASKED[asked](value)}"
    raise ValueError(f"there is no feature “{name}”")


def _habit(side: str, what: str, value: float) -> str:
    if what == "often":
        return f"{_SIDE[side]} others {value:.0f} times in the month before"
    if what == "gap":
        return f"{_SIDE[side]} nobody in the month before" if value >= 99 else f"{_SIDE[side]} somebody {value:.1f} days before"
    if what == "alike":
        return f"{_SIDE[side]} {value:.0f} new others about the same sum in the days around"
    usual = f"what the {side.partition('_')[0]} {'is paid' if side.endswith('_in') else 'pays'}"
    if what == "away":
        return f"the sum is {_times(value / 2.302585)} the usual one of {usual}"
    return f"the sum lies {value:+.1f} deviations from the usual one of {usual}"


def reasons(names: tuple[str, ...], values: Numbers, spoke: Numbers, most: int = 4) -> tuple[list[str], list[str]]:
    """What spoke for the score of one payment, the strongest first, and what spoke against it: of each reason the feature that says most of it."""
    weight: dict[str, float] = {}
    first: dict[str, int] = {}
    for at in (-abs(spoke)).argsort(kind="stable").tolist():
        key = reason(names[at])
        weight[key] = weight.get(key, 0.0) + float(spoke[at])
        if values[at] == values[at]:  # what is not known says nothing
            first.setdefault(key, at)
    ordered = sorted((key for key in weight if key in first), key=lambda key: (-weight[key], key))
    for_ = [key for key in ordered if weight[key] > 0 and spoke[first[key]] > 0][:most]
    against = [key for key in reversed(ordered) if weight[key] < 0 and spoke[first[key]] < 0][:1]
    said = [[told(names[first[key]], float(values[first[key]])) for key in keys] for keys in (for_, against)]
    return said[0], said[1]
