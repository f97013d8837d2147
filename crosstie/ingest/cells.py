"""Cells of recognised columns, cleaned a column at a time by their kind; what cannot be used is told with its reason.

Kinds: `text`; `code` (capitals, space evened out); `day`, `birth` and `moment` (calendars.py); `number` (not negative, either decimal mark), `signed`,
`degrees` (a point is the decimal mark), `count` (whole, not negative); `money` (a number, with its currency beside it or not); `currency`; `country`.
A lens adds kinds of its own as functions from a text to a value, None for what is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path

import pyarrow as pa
import yaml

from crosstie.ingest import calendars
from crosstie.ingest.columns import Texts, by_unique, iso, pc, plain_numbers, squeeze, tidy
from crosstie.ingest.emitter import cleaner
from crosstie.ingest.frame import NULL
from crosstie.ingest.headings import Column
from crosstie.ingest.words import figures

Change = Callable[[str], str | None]
#: for each reason of refusal which cells it met
Reasons = list[tuple[str, Texts]]
_NUMBER: Texts = pa.scalar(None, pa.float64())
#: figures that can be read one way only
_POINT = r"^[+-]?(\d+\.(\d{1,2}|\d{4,})|\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,})$|^[+-]?(\d{4,}|0)\.\d+$"
_COMMA = r"^[+-]?(\d+,(\d{1,2}|\d{4,})|\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,})$|^[+-]?(\d{4,}|0),\d+$"
_FIGURE = re.compile(r"^[+-]?\d[\d.,' \u00a0\u202f]*$")
_SPACES = re.compile(r"['’ \u00a0\u202f]")
_MEASURED = re.compile(r"(.*?\d)\s*([^\W\d_]\w*)\.?")
_MARKS = str.maketrans("٫٬،", ".,,")
_MONEY = re.compile(r"(?P<before>[^\d,+-]*?)\s*(?P<figure>[+-]?\d[\d.,'’ \u00a0\u202f]*?)\s*(?P<behind>[^\d,+-]*)")
_CURRENCIES = Path(__file__).parent / "data" / "currencies.yaml"


class Cells:
    """The cells of one file's columns; what a column's first cells settle (decimal mark, order of day and month) holds to its end."""

    def __init__(
        self,
        kinds: Mapping[str, Change] | None = None,
        called: Mapping[str, str] | None = None,
        measures: Mapping[str, float] | None = None,
    ) -> None:
        """`kinds` are the lens's own; `called` says how a kind is called in a reject, where its name will not do; `measures` may stand behind a number, each
        with what the number is then multiplied with (`t: 1000` where kilograms are wanted).
        """
        self._kinds = {"code": _code, "country": country, "currency": currency, **(kinds or {})}
        self._called = {"country": "State", **(called or {})}
        self._measures = measures or {}
        self._decimal: dict[str, str] = {}
        self._month_first: dict[str, bool] = {}

    def clean(self, column: Column, cells: Texts, eras: Texts = None) -> tuple[Texts, Reasons]:
        """The values of a column, whose cells are tidy; empty ones are null and refused by nobody. `eras`: the calendar of each row, if the table says it."""
        kind = column.field.kind
        if kind in self._kinds:
            found = by_unique(cells, self._kinds[kind])
            return tidy(found), [(f"not a {self._called.get(kind, kind)} for {column.field.name}", _lost(cells, found))]
        if kind in ("number", "signed", "degrees", "money"):
            return self._numbers(column, cells)
        if kind == "count":
            return _counts(column, cells)
        if kind in ("day", "birth", "moment"):
            return self._days(column, cells, eras)
        return squeeze(cells), []

    def _numbers(self, column: Column, cells: Texts) -> tuple[Texts, Reasons]:
        field, written = column.field, cells
        if field.kind == "money":
            cells = by_unique(cells, lambda text: _money(text)[0])
        cells = _western(cells)
        mark = "." if field.kind == "degrees" else self._mark(column.heading, cells)
        found = pc.cast(plain_numbers(cells, mark), pa.float64())
        missed = _lost(cells, found)
        if field.kind != "degrees" and pc.any(missed, min_count=0).as_py():
            slow = by_unique(pc.if_else(missed, cells, NULL), lambda text: self._odd(text, mark))
            found = pc.coalesce(found, pc.cast(slow, pa.float64()))
        if column.times != 1.0:
            found = pc.multiply(found, column.times)
        reasons = [(f"not a number for {field.name}", _lost(written, found))]
        if field.kind not in ("degrees", "signed"):
            reasons.append((f"a negative {field.name}", pc.less(found, 0.0)))
        if field.least is not None:
            reasons.append((f"a {field.name} below {field.least:g}", pc.less(found, field.least)))
        if field.most is not None:
            reasons.append((f"an absurd {field.name}", pc.greater(pc.abs(found), field.most)))
        for _, which in reasons[1:]:
            found = pc.if_else(pc.fill_null(which, False), _NUMBER, found)
        return found, reasons

    def _odd(self, text: str, mark: str) -> str | None:
        """A figure that does not keep the mark of its column, or has its measure behind it: “12.500 kgs”, “3 t”."""
        found = _MEASURED.fullmatch(text)
        if found is None:
            number = amount(text)
            return None if number is None else repr(number)
        times = self._measures.get(found[2].casefold())
        bare = plain_numbers(pa.array([found[1]]), mark)[0].as_py()
        number = amount(found[1]) if bare is None else float(bare)
        return None if times is None or number is None else repr(number * times)

    def _mark(self, heading: str, cells: Texts) -> str:
        """The decimal mark of a column: what its figures that can be read one way only say; a point until one does."""
        if heading not in self._decimal:
            points, commas = (int(pc.sum(pc.match_substring_regex(cells, pattern)).as_py() or 0) for pattern in (_POINT, _COMMA))
            if not points and not commas:
                return "."
            self._decimal[heading] = "," if commas > points else "."
        return self._decimal[heading]

    def _days(self, column: Column, cells: Texts, eras: Texts) -> tuple[Texts, Reasons]:
        name, birth, timed = column.field.name, column.field.kind == "birth", column.field.kind == "moment"
        if column.heading not in self._month_first:
            self._month_first[column.heading] = calendars.month_first(_some(cells))
        first = self._month_first[column.heading]

        def read(text: str) -> str | None:
            written, _, era = text.partition("\x1f")
            if timed:
                return calendars.moment(written, era or column.era, month_first=first)
            return calendars.day(written, era or column.era, month_first=first, birth=birth)

        told = None if eras is None else pc.binary_join_element_wise(cells, pc.fill_null(eras, ""), "\x1f")
        found = _each(cells, read, timed, column.era) if told is None else by_unique(told, read)
        lost = _lost(cells, found)
        if not pc.any(lost, min_count=0).as_py():
            return found, []
        open_ = pc.fill_null(pc.equal(eras, ""), True) if eras is not None else pa.repeat(pa.scalar(not column.era), len(cells))
        odd = [one for one in cells.filter(lost).unique().to_pylist() if calendars.untold(one, birth=birth)]
        untold = pc.and_(pc.and_(lost, open_), pc.is_in(cells, pa.array(odd, pa.string())))
        why = f"a date for {name} whose calendar is not told (AH, SH, or a column “calendar”)"
        return found, [(f"not a date for {name}", pc.and_(lost, pc.invert(untold))), (why, untold)]


def country(text: str) -> str | None:
    """The letters of a State, from its letters or name."""
    return cleaner("Thing", "country")(text) or None


def currency(text: str) -> str | None:
    """The three letters of a currency, from them or from a sign that is of one currency only."""
    found = text.strip(" .").upper()
    return found if re.fullmatch(r"[A-Z]{3}", found) else _signs().get(found)


def currency_in(text: str) -> str | None:
    """The currency that stands beside a sum of money: “USD 1,250.50”, “12 000 €”."""
    return _money(text)[1]


@lru_cache(maxsize=100_000)
def amount(written: str) -> float | None:
    """A figure with either decimal mark: of two marks the last is the decimal one; a single one with three figures behind it separates thousands only
    where it is a comma and the number does not begin with 0.
    """
    text = figures(written).translate(_MARKS).strip()
    if not _FIGURE.match(text):
        return None
    text = _SPACES.sub("", text)
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        text = text.replace(".", "").replace(",", ".") if comma > point else text.replace(",", "")
    elif text.count(",") > 1 or text.count(".") > 1:
        text = text.replace(",", "").replace(".", "")
    elif comma >= 0:
        text = text.replace(",", "" if re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text) else ".")
    try:
        return float(text)
    except ValueError:
        return None


@lru_cache(maxsize=100_000)
def whole(written: str) -> int | None:
    """A whole number, with thousands parted by whatever and nothing but noughts behind either decimal mark; None for any other, and for a negative one."""
    text = _SPACES.sub("", figures(written).translate(_MARKS)).replace(",", ".")
    front, mark, tail = text.rpartition(".")
    if mark and len(tail) != 3:
        text = front if not tail.strip("0") else ""
    text = text.replace(".", "").removeprefix("+")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _counts(column: Column, cells: Texts) -> tuple[Texts, Reasons]:
    field = column.field

    def read(text: str) -> str | None:
        found = whole(text)
        return None if found is None or not (field.least or 0) <= found <= (field.most or found) else str(found)

    found = pc.cast(by_unique(cells, read), pa.int64())
    return found, [(f"not a number for {field.name}, or an absurd one", _lost(cells, found))]


@lru_cache(maxsize=100_000)
def _money(text: str) -> tuple[str | None, str | None]:
    """The figure of a sum of money, and its currency if one is told; (None, None) where there is no figure."""
    found = _MONEY.fullmatch(figures(text).translate(_MARKS))
    if found is None:
        return None, None
    beside = [one for one in (found["before"].strip(), found["behind"].strip()) if one]
    told = [code for one in beside if (code := currency(one))]
    known = all(currency(one) or any(unicodedata.category(sign) == "Sc" for sign in one) for one in beside)
    return (found["figure"], told[0] if told else None) if known else (None, None)


def _each(cells: Texts, read: Change, timed: bool, era: str) -> Texts:
    """Days, or moments, of a column: those in ISO 8601 of the Gregorian calendar all at once, the others one by one."""
    coded = None if timed else cells.dictionary_encode()  # hardly a moment comes twice
    own = cells if coded is None else coded.dictionary
    if era:
        found = pa.nulls(len(own), pa.string())
    else:
        found = iso(pc.replace_substring_regex(pc.replace_substring(own, "/", "-"), r"(\.\d+)?(Z|\+00:?00)?$", "") if timed else own)
        found = pc.if_else(pc.and_(pc.greater_equal(found, "1850"), pc.less(found, "2101")), found, NULL)
    rest = pc.if_else(pc.is_null(found), own, NULL)
    if rest.null_count < len(rest):
        found = pc.coalesce(found, by_unique(rest, read))
    return found if coded is None else pc.utf8_slice_codeunits(found, 0, 10).take(coded.indices)


def _some(cells: Texts) -> list[str]:
    """Cells that tell the order of day and month."""
    odd = cells.filter(pc.match_substring_regex(cells, r"^\s*\d{1,2}[-/. ]|[^\x00-\x7f]"))
    found: list[str] = pc.unique(odd).drop_null().to_pylist()
    return found


@cache
def _signs() -> dict[str, str]:
    listed = yaml.safe_load(_CURRENCIES.read_text(encoding="utf-8"))["currencies"]
    return {sign.upper(): code for code, signs in listed.items() for sign in signs}


def _code(text: str) -> str | None:
    return " ".join(text.upper().split())


def _lost(cells: Texts, found: Texts) -> Texts:
    return pc.and_(pc.is_valid(cells), pc.is_null(found))


def _western(cells: Texts) -> Texts:
    """Figures of other scripts, and the marks between them, as ours."""
    if pc.all(pc.string_is_ascii(cells), min_count=0).as_py():
        return cells
    return by_unique(cells, lambda text: figures(text).translate(_MARKS))
