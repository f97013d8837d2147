"""Cases, on both kinds of database."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crosstie import clock
from crosstie.casework import changes as asked
from crosstie.casework.access import Person, Role
from crosstie.casework.accounts import Accounts
from crosstie.casework.cases import LARGEST, Cases
from crosstie.casework.own import Own
from crosstie.casework.things import Thing, Things, pseudonym
from crosstie.errors import AccessError, NotFound, Stale, UsageError
from crosstie.model.marking import Tlp
from crosstie.store.audit import Audit
from crosstie.store.database import Database

ROLES = {"lea": Role.CASE_LEAD, "leo": Role.CASE_LEAD, "ana": Role.ANALYST, "ben": Role.ANALYST, "vic": Role.VIEWER, "cus": Role.CUSTODIAN}
TOMORROW = (clock.today() + timedelta(days=1)).isoformat()
KNOWN = {
    ("entity", "e1"): Thing("entity", "e1", "Orvan Telk", "TLP:AMBER", False, {"schema": "Person"}),
    ("entity", "v1"): Thing("entity", "v1", pseudonym("v1"), "TLP:AMBER", True, {"schema": "Person"}),
    ("link", "l1"): Thing("link", "l1", "Orvan Telk – Harun", "TLP:AMBER+STRICT", False, {"rank": 1}),
    ("link", "l2"): Thing("link", "l2", "Orvan Telk – Sael", "TLP:AMBER", False, {"rank": 2}),
}
Of = Callable[..., Cases]


class Here(Things):
    """A build that has these few."""

    def __init__(self) -> None:
        super().__init__(None)

    def entities(self, ids: Any) -> dict[str, Thing]:
        return {one: KNOWN["entity", one] for one in ids if ("entity", one) in KNOWN}

    def links(self, ids: Any) -> dict[str, Thing]:
        return {one: KNOWN["link", one] for one in ids if ("link", one) in KNOWN}


@pytest.fixture
def of(database: Database, tmp_path: Path) -> Of:
    accounts = Accounts(database)
    for name, role in ROLES.items():
        accounts.add(name, role, by="root")

    def cases(name: str, clearance: Tlp = Tlp.RED) -> Cases:
        return Cases(database, tmp_path / "cases", person(name, clearance), Here())

    return cases


def person(name: str, clearance: Tlp = Tlp.RED) -> Person:
    return Person(name, ROLES[name], clearance, "a trial")


@pytest.fixture
def ref(of: Of) -> str:
    lea = of("lea")
    ref = lea.open("Fuel", "smuggling of fuel", "order 7/2026")
    lea.change(ref, asked.Member("ana", "member"))
    lea.change(ref, asked.Member("vic", "reader"))
    return ref


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


def test_a_form_sent_twice_is_taken_once(of: Of, ref: str, database: Database, tmp_path: Path) -> None:
    lea = of("lea")
    assert lea.open("a", "b", "c", once="1") == lea.open("a", "b", "c", once="1")
    assert len(lea.list()["cases"]) == 2
    versions = {lea.change(ref, asked.Note("once"), once="2") for _ in range(3)}
    assert len(versions) == 1
    file = tmp_path / "a.txt"
    file.write_bytes(b"x")
    for _ in range(2):
        lea.attach(ref, file, "a.txt", "why", once="3")
    found = lea.read(ref)
    assert (len(found["notes"]), len(found["attachments"])) == (1, 1)
    of("ana").change(ref, asked.Note("of another person"), once="2")
    assert len(lea.read(ref)["notes"]) == 2
    own = Own(database, person("lea"))
    assert own.assign("link", "l1", "ana", once="4") == own.assign("link", "l1", "ana", once="4")
    assert len(Own(database, person("ana")).tasks()) == 1


def test_a_note_is_corrected_by_a_version_of_its_own_and_both_are_kept_when_two_do_it_at_once(of: Of, ref: str) -> None:
    lea, ana = of("lea"), of("ana")
    lea.change(ref, asked.Note("a blue lorry"))
    lea.change(ref, asked.Correct(1, 1, "a green lorry"))
    ana.change(ref, asked.Correct(1, 1, "a grey lorry"))
    [note] = lea.read(ref)["notes"]
    assert [(one["version"], one["base"], one["by"], one["text"]) for one in note["versions"]] == [
        (1, None, "lea", "a blue lorry"), (2, 1, "lea", "a green lorry"), (3, 1, "ana", "a grey lorry"),
    ]  # fmt: skip
    assert note["both"]
    with pytest.raises(UsageError):
        lea.change(ref, asked.Correct(1, 9, "x"))


def test_two_who_change_the_facts_at_once_are_told(of: Of, ref: str) -> None:
    lea = of("lea")
    version = lea.read(ref)["case"]["version"]
    lea.change(ref, asked.Facts(version, "Fuel and cattle", "smuggling", "order 7/2026"))
    with pytest.raises(Stale):
        lea.change(ref, asked.Facts(version, "Cattle", "smuggling", "order 7/2026"))
    with pytest.raises(Stale):
        lea.change(ref, asked.Close(version, "done", TOMORROW))
    found = lea.read(ref)
    assert found["case"]["title"] == "Fuel and cattle"
    assert found["history"][-1]["detail"]["before"] == {"title": "Fuel", "purpose": "smuggling of fuel"}


def test_many_who_write_at_once_are_all_kept(of: Of, ref: str) -> None:
    def write(name: str) -> None:
        for number in range(10):
            of(name).change(ref, asked.Note(f"{name} {number}"))

    threads = [threading.Thread(target=write, args=(name,)) for name in ("lea", "ana")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = of("lea").read(ref)
    assert sorted(one["newest"]["text"] for one in found["notes"]) == sorted(
        f"{name} {number}" for name in ("lea", "ana") for number in range(10)
    )
    assert [one["number"] for one in found["history"]] == list(range(1, found["case"]["version"] + 1))


def test_tasks_have_dates_and_the_nearest_comes_first(of: Of, ref: str, database: Database) -> None:
    lea = of("lea")
    later = (clock.today() + timedelta(days=9)).isoformat()
    lea.change(ref, asked.Task("ask the bank", "ana", later))
    lea.change(ref, asked.Task("ask the port", "ana", TOMORROW, "link", "l1"))
    lea.change(ref, asked.Task("some day", "lea"))
    found = lea.read(ref)["tasks"]
    assert [one["title"] for one in found] == ["ask the port", "ask the bank", "some day"]
    ana = Own(database, person("ana"))
    assert [one["title"] for one in ana.tasks()] == ["ask the port", "ask the bank"]
    assert ana.assigned("link") == {"l1"}
    of("ana").change(ref, asked.Done(found[0]["id"]))
    assert [one["title"] for one in ana.tasks()] == ["ask the bank"]
    assert lea.list()["cases"][0]["due"] == later
    for wrong in (("x", "ben", ""), ("x", "ana", "soon"), ("x", "ana", "2020-01-01"), ("", "ana", ""), ("x", "ana", "", "link", "")):
        with pytest.raises(UsageError):
            lea.change(ref, asked.Task(*wrong))
    with pytest.raises(NotFound):
        ana.done(found[1]["id"])  # a task of a case is done in the case


def test_a_link_is_assigned_without_a_case(of: Of, database: Database) -> None:
    ana, ben, lea = (Own(database, person(name)) for name in ("ana", "ben", "lea"))
    task = ana.assign("link", "l1", "ben", TOMORROW, "is he the driver?")
    assert [(one["assignee"], one["due"]) for one in ana.about("link", "l1")] == [("ben", TOMORROW)]
    assert ben.assigned("link") == {"l1"}
    with pytest.raises(AccessError):
        lea.done(task)
    ben.done(task)
    ben.done(task)
    assert ana.about("link", "l1") == []
    for wrong in (("link", "l1", "cus"), ("link", "l1", "nobody"), ("case", "l1", "ben")):
        with pytest.raises(UsageError):
            ana.assign(*wrong)
    with pytest.raises(AccessError):
        Own(database, person("vic")).assign("link", "l1", "ben")
    noted = [one.action for one in Audit(database).entries() if one.subject == "l1"]
    assert noted == ["assign", "done"]


def test_decisions_are_on_links_of_the_case(of: Of, ref: str) -> None:
    lea = of("lea")
    lea.change(ref, asked.Add("link", "l2", "the same truck"))
    lea.change(ref, asked.Decide("hand over to the prosecutor", "three sources", ["l2"]))
    with pytest.raises(UsageError, match="not in this case"):
        lea.change(ref, asked.Decide("x", "y", ["l1"]))
    [made] = lea.read(ref)["decisions"]
    assert (made["what"], made["links"], made["by"]) == ("hand over to the prosecutor", ["l2"], "lea")


def test_a_thing_is_in_a_case_once_for_a_reason(of: Of, ref: str) -> None:
    ana = of("ana")
    ana.change(ref, asked.Add("entity", "e1", "he drives"))
    for wrong in (asked.Add("entity", "e1", "again"), asked.Add("link", "l2", " "), asked.Add("view", "//elsewhere", "x", "y")):
        with pytest.raises(UsageError):
            ana.change(ref, wrong)
    with pytest.raises(NotFound):
        ana.change(ref, asked.Add("entity", "e9", "x"))
    ana.change(ref, asked.Add("view", "/links?class=N3", "the list", "all of N3"))
    ana.change(ref, asked.Remove(1, "a namesake"))
    ana.change(ref, asked.Add("entity", "e1", "it is him after all"))
    assert [one["reason"] for one in ana.read(ref)["things"]] == ["the list", "it is him after all"]


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


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\a<b>.pdf", "a_b_.pdf"),
        ("\u202efdp.exe", "_fdp.exe"),
        ("a\x00b\n.txt", "a_b_.txt"),
        ("..", "file"),
        ("x" * 999, "x" * 200),
    ],
)
def test_attachments_with_hostile_names_are_kept_under_their_hash(of: Of, ref: str, tmp_path: Path, name: str, kept: str) -> None:
    file = tmp_path / "upload"
    file.write_bytes(b"<script>alert(1)</script>")
    of("ana").attach(ref, file, name, "seized")
    path, shown = of("vic").attachment(ref, 1)
    assert path.read_bytes() == file.read_bytes()
    assert path.is_relative_to(tmp_path / "cases" / ref)
    assert shown == kept
    assert "/" not in shown
    with pytest.raises(NotFound):
        of("ben").attachment(ref, 1)
    with pytest.raises(NotFound):
        of("ana").attachment(ref, 2)


def test_what_is_empty_or_too_large_is_not_attached(of: Of, ref: str, tmp_path: Path) -> None:
    for size in (0, LARGEST + 1):
        file = tmp_path / "upload"
        with file.open("wb") as out:
            out.truncate(size)
        with pytest.raises(UsageError):
            of("ana").attach(ref, file, "a", "seized")


@pytest.mark.parametrize("text", ["<script>", "\u202egnirts", "a\x00b", "x" * 100_000, "'; drop table cases; --"])
def test_hostile_texts_are_kept_as_they_are_or_refused(of: Of, ref: str, text: str) -> None:
    ana = of("ana")
    for change in (
        asked.Note(text),
        asked.Add("entity", text, text),
        asked.Task(text, text),
        asked.Decide(text, text, [text]),
        asked.Done(text),
    ):
        try:
            ana.change(ref, change)
        except (UsageError, NotFound):
            assert len(text) > 1
    for note in ana.read(ref)["notes"]:
        assert note["newest"]["text"] == text.replace("\x00", "\\0")


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
