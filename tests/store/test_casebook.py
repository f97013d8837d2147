from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstie.errors import Busy, IntegrityError, NotFound, StorageError, UsageError
from crosstie.store import database as database_module
from crosstie.store.audit import Audit
from crosstie.store.casebook import Casebook, Decision, Verdict
from crosstie.store.database import Database, SchemaVersion
from crosstie.store.watches import Watches

Start = Callable[..., "Popen[str]"]


@pytest.fixture
def casebook(database: Database) -> Casebook:
    return Casebook(database)


def test_a_newer_verdict_supersedes_and_revoking_it_brings_the_older_back(casebook: Casebook) -> None:
    first = casebook.judge("pair", "un-2", "gb-1", "same", user="ann", reason="same passport")
    assert (first.left, first.right) == ("gb-1", "un-2")
    second = casebook.judge("pair", "gb-1", "un-2", "different", user="bea")
    assert casebook.in_force() == [second]
    revoked = casebook.revoke(second.id, "bea")
    assert revoked.revoked_at is not None
    assert casebook.revoke(second.id, "ann") == revoked
    assert casebook.in_force() == [first]
    assert casebook.history() == [first, revoked]
    casebook.revoke(first.id, "ann")
    assert casebook.in_force() == []
    assert len(casebook.history()) == 2


def test_judgements_in_force_are_sorted(casebook: Casebook) -> None:
    casebook.judge_many(
        [Decision("pair", "b", "c", "same"), Decision("link", "z", None, "rejected"), Decision("finding", "f", None, "unsure")], user="ann"
    )
    casebook.judge("pair", "b", "a", "unsure", user="ann")
    assert [(one.kind, one.left, one.right) for one in casebook.in_force()] == [
        ("finding", "f", None),
        ("link", "z", None),
        ("pair", "a", "b"),
        ("pair", "b", "c"),
    ]


def test_many_are_entered_at_once_or_not_at_all(casebook: Casebook, database: Database) -> None:
    assert casebook.judge_many([], user="ann") == []
    with pytest.raises(UsageError, match="no verdict"):
        casebook.judge_many([Decision("link", "a", None, "accepted"), Decision("link", "b", None, "same")], user="ann")
    assert casebook.history() == []
    made = casebook.judge_many((Decision("link", f"l{n:05}", None, "accepted") for n in range(5_000)), user="ann")
    assert casebook.in_force() == made
    assert len({one.id for one in made}) == 5_000
    assert [entry.action for entry in Audit(database).entries()] == ["judge"]


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (Decision("pair", "a", "b", "accepted"), "no verdict on a pair"),
        (Decision("link", "a", None, "same"), "no verdict on a link"),
        (Decision("person", "a", None, "same"), "no judgement on a “person”"),
        (Decision("pair", "a", None, "same"), "names two entities"),
        (Decision("link", "a", "b", "accepted"), "names one subject"),
        (Decision("link", "", None, "accepted"), "names one subject"),
        (Decision("pair", "a", "a", "same"), "with itself"),
    ],
)
def test_a_verdict_that_makes_no_sense_is_refused(decision: Decision, words: str, tmp_path: Path) -> None:
    with Database(tmp_path / "casebook.sqlite") as database, pytest.raises(UsageError, match=words):
        Casebook(database).judge_many([decision], user="ann")


def test_a_judgement_is_signed_and_there(casebook: Casebook) -> None:
    with pytest.raises(UsageError, match="name of the person"):
        casebook.judge("link", "a", None, "accepted", user=" ")
    with pytest.raises(NotFound, match="no judgement 77"):
        casebook.revoke("77", "ann")
    made = casebook.judge("link", "a", None, "accepted", user="ann")
    with pytest.raises(UsageError, match="name of the person"):
        casebook.revoke(made.id, "")


