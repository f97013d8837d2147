"""One file, from its beginning to what it says: chosen reader, statements handed on, promises kept."""

from __future__ import annotations

import csv
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from lxml import etree
from python_calamine import CalamineError

from crosstie.errors import DamagedFile, QualityError, UsageError
from crosstie.ingest.emitter import Emitter, Sink
from crosstie.ingest.encoding import byte_order, declared
from crosstie.ingest.reader import Original, Profile, Promise, Reader
from crosstie.ingest.sniff import choose, sniff
from crosstie.model import schema as model
from crosstie.model.marking import Marking, check_grade

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_DATASET = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NAMED = pa.array(["name", "alias", "weakAlias", "previousName", "lastName"])


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user says of a file, over what its reader knows; None leaves it to the reader. `version_date` is ISO 8601, `curated` yes or no."""

    reader: str | None = None
    dataset: str | None = None
    grade: str | None = None
    marking: str | None = None
    originator: str | None = None
    version_date: str | None = None
    curated: str | None = None
    check_promise: bool = True


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one file turned out to be and to hold."""

    reader: str
    dataset: str
    series: str
    originator: str
    version_date: str | None
    grade: str
    marking: str
    records: int
    rejects: int
    statements: int
    ledger_rows: int
    curated: bool


def load(
    path: Path,
    name: str,
    sink: Sink,
    *,
    source_id: str,
    readers: Sequence[Reader],
    choice: Choice | None = None,
    hint: str = "",
    previous: Callable[[str], int | None] | None = None,
) -> Loaded:
    """Read a file into a sink. `hint` is a text, such as its path, that may hold its date; `previous` tells the records of a series' last version.

    Raises InputError where the file cannot be used, QualityError where it breaks the promise of its reader: what went into the sink is then
    half a list and to be thrown away. UsageError for a choice that is none.
    """
    choice = choice or Choice()
    profile_of, given = _checked(choice), choice.version_date
    head = sniff(path, name)
    reader = choose(head, readers, choice.reader)
    if head.media == "empty":
        raise DamagedFile(f"{name}: the file is empty", hint="Fetch it again.")
    profile = profile_of(reader.profile)
    tally = _Tally(sink)
    out = Emitter(tally, source_id=source_id, dataset=profile.dataset, grade=profile.grade, marking=profile.marking)
    with path.open("rb") as stream:
        first = stream.read(4096)
    try:
        reader.read(Original(path, name, byte_order(first)[0] or declared(first) or "utf-8"), out)
    except (etree.XMLSyntaxError, csv.Error, UnicodeError, zlib.error, EOFError, CalamineError) as error:
        place = f" after {out.place}" if out.place else ""
        raise DamagedFile(f"{name}{place}: {error}", hint="Fetch the file again.") from error
    out.flush()
    series = out.series or profile.series
    if choice.check_promise:
        _check(name, reader, profile.promise, out, tally, previous(series) if previous else None)
    return Loaded(
        reader=reader.name,
        dataset=profile.dataset,
        series=series,
        originator=profile.originator,
        version_date=given or out.version_date or date_in(hint or name),
        grade=profile.grade,
        marking=profile.marking,
        records=out.records,
        rejects=out.rejects,
        statements=out.statements,
        ledger_rows=out.ledger_rows,
        curated=profile.curated,
    )


def date_in(text: str) -> str | None:
    """The last date in a name or path, such as `ofac_2022-01-21/sdn.csv` or `un_20220121.xml`; None where there is none."""
    found = [f"{year}-{month}-{day}" for year, _, month, day in _DATE.findall(text)]
    return next((one for one in reversed(found) if _is_date(one)), None)


