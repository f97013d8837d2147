"""The compiled search for cycles: labels around the account that pays, a walk from the account that is paid, and where they meet.

All kernels see one direction of time. In the mirror of a network (`Side.mirrored`) times are negative and the sides have changed places; what
is here called back is then forward. A job is a closing payment with the account whose labels it needs (home), the account that the walk starts
from, the least and the latest time of the other payments, its own time, and where in its account's payments the walk starts: the columns of `jobs`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from crosstie.lenses.finance.patterns.network import Floats, Ints, Whole, first_from

#: a cycle has at most so many payments: three walked and two labelled or four and one, and one that closes it
LONGEST = 6
#: a walk takes at most so many steps
STEPS = 4
#: columns of a job
PLACE, HOME, START, LEAST, LATEST, OWN, BEGIN = 0, 1, 2, 3, 4, 5, 6
#: columns of a mark: whose labels the account bears, its newest label of one step and of two, and behind which of its payments all are labelled
_WHOSE, _ONE, _TWO, _DONE = 0, 1, 2, 3
#: columns of a label of one step: its time, the payment, the label before, the account; of two, which goes on with all labels of one step of the
#: account between that are later: its time, the account between, the label before, the payment, the account
_TIME, _PAID, _BEFORE_ONE, _AT_ONE = 0, 1, 2, 3
_EARLIER, _BETWEEN, _BEFORE, _FIRST, _AT_TWO = 0, 1, 2, 3, 4
#: where the labelling stands: whose it is, its number, the next payment to label, since when, how many labels of each kind and the latest time of each
_NOW_HOME, _EPOCH, _NEXT, _SINCE, _ONES, _TWOS, _LATE_ONE, _LATE_TWO = 0, 1, 2, 3, 4, 5, 6, 7


@njit(inline="always")
def _room(table: Ints, used: Whole) -> Ints:
    if used < len(table):
        return table
    wider = np.empty((2 * len(table), table.shape[1]), table.dtype)
    wider[:used] = table[:used]
    return wider


@njit(inline="always")
def _own(mark: Ints, borne: Ints, account: Whole, epoch: Whole) -> None:
    """Take away the labels that others left on an account, and note that it bears some now."""
    if mark[account, _WHOSE] != epoch:
        mark[account, _WHOSE], mark[account, _ONE], mark[account, _TWO], mark[account, _DONE] = epoch, -1, -1, -1
        borne[account >> 6] |= np.uint64(1) << np.uint64(account & 63)


@njit(inline="always")
def _bears(borne: Ints, account: Whole) -> bool:
    """Whether an account bears labels: one bit for each account, so that the answer is near at hand."""
    return bool((borne[account >> 6] >> np.uint64(account & 63)) & np.uint64(1))


@njit(cache=True, nogil=True)
def _label(
    job: Ints,
    later: Whole,
    deep: Whole,
    rows: Ints,
    other: Ints,
    times: Ints,
    places: Ints,
    before: Ints,
    mark: Ints,
    borne: Ints,
    at: Ints,
    ones: Ints,
    twos: Ints,
) -> tuple[Ints, Ints]:
    """Bring the labels around the job's home up to its latest time; begin anew for another home, or where most labels are too old."""
    u, least, latest = job[HOME], job[LEAST], job[LATEST]
    if u != at[_NOW_HOME] or least - at[_SINCE] > latest - least:
        for k in range(at[_ONES]):
            borne[ones[k, _AT_ONE] >> 6] = 0
        for k in range(at[_TWOS]):
            borne[twos[k, _AT_TWO] >> 6] = 0
        at[_NOW_HOME], at[_SINCE], at[_ONES], at[_TWOS] = u, least, 0, 0
        at[_LATE_ONE] = at[_LATE_TWO] = least - 1
        at[_EPOCH] += 1
        at[_NEXT] = first_from(times, rows[u], rows[u + 1], least)
    epoch, p, n_one, n_two = at[_EPOCH], at[_NEXT], at[_ONES], at[_TWOS]
    while p < rows[u + 1] and times[p] <= latest:
        d, s2 = other[p], times[p]
        if d != u and s2 >= least:
            _own(mark, borne, d, epoch)
            ones = _room(ones, n_one)
            ones[n_one, _TIME], ones[n_one, _PAID], ones[n_one, _BEFORE_ONE], ones[n_one, _AT_ONE] = s2, places[p], mark[d, _ONE], d
            mark[d, _ONE] = n_one
            n_one += 1
            at[_LATE_ONE] = s2
            q = before[p] - 1 if deep else rows[d] - 1
            done = max(mark[d, _DONE], rows[d])
            mark[d, _DONE] = max(done, q + 1)
            while q >= done and times[q] >= least:
                c = other[q]
                if c != u and c != d:
                    _own(mark, borne, c, epoch)
                    twos = _room(twos, n_two)
                    twos[n_two, _EARLIER], twos[n_two, _BETWEEN], twos[n_two, _AT_TWO] = times[q], d, c
                    twos[n_two, _BEFORE], twos[n_two, _FIRST] = mark[c, _TWO], places[q]
                    mark[c, _TWO] = n_two
                    n_two += 1
                    at[_LATE_TWO] = max(at[_LATE_TWO], times[q])
                q -= 1
        p += 1
    at[_NEXT], at[_ONES], at[_TWOS] = p, n_one, n_two
    return ones, twos


@njit(inline="always")
def _good(path: Ints, length: Whole, amounts: Floats, alike: Whole, same_time: Whole) -> bool:
    """Whether the amounts of a cycle are alike enough; and of a cycle whose payments all have one time, whether the last of them closes it."""
    if alike == 0 and not same_time:
        return True
    low = high = amounts[path[length - 1]]
    last = True
    for i in range(length - 1):
        low, high = min(low, amounts[path[i]]), max(high, amounts[path[i]])
        last = last and path[i] < path[length - 1]
    return low >= alike * high and (last or not same_time)


