"""What a source fewer, or a copy more, does to the strength of links: never upward, but where the source spoke against them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosstie.app import Workspace
from crosstie.graph.compile import compile_edges
from crosstie.link.asking import Question
from crosstie.link.copies import leave_out
from crosstie.link.inquiry import Gone
from crosstie.link.search import search
from crosstie.link.spheres import place
from crosstie.model.tables import CLAIM, CLUSTER, ENTITY, FINDING, LEDGER_BASE, MENTION, SOURCE, STATEMENT
from crosstie.resolve.claims import gather
from crosstie.settings import Settings
from crosstie.store.engine import Engine
from crosstie.store.watches import Watches

Row = dict[str, Any]
PEOPLE = ("ana", "ben", "cem", "dov", "eva", "fay")
LEDGER = pa.schema([*LEDGER_BASE, ("amount", pa.float64()), ("currency", pa.string())])
#: Nobody is a hub, and all paths of a pair are kept: what lies behind the best few is told apart below.
SETTINGS = Settings(threads=1, paths=60)


@dataclass(frozen=True)
class Source:
    """What one source says: topics, ties, phones, years of birth, payments and denials of six people."""

    name: str
    originator: str
    grade: str
    topics: tuple[tuple[str, str], ...] = ()
    ties: tuple[tuple[str, str, str], ...] = ()
    phones: tuple[tuple[str, str], ...] = ()
    born: tuple[tuple[str, int], ...] = ()
    paid: tuple[tuple[str, str, int], ...] = ()
    texts: tuple[tuple[str, str, str], ...] = ()

    def records(self) -> list[Row]:
        """Its statements. Ids begin with the name of the source."""
        told = [(person, "Person", "name", person.title() + " Doe") for person in PEOPLE]
        told += [(one, "Person", "topics", topic) for one, topic in self.topics]
        told += [(one, "Person", "phone", number) for one, number in self.phones]
        told += [(one, "Person", "birthDate", str(year)) for one, year in self.born]
        for number, (schema, a, b) in enumerate(self.ties):
            ends = {"Associate": ("person", "associate"), "Family": ("person", "relative"), "Ownership": ("owner", "asset")}[schema]
            told += [(f"tie{number}", schema, prop, f"{self.name}-{who}") for prop, who in zip(ends, (a, b), strict=True)]
            told += [(f"tie{number}", schema, "startDate", "2015")]
        common = {"dataset": self.name, "source_id": self.name, "grade": self.grade, "marking": "TLP:CLEAR"}
        return [
            {"entity_id": f"{self.name}-{one}", "schema": schema, "prop": prop, "value": value, "locator": f"row {at}", **common}
            for at, (one, schema, prop, value) in enumerate(told)
        ]

    def events(self) -> list[Row]:
        """Its payments."""
        return [
            {
                "event_id": f"{self.name}-{at}",
                "a_id": f"{self.name}-{a}",
                "b_id": f"{self.name}-{b}",
                "date": "2016-01-02",
                "amount": float(amount),
                "currency": "USD",
                "source_id": self.name,
                "locator": f"line {at}",
                "grade": self.grade,
                "marking": "TLP:CLEAR",
            }
            for at, (a, b, amount) in enumerate(self.paid)
        ]

    def mentions(self) -> list[Row]:
        """What its texts say: person, sphere, mode."""
        return [
            {
                "mention_id": f"{self.name}-{at}",
                "entity_id": who,
                "sphere": sphere,
                "activity": "drugs.trafficking" if sphere == "crime" else "terrorism",
                "mode": mode,
                "sentence": f"{self.name} says in note {at} of {who}: {mode} for {sphere}",
                "source_id": self.name,
                "locator": f"note {at}",
                "originator": self.originator,
                "grade": self.grade,
                "marking": "TLP:CLEAR",
            }
            for at, (who, sphere, mode) in enumerate(self.texts)
        ]


def built(engine: Engine, sources: Sequence[Source], joins: dict[tuple[str, str], float] | None = None) -> tuple[list[Row], list[Row]]:
    """Links and steps of these sources: `joins` says how surely a source's record of a person is joined with the others."""
    told = [
        {
            "source_id": one.name,
            "series": one.name,
            "dataset": one.name,
            "originator": one.originator,
            "received_at": f"2024-01-{at:02}",
            "version_date": "2024-01-01",
            "records": len({row["entity_id"] for row in one.records()}),
            "statements": len(one.records()),
            "ledger_rows": len(one.paid),
            "file_name": f"{one.name}.csv",
        }
        for at, one in enumerate(sources, 1)
    ]
    engine.load("sources", pa.Table.from_pylist(told, schema=SOURCE))
    engine.load("statements", pa.Table.from_pylist([row for one in sources for row in one.records()], schema=STATEMENT))
    engine.load("ledger_payments", pa.Table.from_pylist([row for one in sources for row in one.events()], schema=LEDGER))
    leave_out(engine)
    gather(engine)
    canonical = "substr(s.entity_id, strpos(s.entity_id, '-') + 1)"
    columns = ", ".join(
        f"case when s.\"schema\" = 'Person' then {canonical} else s.entity_id end as canonical_id"
        if name == "canonical_id"
        else f's."{name}"'
        for name in CLAIM.names
    )
    engine.create("claims", f"select {columns} from claims s")
    blank = {"schema": "Person", "victim": False, "marking": "TLP:CLEAR", "topics": [], "birth_dates": [], "names": [], "delisted": False}
    things = [*PEOPLE, *(f"z{at}" for at in range(40))]
    engine.load("entities", pa.Table.from_pylist([{**blank, "entity_id": one, "caption": one.title()} for one in things], schema=ENTITY))
    clusters = [
        {"entity_id": f"{one.name}-{who}", "cluster_id": who, "dataset": one.name, "score": (joins or {}).get((one.name, who), 0.9)}
        for one in sources
        for who in PEOPLE
    ]
    engine.load("clusters", pa.Table.from_pylist(clusters, schema=CLUSTER))
    engine.load("mentions", pa.Table.from_pylist([row for one in sources for row in one.mentions()], schema=MENTION))
    engine.load("findings", FINDING.empty_table())
    place(engine, ())
    compile_edges(engine, SETTINGS)
    search(engine, SETTINGS, [])
    return engine.arrow("select * from links").to_pylist(), engine.arrow("select * from steps").to_pylist()


