"""Calibres, makers and kinds of arms in one wording, however a file writes them; what is not known stays as it is written."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

import yaml

from crosstie.lenses.firearms.marks import DATA

_SIGNS = re.compile(r"[^\w&]+")
_METRIC = re.compile(r"^(\d{1,2}(?:\.\d{1,2})?)x(\d{2,3}(?:\.\d)?)(r|mmr)?$")


@cache
def _data(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def _plain(text: str) -> str:
    """Letters and figures alone, without accents, in small letters; figures of other scripts as ours."""
    text = "".join(str(digit) if (digit := unicodedata.decimal(sign, None)) is not None else sign for sign in text)
    text = unicodedata.normalize("NFKD", text.casefold())
    return _SIGNS.sub("", "".join(sign for sign in text if not unicodedata.combining(sign)))


def _sized(text: str) -> str:
    """A calibre as it is compared: `9 мм х 19`, `9×19mm` and `9 X 19` alike; the point between figures stays."""
    text = "".join(str(digit) if (digit := unicodedata.decimal(sign, None)) is not None else sign for sign in text)
    text = re.sub(r"(?<=\d)\s*[,٫]\s*(?=\d)", ".", unicodedata.normalize("NFKC", text).casefold())
    text = re.sub(r"(?<=\d)\s*(?:mm|мм|ملم|毫米)?\s*[x×х*]\s*(?=\d)", "x", text)
    text = re.sub(r"(?<=\d)\s*(?:mm|мм|ملم|毫米)(?![a-zа-я]{2})", " ", text)
    text = re.sub(r"^(?:cal(?:ib(?:re|er))?\.?|калибр|عيار|口径)\s*(?=[\d.])", "", text.strip())
    return re.sub(r"[^\w.&]+", "", re.sub(r"^\.(?=\d)|\.(?!\d)|(?<!\d)\.", "", text))


@cache
def _calibres() -> dict[str, str]:
    return {_sized(name): known for known, others in _data("calibres")["calibres"].items() for name in (known, *map(str, others))}


@lru_cache(maxsize=20_000)
def calibre(written: str | None) -> str | None:
    """The calibre's own name; a metric one that is not in the data tidied, others as written."""
    if not written or not written.strip():
        return None
    sized = _sized(written)
    if found := _calibres().get(sized):
        return found
    metric = _METRIC.match(sized)
    return f"{metric[1]}x{metric[2]}mm{'R' if metric[3] else ''}" if metric else " ".join(written.split())


@cache
def _makes() -> dict[str, str]:
    return {_plain(name): known for known, entry in _data("makes")["makes"].items() for name in (known, *map(str, entry["names"]))}


@lru_cache(maxsize=50_000)
def make(written: str | None) -> str | None:
    """The maker's usual name; one that is not in the data tidied."""
    if not written or not written.strip():
        return None
    return _makes().get(_plain(written)) or " ".join(written.split())


@cache
def _words(of: str) -> dict[str, str]:
    return {_plain(word): name for name, entry in _data("kinds")[of].items() for word in (name, *map(str, entry["words"]))}


@lru_cache(maxsize=20_000)
def kind(of: str, written: str | None) -> str | None:
    """The category, condition, part or mode (`of`) that a word stands for; None for a word that is not in the data."""
    return _words(of).get(_plain(written)) if written else None


@lru_cache(maxsize=50_000)
def model(written: str | None) -> str | None:
    """A model without the space and hyphens in which its spellings differ: `AK-47` and `AK 47` are one."""
    found = _plain(written).upper() if written else ""
    return found or None


def group(category: str | None) -> str:
    """The group of the questionnaire that a category belongs to: handgun, long gun, ..."""
    return str(_data("kinds")["category"].get(category or "unknown", {"group": "unknown"})["group"])


def home(maker: str | None) -> str | None:
    """The State where most arms of a maker were made, as far as the data know."""
    entry = _data("makes")["makes"].get(maker or "")
    return str(entry["state"]) if entry else None
