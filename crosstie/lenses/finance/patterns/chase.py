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
#: columns of a payment as a walk sees it: its time and the account at the other end
WHEN, WHO = 0, 1
#: columns of a mark: whose labels the account bears, its newest label of one step and of two, and behind which of its payments all are labelled
_WHOSE, _ONE, _TWO, _DONE = 0, 1, 2, 3
#: columns of a label of one step: its time, the payment, the label before, the account; of two, which goes on with all labels of one step of the
#: account between that are later: its time, the account between, the label before, the payment, the account. The label before is the next older one
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
    job: Ints, later: Whole, deep: Whole, rows: Ints, near: Ints, places: Ints, before: Ints, mark: Ints, borne: Ints, at: Ints, ones: Ints, twos: Ints
) -> tuple[Ints, Ints]:  # fmt: skip
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
        at[_NEXT] = first_from(near[:, WHEN], rows[u], rows[u + 1], least)
    epoch, p, n_one, n_two = at[_EPOCH], at[_NEXT], at[_ONES], at[_TWOS]
    while p < rows[u + 1] and near[p, WHEN] <= latest:
        d, s2 = near[p, WHO], near[p, WHEN]
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
            while q >= done and near[q, WHEN] >= least:
                c = near[q, WHO]
                if c != u and c != d:
                    _own(mark, borne, c, epoch)
                    twos = _room(twos, n_two)
                    _hang(mark, twos, n_two, c, near[q, WHEN])
                    twos[n_two, _BETWEEN], twos[n_two, _FIRST] = d, places[q]
                    n_two += 1
                    at[_LATE_TWO] = max(at[_LATE_TWO], near[q, WHEN])
                q -= 1
        p += 1
    at[_NEXT], at[_ONES], at[_TWOS] = p, n_one, n_two
    return ones, twos


@njit(inline="always")
def _hang(mark: Ints, twos: Ints, entry: Whole, account: Whole, time: Whole) -> None:
    """Put a label of two steps among those of its account, the latest first."""
    behind, next_ = np.int64(-1), np.int64(mark[account, _TWO])
    while next_ >= 0 and twos[next_, _EARLIER] > time:
        behind, next_ = next_, np.int64(twos[next_, _BEFORE])
    twos[entry, _EARLIER], twos[entry, _AT_TWO], twos[entry, _BEFORE] = time, account, next_
    if behind < 0:
        mark[account, _TWO] = entry
    else:
        twos[behind, _BEFORE] = entry


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
def _keep(kept: Ints, n: Whole, path: Ints, length: Whole) -> Whole:
    """Write a cycle down where there is room for it; how many would have been written."""
    if n < len(kept):
        kept[n, 0] = length
        for i in range(LONGEST):
            kept[n, i + 1] = path[i] if i < length else -1
    return n + 1


@njit(inline="always")
def _meet(
    mark: Ints, ones: Ints, twos: Ints, path: Ints, walked: Ints, depth: Whole, time: Whole, closing: Whole, same: Whole, later: Whole,
    one: Whole, amounts: Floats, alike: Whole, j: Whole, found: Ints, kept: Ints, n: Whole,
) -> Whole:  # fmt: skip
    """Count the cycles that close where the walk stands: at depth payments, with the accounts `walked` behind the payments of `path`; `same` is the time
    of the first and of the closing payment if they have one, or -1.
    """
    x = walked[depth]
    k = np.int64(mark[x, _ONE]) if one else np.int64(-1)
    while k >= 0 and ones[k, _TIME] >= time + later:
        path[depth], path[depth + 1] = ones[k, _PAID], closing
        if _good(path, depth + 2, amounts, alike, ones[k, _TIME] == same):
            found[j, depth] += 1
            n = _keep(kept, n, path, depth + 2)
        k = np.int64(ones[k, _BEFORE_ONE])
    k = np.int64(mark[x, _TWO])
    while k >= 0 and twos[k, _EARLIER] >= time + later:
        d, t = twos[k, _BETWEEN], twos[k, _EARLIER]
        new = True
        for i in range(depth):
            new = new and walked[i] != d
        way = np.int64(mark[d, _ONE]) if new else np.int64(-1)
        while way >= 0 and ones[way, _TIME] >= t + later:
            path[depth], path[depth + 1], path[depth + 2] = twos[k, _FIRST], ones[way, _PAID], closing
            if _good(path, depth + 3, amounts, alike, ones[way, _TIME] == same):
                found[j, depth + 1] += 1
                n = _keep(kept, n, path, depth + 3)
            way = np.int64(ones[way, _BEFORE_ONE])
        k = np.int64(twos[k, _BEFORE])
    return n


