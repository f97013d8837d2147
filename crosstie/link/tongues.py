"""The six languages of the United Nations: what is said of links, as data without a language, and its sentences in each.

A message is a dict: `say` names a template, the rest fills its places. `link/data/tongues/<language>.yaml` holds the templates, the same names in
each. A template that counts has one for each form of plural that the language has (Unicode CLDR, plural rules of whole numbers), chosen by `n`. Names
stay as they are written. What is written the other way than the sentence stands between marks that keep it together (Unicode UAX 9, isolates).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from crosstie.settings import LANGUAGES

Message = dict[str, Any]
DATA = Path(__file__).parent / "data" / "tongues"
#: Languages that are written from right to left.
LEFTWARD = frozenset({"ar"})
#: First strong isolate and its end: what stands between is ordered by itself.
ISOLATE, END = "\u2068", "\u2069"
_RIGHT_TO_LEFT = {"R", "AL"}
#: Between thousands, and before decimals.
_NUMBERS = {"en": (",", "."), "fr": ("\u202f", ","), "es": ("\u202f", ","), "ru": ("\u00a0", ","), "ar": (",", "."), "zh": (",", ".")}


def _slavic(n: int) -> str:
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    return "few" if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else "many"


def _arabic(n: int) -> str:
    if n <= 2:
        return ("zero", "one", "two")[n]
    return "few" if 3 <= n % 100 <= 10 else "many" if n % 100 >= 11 else "other"


#: The form of plural of a whole number.
PLURALS: Mapping[str, Callable[[int], str]] = {
    "en": lambda n: "one" if n == 1 else "other",
    "fr": lambda n: "one" if n < 2 else "other",
    "es": lambda n: "one" if n == 1 else "other",
    "ru": _slavic,
    "ar": _arabic,
    "zh": lambda n: "other",
}


@cache
def templates(language: str) -> dict[str, str | dict[str, str]]:
    """The templates of a language, by name."""
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language}")
    found: dict[str, str | dict[str, str]] = yaml.safe_load((DATA / f"{language}.yaml").read_text(encoding="utf-8"))
    return found


def wording(name: str) -> str:
    """The English template of this name, of those that do not count: for what is kept in tables."""
    return str(templates("en")[name])


def reads(name: str, text: str) -> Message | None:
    """The message that this English text was made of by a template, where it was."""
    parts = re.split(r"\{(\w+)\}", wording(name))
    pattern = "".join(f"(?P<{part}>.*?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    found = re.fullmatch(pattern, text, re.DOTALL)
    return {"say": name, **found.groupdict()} if found else None


def has(name: str) -> bool:
    """Whether there is a template of this name."""
    return name in templates("en")


def direction(language: str) -> str:
    """How a language is written, as HTML says it."""
    return "rtl" if language in LEFTWARD else "ltr"


def sentence(message: Message, language: str = "en") -> str:
    """The message in words. Whole numbers are grouped, other numbers are sums of money; None leaves its place empty."""
    template = templates(language)[message["say"]]
    if isinstance(template, dict):
        template = template[PLURALS[language](message["n"])]
    return template.format(**{name: _value(value, language) for name, value in message.items() if name != "say"})


def number(value: float, language: str = "en") -> str:
    """A number as the language writes it: thousands apart, and two decimals where there are any."""
    thousands, point = _NUMBERS[language]
    return f"{value:,.2f}".removesuffix(".00").replace(".", "\0").replace(",", thousands).replace("\0", point)


def small(value: float, language: str = "en") -> str:
    """A number to two figures, however small."""
    return f"{Decimal(f'{value:.2g}'):f}".replace(".", _NUMBERS[language][1])


def _value(value: Any, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        if "all" in value:
            return sentence({"say": f"between.{value['between']}"}, language).join(_value(one, language) for one in value["all"])
        if "small" in value:
            return _apart(small(value["small"], language), language)
        if "sum" in value:
            currency = f" {value['currency']}" if value["currency"] else ""
            return _apart(number(value["sum"], language) + currency, language)
        return sentence(value, language)
    if isinstance(value, (int, float)):
        return _apart(number(value, language), language)
    return _apart(str(value), language)


def _apart(text: str, language: str) -> str:
    """The text so that its direction does not disturb that of the sentence."""
    leftward = not text.isascii() and any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text)
    return f"{ISOLATE}{text}{END}" if language in LEFTWARD or leftward else text
