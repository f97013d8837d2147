"""Written words read in Latin letters, each distinct one once: those in plain letters, which most are, by kernels; the others one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.names import particles
from crosstie.resolve.names.assembly import WordTable
from crosstie.resolve.names.cutting import number_words
from crosstie.resolve.names.letters import HAN, HANGUL, scripts
from crosstie.resolve.names.plain import fold, gather, hashes, may_do
from crosstie.resolve.names.readings import THING, Word, words_of

Texts = tuple[NDArray[np.uint8], NDArray[np.int64]]
_LONG = 1 << 30


@dataclass(frozen=True, slots=True)
class Words:
    """Distinct words by number. The first `plain` have one reading and were written in Latin letters: word i is `letters[start[i]:start[i + 1]]`;
    behind them are the `others`, with their readings and `scripts`.
    """

    letters: NDArray[np.uint8]
    start: NDArray[np.int64]
    others: list[Word]
    scripts: list[int]

    @property
    def plain(self) -> int:
        """How many words are plain."""
        return len(self.start) - 1

    @property
    def count(self) -> int:
        """How many words."""
        return self.plain + len(self.others)

    def readings(self, number: int) -> Word:
        """The readings of a word, the best first."""
        if number >= self.plain:
            return self.others[number - self.plain]
        return (self.letters[self.start[number] : self.start[number + 1]].tobytes().decode("ascii"),)

    def at(self, numbers: NDArray[np.int64], most: int = _LONG) -> Texts:
        """Plain words end to end, of each at most so many letters, with where each begins."""
        found: Texts = gather(self.letters, self.start, numbers, most)
        return found

    def texts(self) -> list[str]:
        """The plain words."""
        held, start = self.letters.tobytes().decode("ascii"), self.start.tolist()
        return [held[first:last] for first, last in pairwise(start)]


class Numbering:
    """Numbers words: those it is given first are known by their places, each one after them by what `add` says."""

    def __init__(self, letters: NDArray[np.uint8], start: NDArray[np.int64]) -> None:
        self._letters, self._start = letters, start
        self.more: list[str] = []
        self.others: dict[tuple[Word, int], int] = {}

    def add(self, readings: Word, script: int) -> int:
        """The place of one word more."""
        if script == 0 and len(readings) == 1:
            self.more.append(readings[0])
            return len(self._start) - 2 + len(self.more)
        return -1 - self.others.setdefault((readings, script), len(self.others))

    def done(self) -> tuple[NDArray[np.int64], Words]:
        """The number of the word at each place (of those of other scripts at the place from the end), -1 of nothing; and the words."""
        letters, start = _spell(self.more)
        letters, start = np.concatenate([self._letters, letters]), np.concatenate([self._start, self._start[-1] + start[1:]])
        numbers, first = number_words(hashes(letters, start))
        words = Words(*gather(letters, start, first, _LONG), [word for word, _ in self.others], [script for _, script in self.others])
        behind = words.plain + np.arange(len(self.others))[::-1]
        return np.concatenate([numbers.astype(np.int64), behind]), words


def read(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], lengths: NDArray[np.int64], whose: NDArray[np.uint8]
) -> tuple[WordTable, Words]:
    """The Latin words of distinct written words (bytes of UTF-8, where they begin, how long they are, and whose name each is of), and what
    they do.
    """
    letters, start, case, beyond = fold(data, offsets, lengths)
    numbering = Numbering(letters, start)
    size = (np.diff(start) > 0).astype(np.int64)
    eastern = np.zeros(len(size), np.bool_)
    told: list[int] = []
    for place in np.flatnonzero(beyond).tolist():
        word = data[offsets[place] : offsets[place] + lengths[place]].tobytes().decode()
        latin, script = words_of(word, int(whose[place])), max(scripts(word), default=0)
        told += [numbering.add(reading, script) for reading in latin]
        size[place] = len(latin)
        if len(word) > 1:
            case[place] = 1 if word.isupper() else 2 if word[:1].isupper() else 3
        eastern[place] = whose[place] != THING and len(latin) == 2 and script in (HAN, HANGUL)
    full = _written_out(letters, start, numbering)
    number, words = numbering.done()
    places = np.repeat(np.arange(len(size)), size)
    places[beyond[places]] = told
    parts_start = np.concatenate([np.zeros(1, np.int64), np.cumsum(size)])
    roles, sound, first = _done_by(words)
    written_out = np.arange(words.count, dtype=np.int32)
    for short, place in full.items():
        written_out[number[short]] = number[place]
    script_of = np.concatenate([np.zeros(words.plain, np.uint8), np.array(words.scripts, np.uint8)])
    return WordTable(parts_start, number[places].astype(np.int32), case, eastern, roles, sound, first, script_of, written_out), words


def _written_out(letters: NDArray[np.uint8], start: NDArray[np.int64], numbering: Numbering) -> dict[int, int]:
    """The places of shortened words, and those of the same in full."""
    short = np.flatnonzero(np.isin(hashes(letters, start), _hashed(frozenset((*particles.NUMERALS, *particles.ABBREVIATIONS)))))
    texts = {place: letters[start[place] : start[place + 1]].tobytes().decode("ascii") for place in short.tolist()}
    texts |= {len(start) - 1 + place: word for place, word in enumerate(numbering.more)}
    found = {place: numbering.add((full,), 0) for place, word in texts.items() if (full := particles.written_out(word))}
    for (readings, script), place in [*numbering.others.items()]:
        if full := particles.written_out(readings[0]):
            found[-1 - place] = numbering.add((full,), script)
    return found


def _done_by(words: Words) -> tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.uint8]]:
    """The roles of each word, the sound that an article takes, and its first two letters."""
    roles, sound = np.zeros(words.count, np.int32), np.zeros((words.count, 2), np.uint8)
    first = np.zeros((words.count, 2), np.uint8)
    length = np.diff(words.start)
    for letter in (0, 1):
        long = np.flatnonzero(length > letter)
        first[long, letter] = words.letters[words.start[long] + letter]
    known = np.isin(hashes(words.letters, words.start), _hashed(particles.known()))
    special = np.flatnonzero(known | may_do(words.letters, words.start)).tolist()
    for number in [*special, *range(words.plain, words.count)]:
        word = words.readings(number)[0]
        roles[number] = particles.roles(word)
        for letters, text in ((sound, particles.assimilated(word)), (first, word[:2])):
            letters[number, : len(text)] = np.frombuffer(text.encode("ascii"), np.uint8)
    return roles, sound, first


@cache
def _hashed(words: frozenset[str]) -> NDArray[np.uint64]:
    found: NDArray[np.uint64] = hashes(*_spell(words))
    return found


def _spell(words: Iterable[str]) -> Texts:
    listed = [word.encode() for word in words]
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array([len(word) for word in listed], np.int64))])
    return np.frombuffer(b"".join(listed), np.uint8), start
