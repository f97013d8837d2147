"""Cases, who is in them and what becomes of them, on both kinds of database."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from crosstie import clock
from crosstie.casework import changes as asked
from crosstie.casework.own import Own
from crosstie.casework.things import pseudonym
from crosstie.errors import AccessError, NotFound, UsageError
from crosstie.model.marking import Tlp
from crosstie.store.audit import Audit
from crosstie.store.database import Database
from tests.casework.conftest import TOMORROW, Of, person


def test_a_case_has_a_number_a_purpose_and_a_legal_basis(of: Of) -> None:
    lea = of("lea")
    year = clock.today().year
    assert [lea.open("a", "b", "c"), lea.open("a", "b", "c")] == [f"C-{year}-00001", f"C-{year}-00002"]
    for given in (("", "b", "c"), ("a", " ", "c"), ("a", "b", ""), ("a" * 3_000, "b", "c"), ("a", "b", "c", "TLP:PINK")):
        with pytest.raises(UsageError):
            lea.open(*given)
    with pytest.raises(AccessError):
        of("ana").open("a", "b", "c")
    with pytest.raises(AccessError):
        of("lea", Tlp.GREEN).open("a", "b", "c", "TLP:RED")


def test_for_who_is_no_member_there_is_no_such_case(of: Of, ref: str, database: Database) -> None:
    ben = of("ben")
    said = []
    for number in (ref, "C-2026-99999"):
        with pytest.raises(NotFound) as told:
            ben.read(number)
        said.append(told.value.detail.replace(number, ""))
        with pytest.raises(NotFound):
            ben.change(number, asked.Note("x"))
    assert said[0] == said[1]
    assert ben.list() == {"cases": [], "withheld": 0}
    refused = [(one.user, one.subject, one.purpose) for one in Audit(database).entries() if one.action == "refused"]
    assert refused == [("ben", f"case {one}", "a trial") for one in (ref, ref, "C-2026-99999", "C-2026-99999")]
    with pytest.raises(AccessError):
        of("cus").read(ref)


def test_roles_in_a_case(of: Of, ref: str) -> None:
    with pytest.raises(AccessError):
        of("vic").change(ref, asked.Note("x"))
    for leads in (
        asked.Member("ben", "member"),
        asked.Dismiss("vic"),
        asked.Close(4, "x", TOMORROW),
        asked.Grant("ana", "v1", "x", TOMORROW),
    ):
        with pytest.raises(AccessError, match="lead"):
            of("ana").change(ref, leads)
    lea = of("lea")
    for who, role in (("ana", "lead"), ("vic", "member"), ("cus", "reader"), ("nobody", "reader")):
        with pytest.raises(UsageError):
            lea.change(ref, asked.Member(who, role))  # type: ignore[arg-type]
    for without in (asked.Dismiss("lea"), asked.Member("lea", "member")):
        with pytest.raises(UsageError, match="has a lead"):
            lea.change(ref, without)
    lea.change(ref, asked.Member("leo", "lead"))
    of("leo").change(ref, asked.Dismiss("lea"))
    with pytest.raises(NotFound):
        lea.read(ref)


def test_a_case_is_marked_as_the_strictest_thing_in_it(of: Of, ref: str, tmp_path: Path) -> None:
    lea = of("lea")
    lea.change(ref, asked.Add("entity", "e1", "he drives"))
    assert lea.read(ref)["marking"] == "TLP:AMBER"
    low = of("ana", Tlp.AMBER)
    with pytest.raises(AccessError):
        low.change(ref, asked.Add("link", "l1", "strict"))
    assert low.read(ref)["things"][0]["title"] == "Orvan Telk"
    lea.change(ref, asked.Add("link", "l1", "strict"))
    assert lea.read(ref)["marking"] == "TLP:AMBER+STRICT"
    with pytest.raises(AccessError, match="stricter"):
        low.read(ref)
    assert low.list() == {"cases": [], "withheld": 1}
    file = tmp_path / "a.pdf"
    file.write_bytes(b"x")
    lea.attach(ref, file, "a.pdf", "seized", "TLP:RED")
    assert lea.read(ref)["marking"] == "TLP:RED"
    lea.change(ref, asked.Detach(1, "not of this case"))
    lea.change(ref, asked.Remove(2, "not of this case"))
    assert low.read(ref)["marking"] == "TLP:AMBER"
    assert [one["removed_why"] for one in lea.read(ref)["taken_out"]] == ["not of this case"]


def test_victims_are_shown_to_those_who_need_to_know_until_it_ends(
    of: Of, ref: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lea, ana = of("lea"), Own(database, person("ana"))
    with pytest.raises(AccessError, match="by its lead"):
        of("ana").change(ref, asked.Add("entity", "v1", "seen there"))
    lea.change(ref, asked.Add("entity", "v1", "seen there"))
    assert lea.read(ref)["things"][0]["title"] == pseudonym("v1")
    assert ana.needs(["v1"]) == []
    for wrong in (
        ("ana", "e1", "x", TOMORROW),
        ("ben", "v1", "x", TOMORROW),
        ("ana", "v1", "", TOMORROW),
        ("ana", "v1", "x", "2020-01-01"),
        ("ana", "v1", "x", "2999-01-01"),
    ):
        with pytest.raises(UsageError):
            lea.change(ref, asked.Grant(*wrong))
    lea.change(ref, asked.Grant("ana", "v1", "she interviews her", TOMORROW))
    assert ana.needs(["other", "v1"]) == [ref]
    assert Own(database, person("lea")).needs(["v1"]) == []
    [granted] = of("ana").read(ref)["grants"]
    assert granted["holds"]
    assert of("vic").read(ref)["grants"] == []
    with monkeypatch.context() as later:
        later.setattr(clock, "today", lambda: clock.now().date() + timedelta(days=2))
        assert ana.needs(["v1"]) == []
    lea.change(ref, asked.Revoke(1))
    assert ana.needs(["v1"]) == []
    lea.change(ref, asked.Grant("ana", "v1", "again", TOMORROW))
    lea.change(ref, asked.Dismiss("ana"))
    assert ana.needs(["v1"]) == []
    lea.change(ref, asked.Member("ana", "member"))
    assert ana.needs(["v1"]) == []
    noted = [json.loads(one.detail or "{}") for one in Audit(database).entries() if one.action == "case"]
    assert {"do": "grant", "number": 1, "subject": "v1", "person": "ana", "until": TOMORROW} in noted


def test_a_closed_case_changes_no_more_and_what_was_granted_in_it_ends(of: Of, ref: str, database: Database) -> None:
    lea = of("lea")
    lea.change(ref, asked.Add("entity", "v1", "seen there"))
    version = lea.change(ref, asked.Grant("ana", "v1", "she interviews her", TOMORROW))
    for until in ("2020-01-01", "2999-01-01", "never"):
        with pytest.raises(UsageError):
            lea.change(ref, asked.Close(version, "done", until))
    version = lea.change(ref, asked.Close(version, "handed over", TOMORROW))
    with pytest.raises(UsageError, match="closed"):
        of("ana").change(ref, asked.Note("late"))
    assert Own(database, person("ana")).needs(["v1"]) == []
    case = of("ana").read(ref)["case"]
    assert (case["status"], case["keep_until"], case["closed_by"]) == ("closed", TOMORROW, "lea")
    lea.change(ref, asked.Reopen(version, "a new witness"))
    of("ana").change(ref, asked.Note("not late"))
    assert Own(database, person("ana")).needs(["v1"]) == []


def test_everything_stands_in_the_audit_with_its_purpose_and_without_what_was_written(of: Of, ref: str, database: Database) -> None:
    of("ana").change(ref, asked.Note("the word zanzibar"))
    of("ana").read(ref)
    entries = [one for one in Audit(database).entries() if one.subject == ref]
    assert [json.loads(one.detail or "{}").get("do") for one in entries] == ["open case", "member", "member", "note", None]
    assert all(one.purpose == "a trial" for one in entries)
    assert "zanzibar" not in str(entries)
    with database.read() as connection:
        assert "zanzibar" in str(connection.execute(sa.text("select * from case_notes")).all())
    assert not list(Audit(database).verify())


def test_the_first_visit_has_no_news_and_later_ones_what_came_since(of: Of, database: Database) -> None:
    own = Own(database, person("ana"))
    assert own.visited(3)[0] == 3
    assert own.visited(5)[0] == 3
    own.seen(5)
    assert own.visited(6)[0] == 5
