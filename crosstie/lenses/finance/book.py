"""The payments of a build as networks over time, one for each currency, for the detectors that look at shapes; made once for a session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.lens.events import events
from crosstie.lens.findings import SHOWN, piece
from crosstie.lenses.finance.patterns.network import Ints, Network, Side, network
from crosstie.lenses.finance.purposes import kinds as kinds_of
from crosstie.store.engine import Engine

pc: Any = pyarrow.compute
DAY = 86_400
_PARTIES, _PAYMENTS, _WANTED = "finance_parties", "finance_payments", "finance_wanted"
_TIME = r"^\d{2}:\d{2}"
_made: WeakKeyDictionary[Engine, list[Book]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Book:
    """The payments in one currency. Times are seconds since 1970; where not every payment has its hour, they are days, and `ties` says that payments of one
    day may have followed each other. Accounts are numbers of parties; `numbers` are those of the payments in the table that has them whole.
    """

    currency: str
    net: Network
    numbers: Ints
    ties: bool
    engine: Engine

    def date(self, place: int) -> str:
        """The day of a payment."""
        return str(np.datetime64(int(self.net.times[place]) // DAY, "D"))

    def only(self, places: Ints) -> Book:
        """The book of these payments alone, given by place in order; the parties keep their numbers."""
        net = self.net
        return replace(
            self,
            net=network(net.payer[places], net.payee[places], net.times[places], net.amounts[places], net.accounts),
            numbers=self.numbers[places],
        )

    def around(self, side: Side, party: int, since: int, until: int) -> Ints:
        """The places of a party's payments on one side from a time on, up to the payment at the place `until` and with it."""
        first, last = side.rows[party], side.rows[party + 1]
        begin = first + np.searchsorted(side.times[first:last], since)
        end = first + np.searchsorted(side.places[first:last], until, side="right")
        found: Ints = side.places[begin:end]
        return found

    def between(self, side: Side, party: int, since: int, until: int) -> Ints:
        """The places of a party's payments on one side between two times, both counted."""
        first, last = side.rows[party], side.rows[party + 1]
        begin, end = first + np.searchsorted(side.times[first:last], [since, until + 1])
        found: Ints = side.places[begin:end]
        return found

    def sum_in(self, party: int, since: int, until: int) -> float:
        """What came in to a party between two times."""
        return float(self.net.amounts[self.between(self.net.into, party, since, until)].sum())

    def names(self, parties: Iterable[int]) -> dict[int, str]:
        """The ids of parties."""
        return _ids(self.engine, parties)

    def rows(self, places: Iterable[int]) -> dict[int, dict[str, Any]]:
        """The payments at these places as the ledger has them, by place."""
        wanted = {int(self.numbers[place]): place for place in set(map(int, places))}
        self.engine.load(_WANTED, pa.table({"n": pa.array(sorted(wanted), pa.int64())}))
        found = self.engine.arrow(f"select p.* from {_PAYMENTS} p join {_WANTED} w on p.n = w.n order by p.n").to_pylist()
        called = captions(self.engine, {row[end] for row in found for end in "ab"})
        return {wanted[row["n"]]: row | {"payer_name": called[row["a"]], "payee_name": called[row["b"]]} for row in found}

    def evidence(self, rows: dict[int, dict[str, Any]], places: Sequence[int]) -> tuple[dict[str, Any], ...]:
        """Payments as evidence, at most as many as a finding shows."""
        return tuple(piece(rows[place], f"{self.date(place)}: {self.told(rows[place])}") for place in places[:SHOWN])

    def numbered(self, ids: Iterable[str]) -> dict[int, str]:
        """The ids by their numbers, of those that are parties to a payment."""
        self.engine.load(_WANTED, pa.table({"id": pa.array(sorted(ids), pa.string())}))
        found = self.engine.arrow(f"select p.party, p.id from {_PARTIES} p join {_WANTED} w on w.id = p.id")
        return {row["party"]: row["id"] for row in found.to_pylist()}

    def speak_of(self, *kinds: str) -> Ints:
        """Whether each payment's purpose or channel speaks of one of these kinds (`purposes.kinds`)."""
        found = np.zeros(len(self.numbers), np.bool_)
        order = np.argsort(self.numbers)
        said = (
            f"select distinct purpose, channel from {_PAYMENTS} where (purpose is not null or channel is not null) and {_of(self.currency)}"
        )
        words = [
            row
            for row in self.engine.arrow(said).to_pylist()
            if kinds_of(f"{row['purpose'] or ''} {row['channel'] or ''}").intersection(kinds)
        ]
        if words:
            schema = pa.schema([("purpose", pa.string()), ("channel", pa.string())])
            self.engine.load(_WANTED, pa.Table.from_pylist(words, schema=schema))
            here = self.engine.arrow(
                f"select p.n from {_PAYMENTS} p join {_WANTED} w on coalesce(w.purpose, '') = coalesce(p.purpose, '')"
                f" and coalesce(w.channel, '') = coalesce(p.channel, '') where {_of(self.currency)}"
            )
            at = np.searchsorted(self.numbers, here.column("n").to_numpy(), sorter=order)
            at = order[np.minimum(at, len(order) - 1)]
            found[at[self.numbers[at] == here.column("n").to_numpy()]] = True
        return found

    def told(self, row: dict[str, Any]) -> str:
        """A payment in few words."""
        said = f"{row['amount']:,.2f} {self.currency} from {row['payer_name']} to {row['payee_name']}"
        return f"{said} ({row['purpose']})" if row["purpose"] else said


