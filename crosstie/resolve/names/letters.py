"""Letters: what a name is written in, invisible signs out, look-alikes put back into their script, spellings of one written letter made one.

Pure functions over text, standard library only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

#: Longer texts are no names: what is beyond is cut before anything else looks at it.
MAX_TEXT = 400

#: Number of each script that is told apart; 0 is Latin, OTHER whatever is not listed.
SCRIPTS: tuple[str, ...] = (
    "latin",
    "arabic",
    "cyrillic",
    "hebrew",
    "han",
    "kana",
    "hangul",
    "greek",
    "armenian",
    "georgian",
    "ethiopic",
    "indic",
    "thai",
    "other",
)
OTHER = len(SCRIPTS) - 1
LATIN, ARABIC, CYRILLIC, HEBREW, HAN, KANA, HANGUL, GREEK, ARMENIAN, GEORGIAN, ETHIOPIC, INDIC, THAI = range(OTHER)

#: First and last code point, and the script.
_BLOCKS: tuple[tuple[int, int, int], ...] = (
    (0x0041, 0x024F, LATIN),
    (0x0370, 0x03FF, GREEK),
    (0x0400, 0x052F, CYRILLIC),
    (0x0530, 0x058F, ARMENIAN),
    (0x0590, 0x05FF, HEBREW),
    (0x0600, 0x06FF, ARABIC),
    (0x0750, 0x077F, ARABIC),
    (0x08A0, 0x08FF, ARABIC),
    (0x0900, 0x0DFF, INDIC),
    (0x0E00, 0x0EFF, THAI),
    (0x10A0, 0x10FF, GEORGIAN),
    (0x1100, 0x11FF, HANGUL),
    (0x1200, 0x139F, ETHIOPIC),
    (0x1C80, 0x1C8F, CYRILLIC),
    (0x1C90, 0x1CBF, GEORGIAN),
    (0x1E00, 0x1EFF, LATIN),
    (0x1F00, 0x1FFF, GREEK),
    (0x2DE0, 0x2DFF, CYRILLIC),
    (0x3005, 0x3007, HAN),
    (0x3040, 0x30FF, KANA),
    (0x31F0, 0x31FF, KANA),
    (0x3400, 0x9FFF, HAN),
    (0xA640, 0xA69F, CYRILLIC),
    (0xAC00, 0xD7AF, HANGUL),
    (0xF900, 0xFAFF, HAN),
    (0xFB1D, 0xFB4F, HEBREW),
    (0xFB50, 0xFDFF, ARABIC),
    (0xFE70, 0xFEFF, ARABIC),
    (0x20000, 0x323AF, HAN),
)

#: Zero-width and direction signs, variation selectors, soft hyphens, tatweel: seen by nobody, different to a machine.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
#: Vowel signs and marks of recitation.
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u08d3-\u08ff]")
_HEBREW_MARKS = re.compile("[\u0591-\u05c7\u05f3\u05f4'\"]")

#: Cyrillic and Greek letters that look like Latin ones, and the other way round, for words in which scripts are mixed.
_LOOK_CYRILLIC = "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝ"
_LOOK_LATIN_C = "ABESIJKMHOPCTYXaesijopcyxhdqw"
_LOOK_GREEK = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχ"
_LOOK_LATIN_G = "ABEZHIKMNOPTYXaikvoptux"
_TO_LATIN = str.maketrans(_LOOK_CYRILLIC + _LOOK_GREEK, _LOOK_LATIN_C + _LOOK_LATIN_G)
_TO_CYRILLIC = str.maketrans(_LOOK_LATIN_C, _LOOK_CYRILLIC)
_TO_GREEK = str.maketrans(_LOOK_LATIN_G, _LOOK_GREEK)
_WORD = re.compile(r"[^\W\d_]+")

_ARABIC_LETTERS = str.maketrans(
    {
        letter: written
        for written, letters in {
            "ي": "یىےېۍێۑ",
            "ك": "کڪڭګ",
            "ه": "ەۀھہہۂ",
            "ة": "ۃ",
            "ا": "ٱ",
            "ن": "ڼں",
            "ر": "ړڑڕ",
            "ت": "ټٹ",
            "د": "ډڈ",
            "ش": "ښ",
            "ژ": "ږ",
            "ز": "ځ",
            "س": "څ",
            "ف": "ڤڥ",
            "و": "ۋۆۇۈ",
            "ل": "ڵ",
            "ق": "ڨ",
            "گ": "ݣڠ",
        }.items()
        for letter in letters
    }
)
_BARE_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ؤ": "و", "ئ": "ي", "ة": "ه", "ء": None})
_HEBREW_FINALS = str.maketrans("ךםןףץ", "כמנפצ")
_LATIN_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ə": "a",
        "ħ": "h",
        "ŋ": "n",
        "ĸ": "k",
        "ŧ": "t",
    }
)
_PASSPORT_SPELLINGS = (
    "a b v g d e z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya i i ie g j u c dj lj nj dz a q gh h u u o n h j g k dz zh i u"
)
_PASSPORT = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхцчшщъыьэюяіїєґјўћђљњџәқғһүұөңҳҷѓќѕжӣӯ", _PASSPORT_SPELLINGS.split(" "), strict=True))
)
_APOSTROPHES = re.compile("['`´‘’ʻʼʽʾʿˈʹʺ＇′]")


@cache
def script_of(letter: str) -> int:
    """The number of the script of a letter (see `SCRIPTS`); -1 for what belongs to none."""
    if not letter.isalpha():
        return -1
    point = ord(letter)
    return next((script for first, last, script in _BLOCKS if first <= point <= last), OTHER)


def scripts(text: str) -> list[int]:
    """The script of each letter of a text, other signs left out."""
    return [script for letter in text if (script := script_of(letter)) >= 0]


def clean(text: str) -> str:
    """The text in one normal form, without invisible signs, cut to a length that a name can have, look-alike letters back in their script.

    "P\u0430ul" with a Cyrillic letter becomes "Paul": in a word of several scripts the one that most of its letters have wins.
    """
    if text.isascii():
        return text[:MAX_TEXT]
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[: 2 * MAX_TEXT]))[:MAX_TEXT]
    found = set(scripts(text))
    if len(found & {LATIN, CYRILLIC, GREEK}) > 1:
        text = _WORD.sub(lambda word: _one_script(word[0]), text)
    return text


def _one_script(word: str) -> str:
    found = scripts(word)
    kinds = set(found)
    if len(kinds) < 2 or not kinds <= {LATIN, CYRILLIC, GREEK}:
        return word
    # Letters that look like none of another script say which word it is; where there are none, the more frequent script wins.
    turned = {script: word.translate(table) for script, table in ((LATIN, _TO_LATIN), (CYRILLIC, _TO_CYRILLIC), (GREEK, _TO_GREEK))}
    whole = [script for script in sorted(kinds) if set(scripts(turned[script])) == {script}]
    return turned[max(whole, key=found.count)] if whole else word


def fold_arabic(word: str) -> str:
    """A word in Arabic script without vowel signs, letters of Persian, Pashto, Urdu and Kurdish as their nearest in Arabic (پ چ ژ گ stay)."""
    return _ARABIC_MARKS.sub("", unicodedata.normalize("NFC", word)).translate(_ARABIC_LETTERS)


def bare_arabic(word: str) -> str:
    """A folded Arabic word without hamza, ta marbuta as ha: how it is written in haste."""
    return word.translate(_BARE_ARABIC)


def fold_hebrew(word: str) -> str:
    """A Hebrew word without points, final letters as others."""
    return _HEBREW_MARKS.sub("", word).translate(_HEBREW_FINALS)


def fold_cyrillic(word: str) -> str:
    """A Cyrillic word in lower case, ё as е, accents out (й and ї stay)."""
    return unicodedata.normalize("NFC", word.lower().replace("ё", "е").replace("\u0301", ""))


def passport(word: str) -> str:
    """A folded Cyrillic word as passports spell it; letters that are not known stay."""
    return word.translate(_PASSPORT)


def fold_latin(word: str) -> str:
    """A Latin word in plain lower-case a-z, without accents; "" if other letters are left."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", word.lower()).translate(_LATIN_LETTERS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return plain if plain.isascii() and plain.isalpha() else ""


def fold_marks(word: str) -> str:
    """A word without apostrophes."""
    return _APOSTROPHES.sub("", word)
