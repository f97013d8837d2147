"""What is compared beside names: identifiers, dates, places, legal forms, each in one spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from crosstie.resolve.batches import array, batch, columns
from crosstie.resolve.flat import encode, pc, take
from crosstie.resolve.names import romanize, skeleton
from crosstie.store.engine import Engine

#: Of the type identifier in FollowTheMoney, but shared by many: programmes, branches of trade, banks of accounts.
NOT_IDENTIFYING = ("programId", "okvedCode", "coatoCode", "kppCode", "bikCode", "bic", "ticker", "licenseNumber", "authorityId", "unscId")
NUMBERED = ("identifier", "phone", "email")
_LETTERS_ALONE = frozenset({"swiftBic", "callSign", "publicKey", "cryptoAddress"})
#: Numbers of which a thing has one only: different ones keep things apart.
_UNIQUE = ("imoNumber", "leiCode")
BIRTH = ("birthDate", "buildDate")
_PLACES = ("birthPlace", "address")
#: Which values of a record are compared as sets, as they stand: name of the set to the properties that fill it.
VALUE_SETS: dict[str, tuple[str, ...]] = {
    "nationality": ("nationality", "citizenship"),
    "country": ("country", "nationality", "citizenship", "birthCountry", "jurisdiction", "mainCountry", "flag", "pastFlags"),
    "gender": ("gender",),
}
#: Properties that are read of a record, beside its names and whatever is of the types in NUMBERED.
READ = tuple(sorted({*_UNIQUE, *BIRTH, *_PLACES, *(prop for props in VALUE_SETS.values() for prop in props)}))
#: Of an address so many numbers, and words, tell the house.
_NUMBERS, _WORDS = 2, 4

#: Values are read so many at a time: what is said often is read once in each batch.
_ROWS = 100_000

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_VALUE = columns(idx=pa.int32(), value=pa.string())


def collect(engine: Engine) -> None:
    """Create of `record_claims` and `record_names`: `record_identifiers`, `record_contacts`, `record_citations`, `record_numbers`,
    `record_places`, `record_premises`, `record_legal_forms` (idx, value), and `record_births` (idx, value, written).
    """
    engine.map(
        "identifiers_said",
        f"select idx, prop, value from record_claims where prop_type in ({listed(NUMBERED)}) or prop = 'unscId'",
        _each(_identifiers),
        _VALUE,
        rows=_ROWS,
    )
    engine.create(
        "record_identifiers",
        "select distinct idx, value from identifiers_said where not starts_with(value, '@') and not starts_with(value, '#')",
    )
    engine.create("record_citations", "select distinct idx, value from identifiers_said where starts_with(value, '#')")
    engine.create("record_contacts", "select distinct idx, value from identifiers_said where starts_with(value, '@')")
    engine.map(
        "record_numbers",
        f"select idx, prop, value from record_claims where prop in ({listed(_UNIQUE)})",
        _each(_identifiers),
        _VALUE,
        rows=_ROWS,
    )
    engine.map(
        "record_places",
        f"select idx, prop, value from record_claims where prop in ({listed(_PLACES)})",
        _each(_places),
        _VALUE,
        rows=_ROWS,
    )
    engine.map(
        "record_premises",
        "select idx, prop, value from record_claims where prop = 'address'",
        _each(_premises),
        _VALUE,
        rows=_ROWS,
    )
    engine.create("record_legal_forms", "select distinct idx, legal_form as value from record_names where legal_form <> ''")
    engine.create(
        "record_births",
        f"""
        select idx, value, min(original_value) as written from record_claims
        where prop in ({listed(BIRTH)}) and length(value) >= 4 group by idx, value""",
    )


def normal_identifier(prop: str, value: str) -> str | None:
    """The identifier without punctuation, in capitals; None where it is too short, or too little of a number, to identify anything.

    Telephone numbers and addresses of e-mail begin with `@`: they lead to somebody, and do not identify. Cited references begin with `#`.
    """
    if prop == "email":
        return f"@{value.strip().lower()}" if value.strip() else None
    bare = _NOT_ALPHANUMERIC.sub("", value).upper()
    if prop == "unscId":
        return f"#{bare}" if bare else None
    if prop == "imoNumber":
        bare = bare.removeprefix("IMO")
    digits = sum(letter.isdigit() for letter in bare)
    if prop == "phone":
        return f"@{bare}" if digits >= 8 else None
    if prop in _LETTERS_ALONE:
        return bare if len(bare) >= 4 else None
    if len(bare) < 5 or digits < 4 or len(set(bare)) < 3:
        return None
    return bare.lstrip("0") or None


def place_tokens(prop: str, value: str) -> list[str]:
    """The parts of a place of birth, or of an address, as consonants: `b:` or `a:` and the skeleton. Short parts say nothing."""
    mark = prop[0]
    words = re.split(r"[^a-z0-9]+", romanize(value))
    return sorted({f"{mark}:{skeleton(word)}" for word in words if len(word) >= 4 or (word.isdigit() and len(word) >= 3)})


def premises(value: str) -> list[str]:
    """What tells one house from another in an address: each of its numbers (of the house, of the post) with each of its longer words, so that
    the order in which they are written does not matter. The longest words and the first numbers, for the rest is mostly the country.
    """
    words = re.split(r"[^a-z0-9]+", romanize(value))
    numbers = list(dict.fromkeys(word.lstrip("0") for word in words if word.isdigit() and word.strip("0")))[:_NUMBERS]
    named = sorted(
        {word for word in words if len(word) >= 4 and not any(letter.isdigit() for letter in word)}, key=lambda word: (-len(word), word)
    )
    return sorted({f"{number} {skeleton(word)}" for number in numbers for word in named[:_WORDS]})


def _identifiers(prop: str, value: str) -> list[str]:
    found = normal_identifier(prop, value)
    return [found] if found else []


def _places(prop: str, value: str) -> list[str]:
    return place_tokens(prop, value)


def _premises(prop: str, value: str) -> list[str]:
    return premises(value)


def _each(expand: Callable[[str, str], list[str]]) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A verb for `map`: (idx, prop, value) to (idx, value) for each value that `expand` makes of it. What many records say is read once in a batch."""

    def verb(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for given in batches:
            codes, told = encode(pc.binary_join_element_wise(given.column("prop"), given.column("value"), "\n"))
            read = [expand(*str(text).split("\n", 1)) for text in told.to_pylist()]
            start = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array([len(found) for found in read], np.int64))])
            length = np.diff(start)[codes]
            begin = np.cumsum(length) - length
            place = np.repeat(start[codes] - begin, length) + np.arange(int(length.sum()))
            found = pa.array([value for one in read for value in one], pa.string())
            yield batch(_VALUE, np.repeat(array(given, "idx", np.int32), length), take(found, place))

    return verb


def listed(props: tuple[str, ...]) -> str:
    """The properties as SQL has them between brackets."""
    return ", ".join(f"'{prop}'" for prop in props)