def books(engine: Engine) -> list[Book]:
    """The payments of every currency, the lowest code first. Payments without two parties, a full date and an amount are left out."""
    if engine not in _made or not engine.has(_PAYMENTS):
        _made[engine] = list(_read(engine))
    return _made[engine]


def _read(engine: Engine) -> Iterator[Book]:
    given = f"select * from {events('payments')} where a is not null and b is not null and amount > 0 and date like '____-__-__%'"
    parties = f"select a as id from ({given}) p union select b as id from ({given}) q"
    engine.create(_PARTIES, f"select id, row_number() over (order by id) - 1 as party from ({parties}) r")
    engine.create(
        _PAYMENTS,
        "select p.a, p.b, p.date, p.time, p.amount, p.currency, p.purpose, p.channel, p.source_id, p.locator, p.originator, p.grade, p.marking,"
        " x.party as payer, y.party as payee, row_number() over (order by coalesce(p.currency, ''), p.date, coalesce(p.time, ''), p.event_id,"
        f" p.a, p.b, p.source_id, p.locator) - 1 as n from ({given}) p join {_PARTIES} x on x.id = p.a join {_PARTIES} y on y.id = p.b",
    )
    counts = engine.arrow(
        f"select coalesce(currency, '') as currency, min(n) as first, count(*) as rows, count(time) as timed from {_PAYMENTS}"
        " group by coalesce(currency, '') order by currency"
    ).to_pylist()
    accounts = int(engine.scalar(f"select count(*) from {_PARTIES}"))
    for one in counts:
        yield from _book(engine, one, accounts)


def _book(engine: Engine, one: dict[str, Any], accounts: int) -> Iterator[Book]:
    timed = one["timed"] == one["rows"]
    columns: list[list[Any]] = [[], [], [], [], []]
    query = f"select n, payer, payee, date, time, amount from {_PAYMENTS} where {_of(one['currency'])} order by n"
    for batch in engine.batches(query, 500_000):
        rows = pa.Table.from_batches([batch])
        when = _times(rows, timed)
        kept = np.flatnonzero(when >= 0)
        for column, name in zip(columns, ("n", "payer", "payee", "amount"), strict=False):
            column.append(rows.column(name).to_numpy()[kept])
        columns[4].append(when[kept])
    if not sum(map(len, columns[0])):
        return
    numbers, payer, payee, amounts, times = (np.concatenate(column) for column in columns)
    order = np.argsort(times, kind="stable")
    yield Book(
        one["currency"], network(payer[order], payee[order], times[order], amounts[order], accounts), numbers[order], not timed, engine
    )


def _times(rows: pa.Table, timed: bool) -> Ints:
    """Seconds since 1970; -1 for what is no date."""
    written = pc.utf8_slice_codeunits(rows.column("date"), 0, 10)
    form = "%Y-%m-%d"
    if timed:
        clock = pc.utf8_slice_codeunits(rows.column("time"), 0, 5)
        written, form = (
            pc.binary_join_element_wise(written, pc.if_else(pc.match_substring_regex(clock, _TIME), clock, "00:00"), " "),
            "%Y-%m-%d %H:%M",
        )
    found: Ints = pc.fill_null(pc.strptime(written, form, "s", error_is_null=True).cast(pa.int64()), -1).to_numpy()
    return found


def captions(engine: Engine, parties: Iterable[str]) -> dict[str, str]:
    """What parties are called, by id; the id itself for those that no source describes."""
    called = {party: party for party in parties}
    if called and engine.has("entities"):
        engine.load(_WANTED, pa.table({"id": pa.array(sorted(called), pa.string())}))
        known = engine.arrow(
            f"select e.entity_id, e.caption from entities e join {_WANTED} w on w.id = e.entity_id where e.caption is not null"
        )
        called |= {row["entity_id"]: row["caption"] for row in known.to_pylist()}
    return called


def _ids(engine: Engine, parties: Iterable[int]) -> dict[int, str]:
    engine.load(_WANTED, pa.table({"n": pa.array(sorted(set(map(int, parties))), pa.int64())}))
    found = engine.arrow(f"select p.party, p.id from {_PARTIES} p join {_WANTED} w on p.party = w.n")
    return {row["party"]: row["id"] for row in found.to_pylist()}


def runs(keys: Ints, times: Ints, window: int, least: int) -> Iterator[tuple[int, int]]:
    """The stretches of at least so many rows of one key within a window, run together where they overlap: first row and the one behind the last.
    Rows stand by key and then by time.
    """
    if len(keys) < least:
        return
    size = len(keys)
    edges = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
    begin = np.repeat(edges, np.diff(edges, append=size))
    span = int(times.max() - times.min()) + window + 1
    ordered = (np.cumsum(np.diff(keys, prepend=keys[0]) != 0)) * span + (times - times.min())
    first = np.maximum(begin, np.searchsorted(ordered, ordered - window, side="right"))
    full = np.arange(1, size + 1) - first >= least
    covered = np.zeros(size + 1, np.int64)
    np.add.at(covered, first[full], 1)
    np.add.at(covered, np.flatnonzero(full) + 1, -1)
    inside = np.cumsum(covered[:-1]) > 0
    follows = np.concatenate([[False], inside[:-1] & (np.diff(ordered) < window)])
    starts = np.flatnonzero(inside & ~follows)
    ends = np.flatnonzero(inside & ~np.concatenate([follows[1:] & inside[1:], [False]])) + 1
    yield from zip(starts.tolist(), ends.tolist(), strict=True)


def _of(currency: str) -> str:
    quoted = currency.replace("'", "''")
    return f"coalesce(currency, '') = '{quoted}'"