class _Tally:
    """Hands batches on and counts what the promise speaks of."""

    def __init__(self, sink: Sink) -> None:
        self.parties = self.named = self.lost_records = self.lost_values = 0
        self._sink = sink

    def statements(self, batch: pa.RecordBatch) -> None:
        """Count who is listed and who of them has a name. A thing that two batches speak of counts in both."""
        ids, schemata = batch.column("entity_id"), batch.column("schema")
        parties = [one for one in schemata.unique().to_pylist() if one and model.is_a(one, "LegalEntity")]
        of_parties = pc.is_in(schemata, pa.array(parties, pa.string()))
        self.parties += len(ids.filter(of_parties).unique())
        self.named += len(ids.filter(pc.and_(of_parties, pc.is_in(batch.column("prop"), _NAMED))).unique())
        self._sink.statements(batch)

    def rejects(self, batch: pa.RecordBatch) -> None:
        """Count lost records and lost values; mended bytes and notes on the file lose nothing."""
        places = batch.column("locator")
        of_value = pc.match_substring(places, "/")
        of_file = pc.match_substring_regex(places, r"^(byte |file)")
        values = batch.filter(of_value).num_rows
        self.lost_values += values
        self.lost_records += batch.num_rows - values - batch.filter(pc.and_(of_file, pc.invert(of_value))).num_rows
        self._sink.rejects(batch)

    def ledger(self, name: str, batch: pa.RecordBatch) -> None:
        """Hand on."""
        self._sink.ledger(name, batch)


def _check(name: str, reader: Reader, promise: Promise, out: Emitter, tally: _Tally, before: int | None) -> None:
    lost_records = tally.lost_records / max(1, out.records)
    lost_values = tally.lost_values / max(1, out.statements + out.ledger_rows + tally.lost_values)
    broken = []
    if out.records < promise.min_records:
        broken.append(f"{out.records} records, at least {promise.min_records} expected")
    if out.records > promise.max_records:
        broken.append(f"{out.records} records, at most {promise.max_records} expected")
    if lost_records > promise.max_reject_share:
        broken.append(f"{tally.lost_records} of {out.records} records rejected, at most {promise.max_reject_share:.0%} expected")
    if lost_values > promise.max_reject_share:
        broken.append(
            f"{tally.lost_values} values rejected beside {out.statements} statements, at most {promise.max_reject_share:.0%} expected"
        )
    if tally.named < promise.min_named_share * tally.parties:
        broken.append(f"{tally.named} of {tally.parties} listed parties have a name, at least {promise.min_named_share:.0%} expected")
    if before and out.records < before * (1 - promise.max_drop):
        broken.append(f"{out.records} records where the version before had {before}")
    if broken:
        raise QualityError(
            f"{name}, read as {reader.name}: {'; '.join(broken)}",
            hint="If the file is as it should be, add it with --accept-counts; “--reader NAME” reads it as another format.",
        )


def _checked(choice: Choice) -> Callable[[Profile], Profile]:
    """The user's choice, found sound, as a change of a profile."""
    if choice.dataset and not _DATASET.fullmatch(choice.dataset):
        raise UsageError(f"“{choice.dataset}” cannot be a dataset", hint="Use small letters, figures and _, a letter first.")
    if choice.version_date and not _is_date(choice.version_date):
        raise UsageError(f"“{choice.version_date}” is no date", hint="Write YYYY-MM-DD.")
    grade = check_grade(choice.grade) if choice.grade else None
    marking = str(Marking.parse(choice.marking)) if choice.marking else None
    curated = yes_or_no(choice.curated, "curated") if choice.curated else None

    def apply(profile: Profile) -> Profile:
        return Profile(
            choice.dataset or profile.dataset,
            profile.series,
            choice.originator or profile.originator,
            grade or profile.grade,
            marking or profile.marking,
            profile.promise,
            profile.curated if curated is None else curated,
        )

    return apply


def yes_or_no(written: str, of: str) -> bool:
    """What “yes” or “no” says, as YAML writes it too; UsageError for anything else."""
    if written.strip().lower() not in ("yes", "true", "no", "false"):
        raise UsageError(f"“{of}: {written}” is neither yes nor no")
    return written.strip().lower() in ("yes", "true")


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text) is not None and len(text) == 10
    except ValueError:
        return False