def test_judgement_and_audit_stand_or_fall_together(casebook: Casebook, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    made = casebook.judge("link", "a", None, "accepted", user="ann", reason="seen")
    casebook.revoke(made.id, "bea")
    assert [(entry.action, entry.subject, entry.user) for entry in Audit(database).entries()] == [
        ("judge", made.id, "ann"),
        ("revoke", made.id, "bea"),
    ]

    def refuse(*_: object, **__: object) -> None:
        raise StorageError("no audit today")

    monkeypatch.setattr(Audit, "record", refuse)
    with pytest.raises(StorageError, match="no audit"):
        casebook.judge("link", "b", None, "accepted", user="ann")
    assert len(casebook.history()) == 1


def test_text_of_any_kind_is_kept(casebook: Casebook) -> None:
    made = casebook.judge("link", "a", None, "accepted", user="عائشة", reason="line one\nline two\0 and \udc80 “ende”")
    assert casebook.in_force() == [made]
    assert made.user == "عائشة"


SUBJECT = st.tuples(st.sampled_from("abc"), st.sampled_from("abc")).filter(lambda pair: pair[0] != pair[1])
VERDICT = st.sampled_from(["same", "different", "unsure"])
ACTS = st.lists(st.tuples(SUBJECT, VERDICT) | st.integers(0, 20), max_size=15)


@settings(max_examples=25, deadline=None)
@given(ACTS)
def test_any_order_of_judging_and_revoking_agrees_with_a_plain_list(acts: list[tuple[tuple[str, str], Verdict] | int]) -> None:
    made: list[tuple[str, tuple[str, ...], str]] = []
    revoked: set[str] = set()
    with tempfile.TemporaryDirectory() as folder, Database(Path(folder) / "casebook.sqlite") as database:
        casebook = Casebook(database)
        for act in acts:
            if isinstance(act, int):
                if made:
                    revoked.add(made[act % len(made)][0])
                    casebook.revoke(made[act % len(made)][0], "ann")
            else:
                (left, right), verdict = act
                one = casebook.judge("pair", left, right, verdict, user="ann")
                made.append((one.id, tuple(sorted((left, right))), verdict))
        expected = {subject: verdict for judgement, subject, verdict in made if judgement not in revoked}
        assert {(one.left, one.right): one.verdict for one in casebook.in_force()} == expected
        assert not list(Audit(database).verify())


def test_a_database_is_opened_again_as_it_was(where: str) -> None:
    with Database(where) as database:
        made = Casebook(database).judge("link", "a", None, "accepted", user="ann")
    with Database(where) as database:
        assert Casebook(database).in_force() == [made]


def test_processes_that_judge_at_once_lose_nothing(where: str, start: Start) -> None:
    workers = [start("judge", where, "20") for _ in range(3)]
    for worker in workers:
        out, err = worker.communicate(timeout=120)
        assert out == "done\n", err
    with Database(where) as database:
        assert len(Casebook(database).in_force()) == 180
        assert Audit(database).head().count == 60
        assert not list(Audit(database).verify())


def test_a_database_of_a_later_version_is_refused(where: str) -> None:
    with Database(where) as database, database.write() as connection:
        connection.execute(sa.update(SchemaVersion).values(version=99))
    with pytest.raises(IntegrityError, match="version 99"):
        Database(where)


def test_sqlite_is_set_to_lose_nothing(tmp_path: Path) -> None:
    with Database(tmp_path / "casebook.sqlite") as database, database.read() as connection:
        found = {name: connection.exec_driver_sql(f"pragma {name}").scalar() for name in ("journal_mode", "synchronous", "busy_timeout")}
    assert found == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 15_000}


def test_a_second_writer_waits_then_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "WAIT", 0.2)
    with Database(tmp_path / "casebook.sqlite") as one, Database(tmp_path / "casebook.sqlite") as two, one.write():
        assert Casebook(two).history() == []
        with pytest.raises(Busy, match="another process"):
            Casebook(two).judge("link", "a", None, "accepted", user="ann")


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "casebook.sqlite").write_bytes(b"a shopping list " * 300)
    with pytest.raises(IntegrityError, match="damaged"):
        Database(tmp_path / "casebook.sqlite")
    with pytest.raises(StorageError, match="cannot be opened"):
        Database(tmp_path / "nowhere" / "casebook.sqlite")
    with pytest.raises(UsageError, match="no URL"):
        Database("casebook")
    with pytest.raises(UsageError, match="no such kind"):
        Database("abacus://beads")


def test_an_unreachable_server_is_said_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as raised:
        Database(f"postgresql+psycopg://unit:secret@/casebook?host={tmp_path}")
    assert "secret" not in raised.value.detail


