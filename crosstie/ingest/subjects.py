"""Statements about the entities of a mapping, a column at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from crosstie.errors import MappingError
from crosstie.ingest.columns import Texts, by_unique, clean, pc, slug, tidy
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.frame import NULL, Frame, nothing
from crosstie.ingest.rules import Entity, Key, Property, Value
from crosstie.model import schema as model

#: The column, while statements are made, of the number of the row that each comes from.
_ROW = "row"


@dataclass(frozen=True, slots=True)
class Cells:
    """Texts, the positions of the rows that they come from (None: all rows in order), and the column that they stand in."""

    texts: Texts
    index: Texts
    at: str
    #: the texts as they stand in the cells, where they were replaced
    cells: Texts = None


def statements(entities: Sequence[Entity], frame: Frame, out: Emitter) -> dict[str, Texts]:
    """Say what the rows say of each entity; gives the ids of each entity, by name, null in rows that do not have it."""
    ids = {entity.name: keys(entity.key, frame, out.dataset) for entity in entities}
    for entity in entities:
        _reject_keyless(entity, ids[entity.name], frame, out)
    for entity in entities:
        ids[entity.name] = _with_ends(entity, ids, frame, out)
    _check_apart(entities, ids)
    said = []
    for entity in entities:
        ids[entity.name], found = _entity(entity, ids, frame, out)
        said += found
    if said:
        table = pa.Table.from_batches(said).combine_chunks()
        # what one row says stands together: whoever puts together what is said of a thing finds it in one place
        order = np.argsort(table.column(_ROW).to_numpy(), kind="stable")
        for batch in table.drop_columns([_ROW]).take(order).combine_chunks().to_batches():
            out.batch(batch)
    return ids


def keys(key: Key, frame: Frame, dataset: str) -> Texts:
    """The id of each row; null where the key, or a part of it, is missing."""
    columns = [frame.cells[column] for column in key.columns]
    if key.kind == "plain":
        return columns[0]
    if key.kind == "hash":
        return _hashed(columns, dataset + (key.literal or ""))
    parts = [slug(column) for column in columns]
    parts = [pc.if_else(pc.equal(part, ""), NULL, part) for part in parts]
    front = [dataset, key.literal] if key.literal else [dataset]
    return pc.binary_join_element_wise(*front, *parts, "-")


def texts(value: Value, frame: Frame) -> list[Cells]:
    """The texts that a value takes from the rows, before they are cleaned; those that are empty left out."""
    cells = columns = {column: frame.cells[column] for column in value.columns}
    if value.replace:
        swaps = dict(value.replace)
        columns = {name: tidy(by_unique(column, lambda one: swaps.get(one, one))) for name, column in columns.items()}
    if value.template is not None:
        found = [Cells(_filled(value.template, columns, frame.size), None, "+".join(value.columns))]
    else:
        found = [Cells(column, None, name, cells[name]) for name, column in columns.items()]
        found += [Cells(pa.repeat(pa.scalar(literal), frame.size), None, "") for literal in value.literals]
        if value.join is not None and found:
            joined = pc.binary_join_element_wise(*(one.texts for one in found), value.join, null_handling="skip")
            found = [Cells(tidy(joined), None, "+".join(value.columns))]
    return [_present(_split(one, value.split) if value.split else one) for one in found]


def _split(cells: Cells, separators: tuple[str, ...]) -> Cells:
    column = cells.texts
    for other in separators[1:]:
        column = pc.replace_substring(column, other, separators[0])
    lists = pc.split_pattern(column, separators[0])
    return Cells(tidy(pc.list_flatten(lists)), pc.list_parent_indices(lists), cells.at)


def _present(cells: Cells) -> Cells:
    if not cells.texts.null_count:
        return cells
    there = pc.is_valid(cells.texts)
    index = pc.indices_nonzero(there) if cells.index is None else cells.index.filter(there)
    return Cells(cells.texts.filter(there), index, cells.at, None if cells.cells is None else cells.cells.filter(there))


def _filled(template: str, columns: dict[str, Texts], size: int) -> Texts:
    """FollowTheMoney's template: `{{Column}}` stands for the cell, or for nothing. A row without any of the cells says nothing."""
    pieces: list[Texts] = []
    any_cell = pc.is_valid(nothing(size))
    for number, piece in enumerate(template.replace("}}", "{{").split("{{")):
        if number % 2:
            column = columns[piece.strip()]
            any_cell = pc.or_(any_cell, pc.is_valid(column))
            pieces.append(pc.fill_null(column, ""))
        else:
            pieces.append(pa.repeat(pa.scalar(piece), size))
    return tidy(pc.if_else(any_cell, pc.binary_join_element_wise(*pieces, ""), NULL))


