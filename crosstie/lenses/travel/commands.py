"""What officers at borders and in passenger information units ask: `crosstie travel …`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from crosstie.clock import now
from crosstie.errors import UsageError
from crosstie.lens.commands import Answer, Command, Desk, Option
from crosstie.lens.words import chance
from crosstie.lenses.travel.mrz.letters import from_zone, scripts, zone_names
from crosstie.lenses.travel.mrz.reading import Zone, read, tidy, zones
from crosstie.lenses.travel.mrz.repair import corrections
from crosstie.lenses.travel.passengers import tidy_number
from crosstie.lenses.travel.screening import asked, handling, names, papers, report
from crosstie.model.marking import strictest
from crosstie.resolve.screen.hits import LIMIT

#: a name alone has to be this much alike: of a million travellers a lower one names thousands
_THRESHOLD = 0.8
_SHOWN = 200
_ON_SCREEN = ("score", "traveller", "document", "flight", "listed", "reasons", "said_by", "source_place", "marking")


def mrz(_: None, lines: tuple[str, ...], file: Path | None, corrections_: int = 3, script: str = "") -> Answer:
    """Read machine-readable zones, check them, and say what a misread character probably was."""
    text = "\n".join(lines) if lines else file.read_text(encoding="utf-8", errors="replace") if file else ""
    today = now().date()
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    given = [(1, text)] if lines else list(zones(text))
    for number, written in given:
        try:
            zone = read(written, today)
        except ValueError as error:
            notes.append(f"line {number}: {error}")
            continue
        rows.append(_told(zone, number, script))
        if not zone.sound:
            rows += [
                {
                    "line": number,
                    "what": f"correction {place}",
                    "text": " / ".join(one.zone.lines),
                    "number": one.zone.number,
                    "name": one.zone.name,
                }
                | {
                    "wrong": f"line {one.line}, column {one.column} ({one.field}): {one.read} was read, {one.written} is likely ({chance(one.probability)})"
                }
                for place, one in enumerate(corrections(zone, today, corrections_), 1)
            ]
    if not rows and not notes:
        raise UsageError("no machine-readable zone", hint="Give its lines as arguments, in quotes, or a file with --file.")
    return Answer(rows, notes=tuple(notes))


def _told(zone: Zone, number: int, script: str) -> dict[str, Any]:
    spelt = from_zone(zone.name, script, most=3) if script else []
    return {
        "line": number, "what": f"{zone.layout.name}, {'sound' if zone.sound else 'not sound'}", "text": " / ".join(zone.lines), "number": zone.number,
        "name": zone.name, "wrong": "; ".join(zone.faults), "issuer": zone.issuer, "nationality": zone.nationality, "born": zone.birth, "sex": zone.sex,
        "expires": zone.expiry, "optional": zone.optional, **({"spelt": " | ".join(spelt)} if script else {}),
    }  # fmt: skip


def spell(_: None, name: str, language: str = "", script: str = "") -> Answer:
    """Say how a name of any script may stand in a zone, or how a name of a zone may be spelt in a script."""
    if script:
        return Answer([{"name": name, "script": script, "spelt": one} for one in from_zone(tidy(name.replace(" ", "<")), script, language)])
    found = zone_names(name, language)
    if not found:
        raise UsageError(
            f"“{name}” has no letter that a zone can bear",
            hint="Chinese names stand in zones by their romanisation, which the State gives.",
        )
    return Answer([{"name": name, "zone": one} for one in found])


def read_files(_: None, files: tuple[Path, ...]) -> Answer:
    """Read passenger messages and tables without adding them: who is in them, and what is wrong where."""
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    for file in files:
        people, told = asked.passengers([file])
        notes += told
        rows += people.select([*asked.COLUMNS[1:], "file"]).to_pylist()
    return Answer(rows, notes=tuple(notes))


def screen(
    desk: Desk,
    files: tuple[Path, ...],
    threshold: float = _THRESHOLD,
    limit: int = LIMIT,
    everybody: bool = False,
    report_: Path | None = None,
) -> Answer:
    """Screen the passengers of files against the names and lists of documents of the workspace."""
    people, notes = asked.passengers(files)
    today = now().date().isoformat()
    barred = _barred(desk, today)
    named = [
        (place, hit)
        for place, hit in names.hits(desk.names, names.queries(people), threshold, limit, None if everybody else _of_interest(desk))
        if not handling.why_not(hit.marking or hit.said_by.get("marking", "TLP:AMBER"), desk.purpose, today)
    ]
    found = report.rows(people, named, papers.hits(desk.engine, people, barred, today))
    marking = strictest([report.ASKED, *(row["marking"] for row in found)])
    desk.read("passengers", travellers=people.num_rows, hits=len(found), files=[file.name for file in files])
    kinds = Counter(row["hit"] for row in found)
    notes.append(
        f"{people.num_rows} travellers, {kinds['name']} hits of names, {kinds['document']} of documents; {marking}. Hits are leads: a person confirms each."
    )
    notes += [f"left out: what is marked “{one}”, because {why}" for one, why in barred.items()]
    if report_ is not None:
        report.write(report_, found, marking)
        desk.wrote(f"report of hits, {report_.name}", hits=len(found), marking=marking)
        if len(found) > _SHOWN:
            notes.append(f"{_SHOWN} of {len(found)} hits are shown; all are in {report_.name}")
        return Answer(_short(found[:_SHOWN]), notes=tuple(notes), files=(report_,))
    return Answer(_short(found), notes=tuple(notes))


def _short(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The columns that a screen has room for; a report has all."""
    return [{name: row[name] for name in _ON_SCREEN} for row in found]


