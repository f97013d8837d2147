"""What is asked: names in any script, and whatever else is known of who bears them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.names import Kind, NameForm, analyze
from crosstie.resolve.names.vocabulary import NameTable, Side
from crosstie.resolve.screen.index import KINDS, Index
from crosstie.resolve.screen.labels import Labels

#: Of a longer name only so many characters are looked at: no thing has a name of that length.
LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Query:
    """A name that is looked for. `born`: dates in ISO 8601, as precise as known; `countries`, `nationalities`: codes of countries; `gender`: male or
    female; `identifiers`: in comparable form with the way they were written. `place` says where it stands; `own` are the asker's own columns.
    """

    name: str
    kind: Kind = "any"
    born: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    gender: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    place: str = ""
    own: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_context(self) -> bool:
        """Whether more is known than the name."""
        return bool(self.born or self.countries or self.nationalities or self.gender or self.identifiers)


#: Short words, figures and signs: without them a name reads alike as a person's and as an organisation's.
_TELLING = re.compile(r"(?<!\w)[^\W_]{2,3}(?!\w)|[\d&/()\"“«]")


class Asked(NamedTuple):
    """The names of some queries as arrays. `side.names` has a form for each reading of a name (as a person's, as an organisation's), `query[f]` is
    the number of the query of form f, `kind[f]` how it was read (3: as either). `labels` are the tokens.
    """

    side: Side
    query: NDArray[np.int32]
    kind: NDArray[np.uint8]
    labels: list[str]


@lru_cache(maxsize=50_000)
def read(name: str, kind: Kind) -> tuple[tuple[int, NameForm], ...]:
    """A name in comparable form: as what it is said to be or, where nothing is said, as a person's and, if that differs, as an organisation's."""
    name = name[:LONGEST]
    if kind != "any":
        return ((KINDS.index(kind), analyze(name, kind)),)
    either = analyze(name, "any")
    if not either.legal_form and not _TELLING.search(name):
        return ((3, either),)
    organization = analyze(name, "organization")
    if either.tokens == organization.tokens:
        return ((3, either),)
    return (0, either), (1, organization)


def prepare(queries: Sequence[Query], index: Index) -> Asked:
    """The names of queries as arrays, worth what they are worth in the index."""
    labels = Labels()
    tokens: list[int] = []
    parts: list[int] = []
    start, of, kinds = [0], [], []
    for place, query in enumerate(queries):
        for kind, form in read(query.name, query.kind):
            if not form.tokens:
                continue
            tokens += labels.numbers(form)
            parts += form.parts or [0] * len(form.tokens)
            start.append(len(tokens))
            of.append(place)
            kinds.append(kind)
    words = labels.vocabulary()
    numbers = np.array(tokens, np.int32)
    names = NameTable(
        np.arange(len(of) + 1, dtype=np.int64),
        np.array(start, np.int64),
        numbers,
        np.array(parts, np.uint8),
        np.zeros(len(of), np.bool_),
    )
    listed = labels.listed()
    side = Side(names, words, index.worth(words, listed, labels.sounds))
    return Asked(side, np.array(of, np.int32), np.array(kinds, np.uint8), listed)
