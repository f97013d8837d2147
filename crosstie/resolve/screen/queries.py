"""What is asked: names in any script, and whatever else is known of who bears them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.names import Kind, NameForm, analyze
from crosstie.resolve.names.vocabulary import NameTable, Side
from crosstie.resolve.screen.index import KINDS, Index
from crosstie.resolve.screen.labels import Labels
from crosstie.resolve.screen.runs import form_hashes, runs

#: Of a longer name only so many characters are looked at: no thing has a name of that length.
LONGEST = 1_000
#: Fewer names than these are read one by one.
_FEW = 20


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


def prepare(queries: Sequence[Query], index: Index) -> Asked:
    """The names of queries as arrays, worth what they are worth in the index.

    A name is read as what it is said to be or, where nothing is said, as a person's and, if that differs, as an organisation's.
    """
    labels = Labels()
    names, query, kind = (_one_by_one if len(queries) < _FEW else _together)(queries, labels)
    words = labels.vocabulary()
    listed = labels.listed()
    return Asked(Side(names, words, index.worth(words, listed, labels.sounds)), query, kind, listed)


Forms = tuple[NameTable, NDArray[np.int32], NDArray[np.uint8]]


def _one_by_one(queries: Sequence[Query], labels: Labels) -> Forms:
    """The forms of few names: without Arrow, which takes longer to load than they take."""
    tokens: list[int] = []
    parts: list[int] = []
    start, of, kinds = [0], [], []
    for place, query in enumerate(queries):
        for kind, form in _read(query.name[:LONGEST], query.kind):
            if form.tokens:
                tokens += labels.numbers(form)
                parts += form.parts or [0] * len(form.tokens)
                start.append(len(tokens))
                of.append(place)
                kinds.append(kind)
    names = _table(np.array(start, np.int64), np.array(tokens, np.int32), np.array(parts, np.uint8))
    return names, np.array(of, np.int32), np.array(kinds, np.uint8)


def _read(name: str, kind: Kind) -> tuple[tuple[int, NameForm], ...]:
    if kind != "any":
        return ((KINDS.index(kind), analyze(name, kind)),)
    either = analyze(name, "any")
    if not either.legal_form and not _TELLING.search(name):
        return ((3, either),)
    organization = analyze(name, "organization")
    if either.tokens == organization.tokens:
        return ((3, either),)
    return (0, either), (1, organization)


def _together(queries: Sequence[Query], labels: Labels) -> Forms:
    """The forms of many names, the same as one by one."""
    import pyarrow as pa

    from crosstie.resolve.names.bulk import analyze_names

    count = len(queries)
    names = [query.name[:LONGEST] for query in queries]
    kinds = np.array([KINDS.index(query.kind) for query in queries], np.uint8)
    either = np.flatnonzero(kinds == 3)
    found = analyze_names(
        pa.array([*names, *(names[place] for place in either.tolist())], pa.string()), np.append(kinds, np.ones(len(either), np.uint8))
    )
    tokens = labels.numbers_of(found)
    legal = found.legal_forms.to_pylist()
    telling = np.array([bool(legal[place] or _TELLING.search(names[place])) for place in either.tolist()], np.bool_)
    hashes = form_hashes(found.token_start, tokens)
    twice = telling & (hashes[either] != hashes[count:])
    kinds[either[twice]] = 0
    forms = np.concatenate([np.arange(count), count + np.flatnonzero(twice)])
    query = np.concatenate([np.arange(count), either[twice]])
    kind = np.concatenate([kinds, np.ones(int(twice.sum()), np.uint8)])
    lengths = np.diff(found.token_start)[forms]
    kept = np.lexsort((forms, query))
    kept = kept[lengths[kept] > 0]
    start, places = runs(found.token_start, forms[kept])
    return _table(start, tokens[places], found.parts[places]), query[kept].astype(np.int32), kind[kept]


def _table(start: NDArray[np.int64], tokens: NDArray[np.int32], parts: NDArray[np.uint8]) -> NameTable:
    count = len(start) - 1
    return NameTable(np.arange(count + 1, dtype=np.int64), start, tokens, parts, np.zeros(count, np.bool_))
