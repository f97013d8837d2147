from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pytest

from crosstie.link.search import link_id, search
from crosstie.model.tables import CLAIM, CLUSTER, EDGE, ENTITY, FINDING, LINK, SOURCE, SPHERE, STEP
from crosstie.settings import Settings
from crosstie.store.casebook import Judgement
from crosstie.store.engine import Engine

Row = dict[str, Any]


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as one:
        yield one


def sphere(entity: str, world: str, *, basis: str = "listing", source: str = "un", **more: Any) -> Row:
    originator = {"un": "UN Security Council", "gb": "HM Treasury", "us": "OFAC"}.get(source, source)
    return {
        "entity_id": entity,
        "sphere": world,
        "activity": "drugs.trafficking" if world == "crime" else "terrorism",
        "basis": basis,
        "sentence": f"{entity} is {world}",
        "confidence": 0.8,
        "source_id": source,
        "locator": f"{entity}/{world}",
        "originator": originator,
        "grade": "A2",
        "marking": "TLP:CLEAR",
        **more,
    }


def edge(a: str, b: str, kind: str = "Associate", **more: Any) -> Row:
    source = more.pop("by", "us")
    evidence = {
        "source_id": source,
        "locator": f"{a}-{b}",
        "sentence": f"{a} and {b}",
        "originator": source,
        "grade": "A2",
        "marking": "TLP:CLEAR",
    }
    return {
        "edge_id": f"{a}-{b}-{kind}",
        "source": a,
        "target": b,
        "kind": kind,
        "confidence": 0.8,
        "originators": [source],
        "evidence": [evidence],
        "marking": "TLP:CLEAR",
        **more,
    }