def _hashed(columns: Sequence[Texts], seed: str) -> Texts:
    """The same ids as FollowTheMoney: SHA-1 of the seed and of the key cells in order of their text; null where all are empty."""
    table = pa.table({f"k{number}": column for number, column in enumerate(columns)})
    parts = ", ".join(f"coalesce({name}, '')" for name in table.column_names)
    given = f"coalesce({', '.join(table.column_names)})"
    with duckdb.connect(config={"threads": 1, "preserve_insertion_order": True}) as connection:
        connection.register("keys_of_rows", table)
        query = (
            f"select case when {given} is not null then sha1(? || array_to_string(list_sort([{parts}]), '')) end as id from keys_of_rows"
        )
        found: Any = connection.sql(query, params=[seed]).to_arrow_table()
        return found.column("id").combine_chunks()


def _reject_keyless(entity: Entity, ids: Texts, frame: Frame, out: Emitter) -> None:
    """Rows that say something of an entity without saying which."""
    if not ids.null_count or _ends(entity):
        return
    own = _first([frame.cells[column] for column in entity.own_columns()], frame.size)
    empty = next((column for column in entity.key.columns if frame.cells[column].null_count), entity.key.columns[0])
    frame.reject(
        f"no key for {entity.name}: {' + '.join(entity.key.columns)} is empty", own, pc.and_(pc.is_null(ids), pc.is_valid(own)), empty, out
    )


def _with_ends(entity: Entity, ids: dict[str, Texts], frame: Frame, out: Emitter) -> Texts:
    """The ids of a relation, null where one of its ends is absent: a relation without an end says nothing."""
    found = ids[entity.name]
    for prop in _ends(entity):
        if prop.entity is not None:
            end = pc.is_valid(ids[prop.entity])
        else:
            end = pc.is_valid(_first([frame.cells[column] for column in prop.value.columns], frame.size)) if prop.value.columns else None
        if end is not None:
            found = pc.if_else(end, found, NULL)
    if _ends(entity) and found.null_count:
        own = _first([frame.cells[column] for column in entity.own_columns()], frame.size)
        at = next(iter(entity.own_columns()), "")
        frame.reject(f"{entity.name} without key or one of its ends", own, pc.and_(pc.is_null(found), pc.is_valid(own)), at, out)
    return found


def _ends(entity: Entity) -> list[Property]:
    ends = model.edge_ends(entity.schema) or ()
    return [prop for prop in entity.properties if prop.name in ends]


def _first(columns: Sequence[Texts], size: int) -> Texts:
    return pc.coalesce(*columns) if columns else nothing(size)


def _check_apart(entities: Sequence[Entity], ids: dict[str, Texts]) -> None:
    """A person and a company of the same number would silently become one thing."""
    for number, left in enumerate(entities):
        for right in entities[number + 1 :]:
            if model.common_schema(left.schema, right.schema) is None:
                both = ids[left.name].filter(pc.is_in(ids[left.name], ids[right.name].drop_null()))
                if len(both.drop_null()):
                    raise MappingError(
                        f"“{left.name}” and “{right.name}” both get the id {both.drop_null()[0]}",
                        hint=f"Give one of them a literal of its own: “id: {{column: {right.key.columns[0]}, literal: {right.name}}}”.",
                    )


