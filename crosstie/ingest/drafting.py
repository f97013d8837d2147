"""A mapping made from choices in a form: what each column holds, what the rows speak of. The text is the language of docs/guide/mapping.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from crosstie.errors import UsageError
from crosstie.model import schema as model

#: What rows may speak of, in a form; the language knows every schema.
SCHEMATA = (
    "Person",
    "Company",
    "Organization",
    "LegalEntity",
    "PublicBody",
    "Vessel",
    "Airplane",
    "Vehicle",
    "BankAccount",
    "CryptoWallet",
)
#: What rows of payments hold.
PAYMENTS = ("payer", "payee", "amount", "currency", "date", "id")
#: Properties that come first in a form.
COMMON = (
    "name", "alias", "weakAlias", "previousName", "firstName", "middleName", "lastName", "birthDate", "birthPlace", "nationality", "country", "gender",
    "passportNumber", "idNumber", "taxNumber", "registrationNumber", "phone", "email", "address", "topics", "position", "notes", "accountNumber", "publicKey",
    "imoNumber", "mmsi", "flag",
)  # fmt: skip
_DATES = frozenset({"birthDate", "deathDate", "incorporationDate", "dissolutionDate", "buildDate", "registrationDate"})
#: What tells things apart, where no column was chosen for it.
_TELLING = ("idNumber", "registrationNumber", "passportNumber", "imoNumber", "mmsi", "accountNumber", "publicKey")
_PARTS = ("firstName", "middleName", "lastName")


@dataclass(frozen=True, slots=True)
class Draft:
    """Choices: whose the table is, what its rows speak of (a schema, or “payments”), what each column holds, and how dates and amounts are written."""

    dataset: str
    title: str
    originator: str
    subject: str
    holds: Mapping[str, str]
    keys: Sequence[str] = ()
    date_formats: Sequence[str] = ()
    decimal: str = ""
    grade: str = "F6"
    marking: str = "TLP:AMBER"
    currency: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


def properties(schema: str) -> list[str]:
    """The properties of a schema that a column may hold: the common ones first."""
    found = model.schema(schema)
    if found is None:
        raise UsageError(f"“{schema[:100]}” is no schema")
    own = {name for name, prop in found.properties.items() if not prop.stub and prop.type.name != "entity" and not prop.hidden}
    return [name for name in COMMON if name in own] + sorted(own - set(COMMON))


def draft(choices: Draft) -> str:
    """The mapping as text."""
    head = [
        f"dataset: {choices.dataset}",
        f"title: {_quoted(choices.title)}",
        f"originator: {_quoted(choices.originator or '?')}",
        f"grade: {choices.grade}",
        f"marking: {_quoted(choices.marking)}",
        "",
    ]
    return "\n".join([*head, *(_payments(choices) if choices.subject == "payments" else _subject(choices))]) + "\n"


def _subject(choices: Draft) -> list[str]:
    known = set(properties(choices.subject))
    by_property: dict[str, list[str]] = {}
    for column, prop in choices.holds.items():
        if prop in known:
            by_property.setdefault(prop, []).append(column)
    keys = list(choices.keys) or [column for column, what in choices.holds.items() if what == "id"][:1]
    keys = keys or next((by_property[prop][:1] for prop in _TELLING if prop in by_property), [])
    keys = keys or [column for prop in (*_PARTS, "name", "birthDate") for column in by_property.get(prop, ())] or list(choices.holds)[:1]
    lines = [
        "entities:",
        "  subject:",
        f"    schema: {choices.subject}",
        f"    id: {{columns: [{', '.join(map(_quoted, keys))}]}}",
        "    properties:",
    ]
    parts = [column for part in _PARTS for column in by_property.get(part, ())]
    if parts and "name" not in by_property and "name" in known:
        lines.append(f'      name: {{columns: [{", ".join(map(_quoted, parts))}], join: " "}}')
    for prop, columns in by_property.items():
        where = f"column: {_quoted(columns[0])}" if len(columns) == 1 else f"columns: [{', '.join(map(_quoted, columns))}]"
        dates = f", date_format: [{', '.join(map(_quoted, choices.date_formats))}]" if prop in _DATES and choices.date_formats else ""
        lines.append(f"      {prop}: {{{where}{dates}}}")
    if not by_property:
        lines[-1] = "    properties: {}"
    return lines


def _payments(choices: Draft) -> list[str]:
    held = {what: column for column, what in choices.holds.items() if what in PAYMENTS}
    lines = ["entities:"]
    for end in ("payer", "payee"):
        if end in held:
            column = _quoted(held[end])
            lines += [
                f"  {end}:",
                "    schema: BankAccount",
                f"    id: {{column: {column}}}",
                "    properties:",
                f"      accountNumber: {{column: {column}}}",
            ]
    lines += ["ledger:", "  payments:"]
    if "id" in held:
        lines.append(f"    id: {{column: {_quoted(held['id'])}}}")
    lines += [f"    {letter}: {end}" for letter, end in (("a", "payer"), ("b", "payee")) if end in held]
    if "date" in held:
        dates = f", date_format: [{', '.join(map(_quoted, choices.date_formats))}]" if choices.date_formats else ""
        lines.append(f"    date: {{column: {_quoted(held['date'])}{dates}}}")
    columns = []
    if "amount" in held:
        decimal = f", decimal: {_quoted(choices.decimal)}" if choices.decimal else ""
        columns.append(f"      amount: {{column: {_quoted(held['amount'])}{decimal}}}")
    if "currency" in held:
        columns.append(f"      currency: {{column: {_quoted(held['currency'])}}}")
    elif choices.currency:
        columns.append(f"      currency: {{literal: {_quoted(choices.currency)}}}")
    return [*lines, "    columns:", *columns] if columns else lines


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()
