"""Small words of names and what they do: titles, sons of, articles, servants of, fathers of, words that say nothing.

Told from a word in plain Latin letters; tables in data/name_particles.yaml.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_PARTICLES: dict[str, Any] = yaml.load(
    (Path(__file__).parent / "data" / "name_particles.yaml").read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
)

#: Roles, as bits.
(
    TITLE,
    MAYBE_TITLE,
    PREFIX,
    FILIATION,
    SON_OF,
    MAYBE_NAME,
    ARTICLE,
    SERVANT,
    FATHER,
    SMALL,
    INCORPORATED,
    ALLAH,
    DIN,
    PATRONYMIC,
    SON_AFTER,
) = (1 << place for place in range(15))
_LISTS = {
    "titles": TITLE,
    "maybe_titles": MAYBE_TITLE,
    "prefixes": PREFIX,
    "filiation": FILIATION,
    "son_of": SON_OF,
    "maybe_names": MAYBE_NAME,
    "articles": ARTICLE,
    "servant": SERVANT,
    "father": FATHER,
    "small_words": SMALL,
    "incorporated": INCORPORATED,
    "son_after": SON_AFTER,
}
_ROLES: dict[str, int] = {}
for _list, _bit in _LISTS.items():
    for _word in _PARTICLES[_list]:
        _ROLES[_word] = _ROLES.get(_word, 0) | _bit
_ROLES["allah"] = ALLAH
_ROLES["din"] = _ROLES["deen"] = _ROLES["dine"] = DIN

ABBREVIATIONS: dict[str, str] = _PARTICLES["abbreviations"]
NUMERALS = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8"}

#: The article before a sun letter takes its sound: as-Sudani, ash-Shami, an-Nasr.
_ASSIMILATED = re.compile(r"[aeiu](t|th|d|dh|r|z|s|sh|n)")
_PATRONYMIC = re.compile(r"\w{2,}(?:[oe]vi(?:ch|tch|c|tj)|[oe]wi(?:cz|tsch)|[oy]vych|evych|[oe]vna|ivna|inichna|[oe]wna)")
_SERVANT_JOINED = re.compile(r"^abd(?:[aeiou]{1,2}l|[aeiou]{1,2}(?=([rsdnztj])\1)\w)(?=\w{3})")
_LAH_JOINED = re.compile(r"^(\w{3,}?)(?:[uoa]{1,2}ll+ah|ull+a)$")
_DIN_JOINED = re.compile(r"^(\w{3,}?)(?:[uaeio]d|ou|[uae]l)d(?:i|ee|ie|y)ne?$")


def roles(word: str) -> int:
    """What a Latin word can do in a name, as bits; 0 for an ordinary word."""
    known = _ROLES.get(word, 0)
    return known | PATRONYMIC if not known and len(word) > 5 and _PATRONYMIC.fullmatch(word) else known


def known() -> frozenset[str]:
    """The words that have a role by the tables."""
    return frozenset(_ROLES)


def written_out(word: str) -> str:
    """A shortened word of organisations and things in full, a Roman numeral in digits; "" if it is neither."""
    return NUMERALS.get(word) or ABBREVIATIONS.get(word, "")


def assimilated(word: str) -> str:
    """The sound that a word takes if it is an article before a sun letter ("as", "ash": s, sh); "" if it is none."""
    found = _ASSIMILATED.fullmatch(word)
    return found[1] if found else ""


@lru_cache(maxsize=200_000)
def joined(token: str) -> str:
    """A token with servant of, -ullah and -uddin in one spelling: abdurrahman, abdulrahman: abdrahman; saifullah: saiflah; nureddine: nurdin."""
    if token.startswith("abd"):
        token = _SERVANT_JOINED.sub("abd", token)
    if token[-1:] in "ah" and len(token) > 5 and not token.startswith("abd"):
        token = _LAH_JOINED.sub(r"\1lah", token)
    if len(token) > 6 and token[-1:] in "ne":
        token = _DIN_JOINED.sub(r"\1din", token)
    return token
