"""The lenses at hand: found, read and put to work."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pyarrow as pa

from crosstie.errors import LensError, NotFound
from crosstie.ingest.reader import Reader
from crosstie.ingest.readers import readers as shared_readers
from crosstie.lens import events, inherited
from crosstie.lens.commands import Command
from crosstie.lens.findings import finding_id
from crosstie.lens.manifest import Lens, Typology, read
from crosstie.lens.places import folders
from crosstie.link.activities import unowned
from crosstie.model.lexicon import Activity
from crosstie.model.schema import load_schemata
from crosstie.model.tables import FINDING
from crosstie.store.casebook import Judgement
from crosstie.store.engine import Engine
from crosstie.store.thresholds import Setting


@cache
def _loaded() -> tuple[Lens, ...]:
    lenses = tuple(_discovered())
    _agree(lenses)
    load_schemata(path for lens in lenses for path in lens.schemata)
    return lenses


def load() -> list[Lens]:
    """Every lens, by name: those of crosstie itself and those that other packages bring by an entry point of the group `crosstie.lenses`.

    Their schemata are put into the model, once for the process. LensError where a manifest is off, or two lenses claim one name, one ledger
    in different shapes, or one activity.
    """
    return list(_loaded())


def _discovered() -> Iterator[Lens]:
    for folder, package in folders().values():
        yield read(folder, package)


def _agree(lenses: Sequence[Lens]) -> None:
    owners: dict[str, tuple[str, pa.Schema]] = {}
    for lens in lenses:
        for name, schema in lens.ledgers.items():
            owner, known = owners.setdefault(name, (lens.name, schema))
            if not known.equals(schema):
                raise LensError(f"the lenses {owner} and {lens.name} declare the ledger {name} with different columns")
    activities(lenses)


def activities(lenses: Sequence[Lens]) -> list[Activity]:
    """The activities of all lenses and those that none owns yet, by name; LensError where two claim the same."""
    found: dict[str, Activity] = {}
    for activity in [*unowned(), *(one for lens in lenses for one in lens.activities)]:
        if activity.name in found:
            raise LensError(f"the activity {activity.name} is in the lexicons of {found[activity.name].lens} and {activity.lens}")
        found[activity.name] = activity
    return [found[name] for name in sorted(found)]


def readers() -> list[Reader]:
    """The readers of shared formats and those of all lenses, by name; LensError where two bear one name."""
    found: dict[str, Reader] = {}
    for reader in [*shared_readers(), *(one for lens in load() for one in lens.formats())]:
        if found.setdefault(reader.name, reader) is not reader:
            raise LensError(f"two readers are called {reader.name}")
    return [found[name] for name in sorted(found)]


def command(lenses: Sequence[Lens], lens: str, name: str) -> tuple[Lens, Command]:
    """A command of a lens, by names. NotFound where there is none such."""
    for one in lenses:
        for asked in one.commands() if one.name == lens else ():
            if asked.name == name:
                return one, asked
    raise NotFound(f"there is no command “{lens} {name}”", hint="“crosstie --help” lists the fields of crime that bring commands.")


def ledgers(lenses: Sequence[Lens]) -> dict[str, pa.Schema]:
    """The columns of every ledger that a lens declares, by name."""
    return dict(sorted((name, schema) for lens in lenses for name, schema in lens.ledgers.items()))


def occasions(lenses: Sequence[Lens]) -> dict[str, tuple[str, ...]]:
    """The ledgers whose events bring people together, with the columns that tell the occasion."""
    return {name: columns for lens in lenses for name, columns in sorted(lens.occasions.items())}


def thresholds(lens: Lens, own: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The thresholds of a lens by typology: the unit's own, by lens.typology.threshold, where it has set them."""
    return {
        typology.name: {name: own.get(f"{lens.name}.{typology.name}.{name}", one.value) for name, one in typology.thresholds.items()}
        for typology in lens.typologies
    }


def list_thresholds(lenses: Sequence[Lens], latest: Mapping[str, Setting]) -> list[dict[str, Any]]:
    """A row for each threshold: its name, value, unit and meaning, the lens's own value, and the last setting by the unit, by name in `latest`."""
    rows = []
    for lens in lenses:
        for typology in lens.typologies:
            for one, threshold in typology.thresholds.items():
                name = f"{lens.name}.{typology.name}.{one}"
                own = latest.get(name)
                value = threshold.value if own is None or own.value is None else own.value
                told = {"value": value, "unit": threshold.unit, "of the lens": threshold.value, "about": threshold.about}
                said = {"set by": own.user if own else None, "at": own.at if own else None, "reason": own.reason if own else None}
                rows.append({"threshold": name, **told, "verified": threshold.verified, **said})
    return rows


