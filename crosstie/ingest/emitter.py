"""How a reader says what a file says: statements, ledger rows and rejects, gathered in columns and handed on in batches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache
from traceback import clear_frames
from typing import Any, Protocol

import phonenumbers
import pyarrow as pa
import pyarrow.compute
from followthemoney import registry
from followthemoney.util import sanitize_text
from phonenumbers.re_util import enable_pattern_cache
from prefixdate import parse as parse_date

from crosstie.errors import MappingError
from crosstie.model import schema as model
from crosstie.model.tables import REJECT, STATEMENT

pc: Any = pyarrow.compute
BATCH = 50_000
CACHED = 100_000
_EXCERPT = 300
#: the columns of STATEMENT that differ from claim to claim
_SAID = ("entity_id", "schema", "prop", "value", "original_value", "lang", "locator", "grade", "marking")


class Sink(Protocol):
    """Where batches go: Parquet files of a source, or a list in a test."""

    def statements(self, batch: pa.RecordBatch) -> None:
        """Keep a batch of STATEMENT."""
        ...

    def rejects(self, batch: pa.RecordBatch) -> None:
        """Keep a batch of REJECT."""
        ...

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        """Keep a batch of the ledger of that name."""
        ...


class Emitter:
    """Collects what one file says.

    A reader calls `record` for each record of the file, `entity` for each thing that the record speaks of, and `Subject.say` for each
    claim. Values are cleaned by the type of their property; one that is not of its type becomes a reject with its place, never silence.
    """

    def __init__(self, sink: Sink, *, source_id: str, dataset: str, grade: str, marking: str) -> None:
        self.source_id, self.dataset, self.grade, self.marking = source_id, dataset, grade, marking
        self.version_date: str | None = None
        self.series: str | None = None
        self.records = self.statements = self.rejects = self.ledger_rows = 0
        self.place = ""
        self._sink = sink
        #: the claims one after another, each in the order of _SAID; a list of tuples would be walked through by every garbage collection
        self._said: list[str | None] = []
        self._rejects: tuple[list[str], ...] = ([], [], [])

    def version(self, date: str, *, series: str | None = None) -> None:
        """The date of the list, as the file itself states it, and the series of versions that it belongs to."""
        self.version_date = date
        self.series = series or self.series

    def record(self, place: str) -> None:
        """Begin the record at this place; the places of its claims are below it."""
        self.place = place
        self.records += 1
        if len(self._said) >= BATCH * len(_SAID):
            self.flush()

    def entity(self, entity_id: str, schema: str) -> Subject:
        """A thing that the record speaks of."""
        return Subject(self, entity_id, schema)

    def reject(self, reason: str, excerpt: str = "", *, at: str = "") -> None:
        """Something that cannot be used: why, what it looked like, and where it stands."""
        places, reasons, excerpts = self._rejects
        places.append(f"{self.place}/{at}" if at and self.place else at or self.place)
        reasons.append(reason)
        excerpts.append(excerpt[:_EXCERPT])
        self.rejects += 1
        if len(places) >= BATCH:
            self.flush()

    def reject_batch(self, reason: str, places: pa.Array[Any], excerpts: pa.Array[Any]) -> None:
        """Many things at once that cannot be used for one reason, for readers that work in columns: where each stands and what it looks like."""
        self.flush()
        size = len(places)
        shown = pc.fill_null(pc.utf8_slice_codeunits(excerpts, 0, _EXCERPT), "")
        arrays = [pa.repeat(pa.scalar(one, pa.string()), size) for one in (self.source_id, reason)]
        self._sink.rejects(pa.RecordBatch.from_arrays([arrays[0], places, arrays[1], shown], schema=REJECT))
        self.rejects += size

    def batch(self, batch: pa.RecordBatch) -> None:
        """Many statements at once, for readers that work in columns: entity_id, schema, prop, value, locator; the rest is filled in where it is missing."""
        self.flush()
        filled = [
            batch.column(field.name) if field.name in batch.schema.names else self._default(field.name, batch.num_rows)
            for field in STATEMENT
        ]
        self._sink.statements(pa.RecordBatch.from_arrays([_as_text(column) for column in filled], schema=STATEMENT))
        self.statements += batch.num_rows

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        """Rows of a ledger. source_id, grade and marking are filled in where they are missing."""
        for column in ("source_id", "grade", "marking"):
            if column not in batch.schema.names:
                batch = batch.append_column(column, self._default(column, batch.num_rows))
        self._sink.ledger(name, batch)
        self.ledger_rows += batch.num_rows

    def flush(self) -> None:
        """Hand on what is gathered."""
        if self._said:
            rows = len(self._said) // len(_SAID)
            columns = {name: self._said[place :: len(_SAID)] for place, name in enumerate(_SAID)}
            arrays = [_texts(columns[field.name]) if field.name in columns else self._default(field.name, rows) for field in STATEMENT]
            self._sink.statements(pa.RecordBatch.from_arrays(arrays, schema=STATEMENT))
            self.statements += rows
            self._said = []
        if self._rejects[0]:
            places_, reasons, excerpts = self._rejects
            source = pa.repeat(pa.scalar(self.source_id, pa.string()), len(places_))
            self._sink.rejects(
                pa.RecordBatch.from_arrays([source, pa.array(places_), pa.array(reasons), pa.array(excerpts)], schema=REJECT)
            )
            self._rejects = ([], [], [])

    def _default(self, column: str, rows: int) -> pa.Array[Any]:
        constant = {"dataset": self.dataset, "source_id": self.source_id, "grade": self.grade, "marking": self.marking}
        return pa.repeat(pa.scalar(constant.get(column), pa.string()), rows)


class Subject:
    """One thing that a record speaks of; claims are made through it."""

    __slots__ = ("_cleaners", "_out", "grade", "id", "marking", "schema")

    def __init__(self, out: Emitter, entity_id: str, schema: str) -> None:
        self._out = out
        self._cleaners = _CLEANERS[schema]
        self.id = entity_id
        self.schema = schema
        self.grade = out.grade
        self.marking = out.marking

    def say(self, prop: str, value: str | None, *, at: str = "", lang: str | None = None, original: str | None = None) -> bool:
        """Claim a value of a property, found `at` a place below the record. False where there is nothing to say or the value was rejected."""
        if not value:
            return False
        found = self._cleaners[prop](value)
        out = self._out
        if not found:
            if found is None and value.strip():
                out.reject(f"not a value for {prop}", value, at=at)
            return False
        out._said += (
            self.id,
            self.schema,
            prop,
            found,
            original or (value if found != value else None),
            lang,
            f"{out.place}/{at}" if at else out.place,
            self.grade,
            self.marking,
        )
        return True

    def retype(self, schema: str) -> None:
        """Say what follows under another schema (a LegalEntity that turns out to be a Person)."""
        self.schema = schema
        self._cleaners = _CLEANERS[schema]


Cleaner = Callable[[str], str | None]


@cache
def cleaner(schema_name: str, prop_name: str) -> Cleaner:
    """How values of a property are cleaned: a function to the cleaned value, to "" for nothing, or to None for a value that is not of the type."""
    prop = model.prop(schema_name, prop_name)
    if prop is None:
        raise MappingError(
            f"{schema_name} has no property {prop_name}", hint="See the FollowTheMoney model for the properties of a schema."
        )
    kind = prop.type.name
    if kind == "entity":
        return str.strip
    if kind == "text":
        return str.strip
    if kind == "topic":
        return _topic
    if kind == "date":
        return _date
    if kind == "country":
        return _country
    if kind in ("gender", "language", "phone", "email", "url", "mimetype", "ip", "checksum"):
        return _typed(kind)
    return _one_line


class _OfSchema(dict[str, Cleaner]):
    """The cleaners of a schema by property, each looked up once."""

    def __init__(self, schema: str) -> None:
        super().__init__()
        self._schema = schema

    def __missing__(self, prop: str) -> Cleaner:
        self[prop] = found = cleaner(self._schema, prop)
        return found


class _OfModel(dict[str, _OfSchema]):
    """The cleaners of all schemata."""

    def __missing__(self, schema: str) -> _OfSchema:
        self[schema] = found = _OfSchema(schema)
        return found


_CLEANERS = _OfModel()


def _one_line(value: str) -> str:
    if value.isprintable() and "  " not in value and value[0] != " " and value[-1] != " ":
        return value
    return " ".join(value.split())


@lru_cache(maxsize=CACHED)
def _date(value: str) -> str | None:
    """The date with just the precision given; None where it is none."""
    try:
        if len(value) == 10 and value[4] == "-":
            return str(date.fromisoformat(value))
    except ValueError:
        return parse_date(value.strip()).text or None
    return parse_date(value.strip()).text or None


@lru_cache(maxsize=CACHED)
def _topic(value: str) -> str | None:
    return value if value in model.topics() else None


@lru_cache(maxsize=CACHED)
def _country(value: str) -> str | None:
    """The code of a country, of an invented State of an exercise too."""
    invented = model.exercise_states().get(" ".join(value.split()).casefold())
    return invented or registry.country.clean(value) or (None if value.strip() else "")


@cache
def _typed(kind: str) -> Cleaner:
    clean: Callable[[str], str | None] = registry.get(kind).clean
    if kind == "phone":
        enable_pattern_cache()  # there are more patterns than `re` remembers: they would be compiled anew for every other number
        clean = _phone

    @lru_cache(maxsize=CACHED)
    def typed(value: str) -> str | None:
        found = clean(value)
        return found if found else (None if value.strip() else "")

    return typed


def _texts(values: list[str | None]) -> pa.Array[Any]:
    """A column; one value all the way down, such as the grade of most lists, is not converted row by row."""
    if values[0] == values[-1] and values.count(values[0]) == len(values):
        return pa.repeat(pa.scalar(values[0], pa.string()), len(values))
    return pa.array(values, pa.string())


def _as_text(column: pa.Array[Any]) -> pa.Array[Any]:
    return column if column.type == pa.string() else column.cast(pa.string())


def _phone(value: str) -> str | None:
    """A phone number as FollowTheMoney cleans it. phonenumbers keeps the trace of an error in a frame of that trace, and with it the columns of all who
    called, until the next great collection of garbage: of ten million rows, 14 GB.
    """
    text = sanitize_text(value)
    if text is None:
        return None
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as error:
        clear_frames(error.__traceback__)
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)) if phonenumbers.is_valid_number(number) else None
