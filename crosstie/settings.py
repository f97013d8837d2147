"""All settings, in one place: read from `crosstie.toml` in the workspace, then from CROSSTIE_* in the environment, and handed down from there."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from crosstie.errors import UsageError

FILE = "crosstie.toml"
#: As much memory as the machine can spare.
AUTO = "auto"
_MEMORY = re.compile(r"\d+(\.\d+)?\s*[KMGT]i?B", re.IGNORECASE)
_ENGINE = re.compile(r"duckdb|local\[(\d+|\*)\]|spark://[\w.-]+:\d+(,[\w.-]+:\d+)*", re.ASCII)
#: The languages of the United Nations, in which links are told.
LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
_RANGES: dict[str, tuple[float, float]] = {
    "threads": (1, 1024),
    "wait": (0, 86_400),
    "match_threshold": (0, 1),
    "max_hops": (1, 4),
    "paths": (1, 1_000),
    "hub": (1, 1_000_000_000),
    "links": (1, 100_000_000),
    "keep_builds": (1, 1_000_000),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a unit may set; each has a default that works on a laptop."""

    name: str = "workspace"
    #: an exercise: everything shown says that the persons are invented
    exercise: bool = False
    #: where people's decisions and the audit chain are kept; empty: casebook.sqlite in the workspace. PostgreSQL: postgresql+psycopg://...
    casebook: str = ""
    #: what runs the stages of a build: duckdb, or a Spark cluster: spark://host:7077 (local[2]: Spark on this machine alone)
    engine: str = "duckdb"
    #: what DuckDB may use before it goes on on disk: 3GB, or auto for a quarter of this machine's memory, at least 2GB. Python and what it reads
    #: take more beside: 1 GB for a hundred thousand records, 10 GB for ten million
    memory: str = "auto"
    threads: int = 2
    #: seconds that a writer waits for another before it gives up
    wait: float = 10.0
    #: two records count as one thing from this score on
    match_threshold: float = 0.75
    #: longest path of a link, in steps
    max_hops: int = 4
    #: paths kept per pair
    paths: int = 3
    #: a node with more neighbours is a hub that connects nobody by itself
    hub: int = 200
    #: most links that a build keeps, best first
    links: int = 10_000
    #: what the search for links may take of this machine's memory; larger graphs are told before they begin, and are for a Spark cluster
    search_memory: str = "4GB"
    #: builds that are kept, the newest; older ones are removed when a new one stands
    keep_builds: int = 5
    #: in which language links are told: en, fr, es, ar, ru or zh
    language: str = "en"
    #: whoever signs in to the workbench with a password needs a second factor too
    second_factor: bool = False
    #: where the workbench is reached, https://...: an agency sends people back there
    address: str = ""
    #: OpenID Connect: who proves who people are, what crosstie is called there, and its secret (better as CROSSTIE_AGENCY_SECRET)
    agency_issuer: str = ""
    agency_client: str = ""
    agency_secret: str = ""
    #: what names a person's groups, and which role and clearance a group has, the first that holds: leads = case lead TLP:RED; staff = viewer
    agency_claim: str = "groups"
    agency_roles: str = ""

    @classmethod
    def load(cls, folder: Path) -> Settings:
        """The settings of a workspace; UsageError for a name or a value that is none."""
        found: dict[str, Any] = {}
        file = folder / FILE
        if file.exists():
            try:
                found = tomllib.loads(file.read_text(encoding="utf-8"))
            except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise UsageError(f"{file} cannot be read: {error}") from error
        kinds = {field.name: field.type for field in fields(cls)}
        for name in kinds:
            if (given := os.environ.get(f"CROSSTIE_{name.upper()}")) is not None:
                found[name] = given
        unknown = sorted(set(found) - set(kinds))
        if unknown:
            raise UsageError(f"{file}: no such setting: {', '.join(unknown)}", hint=f"Known are {', '.join(sorted(kinds))}.")
        settings = replace(cls(), **{name: _typed(name, str(kinds[name]), value) for name, value in found.items()})
        for name, (least, most) in _RANGES.items():
            if not least <= (value := getattr(settings, name)) <= most:  # NaN is in no range
                raise UsageError(f"setting {name}: {value} is not from {least} to {most}")
        for name in ("memory", "search_memory"):
            if not _MEMORY.fullmatch(given := getattr(settings, name)) and (name, given) != ("memory", AUTO):
                raise UsageError(f"setting {name}: “{given}” is no amount of memory", hint="Write it as 3GB or 800MB.")
        return settings.on(settings.engine).told_in(settings.language)

    def told_in(self, language: str) -> Settings:
        """The same settings with another language; UsageError where it is none of the six."""
        if language not in LANGUAGES:
            raise UsageError(f"“{language}” is none of the languages", hint=f"Known are {', '.join(LANGUAGES)}.")
        return replace(self, language=language)

    def on(self, engine: str) -> Settings:
        """The same settings with another engine; UsageError where it is none."""
        if not _ENGINE.fullmatch(engine):
            raise UsageError(f"“{engine}” is no engine", hint="Write duckdb, or the address of a Spark master: spark://host:7077.")
        return replace(self, engine=engine)


def amount(memory: str) -> int:
    """The bytes that an amount of memory as in the settings stands for."""
    number, unit = re.fullmatch(r"([\d.]+)\s*([KMGT]i?B)", memory.strip(), re.IGNORECASE).groups()  # type: ignore[union-attr]
    return int(float(number) * (1024 if "i" in unit.lower() else 1000) ** (1 + "KMGT".index(unit[0].upper())))


def _typed(name: str, kind: str, value: Any) -> Any:
    try:
        if kind == "bool":
            return value if isinstance(value, bool) else {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
        if isinstance(value, (list, dict, bool)) or (isinstance(value, float) and kind == "int"):
            raise ValueError
        return {"int": int, "float": float, "str": str}[kind](value)
    except (KeyError, ValueError) as error:
        raise UsageError(f"setting {name}: “{value}” is no {kind}") from error
