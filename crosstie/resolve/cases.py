"""The columns that the review orders by, from the tables of a build: one query over pairs, clusters, spheres and links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from crosstie.resolve.batches import columns
from crosstie.resolve.judgements import Conflict, conflicts, named
from crosstie.settings import Settings
from crosstie.store.builds import Build
from crosstie.store.casebook import Judgement
from crosstie.store.engine import damaged
from crosstie.store.engines.duck import memory_of

Pair = tuple[str, str]

#: Nobody is asked about a pair that a person would overrule less often than this.
FLOOR = 0.02
_PAIRS = columns(left_id=pa.string(), right_id=pa.string(), final=pa.bool_())


def cases(build: Build, settings: Settings, judgements: Sequence[Judgement], user: str, skipped: Iterable[Pair]) -> pa.Table:
    """The pairs that a person may be asked about, by their ids, with the columns of `review.Cases` and: features; case_key (the same for pairs
    that are the same case); question (the same number for pairs between the same two entities, apart); skipped.
    """
    with tables(build, settings) as connection:
        present = held(connection, named(judgements))
        _prepare(connection, judgements, conflicts(judgements, present), user, skipped)
        found: pa.Table | None = connection.sql(_CASES).to_arrow_table()
    assert found is not None  # only a statement that is no query has none
    return found


@contextmanager
def tables(build: Build, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session with the tables of a build as views; IntegrityError where one is damaged."""
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": memory_of(settings), "threads": settings.threads}
    with duckdb.connect(config={**config, "autoinstall_known_extensions": False}) as connection:
        try:
            for name in ("claims", "pairs", "clusters", "entities", "spheres", "links"):
                connection.read_parquet(str(build.file(name))).create_view(name)
            yield connection
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise damaged(str(error).splitlines()[0]) from error


def held(connection: duckdb.DuckDBPyConnection, records: Sequence[str], *, free: bool = False) -> set[str]:
    """Those of the records that are in the build; `free`: without those that are protected."""
    query = "select c.entity_id from clusters c where c.entity_id in (select unnest(?::varchar[]))"
    if free:
        query += " and c.cluster_id not in (select entity_id from entities where victim)"
    return {row[0] for row in connection.execute(query, [list(records)]).fetchall()}


def _prepare(
    connection: duckdb.DuckDBPyConnection, judgements: Sequence[Judgement], disputed: Sequence[Conflict], user: str, skipped: Iterable[Pair]
) -> None:
    """Load who decided what about pairs: `settled`, `disputed`, `put_off`."""
    contested = {(one.left, one.right or "") for conflict in disputed for one in (conflict.different, *conflict.same)}
    final = {(one.left, one.right or ""): one.verdict != "unsure" for one in judgements if one.kind == "pair"}
    own = {(one.left, one.right or "") for one in judgements if one.kind == "pair" and one.user == user}
    settled = {pair: done for pair, done in final.items() if pair not in contested and (done or pair in own)}
    for name, pairs in (("settled", settled), ("disputed", dict.fromkeys(contested, True)), ("put_off", dict.fromkeys(skipped, True))):
        listed = sorted(pairs)
        given = [[pair[0] for pair in listed], [pair[1] for pair in listed], [pairs[pair] for pair in listed]]
        connection.register(f"given_{name}", pa.table(given, schema=_PAIRS))
        connection.execute(f"create temp table {name} as select * from given_{name}")


#: The columns of Cases for every pair that may be asked about. Identical cases say the same of both sides (names and dates of birth, as written
#: but for case) for the same reasons; where nothing is said, no case is like another.
_CASES = f"""
with kept as (
    select c.entity_id, c.cluster_id, c.dataset from clusters c left join entities e on e.entity_id = c.cluster_id
    where not coalesce(e.victim, false)),
sizes as (select cluster_id, count(*) as members from clusters group by cluster_id),
worlds as (select entity_id, bool_or(sphere = 'crime') as crime, bool_or(sphere = 'terror') as terror from spheres group by entity_id),
on_links as (select distinct unnest(list_distinct(list_concat([crime_id, terror_id], coalesce(path, [])))) as entity_id from links where status <> 'rejected'),
every as (
    select p.*, case when l.cluster_id = r.cluster_id then concat_ws(' ', p.left_id, p.right_id)
            else concat_ws(' ', least(l.cluster_id, r.cluster_id), greatest(l.cluster_id, r.cluster_id)) end as question,
        l.cluster_id as l_cluster, r.cluster_id as r_cluster, l.cluster_id = r.cluster_id as together,
        count(*) over (partition by p.left_id, r.dataset) + count(*) over (partition by p.right_id, l.dataset) - 2 as rivals
    from pairs p join kept l on l.entity_id = p.left_id join kept r on r.entity_id = p.right_id),
answered as (
    select distinct concat_ws(' ', least(l.cluster_id, r.cluster_id), greatest(l.cluster_id, r.cluster_id)) as question
    from settled s join kept l on l.entity_id = s.left_id join kept r on r.entity_id = s.right_id where s.final),
asked as (
    select e.* exclude (question), case when d.left_id is null then e.question else concat_ws(' ', e.left_id, e.right_id) end as question,
        d.left_id is not null as disputed, o.left_id is not null as skipped
    from every e left join disputed d on d.left_id = e.left_id and d.right_id = e.right_id
    left join settled s on s.left_id = e.left_id and s.right_id = e.right_id
    left join put_off o on o.left_id = e.left_id and o.right_id = e.right_id
    where d.left_id is not null
        or (s.left_id is null and e.question not in (select question from answered) and e.score >= {FLOOR} and not (e.together and e.score > {1 - FLOOR}))),
told as (
    select entity_id, string_agg(distinct lower(value), chr(31) order by lower(value)) as said from claims
    where prop in ('name', 'alias', 'previousName', 'weakAlias', 'birthDate')
        and entity_id in (select left_id from asked union select right_id from asked) group by entity_id),
sides as (
    select a.*, coalesce(lt.said, a.left_id) as ours, coalesce(rt.said, a.right_id) as theirs
    from asked a left join told lt on lt.entity_id = a.left_id left join told rt on rt.entity_id = a.right_id),
keyed as (
    select *, concat_ws(chr(30), least(ours, theirs), greatest(ours, theirs), features, score, together) as case_key from sides)
select k.left_id, k.right_id, k.features, k.case_key, k.skipped, coalesce(k.score, 0) as score, k.together,
    sl.members as left_size, sr.members as right_size,
    wl.entity_id is not null or wr.entity_id is not null as placed,
    ll.entity_id is not null or lr.entity_id is not null as linked,
    coalesce((wl.crime and wr.terror) or (wl.terror and wr.crime), false) as crossing,
    k.rivals, count(distinct k.question) over (partition by k.case_key) as alike, k.disputed,
    dense_rank() over (order by k.question) as question
from keyed k join sizes sl on sl.cluster_id = k.l_cluster join sizes sr on sr.cluster_id = k.r_cluster
left join worlds wl on wl.entity_id = k.l_cluster left join worlds wr on wr.entity_id = k.r_cluster
left join on_links ll on ll.entity_id = k.l_cluster left join on_links lr on lr.entity_id = k.r_cluster
order by k.left_id, k.right_id"""