def _entity(entity: Entity, ids: dict[str, Texts], frame: Frame, out: Emitter) -> tuple[Texts, list[pa.RecordBatch]]:
    own = ids[entity.name]
    parts = [part for prop in entity.properties for part in _property(entity, prop, own, ids, frame, out)]
    for prop in entity.properties:
        if prop.required:
            rows = pa.concat_arrays([pa.array([], pa.int64()), *(index for name, index, _ in parts if name == prop.name)])
            has = pc.is_in(pa.array(range(frame.size), pa.int64()), rows)
            own = pc.if_else(has, own, NULL)
    batches = [
        batch.filter(pc.is_in(index, pc.indices_nonzero(pc.is_valid(own)).cast(pa.int64()))) if own.null_count else batch
        for _, index, batch in parts
    ]
    if pc.count_distinct(own).as_py() < len(own) - own.null_count:
        batches = [_once(batch) for batch in batches]
    return own, [batch for batch in batches if batch.num_rows]


def _property(
    entity: Entity, prop: Property, own: Texts, ids: dict[str, Texts], frame: Frame, out: Emitter
) -> list[tuple[str, Texts, pa.RecordBatch]]:
    """The statements of one property, with the rows that they come from."""
    said = [_present(Cells(ids[prop.entity], None, "+".join(entity.key.columns)))] if prop.entity else texts(prop.value, frame)
    parts = []
    for cells in said:
        index = pa.array(range(frame.size), pa.int64()) if cells.index is None else cells.index.cast(pa.int64())
        subjects, found = own.take(index), cells.texts
        written = found if cells.cells is None else cells.cells
        if subjects.null_count:
            there = pc.is_valid(subjects)
            subjects, index, found, written = (one.filter(there) for one in (subjects, index, found, written))
        cleaned = found if prop.entity else clean(found, entity.schema, prop.name, prop.value)
        frame.reject(f"not a value for {prop.name}", written, pc.is_null(cleaned), cells.at, out, index)
        kept = pc.fill_null(pc.not_equal(cleaned, ""), False)
        if not pc.all(kept, min_count=0).as_py():
            subjects, index, written, cleaned = (one.filter(kept) for one in (subjects, index, written, cleaned))
        parts.append((prop.name, index, _batch(entity, prop, frame, subjects, index, written, cleaned, cells.at)))
    return parts


def _batch(
    entity: Entity, prop: Property, frame: Frame, subjects: Texts, index: Texts, written: Texts, cleaned: Texts, at: str
) -> pa.RecordBatch:
    size = len(subjects)
    columns = {
        "entity_id": subjects,
        "schema": pa.repeat(pa.scalar(entity.schema), size),
        "prop": pa.repeat(pa.scalar(prop.name), size),
        "value": cleaned,
        "original_value": pc.if_else(pc.equal(written, cleaned), NULL, written),
        "lang": pa.repeat(pa.scalar(prop.value.lang, pa.string()), size),
        "locator": frame.places(at, index),
        _ROW: index,
    }
    for name, handling in (("grade", frame.grades), ("marking", frame.markings)):
        if handling is not None:
            columns[name] = handling.take(index)
    return pa.RecordBatch.from_pydict(columns)


def _once(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Each claim once: of rows that repeat it (an account in a thousand payments) the first."""
    same: list[str] = [name for name in ("entity_id", "value", "original_value", "grade", "marking") if name in batch.schema.names]
    numbered = pa.Table.from_batches([batch.select(same)]).append_column("at", pa.array(range(batch.num_rows), pa.int64()))
    first = numbered.group_by(same, use_threads=False).aggregate([("at", "min")]).column("at_min").combine_chunks()
    return batch if len(first) == batch.num_rows else batch.take(first.take(pc.sort_indices(first)))
