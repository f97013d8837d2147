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
from crosstie.resolve.screen.misspelt import without_misspelt_forms
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


#: A name that ends with what belongs before another part: "Marzuq Musa Abu" may be Musa Abu Marzuq with the family name first.
_DANGLING = re.compile(
    r"^(.*\w)[\s,]+((?:abu|abou|abd|abdul|abdel|abdal|abdol|umm?|al|el|ul|bin|ibn|ben)(?:[\s-]+(?:al|el|ul))?)[\s.,-]*$", re.IGNORECASE
)


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
    names = without_misspelt_forms(names, kind, listed, index.knows(words))
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


def _put_before(name: str) -> str:
    """The name with what dangles at its end put before it; empty where nothing dangles."""
    found = _DANGLING.match(name)
    return f"{found[2]} {found[1]}" if found else ""


def _read(name: str, kind: Kind) -> tuple[tuple[int, NameForm], ...]:
    found = _readings(name, kind)
    if kind != "organization" and (other := _put_before(name)):
        form = analyze(other, kind)
        if all(form.tokens != known.tokens for _, known in found):
            return (*found, (KINDS.index(kind), form))
    return found


def _readings(name: str, kind: Kind) -> tuple[tuple[int, NameForm], ...]:
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
    put = {place: other for place in np.flatnonzero(kinds != 1).tolist() if (other := _put_before(names[place]))}
    dangling = np.array(list(put), np.int64)
    every = [*names, *(names[place] for place in either.tolist()), *put.values()]
    found = analyze_names(pa.array(every, pa.string()), np.concatenate([kinds, np.ones(len(either), np.uint8), kinds[dangling]]))
    tokens = labels.numbers_of(found)
    legal = found.legal_forms.to_pylist()
    telling = np.array([bool(legal[place] or _TELLING.search(names[place])) for place in either.tolist()], np.bool_)
    hashes = form_hashes(found.token_start, tokens)
    twice = telling & (hashes[either] != hashes[count : count + len(either)])
    kind_put = kinds[dangling]
    kinds[either[twice]] = 0
    fresh = hashes[count + len(either) :] != hashes[dangling]
    forms = np.concatenate([np.arange(count), count + np.flatnonzero(twice), count + len(either) + np.flatnonzero(fresh)])
    query = np.concatenate([np.arange(count), either[twice], dangling[fresh]])
    kind = np.concatenate([kinds, np.ones(int(twice.sum()), np.uint8), kind_put[fresh]])
    lengths = np.diff(found.token_start)[forms]
    kept = np.lexsort((forms, query))
    kept = kept[lengths[kept] > 0]
    start, places = runs(found.token_start, forms[kept])
    return _table(start, tokens[places], found.parts[places]), query[kept].astype(np.int32), kind[kept]


def _table(start: NDArray[np.int64], tokens: NDArray[np.int32], parts: NDArray[np.uint8]) -> NameTable:
    count = len(start) - 1
    return NameTable(np.arange(count + 1, dtype=np.int64), start, tokens, parts, np.zeros(count, np.bool_))