def _of_interest(desk: Desk) -> frozenset[str]:
    """Entities that a passenger may be stopped for: on a list, sought, or in a sphere. Who is merely in a register is nobody's hit."""
    topics = "select canonical_id as id from claims where prop = 'topics' and value not in ('victim', 'minor')"
    found = desk.engine.arrow(f"select distinct id from ({topics} union all select entity_id as id from spheres) x where id is not null")
    return frozenset(one for one in found.column("id").to_pylist() if one)


def _barred(desk: Desk, today: str) -> dict[str, str]:
    """Markings of sources and ledgers that may not be used for what is asked."""
    found = set(desk.engine.arrow("select distinct marking from sources").column("marking").to_pylist())
    for ledger in ("lost_documents", "papers"):
        if desk.engine.has(f"ledger_{ledger}"):
            found |= set(desk.engine.arrow(f"select distinct marking from ledger_{ledger}").column("marking").to_pylist())
    return handling.forbidden([one for one in found if one], desk.purpose, today)


def document(desk: Desk, number: str, issuer: str = "") -> Answer:
    """Say everything the workspace knows of a document: who showed it, when and where, and whether it is listed."""
    own = tidy_number(number)
    if not own:
        raise UsageError(f"“{number}” is no number of a document")
    out = ", ".join(f"'{one}'" for one in _barred(desk, now().date().isoformat())) or "''"
    state = f" and issuer = '{tidy_number(issuer).lower()}'" if issuer else ""
    parts = []
    if desk.engine.has("ledger_papers"):
        parts.append(
            "select p.date, p.how as what, p.document, p.issuer, coalesce(e.caption, p.name) as who, p.name as written, p.born, p.expires, p.faults as remark,"
            " p.source_id, p.locator, p.marking from ledger_papers p left join clusters c on c.entity_id = p.a_id"
            f" left join entities e on e.entity_id = c.cluster_id where p.document = '{own}' and p.marking not in ({out}){state.replace('issuer', 'p.issuer')}"
        )
    if desk.engine.has("ledger_lost_documents"):
        parts.append(
            "select date, 'listed: ' || coalesce(status, 'without a reason') as what, document, issuer, null as who, null as written, null as born,"
            " valid_until as expires,"
            f" reference as remark, source_id, locator, marking from ledger_lost_documents where marking not in ({out}){state} and (document = '{own}'"
            f" or (last is not null and length(document) = {len(own)} and document <= '{own}' and last >= '{own}'))"
        )
    rows = (
        desk.engine.arrow(f"select * from ({' union all '.join(parts)}) x order by date, what, source_id, locator").to_pylist()
        if parts
        else []
    )
    desk.read(f"document {own}", rows=len(rows))
    holders = {(row["written"], row["born"]) for row in rows if row["written"] and row["born"]}
    notes = [] if rows else [f"nothing is known of document {own}"]
    if len(holders) > 1:
        notes.append(f"{len(holders)} different names or births stand on it")
    return Answer(rows, notes=tuple(notes))


COMMANDS = (
    Command(
        "mrz",
        "Read machine-readable zones, check their digits, and say what a misread character probably was.",
        (
            Option("lines", "The two or three lines of one zone, each in quotes.", many=True, argument=True),
            Option("file", "A text with one zone after another.", kind="file"),
            Option("corrections", "How many corrections of a zone that is not sound are given.", kind="count", default=3),
            Option("script", "A script that the name may have been written in, to spell it back.", choices=("", *scripts()), default=""),
        ),
        lambda desk, lines, file, corrections, script: mrz(desk, lines, file, corrections, script),
        workspace=False,
    ),
    Command(
        "spell",
        "Say how a name may stand in a machine-readable zone, or back from there.",
        (
            Option("name", "The name, in any script.", required=True, argument=True),
            Option(
                "language", "The language of the name by its three letters (ukr, srp), where that changes how it is written.", default=""
            ),
            Option("script", "Turn a name of a zone back into this script.", choices=("", *scripts()), default=""),
        ),
        spell,
        workspace=False,
    ),
    Command(
        "read",
        "Read passenger messages, crossings, scans and records without adding them: who is in them, and what is wrong where.",
        (Option("files", "The files.", kind="file", required=True, many=True, argument=True),),
        read_files,
        workspace=False,
    ),
    Command(
        "screen",
        "Screen passengers against the names and the lists of documents of the workspace; a report of hits with reasons.",
        (
            Option(
                "files",
                "Passenger messages, crossings, scans of zones or records of documents.",
                kind="file",
                required=True,
                many=True,
                argument=True,
            ),
            Option("threshold", "The score from which a name is a hit.", kind="number", default=_THRESHOLD),
            Option("limit", "How many hits of one traveller are given at most.", kind="count", default=LIMIT),
            Option("everybody", "Against all names of the workspace, not only those on lists, sought or in a sphere.", kind="flag"),
            Option("report", "Write all hits to this file: CSV, or JSON by its name.", kind="out"),
        ),
        lambda desk, files, threshold, limit, everybody, report: screen(desk, files, threshold, limit, everybody, report),
    ),
    Command(
        "document",
        "Say what is known of a document: who showed it, where, and whether it is listed.",
        (
            Option("number", "Its number, as written.", required=True, argument=True),
            Option("issuer", "The issuing State, by its two letters.", default=""),
        ),
        document,
    ),
)
