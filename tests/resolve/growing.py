"""A workspace that grows, and the same built from nothing: files of invented people, added one after the other.

Nobody in them exists. Names are put together from syllables and from first names that millions bear.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Self

import orjson
import pyarrow.parquet as pq

from crosstie.app import Workspace
from crosstie.ingest.load import Choice
from crosstie.model.tables import ORDER, TABLES
from crosstie.store.builds import Build
from crosstie.store.engine import Engine

DAY = "2030-01-01"
#: What a build keeps for the next one: it may be deleted at any time.
KEPT = "matching"
COLUMNS = ("Nr", "Name", "Alias", "Born", "Gender", "Country", "Place", "Passport", "Phone", "Topics")
#: One row of a list; what is missing says nothing.
Row = dict[str, str]
Stages = list[tuple[str, Callable[[], None]]]

_MAPPING = """
dataset: {dataset}
originator: Office of {dataset}
version_date: {day}
curated: {curated}
entities:
  person:
    schema: Person
    id: Nr
    properties:
      name: Name
      alias: {{column: Alias, split: ";"}}
      birthDate: Born
      gender: Gender
      nationality: Country
      birthPlace: Place
      passportNumber: Passport
      phone: Phone
      topics: Topics
"""


class Unit:
    """A workspace in `folder`/unit, and beside it the files that go in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.unit = folder / "unit"
        self.workspace = Workspace.init(self.unit, name="Unit", user="tester")
        self._files = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.workspace.close()

    def add(self, dataset: str, rows: Iterable[Row], day: str = DAY, *, curated: bool = False) -> None:
        """Add a table as the version of a list of this day; several tables of one day are one version. The id of a row is <dataset>-<Nr>."""
        file, mapping = self._file("csv"), self._file("yaml")
        mapping.write_text(_MAPPING.format(dataset=dataset, day=day, curated="yes" if curated else "no"), encoding="utf-8")
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        self._take(file, [mapping], Choice(check_promise=False))

    def say(self, *entities: tuple[str, str, dict[str, list[str]]], day: str = DAY) -> None:
        """Add a file of FollowTheMoney: id, schema and properties, of things of any list."""
        file = self._file("ftm.json")
        file.write_bytes(
            b"".join(orjson.dumps({"id": one, "schema": schema, "properties": said}) + b"\n" for one, schema, said in entities)
        )
        self._take(file, [], Choice(check_promise=False, version_date=day))

    def judge(self, left: str, right: str, verdict: str) -> str:
        """Judge a pair of records, whether they are there or not; the id of the judgement."""
        return self.workspace.casebook.judge("pair", left, right, verdict, user="tester").id

    def build(self) -> Build:
        """Build what has changed."""
        build, new = self.workspace.build()
        assert new
        return build

    def set(self, line: str) -> None:
        """Change a setting."""
        self.workspace.close()
        file = self.unit / "crosstie.toml"
        file.write_text(file.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
        self.workspace = Workspace(self.unit, user="tester")

    def anew(self) -> Build:
        """The build of a workspace that has got the same, and never built before."""
        return built(self.copy("anew", "builds", KEPT))

    def copy(self, name: str, *without: str) -> Path:
        """A copy of the workspace beside it."""
        other = self.folder / name
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(self.unit, other, ignore=shutil.ignore_patterns(*without, ".*"))
        return other

    def _file(self, suffix: str) -> Path:
        self._files += 1
        return self.folder / f"list{self._files:03}.{suffix}"

    def _take(self, file: Path, mappings: Sequence[Path], choice: Choice) -> None:
        [added] = self.workspace.add([file], mappings=mappings, choice=choice)
        assert added.outcome == "added", added.error


def built(folder: Path) -> Build:
    """What a workspace comes to now."""
    workspace = Workspace(folder, user="tester")
    try:
        return workspace.build()[0]
    finally:
        workspace.close()


def matching_only(whole: Callable[..., Stages]) -> Callable[..., Stages]:
    """The stages of a build up to where everybody who is somebody is described; they leave all other tables empty. Those are made of the claims, and
    take most of so small a build.
    """

    def stages(self: Workspace, engine: Engine, *more: Any, **named: Any) -> Stages:
        found = whole(self, engine, *more, **named)
        last = [title for title, _ in found].index("describing entities") + 1
        missing = [table for table in TABLES if table not in ("sources", "claims", "pairs", "clusters", "entities")]

        def leave() -> None:
            for table in missing:
                engine.load(table, TABLES[table].empty_table())

        return [*found[:last], ("leaving the rest", leave)]

    return stages


def begun(unit: Unit, records: int | None = None) -> None:
    """The first build of a workspace."""
    assert_matched(unit.build(), "whole", records)


def assert_grown(unit: Unit, how: str | None = None, fresh: int | None = None, gone: int | None = None) -> Build:
    """Build; it must be what it is when built from nothing, to the byte. `how` it has to have been matched, and of how many records, where it is known."""
    build = unit.build()
    assert_same(build, unit.anew())
    assert_matched(build, how, fresh, gone)
    return build


def assert_matched(build: Build, how: str | None, fresh: int | None = None, gone: int | None = None) -> None:
    """What a build says of how it was matched."""
    told = build.manifest["matched"]
    assert told["how"] in ("whole", "increment")
    for name, expected in (("how", how), ("fresh", fresh), ("gone", gone)):
        assert expected is None or told[name] == expected, told


def assert_same(ours: Build, theirs: Build) -> None:
    """All files of two builds are the same, but for what they say of how they were made; where they are not, it says in which rows."""
    assert {**ours.manifest, "matched": None, "files": None} == {**theirs.manifest, "matched": None, "files": None}
    for table in ORDER:
        left, right = (one.path / f"{table}.parquet" for one in (ours, theirs))
        if left.read_bytes() != right.read_bytes():
            rows, others = ({str(row) for row in pq.read_table(path).to_pylist()} for path in (left, right))
            said = "\n".join([*sorted(rows - others)[:5], "but anew:", *sorted(others - rows)[:5]])
            raise AssertionError(f"{table}: {len(rows ^ others)} rows differ\n{said}")
    names = [sorted(path.name for path in one.path.iterdir()) for one in (ours, theirs)]
    assert names[0] == names[1]
    assert [
        name for name in names[0] if name != "build.json" and (ours.path / name).read_bytes() != (theirs.path / name).read_bytes()
    ] == []


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

_SYLLABLES = ("bo", "ran", "tar", "ko", "var", "zim", "brak", "os", "tro", "mel", "ani", "du", "sha", "lim", "qad", "ir", "zai", "fen")
_COMMON = ("mohammed", "ali", "ahmed", "maria", "ivan", "chen")
_COUNTRIES, _PLACES = ("me", "iq", "ng", "pe", "cn"), ("Brisa", "Corvale", "Dunmere", "Estrel", "Fjordby", "Garonsk")
_CYRILLIC = str.maketrans("abdefhiklmnoqrstuvz", "абдефхиклмнокрстувз")
_ARABIC = str.maketrans("abdefhiklmnoqrstuvz", "ابدافهيكلمنوقرستوفز")


def people(chance: Random, count: int, first: int = 0, known: Sequence[Row] = ()) -> list[Row]:
    """Rows of so many records, numbered from `first`: new persons, and one in three somebody of `known` or of the rows before, told otherwise."""
    rows: list[Row] = []
    for number in range(first, first + count):
        before = [*known, *rows] if chance.random() < 0.35 else []
        row = told_otherwise(chance, chance.choice(before)) if before else person(chance)
        rows.append({**row, "Nr": str(number)})
    return rows


def person(chance: Random) -> Row:
    """Somebody."""
    given = chance.choice(_COMMON) if chance.random() < 0.4 else _word(chance)
    said = {"Name": f"{given} {_word(chance)}".title(), "Born": _day(chance), "Gender": chance.choice(("male", "female"))}
    said |= {"Country": chance.choice(_COUNTRIES), "Place": chance.choice(_PLACES)}
    if chance.random() < 0.4:
        said["Passport"] = f"QX{chance.randrange(10**7, 10**8)}"
    if chance.random() < 0.5:
        said["Phone"] = f"+382201234{chance.randrange(10, 30)}"  # a few phones that many share
    return said


def told_otherwise(chance: Random, row: Row) -> Row:
    """The same person as another clerk, list or script has them."""
    said = {
        column: value for column, value in row.items() if column not in ("Nr", "Topics") and (column == "Name" or chance.random() < 0.75)
    }
    name = row["Name"]
    match chance.randrange(6):
        case 0:
            at = chance.randrange(len(name))
            name = name[:at] + chance.choice("abdeiknorst") + name[at + 1 :]
        case 1:
            name = " ".join(reversed(name.split(" ")))
        case 2:
            name = name.lower().translate(chance.choice((_CYRILLIC, _ARABIC)))
        case 3:
            said["Alias"] = " ".join(reversed(name.split(" "))).upper()
            name = f"{name.split(' ')[0]} {_word(chance)}".title()
    if "Born" in said and chance.random() < 0.3:
        said["Born"] = chance.choice((said["Born"][:4], _day(chance)))
    return {**said, "Name": name}


def crowd(chance: Random, count: int, first: int = 0, name: str = "Mohammed Ali", born: str = "1971-05-02") -> list[Row]:
    """So many records of one name and one day of birth, that differ in little else: more than a block holds."""
    rows = []
    for number in range(first, first + count):
        said = {"Nr": str(number), "Name": name, "Born": born, "Country": "iq", "Gender": chance.choice(("male", "", "female"))}
        if chance.random() < 0.5:
            said["Passport"] = f"QX{chance.randrange(10**7, 10**8)}"
        if chance.random() < 0.3:
            said["Place"] = chance.choice(_PLACES)
        rows.append(said)
    return rows


def _word(chance: Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 2, 3))))


def _day(chance: Random) -> str:
    return f"{chance.randrange(1950, 1990)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