def detect(engine: Engine, lenses: Sequence[Lens], judgements: Sequence[Judgement], own: Mapping[str, float] | None = None) -> None:
    """Create the table `findings` (tables.FINDING): what the detectors of all lenses see. A detector whose ledger is not there sees nothing;
    nothing is found about victims and minors; a judgement on a finding gives its status. `own` are the unit's thresholds. What is seen for
    somebody's protection goes into the table `protections`, of the same columns, and nowhere else; LensError where it names a person.
    """
    events.gather(engine)
    verdicts = {one.left: one.verdict for one in judgements if one.kind == "finding" and one.revoked_at is None}
    protected = engine.arrow("select distinct canonical_id from claims where prop = 'topics' and value in ('victim', 'minor')")
    victims = set(protected.column("canonical_id").to_pylist())
    rows: list[dict[str, Any]] = []
    apart: list[dict[str, Any]] = []
    for lens in lenses:
        limits = thresholds(lens, own or {})
        for typology in lens.typologies:
            if all(engine.has(f"ledger_{name}") for name in typology.needs):
                used = limits[typology.name]
                found = _completed(lens, typology, run(engine, lens, typology, used), used, verdicts, victims)
                inherited.mark(engine, found, typology.needs)
                (apart if typology.protection else rows).extend(found)
    _impersonal(engine, apart)
    for table, kept in (("findings", rows), ("protections", apart)):
        kept.sort(key=lambda row: row["finding_id"])
        engine.load(table, pa.Table.from_pylist(kept, schema=FINDING))


def _impersonal(engine: Engine, apart: Sequence[Mapping[str, Any]]) -> None:
    """LensError where a finding for protection names an entity or ties anybody: a child is no suspect."""
    named = {subject for row in apart for subject in row["subjects"]}
    if not named and not any(row["ties"] for row in apart):
        return
    engine.load("lens_named", pa.table({"id": pa.array(sorted(named), pa.string())}))
    if engine.scalar("select count(*) from lens_named n join claims c on c.canonical_id = n.id or c.entity_id = n.id") or any(
        row["ties"] for row in apart
    ):
        raise LensError(
            "a finding for protection names a person or ties two", hint="Its subjects are events of the ledger, and it has no ties."
        )


def run(engine: Engine, lens: Lens, typology: Typology, limits: Mapping[str, float] | None = None) -> pa.Table:
    """What one detector sees with these thresholds, or those of the lens; LensError where it answers with other columns than those of a finding,
    or ties two neither of whom the finding names.
    """
    found = lens.detector(typology.name).detect(engine, thresholds(lens, {})[typology.name] if limits is None else limits)
    if not found.schema.equals(FINDING):
        raise LensError(
            f"{lens.folder}/detectors: {typology.name} does not answer with the columns of a finding", hint="Use lens.findings.table."
        )
    for row in found.select(["subjects", "ties"]).to_pylist():
        if strange := [tie for tie in row["ties"] or () if not {tie["a"], tie["b"]}.intersection(row["subjects"])]:
            raise LensError(
                f"{lens.folder}/detectors: {typology.name} ties {strange[0]['a']} and {strange[0]['b']}, neither of whom its finding names"
            )
    return found


def _completed(
    lens: Lens, typology: Typology, found: pa.Table, limits: Mapping[str, float], verdicts: Mapping[str, str], victims: set[str | None]
) -> list[dict[str, Any]]:
    used = json.dumps(dict(sorted(limits.items())))
    rows: list[dict[str, Any]] = []
    for row in found.to_pylist():
        if victims.intersection(row["subjects"]):
            continue
        name = finding_id(lens.name, typology.name, row["subjects"], row["start"], row["end"])
        status = verdicts.get(name)
        rows.append(
            row
            | {
                "finding_id": name,
                "lens": lens.name,
                "typology": f"{typology.activity}/{typology.name}",
                "title": typology.title,
                "innocent": list(typology.innocent),
                "ties": [tie for tie in row["ties"] or () if victims.isdisjoint(tie.values())],
                "thresholds": used,
                "supports": typology.supports,
                "status": status if status in ("accepted", "rejected") else "proposed",
            }
        )
    return rows
