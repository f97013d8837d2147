"""Chinese and Korean names: family name first; the spellings of Wade–Giles, Hong Kong, Taiwan, Hokkien and the custom of Korea beside the official ones."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Word = tuple[str, ...]


@cache
def tables() -> dict[str, Any]:
    """Family names and syllables with their other spellings (data/east.yaml)."""
    found: dict[str, Any] = yaml.load(
        (Path(__file__).parent / "data" / "east.yaml").read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return found


def is_family(written: str) -> bool:
    """Whether a name begins with a Chinese family name (and is not a foreign one, written by its sound)."""
    return written[:2] in tables()["chinese_double"] or written[0] in tables()["chinese_signs"]


def chinese(written: str, pinyin: list[str]) -> tuple[Word, ...]:
    """Family and given name of two to four signs, with the spellings of other systems."""
    first = 2 if len(written) > 2 and written[:2] in tables()["chinese_double"] else 1
    family = tables()["chinese_readings"].get(written[:first], "".join(pinyin[:first]))
    given = pinyin[first:]
    return (chinese_family(family), _unique(["".join(given), "".join(map(wade_giles, given))]))


def chinese_family(pinyin: str) -> Word:
    """The spellings of a Chinese family name, pinyin first."""
    return _unique([pinyin, wade_giles(pinyin), *tables()["chinese_families"].get(pinyin, "").split()])


_INITIALS = {
    "zh": "ch",
    "ch": "ch",
    "sh": "sh",
    "x": "hs",
    "q": "ch",
    "j": "ch",
    "z": "ts",
    "c": "ts",
    "b": "p",
    "p": "p",
    "d": "t",
    "t": "t",
}
_INITIALS |= {"g": "k", "k": "k", "r": "j"}
_SYLLABLE = re.compile(r"(zh|ch|sh|[xqjzcbpdtgkr])?(.*)")
_WHOLE = {
    "zhi": "chih",
    "chi": "chih",
    "shi": "shih",
    "ri": "jih",
    "zi": "tzu",
    "ci": "tzu",
    "si": "ssu",
    "yi": "i",
    "you": "yu",
    "yan": "yen",
}
_WHOLE |= {"er": "erh", "ye": "yeh", "ge": "ko", "ke": "ko", "he": "ho", "xi": "hsi"}


@cache
def wade_giles(syllable: str) -> str:
    """A pinyin syllable in Wade–Giles, without its apostrophes."""
    if syllable in _WHOLE:
        return _WHOLE[syllable]
    found = _SYLLABLE.fullmatch(syllable)
    if found is None:
        return syllable
    initial, final = found[1] or "", found[2]
    spelled = _INITIALS.get(initial, initial)
    if final.endswith("ong"):
        final = final[:-3] + "ung"
    elif final == "ian":
        final = "ien"
    elif final in ("ie", "ue"):
        final += "h"
    elif final == "uo" and initial not in ("g", "k", "h", "sh"):
        final = "o"
    elif final == "ui" and initial in ("g", "k"):
        final = "uei"
    return spelled + final


_LEADS = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"]
_VOWELS = ["a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"]
_TAILS = [
    "",
    "k",
    "k",
    "k",
    "n",
    "n",
    "n",
    "t",
    "l",
    "k",
    "m",
    "l",
    "l",
    "l",
    "p",
    "l",
    "m",
    "p",
    "p",
    "t",
    "t",
    "ng",
    "t",
    "t",
    "k",
    "t",
    "p",
    "t",
]


def _jamo(sign: str) -> tuple[str, str, str]:
    place = ord(sign) - 0xAC00
    return _LEADS[place // 588], _VOWELS[place // 28 % 21], _TAILS[place % 28]


@cache
def _syllable(sign: str) -> Word:
    """A Korean syllable in the Revised Romanisation, as people write it, and as in the north."""
    if not "가" <= sign <= "힣":
        return ()
    lead, vowel, tail = _jamo(sign)
    custom = tables()["korean_syllables"].get(sign, "").split()
    north = {"eo": "o", "yeo": "yo", "eu": "u", "ae": "ae", "ui": "ui"}.get(vowel, vowel)
    return _unique([lead + vowel + tail, *custom, {"j": "ch", "g": "k", "d": "t", "b": "p"}.get(lead, lead) + north + tail])


def korean(written: str) -> tuple[Word, ...]:
    """Family and given name of two to four Korean syllables; longer words are one."""
    syllables = [_syllable(sign) for sign in written]
    if not all(syllables):
        return ()
    if len(written) == 1:
        return (korean_family(written),)
    if len(written) > 4:
        return (_joined(syllables),)
    first = 2 if len(written) > 2 and written[:2] in tables()["korean_double"] else 1
    family = korean_family(written[0]) if first == 1 else _joined(syllables[:2])
    return (family, _joined(syllables[first:]))


def korean_family(sign: str) -> Word:
    """The spellings of a Korean family name, the commonest first."""
    return _unique([*tables()["korean_families"].get(sign, "").split(), *_syllable(sign)])


def _joined(syllables: list[Word]) -> Word:
    """Given names: all syllables in one system, the official and the customary ones mixed for two syllables."""
    same = ["".join(word[min(turn, len(word) - 1)] for word in syllables) for turn in range(3)]
    last = ["".join(word[-1] for word in syllables)]
    mixed = [a + b for a in syllables[0][:2] for b in syllables[1][:2]] if len(syllables) == 2 else []
    return _unique([*same[:1], *last, *same[1:], *mixed])[:6]


def _unique(words: list[str]) -> Word:
    return tuple(dict.fromkeys(word for word in words if word))
