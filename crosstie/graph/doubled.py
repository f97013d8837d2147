"""How much it says that two deal with each other in two ways at once: they call each other, and one pays the other.

The null of `graph.null` takes each tie by one kind alone. Of the others it is asked here how often two who are tied by one kind are tied by another as well, in
this very graph: where hardly any two who call each other also pay each other, it is no chance that these do; where every second pair does, it tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from crosstie.store.engine import Engine


@dataclass(frozen=True)
class Doubled:
    """How many pairs are tied by each kind, `by`, and how many by two of them, `both` (kinds in order)."""

    by: Mapping[str, int]
    both: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, engine: Engine, kinds: Sequence[str]) -> Doubled:
        """Of the edges of these kinds; whoever is victim or not is no matter here."""
        if len(kinds) < 2:
            return cls({}, {})
        named = ", ".join("'" + kind.replace("'", "''") + "'" for kind in kinds)
        engine.create(
            "graph_kinds",
            f"""
            select distinct least(source, target) as a, greatest(source, target) as b, kind from edges
            where source <> target and kind in ({named})""",
        )
        by = engine.arrow("select kind, count(*) as n from graph_kinds group by kind").to_pylist()
        both = engine.arrow("""
            select x.kind as one, y.kind as other, count(*) as n from graph_kinds x
            join graph_kinds y on y.a = x.a and y.b = x.b where x.kind < y.kind group by x.kind, y.kind""").to_pylist()
        return cls({row["kind"]: row["n"] for row in by}, {(row["one"], row["other"]): row["n"] for row in both})

    def bits(self, kinds: Iterable[str]) -> float:
        """How much less likely it is that two are tied by all these kinds than by the rarest of them alone; kinds that were not counted say nothing.

        One more pair than was seen is granted to any two kinds. A third is as likely as it is with that one of the others which it goes with most often.
        """
        known = sorted((kind for kind in set(kinds) if kind in self.by), key=lambda kind: (self.by[kind], kind))
        return -sum(log2(max(self._share(before, kind) for before in known[:at])) for at, kind in enumerate(known) if at)

    def _share(self, one: str, other: str) -> float:
        """The share of the pairs tied by one kind that are tied by the other too."""
        return (self.both.get((min(one, other), max(one, other)), 0) + 1) / (self.by[one] + 2)
