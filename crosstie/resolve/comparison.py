"""Two records side by side: what each says of each property, where they agree, and why they are held to be one thing or two."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import duckdb
import orjson
import pyarrow as pa
from rapidfuzz import fuzz

from crosstie.errors import NotFound
from crosstie.model.marking import strictest
from crosstie.model.tables import CLAIM
from crosstie.resolve.batches import values
from crosstie.resolve.explain import explain
from crosstie.resolve.names.forms import romanize, skeleton
from crosstie.resolve.records import STRONG_NAMES, WEAK_NAMES
from crosstie.store.casebook import Judgement

Agreement = Literal["same", "near", "differ", "one"]

#: Properties that are names.
NAMES = (*STRONG_NAMES, *WEAK_NAMES)
#: What a person looks at first; everything else follows by its name.
_FIRST = (*NAMES, "firstName", "lastName", "fatherName", "birthDate", "birthPlace", "gender", "nationality", "country", "idNumber")
#: Letters in common (0 to 100) from which two spellings are called near.
_NEAR = 82
#: From this code point on letters are in another script than Latin.
_LATIN = 0x250
#: Scores from which a pair is called so. The words are ours; the figure stands beside them.
_LEAST = ((0.95, "almost certainly one"), (0.75, "probably one"), (0.5, "rather one than two"), (0.25, "rather two than one"))
_BELOW, _NEVER = "probably two", "not compared in this build"
#: All that a pair may be called.
WORDS = (*(words for _, words in _LEAST), _BELOW, _NEVER)


@dataclass(frozen=True, slots=True)
class Said:
    """One value, as it stands in the build and as it was written, with its place."""

    value: str
    written: str | None
    source_id: str
    locator: str
    originator: str
    grade: str
    marking: str
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One property of two records. `one`: only one of them says something, which speaks for nothing."""

    prop: str
    left: tuple[Said, ...]
    right: tuple[Said, ...]
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Side:
    """A record: its schema, the resolved entity that it is in and how many records that has, who speaks of it, and how it may be handled."""

    entity_id: str
    schema: str
    cluster_id: str
    members: int
    originators: tuple[str, ...]
    grades: tuple[str, ...]
    marking: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two records side by side. `reasons`: feature, nats (above 0: for one thing), sentence; strongest first. `history`: all judgements on the pair."""

    left: Side
    right: Side
    lines: tuple[Line, ...]
    reasons: tuple[tuple[str, float, str], ...]
    score: float | None
    history: tuple[Judgement, ...]

    @property
    def together(self) -> bool:
        """Whether the build made one thing of them."""
        return self.left.cluster_id == self.right.cluster_id

    @property
    def words(self) -> str:
        """The score in words."""
        if self.score is None:
            return _NEVER
        return next((words for least, words in _LEAST if self.score >= least), _BELOW)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        reasons = [{"feature": name, "nats": nats, "sentence": sentence} for name, nats, sentence in self.reasons]
        return {**asdict(self), "reasons": reasons, "together": self.together, "words": self.words}


def compare(connection: duckdb.DuckDBPyConnection, left: str, right: str, history: Iterable[Judgement]) -> Comparison:
    """Two records of a build side by side. NotFound where one is not there, or is a victim or a minor: those are never compared."""
    ours, theirs = (claims_of(connection, record) for record in (left, right))
    sides = [side(connection, record, claims) for record, claims in ((left, ours), (right, theirs))]
    pair = first(connection, "select score, features from pairs where left_id = ? and right_id = ?", *sorted((left, right)))
    contributions = orjson.loads(pair[1]) if pair and pair[1] not in (None, "{}") else None
    return Comparison(
        sides[0],
        sides[1],
        tuple(aligned(ours, theirs)),
        tuple(explain(ours, theirs, contributions)),
        pair[0] if pair else None,
        tuple(one for one in history if one.kind == "pair" and {one.left, one.right} == {left, right}),
    )


def aligned(left: pa.Table, right: pa.Table) -> list[Line]:
    """The values of two records (rows of CLAIM), a line for each property, the telling ones first."""
    ours, theirs = _values(left), _values(right)
    names = [[said.value for prop in NAMES for said in side.get(prop, ())] for side in (ours, theirs)]
    lines = []
    for prop in sorted({*ours, *theirs}, key=lambda prop: (_FIRST.index(prop) if prop in _FIRST else len(_FIRST), prop)):
        one, other = ours.get(prop, ()), theirs.get(prop, ())
        said = [said.value for said in one], [said.value for said in other]
        # a name may stand as the alias of the other
        against = (said[0], names[1]) if prop in NAMES and not other else (names[0], said[1]) if prop in NAMES and not one else said
        lines.append(Line(prop, one, other, agreement(*against)))
    return lines


def agreement(left: Sequence[str], right: Sequence[str]) -> Agreement:
    """How the values of two records agree: the same, near (some are the same, or spelled alike, a less precise date,
    or the same in another script), or different.
    """
    if not left or not right:
        return "one"
    one, other = {_plain(value) for value in left}, {_plain(value) for value in right}
    if one == other and (_written(left) == _written(right) or not any(map(_foreign, (*left, *right)))):
        return "same"
    if one & other or any(_alike(a, b) for a in one for b in other):
        return "near"
    return "differ"


def first(connection: duckdb.DuckDBPyConnection, query: str, *given: object) -> tuple[Any, ...] | None:
    """The first row of an answer, which is read to its end: DuckDB begins nothing else before."""
    return next(iter(connection.execute(query, given).fetchall()), None)


def _foreign(value: str) -> bool:
    return any(letter.isalpha() and ord(letter) >= _LATIN for letter in value)


def _written(values: Sequence[str]) -> set[str]:
    return {value.casefold() for value in values}


def _alike(one: str, other: str) -> bool:
    if one.isdecimal() and other.isdecimal():  # dates, of which one may be less precise, or numbers
        return one.startswith(other) or other.startswith(one)
    ours, theirs = set(one.split()), set(other.split())
    if len(ours & theirs) >= 2:  # two words of a name or of an address
        return True
    if sorted(map(skeleton, ours)) == sorted(map(skeleton, theirs)):  # other vowels, as between scripts
        return True
    return fuzz.ratio(" ".join(sorted(ours)), " ".join(sorted(theirs))) >= _NEAR


def _plain(value: str) -> str:
    """Without case, accents, signs and script: what nobody would call a difference."""
    if _foreign(value):
        value = romanize(value)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", value.casefold()) if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else "" if letter in "'’-" else " " for letter in bare).split()) or value


def claims_of(connection: duckdb.DuckDBPyConnection, record: str) -> pa.Table:
    """What the build says of a record: rows of CLAIM."""
    listed = ", ".join(f'"{name}"' for name in CLAIM.names)
    query = f"select {listed} from claims where entity_id = ? order by prop, current desc, value, source_id, locator"
    found: pa.Table | None = connection.sql(query, params=[record]).to_arrow_table()
    assert found is not None  # only a statement that is no query has none
    return found


def side(connection: duckdb.DuckDBPyConnection, record: str, claims: pa.Table) -> Side:
    """Who speaks of a record, and the entity that it is in; NotFound as in `compare`."""
    found = first(
        connection,
        """
        select c.cluster_id, (select count(*) from clusters o where o.cluster_id = c.cluster_id), coalesce(e.victim, false)
        from clusters c left join entities e on e.entity_id = c.cluster_id where c.entity_id = ?""",
        record,
    )
    if found is None or claims.num_rows == 0:
        raise NotFound(f"there is no record “{record}” in this build", hint="Ids stand in “crosstie export clusters”.")
    if found[2]:
        raise NotFound(f"“{record}” is protected: victims and minors are never compared with anybody")
    columns = {name: [value for value in values(claims, name) if value] for name in ("schema", "originator", "grade", "marking")}
    return Side(
        record,
        max(columns["schema"]),
        found[0],
        found[1],
        tuple(sorted(set(columns["originator"]))),
        tuple(sorted(set(columns["grade"]))),
        strictest(columns["marking"]),
    )


def _values(claims: pa.Table) -> Mapping[str, tuple[Said, ...]]:
    found: dict[str, dict[str, Said]] = {}
    names = ("value", "original_value", "source_id", "locator", "originator", "grade", "marking", "current")
    listed = claims.select(["prop", *names]).to_pylist()
    for row in listed:
        said = Said(*(row[name] for name in names))
        found.setdefault(row["prop"], {}).setdefault(row["value"], said)
    return {prop: tuple(said.values()) for prop, said in found.items()}
