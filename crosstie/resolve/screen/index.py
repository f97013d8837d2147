"""The index: every name of every entity that may be screened against, as arrays. It is built once, and opened in no time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
from crosstie.resolve.rarity import rarity, worth
from crosstie.resolve.screen.arrays import Texts, map_arrays, write_arrays
from crosstie.resolve.screen.grams import Grams, build_grams
from crosstie.resolve.screen.labels import Labels
from crosstie.resolve.screen.runs import form_hashes, runs
from crosstie.resolve.screen.search import Postings, build_postings
from crosstie.resolve.screen.whole import Wholes, build_wholes

FILE = "screening.index"
#: Raise with every change of the arrays or of how names become tokens: an index of another version is refused.
VERSION = 2
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
    cards: Texts
    written: Texts
    sayers: Texts
    said_by: NDArray[np.int32]
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
        gathered = _Gathered()
        for entity in entities:
            gathered.add(entity)
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
        found: dict[str, Any] = orjson.loads(self.cards[entity])
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
        for prefix, texts in (("cards", self.cards), ("written", self.written), ("sayers", self.sayers)):
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

        def texts(prefix: str) -> Texts:
            return Texts(arrays[f"{prefix}.data"], arrays[f"{prefix}.start"])

        return cls(
            side=Side(part(NameTable, "names"), part(Vocabulary, "words"), part(Worth, "worth")),
            grams=part(Grams, "grams"),
            postings=part(Postings, "postings"),
            wholes=part(Wholes, "wholes"),
            cards=texts("cards"),
            written=texts("written"),
            sayers=texts("sayers"),
            **{name: arrays[name] for name in _PLAIN},
        )


_PLAIN = ("kinds", "support", "said_by", "known", "known_rarity", "heard", "heard_rarity", "identifiers", "identified")


#: Names that are read at a time.
_CHUNK = 100_000


class _Gathered:
    """The names of entities as they come, turned into arrays chunk by chunk."""

    def __init__(self) -> None:
        self.labels = Labels()
        self.sayers: dict[str, int] = {}
        self.names: list[str] = []
        self.weak: list[bool] = []
        self.said_by: list[int] = []
        self.sizes: list[int] = []
        self.kinds: list[int] = []
        self.support: list[int] = []
        self.cards: list[bytes] = []
        self.identifiers: list[int] = []
        self.identified: list[int] = []
        self.entities = 0
        self.done: dict[str, list[NDArray[Any]]] = {name: [] for name in _CHUNKED}
        self.read()

    def add(self, entity: Listed) -> None:
        """Take an entity in; names that come to the same tokens count once, the first of them is shown."""
        names = sorted(entity.names, key=lambda name: name[1])
        self.names += [name for name, _, _ in names]
        self.weak += [weak for _, weak, _ in names]
        self.said_by += [self.sayers.setdefault(sayer, len(self.sayers)) for _, _, sayer in names]
        self.sizes.append(len(names))
        self.kinds.append(KINDS.index(entity.kind))
        self.support.append(entity.support)
        self.cards.append(orjson.dumps(entity.card))
        self.identifiers += [hashed(one) for one in entity.identifiers]
        self.identified += [self.entities] * len(entity.identifiers)
        self.entities += 1
        if len(self.names) >= _CHUNK or len(self.sizes) >= _CHUNK:
            self.read()

    def read(self) -> None:
        """Turn what waits into arrays."""
        import pyarrow as pa

        from crosstie.resolve.names.bulk import analyze_names

        of = np.repeat(np.arange(len(self.sizes)), self.sizes)
        kinds = np.array(self.kinds, np.uint8)
        found = analyze_names(pa.array(self.names, pa.string()), kinds[of])
        tokens = self.labels.numbers_of(found)
        hashes = form_hashes(found.token_start, tokens)
        order = np.lexsort((np.arange(len(of)), hashes, of))
        first = np.ones(len(of), np.bool_)
        first[1:] = (of[order][1:] != of[order][:-1]) | (hashes[order][1:] != hashes[order][:-1])
        kept = np.sort(order[first])
        kept = kept[np.diff(found.token_start)[kept] > 0]
        start, places = runs(found.token_start, kept)
        written = [self.names[place].encode("utf-8", "replace") for place in kept.tolist()]
        chunk: dict[str, NDArray[Any]] = {
            "forms": np.bincount(of[kept], minlength=len(self.sizes)).astype(np.int64),
            "lengths": np.diff(start),
            "tokens": tokens[places],
            "parts": found.parts[places],
            "weak": np.array(self.weak, np.bool_)[kept],
            "said_by": np.array(self.said_by, np.int32)[kept],
            "written": np.frombuffer(b"".join(written), np.uint8),
            "written_lengths": np.array([len(one) for one in written], np.int64),
            "kinds": kinds,
            "support": np.array(self.support, np.int32),
            "cards": np.frombuffer(b"".join(self.cards), np.uint8),
            "card_lengths": np.array([len(one) for one in self.cards], np.int64),
            "identifiers": np.array(self.identifiers, np.uint64),
            "identified": np.array(self.identified, np.int32),
        }
        for name, array in chunk.items():
            self.done[name].append(array)
        for waiting in (self.names, self.weak, self.said_by, self.sizes, self.kinds, self.support, self.cards):
            waiting.clear()
        self.identifiers.clear()
        self.identified.clear()

    def index(self) -> Index:
        """Everything as arrays."""
        self.read()
        whole = {name: np.concatenate(self.done.pop(name)) for name in _CHUNKED}
        names = NameTable(_ends(whole["forms"]), _ends(whole["lengths"]), whole["tokens"], whole["parts"], whole["weak"])
        words = self.labels.vocabulary()
        said = worth(names, words, self.entities)
        known, heard = np.argsort(words.hash, kind="stable"), np.unique(words.sound_hash, return_index=True)[1]
        order = np.lexsort((whole["identified"], whole["identifiers"]))
        return Index(
            side=Side(names, words, said),
            grams=build_grams(words),
            postings=build_postings(names, words, said.rarity),
            wholes=build_wholes(names, words),
            kinds=whole["kinds"],
            support=whole["support"],
            cards=Texts(whole["cards"], _ends(whole["card_lengths"])),
            written=Texts(whole["written"], _ends(whole["written_lengths"])),
            sayers=Texts.of(list(self.sayers)),
            said_by=whole["said_by"],
            known=words.hash[known],
            known_rarity=said.rarity[known],
            heard=words.sound_hash[heard],
            heard_rarity=said.sound_rarity[heard],
            identifiers=whole["identifiers"][order],
            identified=whole["identified"][order],
        )


_CHUNKED = (
    *("forms", "lengths", "tokens", "parts", "weak", "said_by", "written", "written_lengths"),
    *("kinds", "support", "cards", "card_lengths", "identifiers", "identified"),
)


def _ends(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where runs of some lengths begin when they lie end to end, and where the last ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def hashed(identifier: str) -> int:
    """64 bits of an identifier in comparable form: the index holds no numbers of papers in the clear."""
    return int.from_bytes(blake2b(identifier.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def _looked_up(codes: NDArray[np.uint64], known: NDArray[np.uint64], values: NDArray[np.float64], otherwise: NDArray[np.float64]) -> Any:
    """The value of each code that is known, else the other one."""
    if not len(known):
        return otherwise
    place = np.minimum(np.searchsorted(known, codes), len(known) - 1)
    return np.where(known[place] == codes, values[place], otherwise)
