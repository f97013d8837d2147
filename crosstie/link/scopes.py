"""What a sentence says of an activity that it names: asserted, alleged, negated, or suffered; and whether it is the subject's own.

The rules are those of clinical text (NegEx; ConText: Harkema et al., J. Biomed. Inform. 42, 2009) with words of this field: a cue changes what
stands after it (some: before it), as far as so many words and never into a new clause. In order, the first that holds decides:

1. The activity is what somebody works *against*, or part of the name of an office: negated.
2. The subject suffered it: victim.
3. It is denied or withdrawn: negated.
4. It is a relative's or a superior's, and no act of the subject is named in between: nothing is said of the subject (no mention at all).
5. The nearest of accusation and judgment: alleged or asserted.
6. The text names only a tie to those who do it (“collects money from drug traffickers”): alleged.
7. Otherwise asserted.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import yaml

from crosstie.link.phrases import GAP, GAP_ZH, Phrases, Words, forms
from crosstie.link.sentences import DATA, LANGUAGES

ASSERTED, ALLEGED, NEGATED, VICTIM = "asserted", "alleged", "negated", "victim"
#: how many words may stand between a cue and the term, when the cue is before it, and after it
REACH = {
    "alleged": (40, 1),
    "settled": (40, 0),
    "negated": (8, 4),
    "counter": (5, 1),
    "against": (2, 0),
    "victim": (6, 1),
    "other": (8, 0),
    "tied": (5, 0),
    "acts": (25, 0),
    "joins": (8, 0),
    "stop": (0, 0),
}
_ZH_REACH = {"counter": (3, 2), "negated": (6, 4), "victim": (3, 3), "alleged": (25, 2)}


class Cue(NamedTuple):
    """A word that changes what is said: its kind, the side on which it stands, and its first and last word (end exclusive)."""

    kind: str
    before: bool
    first: int
    last: int


class Scope:
    """The rules of one language."""

    def __init__(self, lang: str, rules: Mapping[str, Any]) -> None:
        patterns: list[tuple[str, tuple[str, bool]]] = []
        for kind in REACH:
            found = rules.get(kind, [])
            before, after = (found, []) if isinstance(found, list) else (found.get("before", []), found.get("after", []))
            patterns += [(pattern, (kind, True)) for pattern in before]
            patterns += [(pattern, (kind, False)) for pattern in after]
        self._cues = Phrases(patterns, gap=GAP_ZH if lang == "zh" else GAP)
        self._reach = {**REACH, **(_ZH_REACH if lang == "zh" else {})}
        self._passive, self._participles = (
            frozenset(forms(word)[0] for word in rules.get(name, [])) for name in ("passive", "participles")
        )

    def cues(self, words: Words) -> list[Cue]:
        """The cues of a sentence. Where one begins inside a longer one of the same side, the longer stands (“not only” is no “not”)."""
        found = [Cue(hit.payload[0], hit.payload[1], hit.first, hit.last) for hit in self._cues.find(words)]
        return [
            cue
            for cue in found
            if not any(
                other.before == cue.before
                and other.first <= cue.first
                and cue.last <= other.last
                and other.last - other.first > cue.last - cue.first
                for other in found
            )
        ]

    def mode(self, words: Words, cues: list[Cue], first: int, last: int) -> str | None:
        """What the sentence says of the activity named by the words `first` to `last`; None where it is somebody else's."""
        floor = max((cue.last for cue in cues if cue.kind == "stop" and cue.last <= first), default=0)
        ceiling = min((cue.first for cue in cues if cue.kind == "stop" and cue.first >= last), default=len(words))
        near: dict[str, int] = {}
        for cue in cues:
            if words.remarks[cue.first] not in (0, words.remarks[first]):
                continue  # a remark in brackets is about the word before it
            before, after = self._reach[cue.kind]
            if cue.before and floor <= cue.first and cue.last <= first and first - cue.last <= before:
                near[cue.kind] = max(near.get(cue.kind, -1), cue.last)
            elif not cue.before and last <= cue.first and cue.last <= ceiling and cue.first - last <= after:
                near.setdefault(cue.kind, 0)
        if near.keys() & {"counter", "against"}:
            return NEGATED
        if "victim" in near or self._suffered(words, first):
            return VICTIM
        if "negated" in near and near.get("settled", -1) <= near["negated"]:
            return NEGATED
        if "other" in near and max(near.get("acts", -1), near.get("joins", -1)) <= near["other"]:
            return None
        if "alleged" in near and near.get("settled", -1) <= near["alleged"]:
            return ALLEGED
        if "tied" in near and near.get("acts", -1) <= near["tied"]:
            return ALLEGED
        return ASSERTED

    def _suffered(self, words: Words, first: int) -> bool:
        if words.forms[first][0] not in self._participles:
            return False
        return any(words.forms[at][0] in self._passive for at in range(max(0, first - 2), first))


@cache
def scopes() -> dict[str, Scope]:
    """The rules of all six languages."""
    rules = yaml.safe_load((DATA / "scopes.yaml").read_text(encoding="utf-8"))
    return {lang: Scope(lang, rules[lang]) for lang in LANGUAGES}