def test_a_full_disk_keeps_what_was_acknowledged(small_disk: Path) -> None:
    with Database(small_disk / "casebook.sqlite") as database:
        casebook = Casebook(database)
        made = casebook.judge("link", "a", None, "accepted", user="ann")
        with pytest.raises(StorageError, match="no space left"):
            casebook.judge("link", "b", None, "accepted", user="ann", reason="x" * (2 << 20))
        assert casebook.history() == [made]
        assert not list(Audit(database).verify())


def test_a_read_only_disk_is_said(small_disk: Path) -> None:
    with Database(small_disk / "casebook.sqlite") as database:
        Casebook(database).judge("link", "a", None, "accepted", user="ann")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StorageError, match="opened for writing"):
        Database(small_disk / "casebook.sqlite")


def test_many_are_taken_back_at_once_or_not_at_all(casebook: Casebook, database: Database) -> None:
    made = casebook.judge_many([Decision("pair", "a", "b", "same"), Decision("pair", "a", "c", "same")], user="ann")
    with pytest.raises(NotFound):
        casebook.revoke_many([made[0].id, "nothing"], "ann")
    assert casebook.in_force() == made
    casebook.revoke_many([one.id for one in made], "bea")
    assert casebook.in_force() == []
    assert [entry.action for entry in Audit(database).entries()] == ["judge", "revoke", "revoke"]


def test_what_one_person_skips_the_others_still_see(casebook: Casebook) -> None:
    casebook.skip([("b", "a"), ("a", "c")], "ann")
    casebook.skip([("a", "b")], "ann")
    assert casebook.skipped("ann") == {("a", "b"), ("a", "c")}
    assert casebook.skipped("bea") == set()
    casebook.unskip([("a", "b")], "ann")
    casebook.unskip([("a", "b")], "ann")
    assert casebook.skipped("ann") == {("a", "c")}


def test_a_database_of_the_first_version_is_brought_up_to_this_one(where: str) -> None:
    with Database(where) as first:
        made = Casebook(first).judge("pair", "a", "b", "same", user="ann")
        with first.write() as connection:
            connection.execute(sa.text("drop table review_skips"))
            connection.execute(sa.update(SchemaVersion).values(version=1))
    with Database(where) as database:
        book = Casebook(database)
        assert book.in_force() == [made]
        book.skip([("a", "c")], "ann")
        assert book.skipped("ann") == {("a", "c")}
    with Database(where) as again, again.read() as connection:
        assert connection.scalar(sa.select(SchemaVersion.version)) == database_module.VERSION


def test_questions_of_the_unit_become_those_of_their_persons(where: str, tmp_path: Path) -> None:
    # as version 5 had it: one name for all
    columns = ", ".join(f"{name} varchar not null" for name in ("name", "question", "user_name", "at", "seen"))
    made = f"create table watches ({columns}, primary key (name))"
    with Database(where) as first, first.write() as connection:
        connection.execute(sa.text("drop table watches"))
        connection.execute(sa.text(made))
        for name, user in (("all", "ann"), ("grave", "bea")):
            row = {"name": name, "user": user, "question": '{"classes": ["N4"]}', "seen": '{"a": "N3"}'}
            connection.execute(sa.text("insert into watches values (:name, :question, :user, '2026-01-01', :seen)"), row)
        connection.execute(sa.update(SchemaVersion).values(version=5))
    with Database(where) as database:
        assert "from version 5 to" in (database.raised or "")
        watches = Watches(database)
        assert [(one.name, one.user, one.seen) for one in watches.all()] == [("all", "ann", {"a": "N3"}), ("grave", "bea", {"a": "N3"})]
        watches.add("all", {}, {}, user="bea")
        with pytest.raises(UsageError, match="already"):
            watches.add("all", {}, {}, user="ann")
        watches.remove("all", user="ann")
        with pytest.raises(NotFound):
            watches.remove("all", user="ann")
        watches.remove("all", user="ann", of="bea")
        assert [(one.name, one.user) for one in watches.all()] == [("grave", "bea")]
    if where.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(tmp_path / "casebook.sqlite.v5")) as before:
            assert before.execute("select count(*) from watches").fetchone() == (2,)
