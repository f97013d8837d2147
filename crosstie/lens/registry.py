"""The lenses at hand: found, read and put to work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa

from crosstie.errors import LensError
from crosstie.lens import events
from crosstie.lens.findings import finding_id
from crosstie.lens.manifest import FILE, Lens, Typology, read
from crosstie.link.activities import unowned
from crosstie.model.lexicon import Activity
from crosstie.model.schema import load_schemata
from crosstie.model.tables import FINDING
from crosstie.store.casebook import Judgement
from crosstie.store.engine import Engine

GROUP = "crosstie.lenses"
FOLDER = Path(__file__).parents[1] / "lenses"


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
    folders = {path.parent.name: (path.parent, f"{GROUP}.{path.parent.name}") for path in sorted(FOLDER.glob(f"*/{FILE}"))}
    for point in entry_points(group=GROUP):
        folder = _folder(point.value)
        if folder is None or not (folder / FILE).is_file():
            raise LensError(
                f"entry point {point.name}: no lens at {point.value}", hint="Reinstall the package that brings it, or remove it."
            )
        known = folders.setdefault(point.name, (folder, point.value))
        if known[0].resolve() != folder.resolve():
            raise LensError(f"two lenses are called {point.name}: {known[0]} and {folder}")
    for name in sorted(folders):
        yield read(*folders[name])


def _folder(package: str) -> Path | None:
    """Where the package of a lens lies; the packages around it are imported, it is not."""
    try:
        spec = find_spec(package)
    except ModuleNotFoundError:
        return None
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


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


def ledgers(lenses: Sequence[Lens]) -> dict[str, pa.Schema]:
    """The columns of every ledger that a lens declares, by name."""
    return dict(sorted((name, schema) for lens in lenses for name, schema in lens.ledgers.items()))


def detect(engine: Engine, lenses: Sequence[Lens], judgements: Sequence[Judgement]) -> None:
    """Create the table `findings` (tables.FINDING): what the detectors of all lenses see. A detector whose ledger is not there sees nothing;
    nothing is found about victims and minors; a judgement on a finding gives its status.
    """
    events.gather(engine)
    verdicts = {one.left: one.verdict for one in judgements if one.kind == "finding" and one.revoked_at is None}
    protected = engine.arrow("select distinct canonical_id from claims where prop = 'topics' and value in ('victim', 'minor')")
    victims = set(protected.column("canonical_id").to_pylist())
    rows: list[dict[str, Any]] = []
    for lens in lenses:
        for typology in lens.typologies:
            if all(engine.has(f"ledger_{name}") for name in typology.needs):
                rows += _completed(lens, typology, run(engine, lens, typology), verdicts, victims)
    rows.sort(key=lambda row: row["finding_id"])
    engine.load("findings", pa.Table.from_pylist(rows, schema=FINDING))


def run(engine: Engine, lens: Lens, typology: Typology) -> pa.Table:
    """What one detector sees; LensError where it answers with other columns than those of a finding."""
    found = lens.detector(typology.name).detect(engine, {name: threshold.value for name, threshold in typology.thresholds.items()})
    if not found.schema.equals(FINDING):
        raise LensError(
            f"{lens.folder}/detectors: {typology.name} does not answer with the columns of a finding", hint="Use lens.findings.table."
        )
    return found


def _completed(
    lens: Lens, typology: Typology, found: pa.Table, verdicts: Mapping[str, str], victims: set[str | None]
) -> list[dict[str, Any]]:
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
                "status": status if status in ("accepted", "rejected") else "proposed",
            }
        )
    return rows