class World:
    """Tables by hand, and the links that come of them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.settings = Settings(threads=1)

    def links(
        self,
        spheres: Sequence[Row],
        edges: Sequence[Row] = (),
        *,
        entities: Sequence[Row] = (),
        judgements: Sequence[Judgement] = (),
        findings: Sequence[Row] = (),
        clusters: Sequence[Row] = (),
        claims: Sequence[Row] = (),
        bystanders: int = 50,
    ) -> list[Row]:
        ids = {row["entity_id"] for row in spheres} | {one[end] for one in edges for end in ("source", "target")}
        described = {
            one: {"entity_id": one, "schema": "Person", "caption": one.title(), "names": [one.title() + " Doe"]} for one in sorted(ids)
        }
        described |= {f"z{n:03}": {"entity_id": f"z{n:03}", "schema": "Person", "caption": f"Passer {n}"} for n in range(bystanders)}
        for row in entities:
            described.setdefault(row["entity_id"], {"schema": "Person"}).update(row)
        blank = {"victim": False, "marking": "TLP:CLEAR", "topics": [], "birth_dates": [], "names": [], "delisted": False}
        tables: dict[str, tuple[Sequence[Row], pa.Schema]] = {
            "entities": ([{**blank, **row} for row in described.values()], ENTITY),
            "spheres": (spheres, SPHERE),
            "edges": (edges, EDGE),
            "findings": (findings, FINDING),
            "clusters": (clusters, CLUSTER),
            "claims": (claims, CLAIM),
            "sources": ([{"source_id": "un", "dataset": "un", "originator": "UN Security Council"}], SOURCE),
        }
        for name, (rows, schema) in tables.items():
            self.engine.load(name, pa.Table.from_pylist(list(rows), schema=schema))
        search(self.engine, self.settings, list(judgements))
        found = self.engine.arrow("select * from links order by rank")
        assert found.schema.equals(LINK)
        return found.to_pylist()

    def steps(self) -> list[Row]:
        found = self.engine.arrow("select * from steps order by link_id, path_no, step_no")
        assert found.schema.equals(STEP)
        return found.to_pylist()


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


def test_an_actor_in_both_spheres_is_a_link_with_both_evidences(world: World) -> None:
    [link] = world.links([sphere("ana", "crime", source="us"), sphere("ana", "terror")])
    assert (link["crime_id"], link["terror_id"], link["hops"], link["class"], link["path"]) == ("ana", "ana", 0, "N4", ["ana"])
    assert [one["originator"] for one in link["crime_evidence"]] == ["OFAC"]
    assert [one["originator"] for one in link["terror_evidence"]] == ["UN Security Council"]
    assert link["support"] == 2
    assert link["strength"] == pytest.approx(0.64)
    assert "both spheres" in link["sentence"]
    assert world.steps() == []


def test_two_ways_to_deal_at_once_are_less_likely_by_chance(world: World) -> None:
    placed = [sphere("ana", "crime"), sphere("bob", "terror")]
    others = [edge(f"y{n}", f"y{n + 1}", kind) for first, kind in enumerate(("Call", "ledger.payments")) for n in range(2 * first, 40, 4)]
    paid = edge("bob", "ana", "ledger.payments", confidence=0.5)
    [one] = world.links(placed, [edge("ana", "bob", "Call"), *others])
    [two] = world.links(placed, [edge("ana", "bob", "Call"), paid, *others])
    assert two["surprise"] > one["surprise"] + 1.5
    assert two["score"] > one["score"]
    # where everybody who calls also pays, that these do tells next to nothing
    usual = [edge(row["source"], row["target"], "ledger.payments") for row in others if row["kind"] == "Call"]
    [three] = world.links(placed, [edge("ana", "bob", "Call"), paid, *others, *usual])
    assert one["surprise"] <= three["surprise"] < one["surprise"] + 1


def test_a_path_between_two_actors_is_a_link_with_its_steps(world: World) -> None:
    [link] = world.links(
        [sphere("ana", "crime", source="us"), sphere("zed", "terror")],
        [
            edge("ana", "acme", "Directorship", start="2011"),
            edge(
                "acme", "zed", "ledger.payments", events=3, amount=42000.0, currency="USD", start="2014-01-02", end="2014-03-01", by="bank"
            ),
        ],
    )
    assert (link["path"], link["hops"], link["class"], link["rule"]) == (["ana", "acme", "zed"], 2, "N2", "N2.dealing")
    assert (link["first"], link["last"]) == ("2011", "2014-03-01")
    steps = world.steps()
    assert [(one["source"], one["target"], one["path_no"], one["step_no"]) for one in steps] == [
        ("ana", "acme", 1, 1),
        ("acme", "zed", 1, 2),
    ]
    assert steps[0]["sentence"] == "Ana directs Acme since 2011 (us)."
    assert steps[1]["sentence"] == "Acme paid Zed 3 times, 42,000 USD in all from 2014-01-02 to 2014-03-01 (bank)."
    assert all(one["evidence"] for one in steps)
    assert "Ana directs Acme since 2011 (us); Acme paid Zed 3 times, 42,000 USD in all" in link["sentence"]
    assert link["sentence"].endswith("It is unlikely that all of this holds (20–45 %).")
    assert {(one["name"], one["outcome"]) for one in link["arguments"]} >= {("dates", "for"), ("hub", "for")}


def test_no_path_runs_through_somebody_who_is_a_link_already(world: World) -> None:
    links = world.links(
        [sphere("boss", "crime"), sphere("aide", "crime"), sphere("zed", "terror")],
        [edge("boss", "aide"), edge("aide", "zed")],
    )
    assert [(one["crime_id"], one["terror_id"]) for one in links] == [("aide", "zed")]


def test_who_is_in_both_spheres_pairs_only_with_those_in_the_other_one(world: World) -> None:
    links = world.links(
        [sphere("both", "terror"), sphere("both", "crime", basis="narrative"), sphere("zed", "terror"), sphere("ana", "crime")],
        [edge("both", "zed"), edge("ana", "both", by="gb")],
    )
    assert {(one["crime_id"], one["terror_id"]) for one in links} == {("both", "both"), ("ana", "both")}
    assert {one["class"] for one in links if one["hops"] == 0} == {"N3"}


def test_a_list_that_takes_over_an_entry_counts_once(world: World) -> None:
    rows = [sphere("ana", "crime", source="us"), sphere("ana", "terror"), sphere("ana", "terror", source="gb")]
    claim: Callable[..., Row] = lambda entity, prop, value: {  # noqa: E731
        "entity_id": entity,
        "canonical_id": "ana" if entity == "gb-1" else entity,
        "prop": prop,
        "value": value,
        "source_id": "gb",
    }
    [free] = world.links(rows)
    [echo] = world.links(
        rows, claims=[claim("gb-1", "name", "Ana"), claim("gb-1-s", "entity", "gb-1"), claim("gb-1-s", "unscId", "QDi.999")]
    )
    assert (free["support"], echo["support"]) == (3, 2)
    assert echo["strength"] < free["strength"]
    assert [one["outcome"] for one in echo["arguments"] if one["name"] == "list_echo"] == ["against"]


def test_a_decision_stays_with_the_link_and_a_rejected_one_comes_last(world: World) -> None:
    rows = [sphere("ana", "crime"), sphere("ana", "terror", source="us"), sphere("ben", "crime", confidence=0.1), sphere("ben", "terror")]
    first, _ = world.links(rows)
    no = Judgement("j1", "link", link_id("ana", "ana"), None, "rejected", "another person", "eve", "2026-01-01T00:00:00Z", None)
    links = world.links(rows, judgements=[no])
    assert first["crime_id"] == "ana"
    assert [(one["rank"], one["crime_id"], one["status"]) for one in links] == [(1, "ben", "open"), (2, "ana", "rejected")]


def test_an_end_is_named_by_the_record_that_places_it(world: World) -> None:
    claims = [
        {"entity_id": entity, "canonical_id": "ana", "prop": "name", "value": "Ana", "source_id": source, "locator": place}
        for entity, source, place in (("bank-1", "bank", "row 1"), ("us-9", "us", "ana/crime"), ("un-4", "un", "ana/terror"))
    ]
    rows = [sphere("ana", "crime", source="us"), sphere("ana", "crime", source="gb", confidence=0.3), sphere("ana", "terror")]
    [link] = world.links(rows, claims=claims)
    assert (link["crime_id"], link["crime_record"], link["terror_record"]) == ("ana", "us-9", "un-4")
    [bare] = world.links(rows)
    assert (bare["crime_record"], bare["terror_record"]) == ("ana", "ana")


def test_a_victim_is_in_no_link(world: World) -> None:
    assert world.links([sphere("ana", "crime"), sphere("ana", "terror")], entities=[{"entity_id": "ana", "victim": True}]) == []


def test_an_empty_sphere_gives_no_links(world: World) -> None:
    assert world.links([sphere("ana", "crime")], [edge("ana", "ben")]) == []
    assert world.links([]) == []


def test_a_step_without_evidence_carries_no_link(world: World) -> None:
    assert world.links([sphere("ana", "crime"), sphere("zed", "terror")], [edge("ana", "zed", evidence=[])]) == []


def joined(prop: str) -> tuple[list[Row], list[Row]]:
    claims = [
        {"entity_id": "us-1", "canonical_id": "ana", "prop": "name", "value": "Ana Doe", "prop_type": "name"},
        {"entity_id": "un-1", "canonical_id": "ana", "prop": "name", "value": "Hanna Roe", "prop_type": "name"},
        {"entity_id": "un-1", "canonical_id": "ana", "prop": prop, "value": "Ana Doe", "prop_type": "name"},
    ]
    return claims, [{"entity_id": one, "cluster_id": "ana", "score": 0.8} for one in ("us-1", "un-1")]


def test_a_link_never_rests_on_a_weak_alias_alone(world: World) -> None:
    rows = [sphere("ana", "crime", source="us"), sphere("ana", "terror")]
    for prop, expected in (("weakAlias", 0), ("alias", 1)):
        claims, clusters = joined(prop)
        assert len(world.links(rows, claims=claims, clusters=clusters)) == expected


def test_a_join_of_records_is_part_of_the_strength_and_its_name_is_tested(world: World) -> None:
    claims, clusters = joined("alias")
    [link] = world.links([sphere("ana", "crime", source="us"), sphere("ana", "terror")], claims=claims, clusters=clusters)
    assert link["strength"] < 0.64 * 0.81
    assert [one["outcome"] for one in link["arguments"] if one["name"] == "common_name"]


def test_findings_on_the_path_give_their_typology_and_lift_the_link(world: World) -> None:
    rows = [sphere("ana", "crime"), sphere("zed", "terror")], [edge("ana", "acme"), edge("acme", "zed")]
    finding = {
        "finding_id": "f1",
        "lens": "finance",
        "typology": "finance.fan-in",
        "subjects": ["acme", "other"],
        "score": 0.9,
        "status": "proposed",
    }
    [plain] = world.links(*rows)
    [found] = world.links(*rows, findings=[finding])
    [refused] = world.links(*rows, findings=[{**finding, "status": "rejected"}])
    assert (plain["typologies"], found["typologies"], refused["typologies"]) == ([], ["finance.fan-in"], [])
    assert found["score"] > plain["score"] == refused["score"]
    [closed] = world.links(*rows, findings=[{**finding, "marking": "TLP:RED"}])
    assert (found["marking"], closed["marking"]) == (plain["marking"], "TLP:RED")
    assert plain["marking"] != "TLP:RED"


def test_the_best_links_are_kept_and_the_answer_is_the_same_each_time(world: World) -> None:
    rows = [sphere(f"c{n}", "crime", confidence=0.3 + n / 20) for n in range(10)] + [sphere("zed", "terror")]
    edges = [edge(f"c{n}", "zed") for n in range(10)]
    world.settings = Settings(threads=1, links=4)
    links = world.links(rows, edges)
    assert [one["rank"] for one in links] == [1, 2, 3, 4]
    assert links == world.links(rows[::-1], edges[::-1])


def against(link: Row) -> set[str]:
    return {one["name"] for one in link["arguments"] if one["outcome"] == "against"}


def test_custody_and_the_border_are_alibis(world: World) -> None:
    rows = [sphere("ana", "crime", source="us"), sphere("zed", "terror")]
    meeting = edge("ana", "zed", "UnknownLink", label="met at the port", start="2016-05-05", end="2016-05-05", by="police")
    [free] = world.links(rows, [meeting])
    held = edge("zed", "jail", "UnknownLink", label="held in this wing", start="2016-01-01", end="2016-10-20", by="prisons")
    away = [
        edge("ana", "post", label=label, start=day, end=day, by="guards")
        for label, day in (("exit", "2016-05-01"), ("entry", "2016-05-09"))
    ]
    away[1]["edge_id"] = "back"
    for ties, told in (
        ([held], "Zed was in custody then (Jail, 2016-01-01 – 2016-10-20; prisons)"),
        (away, "Ana was abroad then (out 2016-05-01, back 2016-05-09; guards)"),
    ):
        [link] = [one for one in world.links(rows, [meeting, *ties]) if one["hops"] == 1]
        assert against(link) == {"alibi"}
        assert link["strength"] == pytest.approx(0.4 * free["strength"])
        assert any(one["sentence"].startswith(told) for one in link["arguments"])


def test_namesakes_of_one_village_are_told(world: World) -> None:
    rows = [sphere("ana", "crime", source="us"), sphere("zed", "terror")]
    named = [{"entity_id": one, "caption": f"{one} Dawa", "schema": "Person"} for one in ("ana", "zed", *(f"y{n}" for n in range(25)))]
    claims = [
        {"entity_id": one, "canonical_id": one, "prop": "address", "value": f"Road {n}, Zimno", "source_id": "gb"}
        for n, one in enumerate(("ana", "zed"))
    ]
    [link] = world.links(rows, [edge("ana", "zed", "Family")], entities=named, claims=claims)
    assert against(link) == {"one_village"}
    assert any("Zimno: 27 here bear that name" in one["sentence"] for one in link["arguments"])
    [elsewhere] = world.links(rows, [edge("ana", "zed", "Family")], entities=named, claims=claims[:1])
    assert against(elsewhere) == set()
