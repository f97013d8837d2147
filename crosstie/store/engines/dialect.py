"""From DuckDB's SQL, in which stages are written, to Spark's, with the same meaning; what would silently mean something else is refused."""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp

#: Patterns mean different things to the two (RE2 and Java; all matches or the first), and so do dates and lists taken by number.
_REFUSED = (
    exp.RegexpReplace,
    exp.RegexpExtract,
    exp.RegexpExtractAll,
    exp.RegexpLike,
    exp.RegexpILike,
    exp.Bracket,
    exp.TimeToStr,
    exp.StrToTime,
)
#: A number as DuckDB reads it from text. Java also takes 1d and 0x1p3, and leaves out what is not said here.
_NUMBER = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$"


class Unportable(ValueError):
    """A query that not every engine understands alike: rewrite it, or do it in `map`."""


@lru_cache(maxsize=1_000)
def spark(query: str) -> str:
    """The query for Spark."""
    tree = sqlglot.parse_one(query, read="duckdb")
    if found := next(tree.find_all(*_REFUSED), None):
        raise Unportable(f"{type(found).__name__} is not the same on every engine: {found.sql(dialect='duckdb')}")
    return tree.transform(_same).sql(dialect="spark")


def _same(node: exp.Expression) -> exp.Expression:
    if isinstance(node, (exp.ArgMin, exp.ArgMax)):  # DuckDB passes over rows without a value
        node.set("expression", _where(_known(node.this), node.expression))
    elif isinstance(node, exp.TryCast) and node.to.is_type("double"):
        number = exp.RegexpLike(this=exp.cast(node.this.copy(), "text"), expression=exp.Literal.string(_NUMBER))
        node.set("this", _where(number, node.this))
    elif isinstance(node, exp.Anonymous) and node.name.lower() == "hash":  # Spark's own has 32 bits
        node.set("this", "xxhash64")
    elif (isinstance(node, exp.ArrayAgg) and not isinstance(node.parent, exp.Filter)) or (
        isinstance(node, exp.Filter) and isinstance(node.this, exp.ArrayAgg)
    ):
        return _nothing_of_none(node)
    return node


def _where(test: exp.Expression, value: exp.Expression) -> exp.Expression:
    return exp.Case(ifs=[exp.If(this=test, true=value.copy())])


def _known(value: exp.Expression) -> exp.Expression:
    return exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))


def _nothing_of_none(node: exp.Expression) -> exp.Expression:
    """A list of no rows is null in DuckDB and empty in Spark."""
    return exp.Nullif(this=node.copy(), expression=exp.Array())
