"""The database of people's decisions and of the audit: SQLite in the workspace, or PostgreSQL by its URL. One transaction is one change."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from crosstie.errors import Busy, IntegrityError, StorageError, UsageError
from crosstie.store.durable import storage_error

#: raise by one with every change of the tables, and add the step to it in `Database._prepare`
VERSION = 6  # 2: review_skips, 3: watches, 4: accounts, sessions, 5: tokens, cases, tasks, visits, 6: watches are of a person
#: The columns of keys that are others since a version, by table: what a table holds is taken over into a new one.
_KEYS = {6: {"watches": ("user_name", "name")}}
WAIT = 15.0
_LOCK = 0x63726F73  # "cros": the advisory lock of PostgreSQL under which tables are made
_READ = {"crosstie_read": True}


class Base(DeclarativeBase):
    """Every table of the database."""


class SchemaVersion(Base):
    """Which version of the tables the database has."""

    __tablename__ = "schema_version"
    version: Mapped[int] = mapped_column(primary_key=True)


class Database:
    """A database with the tables of this version, made where they are missing. `where` is a URL or the path of a SQLite file.

    Errors: StorageError where it cannot be reached or written, Busy where another writer holds it too long, IntegrityError where it is no
    database or one of a later version.
    """

    def __init__(self, where: str | Path) -> None:
        url = f"sqlite:///{where}" if isinstance(where, Path) else where
        try:
            parsed = sa.make_url(url)
        except sa.exc.ArgumentError as error:
            hint = "Write postgresql+psycopg://user:password@host/database, or leave it empty for SQLite."
            raise UsageError("setting casebook is no URL of a database", hint=hint) from error
        self.name = parsed.database if parsed.get_backend_name() == "sqlite" else parsed.render_as_string(hide_password=True)
        try:
            self._engine = sa.create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
        except ModuleNotFoundError as error:
            hint = "Install crosstie with its extra: crosstie[postgres]."
            raise StorageError(f"{self.name}: the driver {error.name} is not installed", hint=hint) from error
        except NoSuchModuleError as error:
            raise UsageError(f"{self.name}: no such kind of database", hint="Known are sqlite and postgresql+psycopg.") from error
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _connect_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        try:
            #: what was done to the tables when it was opened, for whoever can say so
            self.raised: str | None = None
            self._prepare()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that may write: all of it happens, or nothing. On the disk at its end. One writer at a time in SQLite."""
        with self._telling(), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads: one state of the database, however many others write meanwhile."""
        level: dict[str, Any] = {} if self._engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        with self._telling(), self._engine.execution_options(**_READ, **level).begin() as connection:
            yield connection

    def lock(self, connection: sa.Connection, table: sa.FromClause) -> None:
        """Make other writers of a table wait for the end of this transaction (SQLite has but one writer anyway)."""
        if self._engine.dialect.name == "postgresql":
            connection.execute(sa.text(f"lock table {table} in share row exclusive mode"))

    def _prepare(self) -> None:
        with self.read() as connection:
            found = self._version(connection)
        if found is None:
            with self.write() as connection:
                if self._engine.dialect.name == "postgresql":
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                found = self._version(connection)  # another process may have made them while we waited
                if found is None:
                    Base.metadata.create_all(connection)
                    connection.execute(sa.insert(SchemaVersion).values(version=VERSION))
                    found = VERSION
        if found < VERSION:
            found = self._raise()
        elif found == VERSION and self._lacks():
            self._complete()  # by a program that had no use for all of them
        if found != VERSION:
            raise IntegrityError(
                f"{self.name} has version {found} of the tables, this crosstie knows {VERSION}", hint="Use a newer crosstie."
            )

    def _raise(self) -> int:
        """Bring the tables of an earlier version up to this one: make those again whose key changed, and add what is new. SQLite is copied before."""
        kept = self._copy_before()
        with self.write() as connection:
            if self._engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            found = self._version(connection) or VERSION  # another process may have done it while we waited
            if found < VERSION:
                for name, key in (one for since, keys in _KEYS.items() if found < since for one in keys.items()):
                    _remake(connection, name, key)
                Base.metadata.create_all(connection)
                connection.execute(sa.update(SchemaVersion).values(version=VERSION))
                self.raised = f"{self.name}: the tables were brought from version {found} to {VERSION}; {kept}"
                found = VERSION
            return found

    def _copy_before(self) -> str:
        """Keep a copy of a SQLite database as it is before its tables change; in words, where it is."""
        if self._engine.dialect.name != "sqlite" or not self.name:
            return "no copy was made before: that of PostgreSQL is made by its own means, or by “crosstie backup”"
        with self.read() as connection:
            version = self._version(connection)
        copy = Path(f"{self.name}.v{version}")
        for number in range(1, 1_000):
            try:
                copy.touch(exist_ok=False)
                break
            except FileExistsError:  # of an attempt that was stopped, or of another process that is doing the same
                copy = Path(f"{self.name}.v{version}.{number}")
            except OSError as error:
                raise storage_error(error, copy) from error
        self.copy_to(copy)
        return f"as it was before it is kept in {copy}"

    @property
    def embedded(self) -> bool:
        """Whether it is a file of the workspace, not a server."""
        return self._engine.dialect.name == "sqlite"

    def copy_to(self, target: Path) -> None:
        """Write one state of a SQLite database into a file, while others go on writing."""
        with (
            self._telling(),
            contextlib.closing(sqlite3.connect(self.name or "")) as here,
            contextlib.closing(sqlite3.connect(target)) as there,
        ):
            try:
                here.backup(there)
            except sqlite3.Error as error:
                raise self._meaning(str(error)) from error

    def _lacks(self) -> set[str]:
        with self.read() as connection:
            return set(Base.metadata.tables) - set(sa.inspect(connection).get_table_names())

    def _complete(self) -> None:
        with self.write() as connection:
            if self._engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            Base.metadata.create_all(connection)

    def _version(self, connection: sa.Connection) -> int | None:
        if not sa.inspect(connection).has_table(SchemaVersion.__tablename__):
            return None
        return connection.scalar(sa.select(sa.func.max(SchemaVersion.version)))

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._meaning(str(error.orig)) from error
        except SQLAlchemyError as error:
            raise StorageError(f"{self.name}: {error}") from error

    def _meaning(self, said: str) -> StorageError | Busy:
        first = said.strip().splitlines()[0] if said.strip() else "it does not answer"
        if "database is locked" in said:
            return Busy(f"{self.name}: another process has been writing for more than {WAIT:g} s", hint="Wait until it is done.")
        if "disk is full" in said or "No space left" in said:
            return StorageError(
                f"{self.name}: no space left on the disk", hint="Free some space and run the command again; nothing was lost."
            )
        if "readonly database" in said or "unable to open" in said:
            return StorageError(f"{self.name} cannot be opened for writing: {first}", hint="Use a workspace on a disk that can be written.")
        if "not a database" in said or "malformed" in said:
            return IntegrityError(f"{self.name} is damaged: {first}", hint="Restore it from a backup.")
        return StorageError(f"{self.name}: {first}")


def _remake(connection: sa.Connection, name: str, key: tuple[str, ...]) -> None:
    """Make a table again with another key, and the rows that it had: SQLite cannot change a key in place."""
    if not sa.inspect(connection).has_table(name):
        return
    before = sa.Table(name, sa.MetaData(), autoload_with=connection)
    rows = [dict(row) for row in connection.execute(sa.select(before)).mappings()]
    before.drop(connection)
    columns = [sa.Column(one.name, one.type, primary_key=one.name in key, nullable=one.nullable) for one in before.columns]
    made = sa.Table(name, sa.MetaData(), *columns)
    made.create(connection)
    if rows:
        connection.execute(sa.insert(made), rows)


def _connect_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say so, not where the driver guesses
    cursor = connection.cursor()
    cursor.execute(f"pragma busy_timeout = {int(WAIT * 1000)}")
    if cursor.execute("pragma journal_mode").fetchone()[0] != "wal":
        cursor.execute("pragma journal_mode = wal")
    cursor.execute("pragma synchronous = full")
    cursor.execute("pragma foreign_keys = on")
    cursor.execute("pragma secure_delete = on")  # what is purged is overwritten, not only no longer shown
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # a transaction that begins by reading and then writes cannot wait for its turn: say at once that it will write
    reading = connection.get_execution_options().get("crosstie_read", False)
    connection.exec_driver_sql("begin" if reading else "begin immediate")
