"""How a written word is read in Latin letters: by table, by the learned model of its script, or by ICU; the best reading first.

A word of another script may be several words in Latin (عبدالخالق is Abd al-Khaliq, 习近平 is Xi Jinping).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

from rapidfuzz.distance import Levenshtein

from crosstie.resolve.names import east, letters
from crosstie.resolve.names.letters import ARABIC, CYRILLIC, HAN, HANGUL, HEBREW, KANA, LATIN, OTHER
from crosstie.resolve.names.transliteration import Model, model

#: One word in Latin letters: its readings, the best first, all in [a-z0-9].
Word = tuple[str, ...]

#: So many readings of a word are kept.
READINGS = 6
_FOREIGN_SIGN = re.compile("[·・•]")
_PLAIN = re.compile("[^a-z0-9]+")

#: Written together with the word before it.
_ARABIC_ENDINGS = {
    "الدين": "din",
    "الله": "allah",
    "الرحمن": "rahman",
    "الرحمان": "rahman",
    "الحق": "haq",
    "الاسلام": "islam",
    "الزمان": "zaman",
}
_ARABIC_SMALL: dict[str, Word] = {
    "ال": ("al",),
    "آل": ("al",),
    "بن": ("bin", "ben"),
    "ابن": ("ibn", "bin"),
    "بنت": ("bint",),
    "ولد": ("ould",),
    "ابو": ("abu", "abou"),
    "ابي": ("abi", "abu"),
    "ابا": ("aba", "abu"),
    "ام": ("umm", "um"),
    "عبد": ("abd",),
    "الله": ("allah",),
    "و": ("wa",),
}
#: Begin with al- and are no word with the article.
_NO_ARTICLE = frozenset(
    ("الياس", "الهام", "الطاف", "البرت", "الفريد", "الن", "الكساندر", "الكسندر", "الكسي", "اليزابيث", "التاي", "الهي", "الماس", "المير")
)
#: And, for, with the article, written as one word with what follows.
_PROCLITICS = {"وال": ("wa", "al"), "بال": ("bi", "al"), "لل": ("lil",)}

#: What a letter's distance from the passport spelling costs (nats).
_NEAR = 0.9

#: Letters of Latin alphabets that are also written with two letters.
_TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "ş": "sh", "š": "sh", "č": "ch", "ć": "ch", "ç": "ch", "ž": "zh"}
_TWO_LETTERS |= {"ə": "e", "ğ": "", "ł": "w", "ñ": "ny", "đ": "dj", "ţ": "ts", "ț": "ts", "ý": "i", "ň": "ny", "ř": "rz", "ż": "zh"}


@cache
def _icu() -> Callable[[str], str]:
    import icu

    made = icu.Transliterator.createInstance("Any-Latin; NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower")
    return lambda text: str(made.transliterate(text)).lower()


#: What a word is part of: other things, a person's name, a foreign person's name in Chinese.
THING, PERSON, FOREIGN = range(3)


@lru_cache(maxsize=400_000)
def words_of(written: str, whose: int = PERSON) -> tuple[Word, ...]:
    """The Latin words of a cleaned word that has no separators within; () where there is no letter and no digit.

    What nobody here can read is spelled by the numbers of its signs, so that it is at least like itself.
    """
    if written.isascii():
        return _kept(_PLAIN.sub("", written.lower()))
    return _read(written, whose) or _kept("".join(f"u{ord(letter):x}" for letter in written if letter.isalpha()))


def _read(written: str, whose: int) -> tuple[Word, ...]:
    kinds = set(letters.scripts(written))
    script = min(kinds) if len(kinds) == 1 else OTHER
    if script == LATIN:
        return _latin(written)
    if script == ARABIC:
        return _arabic(letters.fold_arabic(written))
    if script == CYRILLIC:
        return _cyrillic(letters.fold_cyrillic(written))
    if script == HEBREW:
        return _hebrew(letters.fold_hebrew(written))
    if script == HAN:
        return _han(written, whose)
    if script == HANGUL:
        return east.korean(written) if whose else _kept(_by_icu(written))
    if kinds <= {HAN, KANA}:
        return _kept(_by_icu(written))
    return tuple(word for part in _icu()(written).split() for word in _kept(_PLAIN.sub("", letters.fold_marks(part))))


def _kept(word: str) -> tuple[Word, ...]:
    return ((word,),) if word else ()


def _by_icu(written: str) -> str:
    return _PLAIN.sub("", _icu()(written))


def _ranked(found: list[str]) -> Word:
    return tuple(list(dict.fromkeys(reading for reading in found if reading))[:READINGS])


def _latin(written: str) -> tuple[Word, ...]:
    plain = letters.fold_latin(written) or _by_icu(letters.fold_marks(written))
    lower = written.lower()
    if not plain or not any(letter in _TWO_LETTERS for letter in lower):
        return _kept(plain)
    double = "".join(_TWO_LETTERS.get(letter, letter) for letter in lower)
    return (_ranked([plain, letters.fold_latin(double)]),)


def _hebrew(folded: str) -> tuple[Word, ...]:
    learned = model("hebrew")
    return _one(_spelled(learned, folded, folded)) if all(map(learned.writes, folded)) else _kept(_by_icu(folded))


def _cyrillic(folded: str) -> tuple[Word, ...]:
    """Likely spellings, those near to that of passports first: Vladimir, not Wladimir; but Johnson, not Dzhonson."""
    learned = model("cyrillic")
    passport = letters.passport(folded)
    if not all(map(learned.writes, folded)):
        return _kept(passport if passport.isascii() else _by_icu(folded))
    found = dict(learned.spell(folded, 2 * READINGS))
    best = sorted(found, key=lambda spelling: (_NEAR * Levenshtein.distance(spelling, passport) - found[spelling], spelling))
    return _one(_ranked([*best[: READINGS - 1], passport, *best[READINGS - 1 :]]))


def _one(word: Word) -> tuple[Word, ...]:
    return (word,) if word else ()


def _spelled(learned: Model, folded: str, key: str) -> Word:
    return _ranked([*learned.known(key), *(spelling for spelling, _score in learned.spell(folded, READINGS))])


def _arabic(folded: str, article: bool = True) -> tuple[Word, ...]:
    """The Latin words of one folded word in Arabic script: servant, father and article apart, compounds with al- cut."""
    bare = letters.bare_arabic(folded)
    if small := _ARABIC_SMALL.get(bare) or _ARABIC_SMALL.get(folded):
        return (small,)
    if bare.startswith("عبد") and len(bare) > 5:
        return (("abd",), *_arabic(_without_article(folded[3:]), False))
    if bare.startswith("ابو") and len(bare) > 5:
        return (("abu",), *_arabic(_without_article(folded[3:]), False))
    if bare in _ARABIC_ENDINGS:
        return (("al",), (_ARABIC_ENDINGS[bare],))
    for ending, read in _ARABIC_ENDINGS.items():
        if bare.endswith(ending) and len(bare) > len(ending) + 1:
            return (*_arabic(folded[: -len(ending)]), *((("al",),) if ending != "الله" else ()), (read,))
    for proclitic, read_as in _PROCLITICS.items():
        if article and bare.startswith(proclitic) and len(bare) > len(proclitic) + 3 and not model("arabic").known(bare):
            return (*((word,) for word in read_as), *_arabic(folded[len(proclitic) :], False))
    learned = model("arabic")
    rest = _without_article(folded)
    if article and rest != folded and _has_article(learned, bare, letters.bare_arabic(rest)):
        return (("al",), *_arabic(rest, False))
    return _one(_spelled(learned, folded, bare)) if any(map(learned.writes, folded)) else _kept(_by_icu(folded))


def _has_article(learned: Model, whole: str, rest: str) -> bool:
    if whole in _NO_ARTICLE:
        return False
    known = learned.known(whole)
    return not known or bool(learned.known(rest)) or any(reading.startswith("al") for reading in known)


def _without_article(folded: str) -> str:
    return folded[2:] if folded.startswith("ال") and len(folded) > 3 and folded != "الله" else folded


def _han(written: str, whose: int) -> tuple[Word, ...]:
    """A Chinese name: family name and given name; a longer word: a foreign name spelled with Chinese signs."""
    pinyin = [plain for syllable in _icu()(written).split() if (plain := _PLAIN.sub("", syllable))]
    if whose == PERSON and 2 <= len(written) <= 4 and len(pinyin) == len(written) and east.is_family(written):
        return east.chinese(written, pinyin)
    if whose:
        spelled = [spelling for spelling, _score in model("han").spell(written, READINGS - 1)]
        return _one(_ranked([*spelled[:2], "".join(pinyin), *spelled[2:]]))
    return tuple((syllable,) for syllable in pinyin)  # words of organisations and parts of foreign names


def is_foreign(text: str) -> bool:
    """Whether a text has the sign that Chinese and Japanese put between the parts of a foreign name."""
    return bool(_FOREIGN_SIGN.search(text))
