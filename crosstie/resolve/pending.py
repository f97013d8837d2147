"""What is to be asked next, for whoever asks again and again: the queue is worked out once, and what was decided since is left out."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from crosstie.resolve.cases import Pair
from crosstie.resolve.review import Queue
from crosstie.store.casebook import Judgement

#: Seconds after which the queue is worked out anew: what others decided may have made other questions the more telling ones.
ANEW = 600.0
#: Questions that are kept, and so few of them left that it is worked out anew.
KEPT, FEW = 400, 40
#: People whose queues are kept.
_PEOPLE = 64


@dataclass(frozen=True, slots=True)
class _Standing:
    made: float
    queue: Queue
    answered: frozenset[Pair]
    skipped: frozenset[Pair]


_known: dict[tuple[str, str], _Standing] = {}
#: One queue is worked out at a time: who asks for the same meanwhile waits for it.
_working = Lock()


def pending(build: str, user: str, judgements: Sequence[Judgement], skipped: Collection[Pair], work_out: Callable[[int], Queue]) -> Queue:
    """The questions of a build to a person that are not answered or put aside yet, the most informative first; `work_out` gives so many anew."""
    pairs = [one for one in judgements if one.kind == "pair"]
    own = {(one.left, one.right or "") for one in pairs if one.verdict == "unsure" and one.user == user}
    answered = own | {(one.left, one.right or "") for one in pairs if one.verdict != "unsure"}
    # who has put nothing aside is asked the same as everybody
    key = (build, user if own or skipped else "")
    found = _left(_known.get(key), answered, skipped)
    if found is None:
        with _working:
            found = _left(_known.get(key), answered, skipped)
            if found is None:
                found = work_out(KEPT)
                _known[key] = _Standing(time.monotonic(), found, frozenset(answered), frozenset(skipped))
                while len(_known) > _PEOPLE:
                    _known.pop(next(iter(_known)))
    return found


def _left(found: _Standing | None, answered: Collection[Pair], skipped: Collection[Pair]) -> Queue | None:
    """What is left of a queue; None where it is to be worked out anew."""
    if found is None or time.monotonic() - found.made > ANEW:
        return None
    gone = {pair for pair in (*answered, *skipped) if pair not in found.answered and pair not in found.skipped}
    kept = [one for one in found.queue.questions if (one.left, one.right) not in gone]
    told = [replace(one, alike=tuple(pair for pair in one.alike if pair not in gone)) for one in kept]
    answers = sum(pair in gone for one in found.queue.questions for pair in one.pairs)
    left = Queue(told, max(found.queue.total - answers, len(told)))
    # where fewer than are kept were given, there are no more
    return None if len(told) < FEW and len(found.queue.questions) == KEPT else left
