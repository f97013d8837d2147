"""What is done in a case, and two who do it at once, on both kinds of database."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from crosstie import clock
from crosstie.casework import changes as asked
from crosstie.casework.own import Own
from crosstie.errors import AccessError, NotFound, Stale, UsageError
from crosstie.store.audit import Audit
from crosstie.store.database import Database
from tests.casework.conftest import TOMORROW, Of, person


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
