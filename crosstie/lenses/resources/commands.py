"""What officers ask: which consignments to open, where two States' books differ, whether a number can be, and a seizure to send to colleagues."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from crosstie.clock import today
from crosstie.errors import NotFound, UsageError
from crosstie.lens.commands import Answer, Command, Desk, Option
from crosstie.lenses.resources import cen, codes, mirror, targeting
from crosstie.lenses.resources.consignments import current
from crosstie.lenses.resources.rules import goods as known_goods
from crosstie.store.durable import storing

_WRONG = {0: "good", codes.SHAPE: "not such a number", codes.DIGIT: "wrong check digit"}
_SHOWN = ("rank", "score", "consignment", "date", "exporter", "consignee", "hs", "goods", "origin", "container", "vessel", "reasons")


def check(desk: Desk | None, number: tuple[str, ...], on: str | None = None) -> Answer:
    """Look at numbers one by one: containers, ships, air waybills, codes of goods."""
    return Answer([_checked(one, on or today().isoformat()) for one in number])


def target(
    desk: Desk, share: float, since: str | None = None, until: str | None = None, most: int = 100_000, out: Path | None = None
) -> Answer:
    """Rank the consignments of a period by their signs."""
    _needs(desk, "shipments", "consignments")
    if not 0 < share <= 1:
        raise UsageError(f"{share} is no share of consignments", hint="Say 0.01 for one in a hundred.")
    targeting.screen(desk.engine, desk.thresholds)
    rows = targeting.listed(desk.engine, share=share, since=since or "", until=until or "", most=most)
    names = _names(desk, [row[side] for row in rows for side in ("a", "b") if row[side]])
    found = [_line(row, names) for row in rows]
    desk.read("targeting list", consignments=len(found), since=since, until=until)
    notes = ("Signs, not proof: each is explained innocently by what stands in the guide. Nothing is said of consignments without a sign.",)
    if out is None:
        return Answer(found, notes=notes)
    with storing(out), out.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, _SHOWN)
        table.writeheader()
        table.writerows(found)
    desk.wrote("targeting list", file=str(out), consignments=len(found))
    return Answer(found, notes=notes, files=(out,))


def compare(
    desk: Desk,
    of: str | None = None,
    exporter: str | None = None,
    importer: str | None = None,
    goods: str | None = None,
    ratio: float = 2.0,
    floor: float = 0.0,
    freight: float = 0.08,
    causes: bool = False,
    most: int = 100,
) -> Answer:
    """Lay what importers say beside what exporters say."""
    wild = of == "wildlife" or (of is None and not desk.engine.has("ledger_trade_flows"))
    if wild:
        _needs(desk, "wildlife_trade", "lines of the CITES trade database")
        table, item, by = mirror.wildlife(desk.engine, ratio=ratio, floor=floor), "species", "difference"
    else:
        _needs(desk, "trade_flows", "trade statistics")
        table, item, by = mirror.trade(desk.engine, freight=freight, ratio=ratio, floor=floor), "hs", "gap"
    where = [f"{column} = '{_plain(value.lower())}'" for column, value in (("exporter", exporter), ("importer", importer)) if value]
    if goods:
        where.append(f"starts_with(lower({item}), '{_plain(goods.lower())}')")
    chosen = " and ".join(where) or "true"
    total = desk.engine.arrow(f"select count(*) as many, count(cause) as explained from {table} where {chosen}").to_pylist()[0]
    shown = chosen if causes else f"{chosen} and cause is null"
    rows = desk.engine.arrow(
        f"select * from {table} where {shown} order by abs({by}) desc, period, exporter, importer, {item} limit {int(most)}"
    )
    note = f"{total['many']:,} lines differ; {total['explained']:,} of them have a harmless cause in the ledger itself. States report here, not actors."
    return Answer(rows, notes=(note,))


def seizure(desk: Desk, consignment: str, date: str, office: str, country: str, out: Path, **said: Any) -> Answer:
    """Write a seizure of a consignment on file, without names, for exchange."""
    _needs(desk, "shipments", "consignments")
    rows = desk.engine.arrow(f"select * from {current(desk.engine)} where event_id = '{_plain(consignment)}' order by locator").to_pylist()
    if not rows:
        raise NotFound(
            f"there is no consignment “{consignment}”", hint="The column “consignment” of `crosstie resources target` has their ids."
        )
    given = {"date": date, "office": office, "country": country, "seizure": said.pop("number", None)}
    given |= {{"location": "location type", "group": "commodity group"}.get(name, name): value for name, value in said.items()}
    given["seizure"] = given["seizure"] or f"{country.upper()}-{date}-{re.sub(r'[^A-Za-z0-9]+', '-', consignment)}"
    text = cen.written([cen.report(rows[0], given)])
    with storing(out):
        out.write_text(text, encoding="utf-8")
    desk.wrote(consignment, file=str(out), what="seizure without names")
    return Answer(
        text=text,
        files=(out,),
        notes=("Read it once more before it leaves: free words such as the goods or the concealment may name somebody.",),
    )


def _checked(number: str, day: str) -> dict[str, str]:
    bare = codes.container(number)
    if re.fullmatch(r"[A-Z]{4}\d{6,7}", bare):
        return {"number": bare, "kind": "container", "result": _WRONG[int(codes.container_faults([bare])[0])], "more": _right_box(bare)}
    if re.fullmatch(r"(IMO)?\d{7}", bare) and (bare.startswith("IMO") or int(codes.imo_faults([bare])[0]) == 0):
        return {"number": bare, "kind": "ship (IMO)", "result": _WRONG[int(codes.imo_faults([bare])[0])], "more": _right_ship(bare)}
    if re.fullmatch(r"\d{11}", bare):
        return {"number": bare, "kind": "air waybill", "result": _WRONG[codes.waybill_fault(bare)], "more": ""}
    code = codes.hs(number)
    if code is None:
        return {"number": number, "kind": "unknown", "result": "neither container, ship, air waybill nor code of goods", "more": ""}
    known = codes.hs_known(code)
    watched = [one["goods"] for one in known_goods()["watched"] if code.startswith(tuple(one["hs"]))]
    more = [*(f"watched: {one}" for one in watched), *cen.measures(code, day)]
    return {"number": code, "kind": "goods (HS 2022)", "result": "good" if known else "not in this edition", "more": "; ".join(more)}


def _right_box(number: str) -> str:
    """The number with the check digit that it should have."""
    right = next((digit for digit in "0123456789" if int(codes.container_faults([number[:10] + digit])[0]) == 0), None)
    return f"the check digit of {number[:10]} is {right}" if right and number[10:] != right else ""


def _right_ship(number: str) -> str:
    bare = number.removeprefix("IMO")
    right = next((digit for digit in "0123456789" if int(codes.imo_faults([bare[:6] + digit])[0]) == 0), None)
    return f"the check digit of {bare[:6]} is {right}" if right and bare[6:] != right else ""


def _line(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "rank": row["place"],
        "score": round(row["score"], 3),
        "consignment": row["event_id"],
        "date": row["date"],
        "exporter": names.get(row["a"], row["a"]),
        "consignee": names.get(row["b"], row["b"]),
        **{name: row[name] for name in ("hs", "goods", "origin", "container", "vessel")},
        "reasons": "; ".join(row["reasons"]),
    }


def _names(desk: Desk, ids: Sequence[str]) -> dict[str, str]:
    """The names of entities."""
    desk.engine.load("res_asked", pa.table({"id": pa.array(sorted(set(ids)), pa.string())}))
    rows = desk.engine.arrow(
        "select e.entity_id, e.caption from entities e join res_asked a on a.id = e.entity_id order by e.entity_id"
    ).to_pylist()
    return {row["entity_id"]: row["caption"] for row in rows if row["caption"]}


def _needs(desk: Desk, ledger: str, what: str) -> None:
    if not desk.engine.has(f"ledger_{ledger}"):
        raise UsageError(
            f"there are no {what} in this build", hint="Add files of that kind and build: `crosstie add FILE...`, `crosstie build`."
        )


def _plain(value: str) -> str:
    return value.replace("'", "''")


_SEIZURE = (
    Option("consignment", "The id of the consignment, as in the targeting list.", argument=True, required=True),
    Option("date", "The day of the seizure.", kind="date", required=True),
    Option("office", "The customs office.", required=True),
    Option("country", "The State, two letters.", required=True),
    Option("out", "The CSV file to write.", kind="out", required=True),
    Option("number", "The number of the seizure; made of the others where none is given."),
    Option("location", "Kind of place: seaport, airport, road, rail, post, inland."),
    Option("direction", "Import, export, transit or internal.", choices=("import", "export", "transit", "internal")),
    Option("group", "The commodity group; told from the code of goods otherwise."),
    Option("goods", "What was found, if other than declared."),
    Option("hs", "The code of what was found."),
    Option("species", "The scientific name."),
    Option("quantity", "How much.", kind="number"),
    Option("unit", "Of what: kg, pieces, litres."),
    Option("mode", "Sea, air, road, rail, post."),
    Option("concealment", "Where it was hidden."),
    Option("detection", "How it was found: risk profile, intelligence, random, dog, scanner."),
    Option("persons", "How many persons; no names.", kind="count"),
    Option("operation", "The joint operation, if any."),
    Option("photo", "Perceptual hashes of photographs, 16 hexadecimal figures each."),
)
COMMANDS = (
    Command(
        "target",
        "Which consignments to open first, and why.",
        (
            Option("share", "The share of consignments that can be opened.", kind="number", default=0.01),
            Option("since", "Consignments from this day on.", kind="date"),
            Option("until", "Consignments up to this day.", kind="date"),
            Option("most", "At most so many.", kind="count", default=100_000),
            Option("out", "Write the list to this CSV file too.", kind="out"),
        ),
        target,
        needs=("shipments", "permits", "seizures"),
    ),
    Command(
        "mirror",
        "Where importer and exporter do not report the same.",
        (
            Option("of", "Goods by value, or wildlife by quantity.", choices=("trade", "wildlife")),
            Option("exporter", "Only this exporting State."),
            Option("importer", "Only this importing State."),
            Option("goods", "Only codes, or species, that begin so."),
            Option("ratio", "How many times one side is the other.", kind="number", default=2.0),
            Option("floor", "How far apart they are at least, in dollars or pieces.", kind="number", default=0.0),
            Option("freight", "Freight and insurance in importers’ values, as a share.", kind="number", default=0.08),
            Option("causes", "Show those too that have a harmless cause.", kind="flag"),
            Option("most", "At most so many.", kind="count", default=100),
        ),
        compare,
    ),
    Command(
        "check",
        "Whether a container, ship, air waybill or code of goods can be.",
        (
            Option("number", "The numbers.", argument=True, many=True, required=True),
            Option("on", "The day for which measures are told; today otherwise.", kind="date"),
        ),
        check,
        workspace=False,
    ),
    Command("seizure", "A seizure without names, to exchange with colleagues (CEN).", _SEIZURE, seizure, needs=("shipments",)),
)
