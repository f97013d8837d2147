"""Through whose hands a firearm went: one line of hands out of records that repeat, miss and contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

#: Events in which a firearm passes from one to another, and those that only show with whom it was.
PASSED = ("export", "import", "transit", "transfer", "sale")
SHOWN = ("manufacture", "stock", "inventory")
LOST = ("theft", "loss")
_ORDER = {
    name: at
    for at, name in enumerate(("manufacture", "export", "transit", "import", "stock", "transfer", "sale", "inventory", "loss", "theft"))
}
#: Records of one event differ by so many days at most.
_NEAR, _LEG = 12, 200
_TOLD, _JOINED, _BROKEN, _TURNED = 1.0, 1.5, -0.7, -0.6


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the line: from hand to hand, or with one only; `records` are the rows behind it, `joined` that it goes on from the step before."""

    kind: str
    date: str | None
    a: str | None
    b: str | None
    records: tuple[dict[str, Any], ...]
    joined: bool = True

    @property
    def holder(self) -> str | None:
        """With whom it is afterwards."""
        return self.b if self.kind in PASSED else self.a


@dataclass(frozen=True, slots=True)
class Chain:
    """The line of hands, the reports of loss and theft, and the records that do not fit, each with the reason."""

    steps: tuple[Step, ...]
    reports: tuple[Step, ...]
    left_out: tuple[tuple[dict[str, Any], str], ...] = field(default=())


def chain(rows: Iterable[dict[str, Any]], until: str | None = None) -> Chain:
    """The line of hands that most of the records tell with the fewest breaks. `until` is the day of recovery: what is dated later is told, not used."""
    steps, reports, left = [], [], []
    for step in _merged(rows):
        if step.kind in LOST:
            reports.append(step)
        elif step.kind in (*PASSED, *SHOWN):
            if until and step.date and step.date > until:
                left += [(row, "dated after the recovery") for row in step.records]
            else:
                steps.append(step)
    best = _best(steps)
    used = {id(row) for step in best for row in step.records}
    left += [(row, "does not fit between the others") for step in steps for row in step.records if id(row) not in used]
    return Chain(tuple(best), tuple(sorted(reports, key=lambda one: one.date or "")), tuple(left))


def _merged(rows: Iterable[dict[str, Any]]) -> list[Step]:
    """Records of one event put together: the same kind, parties that do not contradict, days near each other; an export with the import of the same arms."""
    found: list[Step] = []
    for row in sorted(
        rows, key=lambda one: (_ORDER.get(one["kind"], 99), one["date"] or "9999", one["event_id"], one["a"] or "", one["b"] or "")
    ):
        for at, step in enumerate(found):
            if _same(step, row):
                records = (*step.records, row)
                found[at] = Step(step.kind, step.date or row["date"], step.a or row["a"], step.b or row["b"], records)
                break
        else:
            own = None if row["b"] == row.get("firearm") else row["b"]
            found.append(Step(row["kind"], row["date"], row["a"], own, (row,)))
    return found


def _same(step: Step, row: dict[str, Any]) -> bool:
    legs = {step.kind, row["kind"]} == {"export", "import"}
    if step.kind != row["kind"] and not legs:
        return False
    b = None if row["b"] == row.get("firearm") else row["b"]
    if step.kind in (*SHOWN, *LOST):
        return step.a == row["a"] and (step.date == row["date"] or (step.kind != "inventory" and _near(step, row, _NEAR)))
    # nobody hands the same arms over twice in a few days: one party is told wrongly, or under another name
    same = [left == right for left, right in ((step.a, row["a"]), (step.b, b)) if left and right]
    return (all(same) if legs and same else any(same)) and _near(step, row, _LEG if legs else _NEAR)


def _near(step: Step, row: dict[str, Any], days: int) -> bool:
    return any(_apart(one, row["date"]) <= days for one in (step.date, turned(step.date)))


def _apart(left: str | None, right: str | None) -> int:
    if left is None or right is None:
        return 0
    if len(left) < 10 or len(right) < 10:
        size = min(len(left), len(right))
        return 0 if left[:size] == right[:size] else 10_000
    return abs((date.fromisoformat(left[:10]) - date.fromisoformat(right[:10])).days)


def turned(day: str | None) -> str | None:
    """The day with day and month exchanged, where that is a day too."""
    if day is None or len(day) < 10 or int(day[8:10]) > 12:
        return None
    return f"{day[:4]}-{day[8:10]}-{day[5:7]}"


def _best(steps: Sequence[Step]) -> list[Step]:
    """The line of the most weight: records told by many count more, hands that join count, breaks and exchanged days cost."""
    laid = [(step.date or "9999", _ORDER[step.kind], at, step, 0.0) for at, step in enumerate(steps)]
    laid += [
        (other, _ORDER[step.kind], at, step, _TURNED)
        for at, step in enumerate(steps)
        if (other := turned(step.date)) and other != step.date
    ]
    laid.sort(key=lambda one: one[:3])
    total: list[float] = []
    before: list[int] = []
    used: list[frozenset[int]] = []
    for place, (_, order, at, step, turning) in enumerate(laid):
        worth, came, members = (0.0 if order else 0.5), -1, frozenset[int]()
        for prior in range(place):
            if at in used[prior] or order == 0:
                continue
            gain = total[prior] + (_JOINED if _joins(laid[prior][3], step) else 0.0 if _open(laid[prior][3], step) else _BROKEN)
            if gain > worth:
                worth, came, members = gain, prior, used[prior]
        support = _TOLD + 0.4 * (len(step.records) - 1)
        total.append(worth + support + turning)
        before.append(came)
        used.append(members | {at})
    if not total:
        return []
    place = max(range(len(total)), key=lambda one: (round(total[one], 9), -one))
    line: list[int] = []
    while place >= 0:
        line.append(place)
        place = before[place]
    found: list[Step] = []
    for place in reversed(line):
        day, _, _, step, turning = laid[place]
        joined = not found or _joins(found[-1], step)
        found.append(Step(step.kind, day if turning else step.date, step.a, step.b, step.records, joined))
    return found


def _joins(prior: Step, step: Step) -> bool:
    return prior.holder is not None and prior.holder == step.a


def _open(prior: Step, step: Step) -> bool:
    return prior.holder is None or step.a is None


def days_between(first: str | None, last: str | None) -> int | None:
    """Days from one day to another; None where one is not known to the day."""
    if first is None or last is None or len(first) < 10 or len(last) < 10:
        return None
    return (date.fromisoformat(last[:10]) - date.fromisoformat(first[:10])) // timedelta(days=1)
