from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from crosstie.errors import DamagedFile, QualityError, UsageError
from crosstie.ingest.emitter import Emitter
from crosstie.ingest.load import Choice, Loaded, date_in, load
from crosstie.ingest.reader import Head, Original, Profile, Promise
from crosstie.ingest.readers import readers
from crosstie.ingest.rows import rows
from tests.ingest.readers.said import FIXTURES, written


class Kept:
    """A sink that keeps batches."""

    def __init__(self) -> None:
        self.said: list[dict[str, str]] = []

    def statements(self, batch: pa.RecordBatch) -> None:
        self.said += batch.to_pylist()

    def rejects(self, batch: pa.RecordBatch) -> None: ...

    def ledger(self, name: str, batch: pa.RecordBatch) -> None: ...


class Lines:
    """A reader of lines `id,name,birth`, for these tests."""

    name = "lines"
    title = "lines"
    profile = Profile("li", "li", "a test", "B2", promise=Promise(min_records=3, max_records=30, max_reject_share=0.1, min_named_share=0.8))

    def recognises(self, head: Head) -> bool:
        return head.text.startswith("L,")

    def read(self, original: Original, out: Emitter) -> None:
        for number, cells in rows(original, out, columns=3):
            out.record(f"row {number}")
            who = out.entity(f"li-{cells[0]}{number}", "Person")
            who.say("name", cells[1], at="name")
            who.say("birthDate", cells[2], at="birth")
            if cells[2] == "raise":
                b"\xff".decode()


def _load(path: Path, **how: object) -> Loaded:
    return load(path, path.name, Kept(), source_id="s", readers=[Lines()], **how)  # type: ignore[arg-type]


def _lines(folder: Path, *, good: int = 10, nameless: int = 0, undated: int = 0, ragged: int = 0) -> Path:
    content = "L,Ada,1970\n" * good + "L,,1970\n" * nameless + "L,Ada,soon\n" * undated + "L,Ada\n" * ragged
    return written(folder, "lines.csv", content)


def test_what_is_loaded(tmp_path: Path) -> None:
    assert _load(_lines(tmp_path), hint="li_2022-01-21/lines.csv") == Loaded(
        reader="lines",
        dataset="li",
        series="li",
        originator="a test",
        version_date="2022-01-21",
        grade="B2",
        marking="TLP:CLEAR",
        records=10,
        rejects=0,
        statements=20,
        ledger_rows=0,
        curated=False,
    )


def test_the_user_has_the_last_word(tmp_path: Path) -> None:
    kept = Kept()
    choice = Choice(
        reader="un",
        dataset="mine",
        grade="c3",
        marking="TLP:GREEN; purpose=training",
        originator="me",
        version_date="2020-02-03",
        check_promise=False,
    )
    loaded = load(FIXTURES / "un.xml", "un.xml", kept, source_id="s", readers=readers(), choice=choice)
    assert (loaded.dataset, loaded.grade, loaded.marking) == ("mine", "C3", "TLP:GREEN; purpose=training")
    assert (loaded.originator, loaded.version_date) == ("me", "2020-02-03")
    assert {row["grade"] for row in kept.said} == {"C3"}
    assert {row["dataset"] for row in kept.said} == {"mine"}


def test_the_date_in_the_file_counts_before_the_one_in_its_name() -> None:
    loaded = load(
        FIXTURES / "un.xml",
        "un.xml",
        Kept(),
        source_id="s",
        readers=readers(),
        hint="un_1999-01-01.xml",
        choice=Choice(check_promise=False),
    )
    assert loaded.version_date == "2024-05-06"


@pytest.mark.parametrize(
    "choice",
    [
        Choice(dataset="Not good"),
        Choice(grade="Z9"),
        Choice(marking="secret"),
        Choice(version_date="2020-02-30"),
        Choice(version_date="soon"),
        Choice(reader="nu"),
    ],
)
def test_a_choice_that_is_none(tmp_path: Path, choice: Choice) -> None:
    with pytest.raises(UsageError):
        _load(_lines(tmp_path), choice=choice)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ({"good": 2}, "2 records, at least 3 expected"),
        ({"good": 31}, "31 records, at most 30 expected"),
        ({"ragged": 2}, "2 of 12 records rejected"),
        ({"undated": 9}, "9 values rejected beside 29 statements"),
        ({"good": 5, "nameless": 4}, "5 of 9 listed parties have a name"),
    ],
)
def test_a_broken_promise_is_said_with_the_figures(tmp_path: Path, what: dict[str, int], says: str) -> None:
    path = _lines(tmp_path, **what)
    with pytest.raises(QualityError, match=says) as caught:
        _load(path)
    assert "lines.csv" in caught.value.detail
    assert caught.value.hint
    assert "--accept-counts" in caught.value.hint
    assert _load(path, choice=Choice(check_promise=False)).records > 0


def test_a_list_that_shrank_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QualityError, match="10 records where the version before had 21"):
        _load(_lines(tmp_path), previous=lambda series: {"li": 21}[series])
    assert _load(_lines(tmp_path), previous=lambda series: 20).records == 10
    assert _load(_lines(tmp_path), previous=lambda series: None).records == 10


def test_mended_bytes_lose_nothing_and_break_no_promise(tmp_path: Path) -> None:
    path = written(tmp_path, "lines.csv", "L,Zoë Ünal,1970\n".encode() * 5 + b"L,Zo\xeb,1970\n" * 3)
    loaded = _load(path)
    assert (loaded.records, loaded.rejects) == (8, 3)


def test_what_libraries_raise_becomes_damage_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match=r"lines\.csv after row 2: .*0xff"):
        _load(written(tmp_path, "lines.csv", "L,Ada,1970\nL,Ada,raise\n"))


@pytest.mark.parametrize("forced", [None, "lines"])
def test_an_empty_file_is_damage(tmp_path: Path, forced: str | None) -> None:
    with pytest.raises(DamagedFile, match="empty"):
        _load(written(tmp_path, "lines.csv", ""), choice=Choice(reader=forced))


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("ofac_2022-01-21/sdn.csv", "2022-01-21"),
        ("un_20220121.xml", "2022-01-21"),
        ("2020-01-01/un_2021.02.03.xml", "2021-02-03"),
        ("2022-02-31.xml", None),
        ("list.xml", None),
        ("12022-01-21", None),
        ("1998_12_31.csv", "1998-12-31"),
    ],
)
def test_the_date_in_a_name(text: str, date: str | None) -> None:
    assert date_in(text) == date


@pytest.mark.parametrize(("written", "curated"), [("yes", True), ("True", True), ("no", False), (None, False)])
def test_whether_its_publisher_keeps_entries_apart_may_be_said(tmp_path: Path, written: str | None, curated: bool) -> None:
    assert _load(_lines(tmp_path), choice=Choice(curated=written)).curated is curated


def test_only_yes_or_no_can_be_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither yes nor no"):
        _load(_lines(tmp_path), choice=Choice(curated="perhaps"))
