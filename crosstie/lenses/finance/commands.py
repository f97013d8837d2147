"""What a financial intelligence unit asks: `crosstie finance …`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from crosstie.errors import NotFound
from crosstie.lens.commands import Answer, Command, Desk, Option
from crosstie.lens.events import events
from crosstie.lenses.finance import filing
from crosstie.lenses.finance.book import DAY, Book, books, captions
from crosstie.lenses.finance.exposure import designations, duty, exposures, partners
from crosstie.lenses.finance.patterns.features import Stream, Windows
from crosstie.lenses.finance.scoring.command import SCORE
from crosstie.store.engine import Engine

_WANTED = "finance_asked"


def exposure(desk: Desk, party: str | None, steps: int) -> Answer:
    """Everybody who dealt with a designated party, or whose money came near one: the most direct first."""
    limits, engine = desk.thresholds("designated-exposure"), desk.engine
    listed = designations(engine)
    if party:
        listed = {one: said for one, said in listed.items() if one == party or party.casefold() in captions(engine, [one])[one].casefold()}
        if not listed:
            raise NotFound(f"no party on a sanctions list is “{party}”", hint="Give its id in the build or a part of its name.")
    rows: list[dict[str, Any]] = []
    for book in books(engine):
        known = book.numbered(listed)
        many = partners(book)
        found = list(exposures(book, np.array(sorted(known)), steps, limits["delay"], limits["kept"])) if known else []
        ids = book.names({one.party for one in found})
        called = captions(engine, [*ids.values(), *known.values()])
        for one in found:
            ends = [chain[-1] if one.to_listed else chain[0] for chain in one.chains]
            rule, said = duty(listed[known[one.listed]].programmes), listed[known[one.listed]]
            rows.append(
                {
                    "designated": called[known[one.listed]],
                    "party": called[ids[one.party]],
                    "party_id": ids[one.party],
                    "steps": one.steps,
                    "direction": "to the designated" if one.to_listed else "from the designated",
                    "first": book.date(min(ends)),
                    "last": book.date(max(ends)),
                    "payments": len(ends),
                    "amount": round(float(book.net.amounts[ends].sum()), 2),
                    "currency": book.currency,
                    "listed": said.since,
                    "partners": int(many[one.party]),
                    "basis": rule["basis"],
                    "duty": rule["duty"],
                    "verified": rule["verified"],
                }
            )
    rows.sort(key=lambda row: (row["steps"], -row["amount"], row["party_id"], row["designated"]))
    desk.read(party or "designated parties", exposures=len(rows))
    return Answer(rows, notes=("A candidate for freezing is no decision: see first that the match with the list is right.",))


def patterns(desk: Desk, out: Path, window: int) -> Answer:
    """The features of every payment: fans, scatters, cycles, as a table for the unit's own models."""
    columns: list[pa.Table] = []
    for book in books(desk.engine):
        wanted = Windows(DAY, DAY, window * DAY, ties=book.ties)
        net = book.net
        found = Stream(wanted).add(net.payer, net.payee, net.times, net.amounts)
        columns.append(_features(desk.engine, book, wanted.columns(), found))
    table = pa.concat_tables(columns) if columns else pa.table({})
    with out.open("wb") as stream:
        pyarrow.csv.write_csv(table, stream)
    desk.wrote("features of payments", payments=table.num_rows)
    return Answer([{"payments": table.num_rows, "features": max(0, table.num_columns - 6)}], files=(out,))


def _features(engine: Engine, book: Book, names: list[str], found: Any) -> pa.Table:
    engine.load(_WANTED, pa.table({"n": pa.array(book.numbers)}))
    rows = engine.arrow(
        f"select p.source_id, p.locator, p.a, p.b, p.date, p.currency, p.n from finance_payments p join {_WANTED} w on w.n = p.n order by p.n"
    )
    order = np.argsort(book.numbers)
    table = rows.drop_columns(["n"])
    for at, name in enumerate(names):
        table = table.append_column(name, pa.array(found[order, at]))
    return table


