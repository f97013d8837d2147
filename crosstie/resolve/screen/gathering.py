"""From entities and names, piece by piece, to the arrays of an index: numbers are all that is kept of what has been read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.flat import Array, pc, take
from crosstie.resolve.names.bulk import analyze_names
from crosstie.resolve.names.vocabulary import NameTable, Side
from crosstie.resolve.rarity import worth
from crosstie.resolve.records import written_tokens
from crosstie.resolve.screen.arrays import Texts
from crosstie.resolve.screen.columns import Numbered, end_to_end
from crosstie.resolve.screen.grams import build_grams
from crosstie.resolve.screen.index import KINDS, Index, Listed, hashed
from crosstie.resolve.screen.runs import form_hashes, runs
from crosstie.resolve.screen.search import build_postings
from crosstie.resolve.screen.tokens import Tokens, first_forms
from crosstie.resolve.screen.whole import build_wholes

#: Entities that are read at a time, of those that are given one by one.
CHUNK = 50_000

#: The arrays that grow piece by piece.
_KEPT: dict[str, Any] = {
    "of": np.int32,
    "lengths": np.int32,
    "tokens": np.int32,
    "parts": np.uint8,
    "weak": np.bool_,
    "said_by": np.int32,
    "written": np.uint8,
    "written_lengths": np.int64,
    "places": np.uint8,
    "place_lengths": np.int64,
    "kinds": np.uint8,
    "support": np.int32,
    "cards": np.uint8,
    "card_lengths": np.int64,
    "framed_by": np.int32,
    "identifiers": np.uint64,
    "identified": np.int32,
}


class Gathered:
    """What an index is made of. Entities come in their order, names in the order of their entities, all names of an entity at once."""

    def __init__(self) -> None:
        self.frames = Numbered()
        self.sayers = Numbered()
        self._tokens = Tokens()
        self._held: dict[str, list[NDArray[Any]]] = {name: [] for name in _KEPT}
        self._entities = 0

    def entities(self, kinds: NDArray[np.uint8], support: NDArray[np.int32], frames: NDArray[np.int32], cards: Array) -> None:
        """Take entities in: what each is, how many speak of it, and its card: the number of the frame, and what is its own (JSON)."""
        data, start = end_to_end(cards)
        self._keep(kinds=kinds, support=support, framed_by=frames, cards=data, card_lengths=np.diff(start))
        self._entities += len(kinds)

    def names(
        self,
        of: NDArray[np.int32],
        kinds: NDArray[np.uint8],
        names: Array,
        weak: NDArray[np.bool_],
        said_by: NDArray[np.int32],
        places: Array | None = None,
        analysed: tuple[Array, Array] | None = None,
    ) -> None:
        """Take names of entities in, the strong ones of each first. Those that come to the same tokens count once, and the first is shown.

        `said_by` are numbers of sayers and `places` where they say it. `analysed` are tokens and parts as the table `name_forms` has them; names
        of which it has none are analysed here.
        """
        spelled, figures = _analysed(names, kinds, analysed)
        token_start, tokens = self._tokens.numbers(spelled)
        parts = end_to_end(figures)[0] - np.uint8(ord("0"))
        kept = first_forms(of, token_start, form_hashes(token_start, tokens))
        start, taken = runs(token_start, kept)
        written, ends = end_to_end(take(names, kept))
        self._keep(of=of[kept], lengths=np.diff(start), tokens=tokens[taken], parts=parts[taken], weak=weak[kept], said_by=said_by[kept])
        self._keep(written=written, written_lengths=np.diff(ends))
        if places is not None:
            said, ends = end_to_end(pc.fill_null(take(places, kept), ""))
            self._keep(places=said, place_lengths=np.diff(ends))
        else:
            self._keep(place_lengths=np.zeros(len(kept), np.int64))

    def identifiers(self, identifiers: NDArray[np.uint64], of: NDArray[np.int32]) -> None:
        """Take identifiers of entities in, by their hashes, in any order."""
        self._keep(identifiers=identifiers, identified=of)

    def listed(self, entities: Iterable[Listed]) -> None:
        """Take entities in as they are listed."""
        waiting: list[Listed] = []
        for entity in entities:
            waiting.append(entity)
            if len(waiting) == CHUNK:
                self._listed(waiting)
                waiting = []
        self._listed(waiting)

    def _listed(self, entities: Sequence[Listed]) -> None:
        named = [
            (self._entities + place, *name) for place, one in enumerate(entities) for name in sorted(one.names, key=lambda name: name[1])
        ]
        numbers = [(hashed(number), self._entities + place) for place, one in enumerate(entities) for number in one.identifiers]
        kinds = np.array([KINDS.index(one.kind) for one in entities], np.uint8)
        of, names, weak, said = (list(column) for column in zip(*named, strict=True)) if named else ([], [], [], [])
        owners = np.array(of, np.int32)
        self.names(
            owners,
            kinds[owners - self._entities],
            pa.array(names, pa.string()),
            np.array(weak, np.bool_),
            np.array([self.sayers.number(text) for text in said], np.int32),
        )
        self.identifiers(np.array([code for code, _ in numbers], np.uint64), np.array([owner for _, owner in numbers], np.int32))
        plain = [one.card if isinstance(one.card, dict) else {} for one in entities]
        self.entities(
            kinds,
            np.array([one.support for one in entities], np.int32),
            np.array([self.frames.number(orjson.dumps([list(card), {}]).decode()) for card in plain], np.int32),
            pa.array([orjson.dumps(list(card.values())).decode() for card in plain], pa.string()),
        )

    def index(self) -> Index:
        """Everything as an index."""
        count = self._entities
        form_start = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(self._taken("of"), minlength=count))])
        names = NameTable(form_start, _ends(self._taken("lengths")), *(self._taken(name) for name in ("tokens", "parts", "weak")))
        words = self._tokens.vocabulary()
        said = worth(names, words, count)
        known, heard = np.argsort(words.hash, kind="stable"), np.unique(words.sound_hash, return_index=True)[1]
        identifiers, identified = _distinct(self._taken("identifiers"), self._taken("identified"))
        return Index(
            side=Side(names, words, said),
            grams=build_grams(words),
            postings=build_postings(names, words, said.rarity),
            wholes=build_wholes(names, words),
            kinds=self._taken("kinds"),
            support=self._taken("support"),
            cards=Texts(self._taken("cards"), _ends(self._taken("card_lengths"))),
            frames=Texts.of(self.frames.texts),
            framed_by=self._taken("framed_by"),
            written=Texts(self._taken("written"), _ends(self._taken("written_lengths"))),
            sayers=Texts.of(self.sayers.texts),
            said_by=self._taken("said_by"),
            places=Texts(self._taken("places"), _ends(self._taken("place_lengths"))),
            known=words.hash[known],
            known_rarity=said.rarity[known],
            heard=words.sound_hash[heard],
            heard_rarity=said.sound_rarity[heard],
            identifiers=identifiers,
            identified=identified,
        )

    def _keep(self, **arrays: NDArray[Any]) -> None:
        for name, array in arrays.items():
            self._held[name].append(array.astype(_KEPT[name], copy=True))  # a copy: Arrow's memory is not held

    def _taken(self, name: str) -> NDArray[Any]:
        """All of an array, which is then held no more."""
        return np.concatenate([np.zeros(0, _KEPT[name]), *self._held.pop(name)])


def _analysed(names: Array, kinds: NDArray[np.uint8], known: tuple[Array, Array] | None) -> tuple[Array, Array]:
    """The tokens and parts of names, as the table `name_forms` has them."""
    tokens, parts = known if known is not None else (pa.nulls(len(names), pa.string()), pa.nulls(len(names), pa.string()))
    if not tokens.null_count:
        return tokens, parts
    missing = pc.is_null(tokens)
    places = np.flatnonzero(missing.to_numpy(zero_copy_only=False))
    found = analyze_names(take(names, places), kinds[places])
    figures = (found.parts + ord("0")).astype(np.uint8).tobytes()
    spelled = [figures[a:b].decode() for a, b in zip(found.token_start[:-1].tolist(), found.token_start[1:].tolist(), strict=True)]
    fresh = (written_tokens(found).cast(pa.string()), pa.array(spelled, pa.string()))
    return cast(
        "tuple[Array, Array]", tuple(pc.replace_with_mask(old, missing, new) for old, new in zip((tokens, parts), fresh, strict=True))
    )


def _distinct(identifiers: NDArray[np.uint64], identified: NDArray[np.int32]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """The identifiers in their order with their entities, each pair once."""
    order = np.lexsort((identified, identifiers))
    codes, owners = identifiers[order], identified[order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (codes[1:] != codes[:-1]) | (owners[1:] != owners[:-1])
    return codes[fresh], owners[fresh]


def _ends(lengths: NDArray[Any]) -> NDArray[np.int64]:
    """Where runs of some lengths begin when they lie end to end, and where the last ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