person = st.sampled_from(PEOPLE)
two = st.tuples(person, person).filter(lambda pair: pair[0] < pair[1])


def some(one: Any, most: int) -> Any:
    return st.lists(one, max_size=most, unique=True).map(tuple)


sources = st.lists(
    st.builds(
        Source,
        name=st.just(""),
        originator=st.sampled_from(("Police", "Bank", "Court")),
        grade=st.sampled_from(("A1", "B2", "C3", "D4")),
        topics=some(st.tuples(person, st.sampled_from(("crime.traffick.drug", "crime.terror"))), 3),
        ties=some(st.tuples(st.sampled_from(("Associate", "Family", "Ownership")), person, person).filter(lambda tie: tie[1] < tie[2]), 4),
        phones=some(st.tuples(person, st.sampled_from(("+38 161 5550011", "+38 161 5550022"))), 3),
        born=some(st.tuples(person, st.sampled_from((1960, 1961, 1985))), 2),
        paid=some(st.tuples(person, person, st.sampled_from((10, 9_000))).filter(lambda paid: paid[0] != paid[1]), 3),
        texts=some(st.tuples(person, st.sampled_from(("crime", "terror")), st.sampled_from(("asserted", "alleged", "negated"))), 2),
    ),
    min_size=2,
    max_size=4,
).map(lambda found: [replace(one, name=f"s{at}") for at, one in enumerate(found)])
scores = st.dictionaries(st.tuples(st.sampled_from(("s0", "s1", "s2", "s3")), person), st.sampled_from((0.76, 0.99)), max_size=8)


def commoner(before: Sequence[Row], after: Sequence[Row]) -> bool:
    """Whether something on the paths was less rare before: more had the number, or more was paid by others."""
    rarity = {row["edge_id"]: row["rarity"] or 0.0 for row in before}
    return any((row["rarity"] or 0.0) > rarity.get(row["edge_id"], -1.0) + 1e-9 for row in after)


def risen(before: tuple[list[Row], list[Row]], after: tuple[list[Row], list[Row]]) -> list[str]:
    """Links that are stronger afterwards although nothing that spoke against them is gone."""
    then = {link["link_id"]: link for link in before[0]}
    found = []
    for link in after[0]:
        was = then.get(link["link_id"])
        if was is None:
            continue
        against = [Counter(one["name"] for one in row["arguments"] if one["outcome"] == "against") for row in (was, link)]
        steps = [[row for row in rows if row["link_id"] == link["link_id"]] for rows in (before[1], after[1])]
        if link["strength"] > was["strength"] + 1e-6 and not against[0] - against[1] and not commoner(*steps):
            found.append(f"{link['crime_id']}-{link['terror_id']}: {was['strength']:.4f} to {link['strength']:.4f}")
    return found


