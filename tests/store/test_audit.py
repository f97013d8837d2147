from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from subprocess import Popen

import pytest
import sqlalchemy as sa

from crosstie.errors import IntegrityError
from crosstie.store.audit import GENESIS, Audit, EntryRow, Head, HeadRow
from crosstie.store.database import Database
from crosstie.store.fingerprint import fingerprint

Start = Callable[..., "Popen[str]"]
Tamper = Callable[[sa.Connection], object]


@pytest.fixture
def audit(database: Database) -> Audit:
    chain = Audit(database)
    for number in range(1, 7):
        chain.record("show", f"link {number}", user="ann", purpose="case 12", detail={"page": number, "name": "Ünal"})
    return chain


def test_entries_follow_one_another(audit: Audit) -> None:
    entries = list(audit.entries())
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert entries[0].previous == GENESIS
    assert all(later.previous == earlier.hash for earlier, later in pairwise(entries))
    assert entries[0].detail == '{"name": "Ünal", "page": 1}'
    assert audit.head() == Head(6, entries[-1].hash)
    assert [entry.seq for entry in audit.entries(since=2, limit=3)] == [3, 4, 5]
    assert not list(audit.verify())


def test_an_empty_chain_is_whole(database: Database) -> None:
    assert Audit(database).head() == Head(0, GENESIS)
    assert not list(Audit(database).verify())


def test_text_of_any_kind_is_kept(audit: Audit) -> None:
    audit.record("add", "file\udcff\0.csv", user="عائشة", detail={"path": "a\udcffb"})
    assert not list(audit.verify())


def swap(connection: sa.Connection) -> None:
    for earlier, later in ((2, 100), (3, 2), (100, 3)):
        connection.execute(sa.update(EntryRow).where(EntryRow.seq == earlier).values(seq=later))


def insert(connection: sa.Connection) -> None:
    row = connection.execute(sa.select(EntryRow.__table__).where(EntryRow.seq == 6)).one()._asdict()
    connection.execute(sa.text("update audit_entries set seq = 7 where seq = 6"))
    names = {"user_name": "user"}
    connection.execute(sa.insert(EntryRow).values({names.get(name, name): value for name, value in row.items()}))


def append(connection: sa.Connection) -> None:
    last = connection.execute(sa.select(EntryRow.__table__).where(EntryRow.seq == 6)).one()
    content = {
        "seq": 7,
        "at": last.at,
        "action": "show",
        "subject": "x",
        "user": "mallory",
        "purpose": None,
        "detail": None,
        "previous": last.hash,
    }
    connection.execute(sa.insert(EntryRow).values({**content, "hash": fingerprint(content)}))


def cut(connection: sa.Connection) -> None:
    connection.execute(sa.delete(EntryRow).where(EntryRow.seq > 4))


def cut_and_count_down(connection: sa.Connection) -> None:
    cut(connection)
    connection.execute(sa.update(HeadRow).values(count=4))


def cut_and_hide(connection: sa.Connection) -> None:
    cut(connection)
    last = connection.scalar(sa.select(EntryRow.hash).where(EntryRow.seq == 4))
    connection.execute(sa.update(HeadRow).values(count=4, hash=last))


TAMPERINGS: dict[str, Tamper] = {
    **{
        f"changed {column}": lambda connection, column=column: connection.execute(  # type: ignore[misc]
            sa.update(EntryRow).where(EntryRow.seq == 3).values({column: "other"})
        )
        for column in ("at", "action", "subject", "user", "purpose", "detail", "previous", "hash")
    },
    "purpose taken away": lambda connection: connection.execute(sa.update(EntryRow).where(EntryRow.seq == 3).values(purpose=None)),
    "last changed": lambda connection: connection.execute(sa.update(EntryRow).where(EntryRow.seq == 6).values(subject="other")),
    "first removed": lambda connection: connection.execute(sa.delete(EntryRow).where(EntryRow.seq == 1)),
    "one removed": lambda connection: connection.execute(sa.delete(EntryRow).where(EntryRow.seq == 3)),
    "all removed": lambda connection: connection.execute(sa.delete(EntryRow)),
    "swapped": swap,
    "inserted": insert,
    "tail cut": cut,
    "tail cut and head counted down": cut_and_count_down,
    "appended past the head": append,
    "head lost": lambda connection: connection.execute(sa.delete(HeadRow)),
    "head changed": lambda connection: connection.execute(sa.update(HeadRow).values(hash=GENESIS)),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_whatever_is_done_to_the_chain_is_found(audit: Audit, database: Database, tampering: str) -> None:
    with database.write() as connection:
        TAMPERINGS[tampering](connection)
    assert list(audit.verify())


def test_a_noted_head_finds_even_a_chain_that_was_cut_with_its_head(audit: Audit, database: Database) -> None:
    noted = audit.head()
    audit.record("show", "link 7", user="ann")
    assert not list(audit.verify(noted))
    with database.write() as connection:
        cut_and_hide(connection)
    assert not list(audit.verify())
    assert [problem.detail for problem in audit.verify(noted)] == ["ends at entry 4, but the noted head counts 6"]
    for _ in range(2):
        audit.record("show", "something else", user="mallory")
    assert [problem.detail for problem in audit.verify(noted)] == ["is not the one that the noted head names"]


def test_a_lost_head_stops_further_entries(audit: Audit, database: Database) -> None:
    with database.write() as connection:
        connection.execute(sa.delete(HeadRow))
    assert list(audit.verify())
    with pytest.raises(IntegrityError, match="lost its head"):
        audit.record("show", "link", user="ann")


def test_an_entry_that_is_not_committed_is_not_in_the_chain(audit: Audit, database: Database) -> None:
    before = audit.head()
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        audit.record(
            "judge", f"link {1 // (audit.record('judge', 'link', user='ann', within=connection).seq - 7)}", user="ann", within=connection
        )
    assert audit.head() == before
    assert not list(audit.verify())


def test_processes_that_write_at_once_make_one_chain(where: str, start: Start) -> None:
    workers = [start("audit", where, "25") for _ in range(4)]
    for worker in workers:
        out, err = worker.communicate(timeout=120)
        assert out == "done\n", err
    with Database(where) as database:
        assert Audit(database).head().count == 100
        assert not list(Audit(database).verify())


def test_long_chains_are_read_in_pages(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosstie.store.audit._PAGE", 4)
    chain = Audit(database)
    for number in range(11):
        chain.record("show", str(number), user="ann")
    assert [entry.subject for entry in chain.entries(limit=9)] == [str(number) for number in range(9)]
    assert not list(chain.verify())
