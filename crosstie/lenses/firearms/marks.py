"""Serial numbers in one form, whatever the script, the spaces and the hand that wrote them.

A serial is kept three times: as written; as `key`, tidied, in its own script; and in `latin`, with letters that have the shape of a Latin one turned
into it, which is what is searched. Signs that cannot be read are `?`, a gap of unknown length is `*`, `[8B]` is one sign of which it is known what it
may be. Leading noughts stay: they are part of the mark.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute
import yaml

pc: Any = pyarrow.compute
DATA = Path(__file__).parent / "data"
Status = Literal["intact", "partial", "obliterated", "none", "unknown"]
_PARTS = re.compile(r"[\s\-‐‑‒–—−.,/\\:;|'\"`´’()·_]+")
_SET = re.compile(r"\[([^\[\]]*)\]")
_SIGNS = re.compile(r"\[[^\[\]]+\]|[^\[\]]")
_YEAR = re.compile(r"^(19[2-9]\d|20[0-4]\d)([^\d?*]\S{2,}|\d{4,})$")
_PLAIN = r"^[A-Z0-9]+$"


@dataclass(frozen=True, slots=True)
class Serial:
    """A serial number: `key` in its own script, `latin` in letters of Latin shape, and how much of it there is."""

    written: str
    key: str
    latin: str
    status: Status

    @property
    def pattern(self) -> bool:
        """Whether signs of it are open."""
        return any(sign in self.latin for sign in "?*[")


@cache
def rules() -> dict[str, Any]:
    """The data file, as it is."""
    found: dict[str, Any] = yaml.safe_load((DATA / "serials.yaml").read_text(encoding="utf-8"))
    return found


@cache
def _shapes() -> dict[int, str]:
    return {ord(letter): latin for script in rules()["shapes"].values() for letter, latin in script.items()}


@cache
def _said() -> dict[str, Status]:
    return {" ".join(word.casefold().split()): status for status, words in rules()["said"].items() for word in words}


@cache
def _prefix() -> re.Pattern[str]:
    """A word before the number; a Latin one only with something between, as SN1234 may be the number itself."""
    words = sorted((re.escape(word).replace(r"\ ", r"\W*") for word in rules()["prefixes"]), key=len, reverse=True)
    latin, others = [one for one in words if one.isascii()], [one for one in words if not one.isascii()]
    return re.compile(rf"^(?:(?:{'|'.join(latin)})(?:[\s.:#°º-]+(?=\S))|(?:{'|'.join(others)})[\s.:#°º-]*(?=\S))", re.IGNORECASE)


@lru_cache(maxsize=100_000)
def serial(written: str) -> Serial:
    """What a person or a register wrote as a serial number."""
    text = unicodedata.normalize("NFKC", written.replace("№", "No. ")).strip()
    said = _said().get(" ".join(text.casefold().strip(" .()[]-").split()))
    if said is not None:
        return Serial(written, "", "", said)
    text = "".join(str(digit) if (digit := unicodedata.decimal(sign, None)) is not None else sign for sign in text if _visible(sign))
    key = _PARTS.sub("", _opened(_prefix().sub("", text.upper())))
    latin = key.translate(_shapes())
    if not key.strip("?*"):
        return Serial(written, key, latin, "obliterated" if key else "unknown")
    return Serial(written, key, latin, "partial" if any(sign in latin for sign in "?*[") else "intact")


def year_apart(latin: str) -> tuple[int, str] | None:
    """The year of making and the number, where a number looks as if it began with one (`1974АБ1234`); None otherwise."""
    match = _YEAR.match(latin)
    return (int(match[1]), match[2]) if match else None


def columns(written: pa.Array[Any]) -> tuple[Any, Any, Any]:
    """Whole columns of `key`, `latin` and `status` (null where nothing is written). Plain numbers never become Python objects."""
    upper = pc.utf8_upper(pc.utf8_trim_whitespace(written))
    bare = pc.replace_substring_regex(upper, r"[ \-./]+", "")
    plain = pc.fill_null(pc.and_(pc.match_substring_regex(bare, _PLAIN), pc.match_substring_regex(bare, r"\d")), False)
    worded = pc.match_substring_regex(upper, r"^(S/?N|SER|NO|NR|NUM)[^A-Z]")
    plain = pc.and_(plain, pc.invert(pc.fill_null(worded, False)))
    rest = written.filter(pc.invert(plain))
    found = [None if one is None or not one.strip() else serial(one) for one in rest.to_pylist()]
    odd = pc.invert(plain)

    def filled(plain_values: Any, of: str) -> Any:
        values = pa.array([None if one is None else getattr(one, of) for one in found], pa.string())
        return pc.replace_with_mask(plain_values, odd, values) if len(values) else plain_values

    intact = pa.array(["intact"], pa.string()).take(pa.array([0] * len(written), pa.int32())) if len(written) else pa.array([], pa.string())
    return filled(bare, "key"), filled(bare, "latin"), filled(intact, "status")


def _visible(sign: str) -> bool:
    return unicodedata.category(sign) not in ("Cf", "Mn", "Me", "Cc")


def _opened(text: str) -> str:
    """Signs that stand for what cannot be read as `?` and `*`; sets keep their brackets, tidied; brackets without a partner go."""
    unread, gap = rules()["unread"], rules()["gap"]
    text = "".join("?" if sign in unread else "*" if sign in gap else sign for sign in text.replace("...", "*"))
    text = _SET.sub(lambda found: _set(found[1]), text)
    return re.sub(r"\*+", "*", "".join(_SIGNS.findall(text)))


def _set(inside: str) -> str:
    signs = "".join(sorted(set(_PARTS.sub("", inside).replace("?", "").replace("*", ""))))
    return f"[{signs}]" if len(signs) > 1 else signs or "?"
