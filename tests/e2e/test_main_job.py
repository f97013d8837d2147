from __future__ import annotations

import csv
import re
from pathlib import Path

import followthemoney
import orjson
import pytest

from tests.e2e.conftest import answer, run, started

LINK_COLUMNS = "link_id,crime_id,terror_id,class,strength,surprise,support,hops,first,last,path,crime_record,terror_record,fdr"


def test_the_demonstration_finds_most_of_what_was_planted(demo: Path) -> None:
    marks = answer("region", "score", "--truth", demo / "region", demo / "links.csv")
    assert marks["recall"] >= 0.7
    assert marks["average_precision"] >= 0.5
    printed = (demo / "printed.txt").read_text(encoding="utf-8")
    assert "planted links were found" in printed
    assert str(Path("demonstration") / "report.html") in printed


def test_the_links_as_csv_have_the_documented_columns(demo: Path) -> None:
    workspace = demo / "workspace"
    printed = [run(*asked, workspace=workspace).stdout for asked in (("links", "--format", "csv"), ("export", "csv"))]
    for text in ((demo / "links.csv").read_text(encoding="utf-8"), *printed):
        assert text.splitlines()[0] == LINK_COLUMNS
    links = list(csv.DictReader((demo / "links.csv").open(encoding="utf-8")))
    assert links
    for link in links:
        path = link["path"].split(" > ")
        assert path[0] == link["crime_id"]
        assert path[-1] == link["terror_id"]
        assert len(path) == int(link["hops"]) + 1
        assert re.fullmatch(r"N[0-6]", link["class"])
        assert 0 < float(link["strength"]) <= 1


def test_no_link_stands_without_evidence(demo: Path) -> None:
    for link in answer("links", workspace=demo / "workspace"):
        for evidence in (*link["crime_evidence"], *link["terror_evidence"]):
            assert evidence["source_id"]
            assert evidence["locator"]
            assert evidence["grade"]
            assert evidence["marking"]
        assert link["crime_evidence"]
        assert link["terror_evidence"]
        assert link["rule"]


def test_the_clusters_can_be_measured_by_others(demo: Path) -> None:
    done = run("export", "clusters", "--format", "csv", workspace=demo / "workspace")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert done.stdout.splitlines()[0] == "entity_id,cluster_id,dataset,score"
    assert len({row["entity_id"] for row in rows}) == len(rows)


def test_what_is_exported_is_valid_followthemoney(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.ftm.json"
    assert run("export", "ftm", "--out", out, workspace=demo / "workspace").returncode == 0
    count = 0
    for line in out.read_bytes().splitlines():
        proxy = followthemoney.model.get_proxy(orjson.loads(line))
        assert proxy.id
        count += 1
    assert count > 1000


def test_link_entity_and_source_can_be_shown(demo: Path) -> None:
    workspace = demo / "workspace"
    link = answer("links", "--top", "1", workspace=workspace)[0]
    shown = run("show", link["link_id"], workspace=workspace)
    assert shown.returncode == 0, shown.stderr
    assert "What speaks for and against" in shown.stdout
    assert answer("show", "1", workspace=workspace)["reference"] == link["link_id"]
    entity = answer("show", link["crime_id"], workspace=workspace)
    assert entity["kind"] == "entity"
    assert all(claim["source_id"] and claim["locator"] for claim in entity["claims"])
    source = answer("show", entity["claims"][0]["source_id"], workspace=workspace)
    assert source["kind"] == "source"
    assert run("show", "nobody-knows", workspace=workspace).returncode == 4


def test_all_is_in_order_and_reads_are_logged(demo: Path) -> None:
    workspace = demo / "workspace"
    assert answer("verify", workspace=workspace) == []
    run("links", "--purpose", "inquiry 12", "--user", "m.osei", workspace=workspace)
    last = answer("audit", "--limit", "3", workspace=workspace)
    assert any(entry["user"] == "m.osei" and entry["purpose"] == "inquiry 12" for entry in last)


def test_building_again_without_change_does_nothing(demo: Path) -> None:
    before = answer("build", workspace=demo / "workspace")
    assert before["new"] is False


@pytest.mark.slow
def test_the_same_files_give_the_same_bytes(little: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert started("init", other, "--exercise").returncode == 0
    assert started("add", little / "region" / "files", workspace=other).returncode == 0
    assert started("build", workspace=other).returncode == 0
    one, two = (sorted((folder / "builds" / "0001").glob("*.parquet")) for folder in (little / "workspace", other))
    # sources.parquet holds the time at which each file was received
    different = [a.name for a, b in zip(one, two, strict=True) if a.name != "sources.parquet" and a.read_bytes() != b.read_bytes()]
    assert different == []


def test_a_judgement_wins_over_the_score_and_can_be_taken_back(little: Path, tmp_path: Path) -> None:
    import shutil

    workspace = tmp_path / "copy"
    shutil.copytree(little / "workspace", workspace)
    link = answer("links", "--top", "1", workspace=workspace)[0]
    made = answer("judge", "link", link["link_id"], "--verdict", "rejected", "--reason", "namesake", workspace=workspace)
    assert answer("build", workspace=workspace)["new"] is True
    judged = {one["link_id"]: one["status"] for one in answer("links", workspace=workspace)}
    assert judged[link["link_id"]] == "rejected"
    assert answer("links", "--top", "1", workspace=workspace)[0]["link_id"] != link["link_id"]
    answer("revoke", made["id"], workspace=workspace)
    answer("build", workspace=workspace)
    assert answer("links", "--top", "1", workspace=workspace)[0]["link_id"] == link["link_id"]
    assert answer("verify", workspace=workspace) == []


def test_the_report_needs_no_network_and_says_that_it_is_an_exercise(demo: Path) -> None:
    html = (demo / "report.html").read_text(encoding="utf-8")
    assert "EXERCISE" in html
    assert "<script" not in html
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!#|data:)""", html)
    assert html.count("<article") > 5
    assert html.count("<svg") > 5
