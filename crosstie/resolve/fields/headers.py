"""What a column holds, made out by its header, in the languages in which registers are kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from crosstie.errors import MappingError
from crosstie.resolve.names.forms import romanize

_FILE = Path(__file__).parent / "data" / "headers.yaml"
_SEPARATORS = re.compile(r"[^a-z0-9]+")
#: Headers of full names that stand for the last name beside a first name (Nom, Prénom), and the other way round (Nombre, Apellidos).
_SHORT = frozenset({"name", "nom", "nombre", "nome", "naam", "nama"})


@cache
def known() -> Mapping[str, str]:
    """Header, in small letters without separators, to the property that such a column holds."""
    listed: dict[str, list[str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for prop, headers in listed.items():
        for header in (prop.lower(), *headers):
            found.setdefault(str(header), prop)
    return found


def properties() -> tuple[str, ...]:
    """Every property that a column can hold."""
    return tuple(sorted(set(known().values())))


def recognise(headers: Iterable[str], given: Mapping[str, str] | None = None) -> tuple[dict[str, str], list[str]]:
    """Column to property for the columns that are understood, and the columns that are not.

    `given` (column to property) is what the user says; then nothing is guessed. Raises MappingError for a column or a property that is not there.
    """
    columns = list(headers)
    if given is not None:
        for column, prop in given.items():
            if column not in columns:
                raise MappingError(f"the table has no column “{column}”", hint=f"It has {', '.join(columns)}.")
            if prop not in properties():
                raise MappingError(f"no column can hold “{prop}”", hint=f"Columns can hold {', '.join(properties())}.")
        return {column: given[column] for column in columns if column in given}, [column for column in columns if column not in given]
    told = {column: known().get(_SEPARATORS.sub("", romanize(column))) for column in columns}
    held = set(told.values())
    for column, guess in told.items():
        if guess == "name" and _SEPARATORS.sub("", romanize(column)) in _SHORT:
            if "firstName" in held and "lastName" not in held:
                told[column] = "lastName"
            elif "lastName" in held and "firstName" not in held:
                told[column] = "firstName"
    return {column: prop for column, prop in told.items() if prop}, [column for column, prop in told.items() if not prop]


def understood(names: Sequence[str], given: Mapping[str, str] | None = None) -> tuple[dict[str, str], list[str]]:
    """The same for a table that is to be put together: it has to have each column once, and one that is understood."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise MappingError(f"the table has more than one column “{twice[0]}”", hint="Give each column a name of its own.")
    known, ignored = recognise(names, given)
    if not known:
        raise MappingError(
            f"no column of the table is understood; it has {', '.join(names) or 'none'}",
            hint=f"Say what they hold; columns can hold {', '.join(properties())}.",
        )
    return known, ignored
