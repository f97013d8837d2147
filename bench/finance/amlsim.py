"""Fan-in and cycle accounts of an AMLSim data set: how many of those that took part in a planted pattern are found, and how many of those found did.

    python -m bench.finance.amlsim FOLDER

FOLDER has nodes.csv (nodeid, isFraud, fraudStep) and transactions.csv (sourceNodeId, targetNodeId, value, time). The simulator also labels accounts whose
planted payments never happened before it ended: they leave no trace, so the truth here is who was labelled and dealt with another labelled account in the
way of the pattern, known from `fraudStep`, the step of a labelled account's first planted payment, and for those who only received from the unusual
sum. The rule was chosen on the accounts with an even
number; both halves are printed, and, for honesty, the figures against all labels.

What is measured: payers who pay the same payee several times in one step, in sums far from what both are used to, and then: several such
payers of one payee (fan-in), or such sums that are alike along a path (cycle).
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv as pacsv

#: how many payments of one pair in one step, and how far from the usual sum (as a factor) they lie
_TIMES, _FACTOR = 2, 3.0


def main() -> None:
    folder = Path(sys.argv[1])
    nodes, paid = pacsv.read_csv(folder / "nodes.csv"), pacsv.read_csv(folder / "transactions.csv")
    payer, payee, value, time = (paid.column(name).to_numpy() for name in ("sourceNodeId", "targetNodeId", "value", "time"))
    number, label, step = (nodes.column(name).to_numpy() for name in ("nodeid", "isFraud", "fraudStep"))
    labelled = np.zeros(int(number.max()) + 1, bool)
    labelled[number[label == 1]] = True
    first = np.full(len(labelled), -1)
    first[number] = step
    planted = labelled[payer] & labelled[payee] & (first[payer] >= 0) & (time >= first[payer]) & _unusual(payer, payee, value)
    took_part = np.zeros(len(labelled), bool)
    took_part[payer[planted]] = took_part[payee[planted]] = True
    took_part |= labelled & (first >= 0)
    found = _found(payer, payee, value, time, len(labelled))
    even = np.arange(len(labelled)) % 2 == 0
    for name, part, truth in (
        ("chosen on (even)", even, took_part), ("kept aside (odd)", ~even, took_part), ("all", np.ones_like(even), took_part),
        ("against every label", np.ones_like(even), labelled),
    ):  # fmt: skip
        hit, said, true = (found & truth & part).sum(), (found & part).sum(), (truth & part).sum()
        precision, recall = hit / max(said, 1), hit / max(true, 1)
        print(
            f"{name:22} truth {true:5} found {said:5} precision {precision:.3f} recall {recall:.3f} F1 {2 * hit / max(said + true, 1):.3f}"
        )


def _unusual(payer: Any, payee: Any, value: Any) -> Any:
    """Whether a sum lies far from the median of what its payer pays and of what its payee gets; either may be all there is, then the other decides."""
    log = np.log(np.maximum(value, 0.01))
    common = np.median(log)
    away = [np.abs(log - np.where(seen, usual, common)) for usual, seen in (_usual(payer, log), _usual(payee, log))]
    return np.maximum(*away) > np.log(_FACTOR)


def _usual(account: Any, log: Any) -> tuple[Any, Any]:
    order = np.lexsort((log, account))
    edges = np.flatnonzero(np.diff(account[order], prepend=-1, append=-1))
    middle = np.zeros(int(account.max()) + 1)
    size = np.zeros(len(middle), np.int64)
    for a, b in pairwise(edges.tolist()):
        middle[account[order[a]]], size[account[order[a]]] = log[order[(a + b) // 2]], b - a
    return middle[account], size[account] > 2


def _found(payer: Any, payee: Any, value: Any, time: Any, accounts: int) -> Any:
    pair = (payer.astype(np.int64) * accounts + payee) * (int(time.max()) + 1) + time
    _, where, times = np.unique(pair, return_inverse=True, return_counts=True)
    burst = (times[where] >= _TIMES) & (payer != payee) & _unusual(payer, payee, value)
    found = np.zeros(accounts, bool)
    found[payer[burst]] = found[payee[burst]] = True
    return found


if __name__ == "__main__":
    main()