@njit(cache=True, nogil=True)
def chase(
    jobs: Ints, on: tuple[Ints, ...], back: tuple[Ints, ...], reach: Whole, amounts: Floats, alike: Whole, longest: Whole, ties: Whole,
    found: Ints, kept: Ints,
) -> tuple[Whole, Whole]:  # fmt: skip
    """Count the cycles that each job closes into `found` (a row for each job, a column for each length from two), and write them to `kept`: the length and
    the payments as walked, the closing one last, then -1. Gives back how many jobs are done before `kept` is full, and how many cycles are kept; a
    `kept` without room is not written to and never full.

    Jobs stand by home and then by time; `reach` is how many steps around their homes are labelled, one or two. `ties` is 1 where payments of
    one time may follow each other. Of a cycle, no amount is less than the share `alike` of another.
    """
    rows, near, ahead, places = on
    later = 1 - ties
    mark = np.zeros((len(rows) - 1, 4), np.int32)
    at = np.full(8, -1, np.int64)
    at[_EPOCH] = at[_ONES] = at[_TWOS] = 0
    ones, twos = np.empty((1024, 4), near.dtype), np.empty((1024, 5), near.dtype)
    borne = np.zeros(((len(rows) - 1) >> 6) + 1, np.uint64)
    path, walked = np.zeros(LONGEST, np.int64), np.zeros(STEPS + 1, np.int64)
    now, end = np.zeros(STEPS, np.int64), np.zeros(STEPS, np.int64)
    deepest = longest - 1 - reach
    n = 0
    for j in range(len(jobs)):
        ones, twos = _label(jobs[j], later, reach > 1, back[0], back[1], back[2], back[3], mark, borne, at, ones, twos)
        if at[_ONES] == 0:
            continue
        u, v, closing, own = np.int64(jobs[j, HOME]), np.int64(jobs[j, START]), np.int64(jobs[j, PLACE]), np.int64(jobs[j, OWN])
        late_one, late_two = at[_LATE_ONE], at[_LATE_TWO if reach > 1 else _LATE_ONE] - later
        low, high = (amounts[closing] * alike, amounts[closing] / alike) if alike > 0 else (-np.inf, np.inf)
        walked[0], depth, before, same = v, 0, n, np.int64(-1)
        now[0], end[0] = jobs[j, BEGIN], rows[v + 1]
        while depth >= 0:
            p, stop, late = now[depth], end[depth], late_two if depth else late_one
            if depth and depth == deepest - 1:  # here the walk only goes to where labels are
                while p < stop and near[p, WHEN] <= late and not _bears(borne, np.int64(near[p, WHO])):
                    p += 1
            if p >= stop or near[p, WHEN] > late:
                depth -= 1
                continue
            now[depth] = p + 1
            x, t = np.int64(near[p, WHO]), np.int64(near[p, WHEN])
            new = x != v and (alike == 0 or low <= amounts[places[p]] <= high)
            for i in range(1, depth + 1):
                new = new and x != walked[i]
            if not new:
                continue
            path[depth] = places[p]
            if depth == 0:
                same = t if t == own else np.int64(-1)
            if x == u:
                if depth == 0:
                    path[1] = closing
                    if _good(path, 2, amounts, alike, t == own):
                        found[j, 0] += 1
                        n = _keep(kept, n, path, 2)
                continue
            depth += 1
            walked[depth] = x
            if _bears(borne, x):
                one = longest > 2 and (depth == 1 or reach == 1)
                n = _meet(mark, ones, twos, path, walked, depth, t, closing, same, later, one, amounts, alike, j, found, kept, n)
            if depth < deepest and t <= late_two:
                now[depth], end[depth] = ahead[p, 0], ahead[p, 1]
            else:
                depth -= 1
        if len(kept) and n > len(kept):
            found[j] = 0
            return j, before
    return len(jobs), min(n, len(kept))
