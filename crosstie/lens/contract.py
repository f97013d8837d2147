"""The contract of a lens: the checks that every one passes, ours and other people's.

A lens brings, for each detector, a folder `fixtures/<detector>/` with `positive.csv`, `negative.csv` and `near-miss.csv` (rows of the ledgers that
it needs; a column `ledger` tells which where there are several), `<case>.claims.csv` if the case needs to know who somebody is (entity_id,
schema, prop, value), and `expected.yaml`: `positive` gives the subjects of each finding, `negative` and `near-miss` say in words why
there is none. For each reader it brings `fixtures/readers/<reader>/` with files good* and bad* (`lens.formats`).
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from crosstie.errors import LensError
from crosstie.lens import events, formats
from crosstie.lens.manifest import Lens, Typology
from crosstie.lens.registry import activities, run
from crosstie.link.narrative import Tagger
from crosstie.link.sentences import LANGUAGES
from crosstie.model.schema import prop
from crosstie.model.tables import CLAIM, SOURCE
from crosstie.store.engine import Engine

CASES = ("positive", "negative", "near-miss")
#: what a citation looks like: an instrument, a body, a year
_CITATION = re.compile(r"Source: .*\b(?:19|20)\d\d\b|Source: .*(?:S/RES|FATF|Convention|UNODC|Recommendation)", re.DOTALL)
_WORDS = 40


def problems(lens: Lens, lenses: list[Lens]) -> list[str]:
    """Everything in which a lens breaks the contract, each with its place; empty for a good one. `lenses` are all that are at hand. Fixtures are
    run only for a lens whose papers are in order.
    """
    found = [problem for check in PAPERS for problem in check(lens, lenses)]
    found = found or [*_fixtures(lens, lenses), *formats.problems(lens, lenses)]
    return [f"{lens.name}: {problem}" for problem in found]


def _manifest(lens: Lens, lenses: list[Lens]) -> Iterator[str]:
    if not lens.law:
        yield "lens.yaml names no source of law"
    ledgers = {name for one in lenses for name in one.ledgers}
    known = {one.name for one in activities(lenses)}
    for typology in lens.typologies:
        if not typology.needs:
            yield f"{typology.name} needs no ledger: say which"
        for name in sorted(set(typology.needs) - ledgers):
            yield f"{typology.name} needs the ledger {name}, which no lens declares"
        if typology.activity not in known:
            yield f"{typology.name} points to the activity {typology.activity}, which is in no lexicon"
        if not typology.thresholds:
            yield f"{typology.name} has no thresholds in lens.yaml"
        if not typology.innocent:
            yield f"{typology.name} lists no innocent explanations"


def _detectors(lens: Lens, lenses: list[Lens]) -> Iterator[str]:
    declared = {f"{one.name.replace('-', '_')}.py": one for one in lens.typologies}
    folder = lens.folder / "detectors"
    for file in sorted(path.name for path in folder.glob("*.py") if path.name != "__init__.py"):
        if file not in declared:
            yield f"detectors/{file} is not in lens.yaml"
    for file, typology in sorted(declared.items()):
        if not (folder / file).is_file():
            yield f"detectors/{file} is missing"
            continue
        doc = ast.get_docstring(ast.parse((folder / file).read_text(encoding="utf-8"))) or ""
        if len(doc.split()) < _WORDS:
            yield f"detectors/{file}: the docstring is what the analyst reads; {_WORDS} words at least"
        if not _CITATION.search(doc):
            yield f"detectors/{file}: the docstring cites nothing (“Source: ...”)"
        yield from _thresholds(folder / file, typology)


def _thresholds(path: Path, typology: Typology) -> Iterator[str]:
    """Thresholds that the code asks for and the manifest lacks, and the other way round."""
    asked = set(re.findall(r"(?:thresholds|limits)\[['\"]([\w-]+)['\"]\]", path.read_text(encoding="utf-8")))
    for name in sorted(asked - set(typology.thresholds)):
        yield f"{path.name} asks for the threshold {name}, which lens.yaml lacks"
    for name in sorted(set(typology.thresholds) - asked):
        yield f"{path.name} does not use the threshold {name}"


def _lexicon(lens: Lens, lenses: list[Lens]) -> Iterator[str]:
    for activity in lens.activities:
        for lang in LANGUAGES:
            terms = [term for term in activity.terms if term.lang == lang]
            if not terms:
                yield f"{activity.name} has no terms in {lang}"
    Tagger(lens.activities)  # every term compiles


def _papers(lens: Lens, lenses: list[Lens]) -> Iterator[str]:
    for name in ("guide.md", "scenario.py"):
        if not (lens.folder / name).is_file() or not (lens.folder / name).read_text(encoding="utf-8").strip():
            yield f"{name} is missing or empty"
    part = lens.scenario()
    if part.name != lens.name or not callable(getattr(part, "plant", None)):
        yield "scenario.py: PART should bear the name of the lens and have plant(region)"


def _commands(lens: Lens, lenses: list[Lens]) -> Iterator[str]:
    ledgers = {name for one in lenses for name in one.ledgers}
    named: set[str] = set()
    for command in lens.commands():
        if command.name in named:
            yield f"commands.py: two commands are called {command.name}"
        named.add(command.name)
        if not command.about.strip():
            yield f"commands.py: {command.name} does not say what it is for"
        for name in sorted(set(command.needs) - ledgers):
            yield f"commands.py: {command.name} needs the ledger {name}, which no lens declares"
        for option in command.options:
            if not option.about.strip():
                yield f"commands.py: {command.name}: the option {option.name} does not say what it is for"


def _fixtures(lens: Lens, lenses: list[Lens]) -> Iterator[str]:
    for typology in lens.typologies:
        folder = lens.folder / "fixtures" / typology.name
        missing = [name for name in ("expected.yaml", *(f"{case}.csv" for case in CASES)) if not (folder / name).is_file()]
        if missing:
            yield f"fixtures/{typology.name}: no {', '.join(missing)}"
            continue
        expected = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
        for case in CASES:
            wanted = expected.get(case)
            if not wanted or (case == "positive") != isinstance(wanted, list):
                yield f"fixtures/{typology.name}/expected.yaml: {case} should be {'lists of subjects' if case == 'positive' else 'a reason in words'}"
                continue
            found = [row["subjects"] for row in seen(lens, typology, case, lenses).to_pylist()]
            if sorted(found) != (sorted(map(sorted, wanted)) if case == "positive" else []):
                yield f"fixtures/{typology.name}/{case}.csv: found {found}, expected {wanted if case == 'positive' else 'nothing'}"


def seen(lens: Lens, typology: Typology, case: str, lenses: list[Lens]) -> pa.Table:
    """What a detector finds in one of its cases."""
    folder = lens.folder / "fixtures" / typology.name
    ledgers = {name: schema for one in lenses for name, schema in one.ledgers.items() if name in typology.needs}
    claims = folder / f"{case}.claims.csv"
    with Engine() as engine:
        engine.load("claims", pa.Table.from_pylist(list(_claims(claims)), schema=CLAIM))
        engine.load("sources", SOURCE.empty_table())
        for name, schema in ledgers.items():
            engine.load(f"ledger_{name}", _rows(folder / f"{case}.csv", name, schema))
        events.gather(engine)
        return run(engine, lens, typology)


def _rows(path: Path, ledger: str, schema: pa.Schema) -> pa.Table:
    given = {"source_id": "fixture", "grade": "A2", "marking": "TLP:CLEAR"}
    columns: dict[str, list[str | None]] = {name: [] for name in schema.names}
    with path.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream), 2):
            if row.get("ledger", ledger) != ledger:
                continue
            unknown = sorted({name for name, cell in row.items() if cell} - set(columns) - {"ledger"})
            if unknown:
                raise LensError(f"{path}: the ledger {ledger} has no column {', '.join(unknown)}")
            own = given | {"event_id": f"e{number}", "locator": f"row {number}"} | {name: cell for name, cell in row.items() if cell}
            for name, cells in columns.items():
                cells.append(own.get(name))
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()}).cast(schema)


def _claims(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream), 2):
            known = prop(row["schema"], row["prop"])
            if known is None:
                raise LensError(f"{path}: row {number}: {row['schema']} has no property {row['prop']}")
            yield (
                dict.fromkeys(CLAIM.names)
                | row
                | {
                    "id": f"c{number}",
                    "canonical_id": row["entity_id"],
                    "prop_type": known.type.name,
                    "source_id": "fixture",
                    "locator": f"row {number}",
                    "grade": "A2",
                    "marking": "TLP:CLEAR",
                    "current": True,
                }
            )


PAPERS: tuple[Callable[[Lens, list[Lens]], Iterator[str]], ...] = (_manifest, _detectors, _lexicon, _papers, _commands)