@pytest.fixture(scope="module")
def engine() -> Any:
    with Engine() as one:
        yield one


@settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(told=sources, joins=scores)
def test_without_a_source_no_link_is_stronger_but_where_it_spoke_against(engine: Engine, told: list[Source], joins: Any) -> None:
    whole = built(engine, told, joins)
    for gone in told:
        rest = [one for one in told if one is not gone]
        assert not risen(whole, built(engine, rest, joins)), gone.name


@settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(told=sources, joins=scores, which=st.integers(0, 3), voice=st.sampled_from(("Police", "Another office")))
def test_a_copy_under_another_name_changes_nothing(engine: Engine, told: list[Source], joins: Any, which: int, voice: str) -> None:
    original = told[which % len(told)]
    links, steps = built(engine, told, joins)
    copy = replace(original, name="copy", originator=voice, texts=())
    again, same = built(engine, [*told, copy], joins)
    assert [(one["link_id"], one["strength"], one["support"], one["score"]) for one in links] == [
        (one["link_id"], one["strength"], one["support"], one["score"]) for one in again
    ]
    assert len(steps) == len(same)


MAPPING = """
dataset: {dataset}
originator: {originator}
grade: A2
entities:
  person: {{schema: Person, id: {{column: no}}, properties: {{name: name, topics: topics}}}}
  friend: {{schema: Person, id: {{column: friend_no}}, properties: {{name: friend, topics: friend_topics}}}}
  tie: {{schema: Associate, id: {{columns: [no, friend_no]}}, properties: {{person: {{entity: person}}, associate: {{entity: friend}}}}}}
"""
ROWS = "no,name,topics,friend_no,friend,friend_topics\n1,Ana Petrova,crime.traffick.drug,2,Zaid Ben Omar,crime.terror\n"


def test_a_file_that_comes_again_under_another_name_leaves_the_build_as_it_was(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path / "unit")
    for name, originator, rows in (("one", "Police", ROWS), ("two", "Another office", ROWS + "\n")):
        (tmp_path / f"{name}.csv").write_text(rows, encoding="utf-8")
        (tmp_path / f"{name}.mapping.yaml").write_text(MAPPING.format(dataset=name, originator=originator), encoding="utf-8")
    workspace.add([tmp_path / "one.csv"])
    first, _ = workspace.build()
    [taken] = workspace.add([tmp_path / "two.csv"])
    assert taken.source is not None
    second, new = workspace.build()
    assert new
    assert [(one["source_id"], one["file_name"], one["originator"]) for one in second.manifest["copies"]] == [
        (taken.source.source_id, "two.csv", "Another office")
    ]
    assert first.table("claims").equals(second.table("claims"))
    assert first.table("links").drop_columns(["arguments"]).equals(second.table("links").drop_columns(["arguments"]))
    [link] = second.table("links").to_pylist()
    assert "“two.csv” is a copy of a source cited here; both count once." in [one["sentence"] for one in link["arguments"]]


def test_a_standing_question_also_tells_what_it_lost(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path / "unit")
    (tmp_path / "one.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "one.mapping.yaml").write_text(MAPPING.format(dataset="one", originator="Police"), encoding="utf-8")
    workspace.add([tmp_path / "one.csv"])
    workspace.build()
    [link] = workspace.links().to_pylist()
    inquiry, watches = workspace.inquiry(), Watches(workspace.database)
    inquiry.watch("all", Question())
    inquiry.watch("grave", Question(classes=("N4",)))
    first, second = sorted(inquiry.watches(), key=lambda one: one.name)
    watches.look(first, {link["link_id"]: "N0", "feed": "N4"})
    watches.look(second, {link["link_id"]: "N4"})
    every, grave = inquiry.news()
    assert [(one["link_id"], one["was"]) for one in every.fresh.to_pylist()] == [(link["link_id"], "N0")]
    assert every.gone == (Gone("feed", "N4", "", "", None),)
    assert grave.gone == (Gone(link["link_id"], "N4", "Ana Petrova", "Zaid Ben Omar", link["class"]),)
    assert [one.count for one in inquiry.news()] == [0, 0]
