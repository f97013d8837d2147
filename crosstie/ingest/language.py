"""The mapping language, read and checked against the model; docs/guide/mapping.md teaches it.

It is FollowTheMoney's mapping (entities by name, `schema`, `keys`, `properties`), with what crosstie adds: whose the table is and how far
it is believed, readable ids, precise dates and numbers, and `ledger` blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from followthemoney import model as ftm
from followthemoney import registry

from crosstie.errors import UsageError
from crosstie.ingest import located
from crosstie.ingest.located import Section, near
from crosstie.ingest.rules import Entity, Key, Ledger, LedgerColumn, Mapping, Property, Query, Value
from crosstie.model import schema as model
from crosstie.model.marking import DEFAULT_GRADE, Marking, check_grade
from crosstie.model.tables import LEDGER_BASE

_TEMPLATE = re.compile(r"\{\{([^{}]*)\}\}")
_NUMBERS = frozenset({"amount", "weight", "value", "quantity"})
_ISO_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_DATASET = re.compile(r"[a-z0-9][a-z0-9_-]*")

_TOP = {
    "dataset",
    "title",
    "label",
    "originator",
    "grade",
    "marking",
    "purpose",
    "retention",
    "version_date",
    "curated",
    "match",
    "delimiter",
    "encoding",
    "sheet",
    "header",
    "entities",
    "ledger",
    "filters",
    "filters_not",
    "queries",
    "query",
    "info_url",
}
_QUERY = {"entities", "ledger", "filters", "filters_not", "csv_url", "csv_urls"}
_ENTITY = {"schema", "id", "key", "keys", "key_literal", "id_column", "properties"}
_VALUE = {
    "column",
    "columns",
    "literal",
    "literals",
    "template",
    "join",
    "split",
    "format",
    "date_format",
    "decimal",
    "lower",
    "lang",
    "replace",
}
_PROPERTY = _VALUE | {"entity", "required", "fuzzy"}
_LEDGER = {"id", "a", "b", "date", "columns"}


def load(path: Path) -> Mapping:
    """The mapping in a file, checked; MappingError names the line and the key of what is wrong."""
    top = located.read(path)
    if "entities" not in top.data and "ledger" not in top.data and len(top.data) == 1:
        name = next(iter(top.data))
        if isinstance(top.data[name], dict) and {"queries", "query"} & set(top.data[name]):
            top = top.section(name)
            top.data.setdefault("dataset", name)
    top.allow(_TOP)
    dataset = top.text("dataset") or top.fail(
        "“dataset” is missing: the short name that all ids begin with", hint="For example “dataset: register”."
    )
    if not _DATASET.fullmatch(dataset):
        top.fail(f"“{dataset}” is no name of a dataset: use a-z, 0-9, - and _", "dataset")
    plural = next((key for key in ("queries", "query") if top.has(key)), None)
    queries = [_query(one) for one in top.items(plural)] if plural else [_query(_as_query(top))]
    mapping = Mapping(
        path,
        dataset,
        title=top.text("title") or top.text("label") or dataset,
        originator=top.text("originator") or top.fail("“originator” is missing: who says what the table says"),
        queries=tuple(queries),
        match=top.texts("match"),
        delimiter=_delimiter(top),
        encoding=_encoding(top),
        sheet=top.text("sheet"),
        header=_header(top),
        version_date=_day(top, "version_date"),
        curated=_yes(top, "curated"),
    )
    return _graded(top, mapping)


def _yes(top: Section, key: str) -> bool:
    written = (top.text(key) or "no").strip().lower()
    if written not in ("yes", "true", "no", "false"):
        top.fail(f"“{key}” is yes or no", key)
    return written in ("yes", "true")


def _as_query(top: Section) -> Section:
    """The part of the top level that is a query."""
    return Section(top.file, {key: value for key, value in top.data.items() if key in _QUERY}, top.place, top.lines)


def _graded(top: Section, mapping: Mapping) -> Mapping:
    def either(key: str) -> tuple[str | None, str | None]:
        if isinstance(top.data.get(key), dict):
            block = top.section(key)
            block.allow({"column"})
            return None, block.text("column") or block.fail("“column” is missing")
        return top.text(key), None

    grade, grade_column = either("grade")
    written, marking_column = either("marking")
    try:
        grade = check_grade(grade or DEFAULT_GRADE)
    except UsageError as error:
        top.fail(error.detail, "grade", hint=error.hint)
    try:
        marking = Marking.parse(written) if written else Marking()
    except UsageError as error:
        top.fail(error.detail, "marking", hint=error.hint)
    marking = replace(marking, purpose=top.text("purpose") or marking.purpose, until=_day(top, "retention") or marking.until)
    return replace(mapping, grade=grade, grade_column=grade_column, marking=marking, marking_column=marking_column)


def _query(block: Section) -> Query:
    block.allow(_QUERY)
    entities = tuple(_entity(name, one) for name, one in block.sections("entities"))
    by_name = {entity.name: entity for entity in entities}
    ledgers = tuple(_ledger(name, one, by_name) for name, one in block.sections("ledger"))
    if not entities and not ledgers:
        block.fail("a mapping needs “entities” or “ledger”")
    for entity in entities:
        _check_references(block, entity, by_name)
    _check_ids(block, entities)
    return Query(entities, ledgers, _filters(block, "filters"), _filters(block, "filters_not"))


def _entity(name: str, block: Section) -> Entity:
    block.allow(_ENTITY)
    schema = block.text("schema") or block.fail("“schema” is missing")
    found = model.schema(schema)
    if found is None:
        block.fail(f"there is no schema “{schema}”", "schema", hint=near(schema, ftm.schemata))
    if found.abstract:
        block.fail(f"“{schema}” is abstract: name what the thing is", "schema")
    properties = []
    given = block.section("properties") if block.has("properties") else Section(block.file, {}, block.place, block.lines)
    for prop_name, written in given.data.items():
        prop = model.prop(schema, prop_name)
        if prop is None or prop.stub:
            given.fail(
                f"{schema} has no property “{prop_name}”",
                prop_name,
                hint=near(prop_name, [n for n, p in found.properties.items() if not p.stub]),
            )
        for one in written if isinstance(written, list) else [written]:
            spec = Section(block.file, {"column": one} if isinstance(one, str) else one, (*given.place, prop_name), block.lines)
            spec.allow(_PROPERTY)
            properties.append(Property(prop_name, _value(spec, prop.type.name), spec.text("entity"), spec.truth("required")))
    return Entity(name, schema, _key(block), tuple(properties))


def _key(block: Section) -> Key:
    kinds = [kind for kind, keys in (("slug", ("id",)), ("hash", ("key", "keys")), ("plain", ("id_column",))) if any(map(block.has, keys))]
    if len(kinds) != 1:
        block.fail("say what the id is made of: “id”, “keys” or “id_column”, one of them", hint="For example “id: {column: Nr}”.")
    if kinds[0] == "hash":
        return Key(block.texts("key", "keys"), block.text("key_literal"), "hash")
    if kinds[0] == "plain":
        return Key(block.texts("id_column"), None, "plain")
    return _slug_key(block)


def _slug_key(block: Section) -> Key:
    if not isinstance(block.data["id"], dict):
        return Key(block.texts("id"))
    spec = block.section("id")
    spec.allow({"column", "columns", "literal"})
    return Key(spec.texts("column", "columns") or spec.fail("“column” is missing"), spec.text("literal"))


def _value(block: Section, kind: str) -> Value:
    template, lang = block.text("template"), block.text("lang")
    columns = tuple(dict.fromkeys([*block.texts("column", "columns"), *(one.strip() for one in _TEMPLATE.findall(template or ""))]))
    literals = block.texts("literal", "literals")
    if bool(columns or literals) == block.has("entity"):
        block.fail("say where the value comes from: “column”, “columns”, “literal”, “template” or “entity”")
    formats = block.texts("date_format", "format")
    if formats and kind != "date":
        block.fail(
            "“format” is for dates",
            "format" if block.has("format") else "date_format",
            hint="Use “template: '{{Column}} …'” to put texts together.",
        )
    if (decimal := block.text("decimal")) not in (None, ".", ","):
        block.fail("“decimal” is “,” or “.”", "decimal")
    if lang is not None and (lang := registry.language.clean(lang)) is None:
        block.fail(f"“{block.text('lang')}” is no language", "lang", hint="Use a code of ISO 639, for example fra or ara.")
    swaps = block.section("replace").data if block.has("replace") else {}
    return Value(
        columns,
        literals,
        template,
        block.text("join") if "join" in block.data else None,
        block.texts("split"),
        formats,
        decimal,
        block.truth("lower"),
        lang,
        tuple((old, str(new)) for old, new in swaps.items()),
    )


def _ledger(name: str, block: Section, entities: dict[str, Entity]) -> Ledger:
    block.allow(_LEDGER)
    if not name.isidentifier() or name != name.lower():
        block.fail(f"“{name}” is no name of a ledger: use a-z, 0-9 and _")
    for end in ("a", "b"):
        if (party := block.text(end)) and party not in entities:
            block.fail(f"there is no entity “{party}” in this mapping", end, hint=near(party, entities))
    if not block.has("a") and not block.has("b"):
        block.fail("“a” and “b” say which entities the event is between", hint=f"Entities are {', '.join(entities) or 'none'}.")
    columns = []
    for column, spec in _specs(block, "columns"):
        if column in LEDGER_BASE.names or not column.isidentifier():
            spec.fail(f"“{column}” is no name for a column of a ledger")
        spec.allow(_VALUE | {"type"})
        if column != column.lower():
            spec.fail(f"“{column}” is no name for a column of a ledger: use small letters")
        kind = spec.text("type") or ("number" if column in _NUMBERS else "date" if spec.texts("date_format", "format") else "text")
        if kind not in ("number", "text", "date"):
            spec.fail(f"“{kind}” is no type", "type", hint="Types are number, text and date.")
        if column in _NUMBERS and kind != "number":
            spec.fail(f"“{column}” is a number in every ledger", "type")
        columns.append(LedgerColumn(column, _value(spec, kind), kind))
    dates = [spec for key, spec in _specs(block) if key == "date"]
    for spec in dates:
        spec.allow(_VALUE)
    return Ledger(
        name,
        _slug_key(block) if block.has("id") else None,
        block.text("a"),
        block.text("b"),
        _value(dates[0], "date") if dates else None,
        tuple(columns),
    )


def _specs(block: Section, key: str | None = None) -> Iterator[tuple[str, Section]]:
    """Named values, where `Amount` alone is short for `{column: Amount}`."""
    if key is not None and not block.has(key):
        return
    within = block.section(key) if key is not None else block
    for name, written in within.data.items():
        if isinstance(written, (str, dict)):
            yield (
                name,
                Section(block.file, {"column": written} if isinstance(written, str) else written, (*within.place, name), block.lines),
            )


def _check_references(block: Section, entity: Entity, by_name: dict[str, Entity]) -> None:
    for prop in entity.properties:
        if prop.entity is None:
            continue
        where = Section(block.file, {}, (*block.place, "entities", entity.name, "properties", prop.name), block.lines)
        target, found = by_name.get(prop.entity), model.prop(entity.schema, prop.name)
        if target is None:
            where.fail(f"there is no entity “{prop.entity}” in this mapping", hint=near(prop.entity, by_name))
        if found is None or found.range is None:
            where.fail(f"{entity.schema}.{prop.name} does not hold entities")
        if not model.is_a(target.schema, found.range.name):
            where.fail(f"{entity.schema}.{prop.name} must be a {found.range.name}, and “{prop.entity}” is a {target.schema}")


def _check_ids(block: Section, entities: tuple[Entity, ...]) -> None:
    for number, left in enumerate(entities):
        for right in entities[number + 1 :]:
            if left.key == right.key and model.common_schema(left.schema, right.schema) is None:
                where = Section(block.file, {}, (*block.place, "entities", right.name), block.lines)
                where.fail(
                    f"“{left.name}” and “{right.name}” would get the same ids", hint=f"Add “literal: {right.name}” to the id of one."
                )


def _filters(block: Section, key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not block.has(key):
        return ()
    given = block.section(key)
    return tuple((column, tuple(value) if isinstance(value, list) else (value,)) for column, value in given.data.items())


def _header(top: Section) -> int | None:
    written = top.text("header")
    if written is None:
        return None
    if written.casefold() in ("none", "no", "false"):
        return 0
    if not written.isdecimal() or int(written) > 1000:
        top.fail("“header” is the number of the row that names the columns, or none", "header")
    return int(written)


def _delimiter(top: Section) -> str | None:
    written = top.text("delimiter")
    found = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(written or "", written)
    if found is not None and (len(found) != 1 or not found.isascii()):
        top.fail("“delimiter” is one character, or tab", "delimiter")
    return found


def _encoding(top: Section) -> str | None:
    written = top.text("encoding")
    try:
        if written:
            "".encode(written)
    except LookupError:
        top.fail(f"there is no encoding “{written}”", "encoding", hint="Mostly utf-8, utf-16 or cp1252.")
    return written


def _day(top: Section, key: str) -> str | None:
    written = top.text(key)
    if written is not None and (
        not _ISO_DAY.fullmatch(written) or registry.date.clean(written) != written or (key == "retention" and len(written) < 10)
    ):
        top.fail(f"“{written}” is no day: write YYYY-MM-DD", key)
    return written