@njit(inline="always")
def _keep(kept: Ints, n: Whole, path: Ints, length: Whole) -> Ints:
    kept = _room(kept, n)
    kept[n, 0] = length
    for i in range(LONGEST):
        kept[n, i + 1] = path[i] if i < length else -1
    return kept


@njit(cache=True, nogil=True)
def _meet(
    mark: Ints, ones: Ints, twos: Ints, path: Ints, walked: Ints, depth: Whole, time: Whole, job: Ints, first: Whole, later: Whole,
    one: Whole, amounts: Floats, alike: Whole, count: Ints, kept: Ints, n: Whole, keep: Whole,
) -> tuple[Ints, Whole]:  # fmt: skip
    """Count the cycles that close where the walk stands: at depth payments, with the accounts `walked` behind the payments of `path`."""
    x = walked[depth]
    if one:
        k = mark[x, _ONE]
        while k >= 0 and ones[k, _TIME] >= time + later:
            path[depth], path[depth + 1] = ones[k, _PAID], job[PLACE]
            if _good(path, depth + 2, amounts, alike, first == job[OWN] and ones[k, _TIME] == first):
                count[depth] += 1
                if keep:
                    kept = _keep(kept, n, path, depth + 2)
                    n += 1
            k = ones[k, _BEFORE_ONE]
    k = mark[x, _TWO]
    while k >= 0:
        d, t = twos[k, _BETWEEN], twos[k, _EARLIER]
        new = t >= time + later
        for i in range(depth):
            new = new and walked[i] != d
        way = np.int64(mark[d, _ONE]) if new else np.int64(-1)
        while way >= 0 and ones[way, _TIME] >= t + later:
            path[depth], path[depth + 1], path[depth + 2] = twos[k, _FIRST], ones[way, _PAID], job[PLACE]
            if _good(path, depth + 3, amounts, alike, first == job[OWN] and ones[way, _TIME] == first):
                count[depth + 1] += 1
                if keep:
                    kept = _keep(kept, n, path, depth + 3)
                    n += 1
            way = ones[way, _BEFORE_ONE]
        k = twos[k, _BEFORE]
    return kept, n


@njit(cache=True, nogil=True)
def chase(
    jobs: Ints, on: tuple[Ints, ...], back: tuple[Ints, ...], reach: Whole, amounts: Floats, alike: Whole, longest: Whole, ties: Whole,
    found: Ints, keep: Whole,
) -> Ints:  # fmt: skip
    """Count the cycles that each job closes into `found` (a row for each job, a column for each length from two), and give back, with `keep`, those
    cycles: the length and the payments as walked, the closing one last, then -1.

    Jobs stand by home and then by time; `reach` is how many steps around their homes are labelled, one or two. `ties` is 1 where payments of
    one time may follow each other. Of a cycle, no amount is less than the share `alike` of another.
    """
    rows, other, times, places, follow = on
    later = 1 - ties
    mark = np.zeros((len(rows) - 1, 4), np.int32)
    at = np.full(8, -1, np.int64)
    at[_EPOCH] = at[_ONES] = at[_TWOS] = 0
    ones, twos = np.empty((1024, 4), np.int64), np.empty((1024, 5), np.int64)
    borne = np.zeros(((len(rows) - 1) >> 6) + 1, np.uint64)
    kept, n = np.empty((1024 if keep else 1, LONGEST + 1), np.int32), 0
    path, walked, now, end = (
        np.zeros(LONGEST, np.int64),
        np.zeros(STEPS + 1, np.int64),
        np.zeros(STEPS, np.int64),
        np.zeros(STEPS, np.int64),
    )
    deepest = longest - 1 - reach
    for j in range(len(jobs)):
        job = jobs[j]
        ones, twos = _label(job, later, reach > 1, back[0], back[1], back[2], back[3], back[4], mark, borne, at, ones, twos)
        if at[_ONES] == 0:
            continue
        u, v = job[HOME], job[START]
        late_one, late_two = at[_LATE_ONE], at[_LATE_TWO if reach > 1 else _LATE_ONE] - later
        own = amounts[job[PLACE]]
        low, high = (own * alike, own / alike) if alike > 0 else (-np.inf, np.inf)
        walked[0], depth, first = v, 0, job[OWN]
        now[0], end[0] = job[BEGIN], rows[v + 1]
        while depth >= 0:
            p = now[depth]
            if p >= end[depth] or times[p] > (late_two if depth else late_one):
                depth -= 1
                continue
            now[depth] = p + 1
            x, t = other[p], times[p]
            if depth and depth == deepest - 1 and not _bears(borne, x):
                continue
            new = x != v and (alike == 0 or low <= amounts[places[p]] <= high)
            for i in range(1, depth + 1):
                new = new and x != walked[i]
            if not new:
                continue
            path[depth] = places[p]
            if depth == 0:
                first = t
            if x == u:
                if depth == 0:
                    path[1] = job[PLACE]
                    if _good(path, 2, amounts, alike, t == job[OWN]):
                        found[j, 0] += 1
                        if keep:
                            kept = _keep(kept, n, path, 2)
                            n += 1
                continue
            depth += 1
            walked[depth] = x
            if _bears(borne, x):
                one = longest > 2 and (depth == 1 or reach == 1)
                kept, n = _meet(mark, ones, twos, path, walked, depth, t, job, first, later, one, amounts, alike, found[j], kept, n, keep)
            if depth < deepest and t <= late_two:
                now[depth], end[depth] = follow[p], rows[x + 1]
            else:
                depth -= 1
    return kept[:n]