def report(
    desk: Desk, finding: str, out: Path, entity: int, profile: str, code: str, reference: str | None, indicator: tuple[str, ...]
) -> Answer:
    """A finding as a goAML report: its payments, with the parties as the sources know them."""
    engine = desk.engine
    wanted = finding.replace("'", "''")
    found = engine.arrow(f"select * from findings where finding_id = '{wanted}'").to_pylist()
    if not found:
        raise NotFound(f"there is no finding {finding}", hint="“crosstie findings” lists them.")
    one = found[0]
    pieces = sorted({(piece["source_id"], piece["locator"]) for piece in one["evidence"]})
    schema = pa.schema([("source_id", pa.string()), ("locator", pa.string())])
    engine.load(_WANTED, pa.Table.from_pylist([{"source_id": source, "locator": place} for source, place in pieces], schema=schema))
    rows = engine.arrow(
        f"select e.* from {events('payments')} e join {_WANTED} w on w.source_id = e.source_id and w.locator = e.locator order by e.date, e.event_id"
    ).to_pylist()
    said = _said(engine, {row[end] for row in rows for end in ("a", "b", "a_id", "b_id") if row[end]})
    paid = [
        filing.Paid(
            row["reference"] or row["event_id"],
            row["date"][:10],
            row["time"],
            row["amount"],
            row["purpose"] or "",
            row["channel"] or "",
            _end(said, row["a_id"], row["a"], row["a"] in one["subjects"]),
            _end(said, row["b_id"], row["b"], row["b"] in one["subjects"]),
        )
        for row in rows
        if row["date"]
    ]
    filed = filing.Filing(
        entity,
        code,
        reference or one["finding_id"],
        one["end"][:10],
        one["currency"] or "",
        f"{one['title']}. {one['sentence']}",
        paid,
        indicator,
    )
    out.write_bytes(filing.write(filed, profile))
    desk.wrote(finding, profile=profile, payments=len(paid))
    exercise = filing.invented(filed)
    notes = (
        f"Data of an exercise: no schema knows {', '.join(exercise)}. Countries are left open, the currency stands as the code for tests.",
    )
    return Answer([{"finding": finding, "profile": profile, "payments": len(paid)}], files=(out,), notes=notes if exercise else ())


def _said(engine: Engine, ids: set[str]) -> dict[str, dict[str, list[str]]]:
    """What is said of entities, by their own id and by that of the resolved entity."""
    engine.load(_WANTED, pa.table({"id": pa.array(sorted(ids), pa.string())}))
    rows = engine.arrow(
        f"select distinct w.id, c.schema, c.prop, c.value from claims c join {_WANTED} w on w.id = c.entity_id or w.id = c.canonical_id"
        " where c.current order by w.id, c.prop, c.value, c.schema"
    ).to_pylist()
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        found.setdefault(row["id"], {"schema": []}).setdefault(row["prop"], []).append(row["value"])
        found[row["id"]]["schema"].append(row["schema"])
    return found


def _end(said: dict[str, dict[str, list[str]]], own: str | None, resolved: str | None, suspected: bool) -> filing.End:
    account = {prop: values[0] for prop, values in said.get(own or "", {}).items() if prop in ("iban", "accountNumber", "bic", "name")}
    account = account if "iban" in account or "accountNumber" in account else {}
    holder = said.get(resolved or "", {})
    party = filing.Party("Person" in holder["schema"], holder) if holder.get("name") and "BankAccount" not in holder["schema"] else None
    return filing.End(party, account, suspected)


def validate(desk: Desk | None, file: Path, schema: Path) -> Answer:
    """Whether a goAML report fits the schema of a unit."""
    found = list(filing.check(file, schema))
    return Answer(found, notes=() if found else (f"{file.name} fits {schema.name}.",))


COMMANDS = (
    SCORE,
    Command(
        "exposure",
        "List who dealt with parties on sanctions lists, and what the listing obliges to.",
        (
            Option("party", "One designated party: its id, or a part of its name. All, if left out.", argument=True),
            Option("steps", "How far the money is followed.", "count", default=3),
        ),
        exposure,
        needs=("payments",),
    ),
    Command(
        "patterns",
        "Write the features of every payment, for a model of your own: fans, scatters, cycles.",
        (
            Option("out", "The CSV file to write.", "out", required=True),
            Option("window", "How many days a cycle may take.", "count", default=5),
        ),
        patterns,
        needs=("payments",),
    ),
    Command(
        "report",
        "Write a finding as a goAML report.",
        (
            Option("finding", "The id of the finding.", required=True, argument=True),
            Option("out", "The XML file to write.", "out", required=True),
            Option("entity", "The number that the unit gave the reporting entity.", "count", required=True),
            Option("profile", "Whose goAML.", default="base", choices=("ae", "base", "lk")),
            Option("code", "The code of the report.", default="STR"),
            Option("reference", "Your own reference; the id of the finding if left out."),
            Option("indicator", "A code of the unit's indicators.", many=True),
        ),
        report,
        needs=("payments",),
    ),
    Command(
        "validate",
        "Check a goAML report against the schema that a unit gave out.",
        (
            Option("file", "The report.", "file", required=True, argument=True),
            Option("schema", "The unit's XSD.", "file", required=True),
        ),
        validate,
        workspace=False,
    ),
)
