"""The index: every name of every entity that may be screened against, as arrays. It is built once, and opened in no time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from crosstie.errors import NotFound
from crosstie.resolve.names import Kind
from crosstie.resolve.names.frequency import common_shares
from crosstie.resolve.names.vocabulary import NameTable, Side, Vocabulary, Worth
from crosstie.resolve.rarity import rarity
from crosstie.resolve.screen.arrays import Texts, map_arrays, write_arrays
from crosstie.resolve.screen.grams import Grams
from crosstie.resolve.screen.search import Postings
from crosstie.resolve.screen.whole import Wholes

FILE = "screening.index"
#: Raise with every change of the arrays or of how names become tokens: an index of another version is refused.
VERSION = 3
KINDS: tuple[Kind, ...] = ("person", "organization", "thing", "any")


class Listed(NamedTuple):
    """An entity to be screened against. `names`: as written, whether it is a weak alias, and who says so (text for the hit). `card`: what a hit shows."""

    entity_id: str
    kind: Kind
    names: Sequence[tuple[str, bool, str]]
    identifiers: Sequence[str] = ()
    card: Any = None
    #: How many independent originators speak of it.
    support: int = 1


@dataclass(frozen=True, slots=True)
class Index:
    """All names, ready to be searched. Arrays only; the texts of a hit are read when it is shown."""

    side: Side
    grams: Grams
    postings: Postings
    wholes: Wholes
    kinds: NDArray[np.uint8]
    support: NDArray[np.int32]
    #: A card is what is an entity's own, and a frame that it shares with many others; so are who says a name, and where.
    cards: Texts
    frames: Texts
    framed_by: NDArray[np.int32]
    written: Texts
    sayers: Texts
    said_by: NDArray[np.int32]
    places: Texts
    #: Hashes in order, with what stands behind each.
    known: NDArray[np.uint64]
    known_rarity: NDArray[np.float64]
    heard: NDArray[np.uint64]
    heard_rarity: NDArray[np.float64]
    identifiers: NDArray[np.uint64]
    identified: NDArray[np.int32]

    @classmethod
    def of(cls, names: Sequence[str], ids: Sequence[str], kinds: Sequence[Kind] | None = None) -> Index:
        """An index of plain names: `ids[i]` is the entity that bears `names[i]`, `kinds[i]` what it is. Names of one id stand together."""
        found: list[Listed] = []
        for place, (name, entity_id) in enumerate(zip(names, ids, strict=True)):
            if found and found[-1].entity_id == entity_id:
                found[-1].names.append((name, False, ""))  # type: ignore[attr-defined]
            else:
                card = {"id": entity_id, "caption": name}
                found.append(Listed(entity_id, kinds[place] if kinds else "any", [(name, False, "")], (), card))
        return cls.build(found)

    @classmethod
    def build(cls, entities: Iterable[Listed]) -> Index:
        """The index of entities, in the order given."""
        from crosstie.resolve.screen.gathering import Gathered  # brings Arrow, which looking up one name can do without

        gathered = Gathered()
        gathered.listed(entities)
        return gathered.index()

    @property
    def names(self) -> int:
        """How many different names."""
        return len(self.said_by)

    @property
    def entities(self) -> int:
        """How many entities."""
        return len(self.kinds)

    def card(self, entity: int) -> dict[str, Any]:
        """What a hit shows of an entity."""
        own, frame = _frame(self.frames[int(self.framed_by[entity])])
        return {**frame, **dict(zip(own, orjson.loads(self.cards[entity]), strict=True))}

    def said(self, form: int) -> dict[str, Any]:
        """Who says a name: originator, source, place, grade and marking; empty where nobody is named."""
        text = self.sayers[int(self.said_by[form])]
        found: dict[str, Any] = orjson.loads(text) if text else {}
        if place := self.places[form]:
            found["locator"] = place
        return found

    def worth(self, words: Vocabulary, labels: Sequence[str], sounds: Sequence[str]) -> Worth:
        """What it is worth that a token of a query agrees: as rare as it is in the index, or as general knowledge says."""
        shares, sound_shares = common_shares()
        none = np.zeros(len(labels), np.int64)
        told = rarity(none, np.array([shares.get(label, 0.0) for label in labels]), self.entities)
        heard = rarity(none, np.array([sound_shares.get(sound, 0.0) for sound in sounds]), self.entities)
        told = _looked_up(words.hash, self.known, self.known_rarity, told)
        told = np.where(np.diff(words.start) == 1, np.minimum(told, 1.0), told)
        return Worth(told, np.minimum(_looked_up(words.sound_hash, self.heard, self.heard_rarity, heard), told))

    def knows(self, words: Vocabulary) -> NDArray[np.bool_]:
        """Which tokens stand in a listed name."""
        if not len(self.known):
            return np.zeros(len(words.hash), np.bool_)
        place = np.minimum(np.searchsorted(self.known, words.hash), len(self.known) - 1)
        return np.asarray(self.known[place] == words.hash)

    def bearers(self, identifier: str) -> NDArray[np.int32]:
        """The entities that bear an identifier, in comparable form."""
        code = np.uint64(hashed(identifier))
        return self.identified[np.searchsorted(self.identifiers, code, "left") : np.searchsorted(self.identifiers, code, "right")]

    def write(self, path: Path) -> None:
        """Write the index to a file. The same entities give the same bytes."""
        arrays: dict[str, NDArray[Any]] = {}
        for prefix, part in (
            ("names", self.side.names),
            ("words", self.side.words),
            ("worth", self.side.worth),
            ("grams", self.grams),
            ("postings", self.postings),
            ("wholes", self.wholes),
        ):
            arrays |= {f"{prefix}.{name}": array for name, array in part._asdict().items()}
        for prefix in _TEXTS:
            texts = getattr(self, prefix)
            arrays |= {f"{prefix}.data": texts.data, f"{prefix}.start": texts.start}
        arrays |= {name: getattr(self, name) for name in _PLAIN}
        write_arrays(path, arrays, {"version": VERSION})

    @classmethod
    def open(cls, path: Path) -> Index:
        """The index in a file; NotFound where there is none of this version, IntegrityError where it is damaged."""
        hint = "“crosstie build --force” makes it."
        if not path.is_file():
            raise NotFound(f"{path.parent} holds no index for screening: it was built by an earlier crosstie", hint=hint)
        arrays, about = map_arrays(path)
        if about.get("version") != VERSION:
            raise NotFound(f"{path} has version {about.get('version')}, this crosstie knows {VERSION}", hint=hint)

        def part(kind: Any, prefix: str) -> Any:
            return kind(**{name: arrays[f"{prefix}.{name}"] for name in kind._fields})

        plain: dict[str, Any] = {name: Texts(arrays[f"{name}.data"], arrays[f"{name}.start"]) for name in _TEXTS}
        plain |= {name: arrays[name] for name in _PLAIN}
        return cls(
            side=Side(part(NameTable, "names"), part(Vocabulary, "words"), part(Worth, "worth")),
            grams=part(Grams, "grams"),
            postings=part(Postings, "postings"),
            wholes=part(Wholes, "wholes"),
            **plain,
        )


_TEXTS = ("cards", "frames", "written", "sayers", "places")
_PLAIN = ("kinds", "support", "framed_by", "said_by", "known", "known_rarity", "heard", "heard_rarity", "identifiers", "identified")


@lru_cache(maxsize=1_000)
def _frame(text: str) -> tuple[list[str], dict[str, Any]]:
    """What stands in a frame: the names of what is an entity's own, and what it shares with others, in the order of the card."""
    own, shared = orjson.loads(text)
    return own, shared


def hashed(identifier: str) -> int:
    """64 bits of an identifier in comparable form: the index holds no numbers of papers in the clear."""
    return int.from_bytes(blake2b(identifier.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def _looked_up(codes: NDArray[np.uint64], known: NDArray[np.uint64], values: NDArray[np.float64], otherwise: NDArray[np.float64]) -> Any:
    """The value of each code that is known, else the other one."""
    if not len(known):
        return otherwise
    place = np.minimum(np.searchsorted(known, codes), len(known) - 1)
    return np.where(known[place] == codes, values[place], otherwise)
