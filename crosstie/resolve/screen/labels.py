"""Tokens as they come from names, numbered; in the end a vocabulary in which other readings of a token are tokens too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crosstie.resolve.names import NameForm, skeleton
from crosstie.resolve.names.vocabulary import Vocabulary, vocabulary

if TYPE_CHECKING:
    from crosstie.resolve.names.bulk import Analysed

#: Of all that tokens of one spelling may also be read as, so many are kept.
_READINGS = 8


class Labels:
    """Numbers of tokens, in the order of their first use."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.sounds: list[str] = []
        self._scripts: list[int] = []
        self._readings: dict[int, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def numbers(self, form: NameForm) -> list[int]:
        """The numbers of the tokens of a name."""
        found = []
        for place, (token, sound) in enumerate(zip(form.tokens, form.skeletons, strict=True)):
            number = self._number(token, sound, form.scripts[place] if form.scripts else 0)
            found.append(number)
            if form.variants and form.variants[place]:
                self._readings.setdefault(number, {}).update(dict.fromkeys(form.variants[place]))
        return found

    def numbers_of_written(self, texts: Sequence[str]) -> list[int]:
        """The numbers of tokens as tables have them: with the script and other readings behind them ("qadirzai~3~kadirzai")."""
        numbers = []
        for text in texts:
            token, *told = text.split("~")
            numbers.append(self._number(token, None, int(told[0]) if told else 0))
            if len(told) > 1:
                self._readings.setdefault(numbers[-1], {}).update(dict.fromkeys(told[1:]))
        return numbers

    def numbers_of(self, found: Analysed) -> NDArray[np.int32]:
        """The numbers of the tokens of many names, end to end."""
        used, place = np.unique(found.tokens, return_inverse=True)
        numbers = np.zeros(len(used), np.int32)
        for at, label in enumerate(used.tolist()):
            number = numbers[at] = self._number(found.labels[label], None, int(found.scripts[label]))
            first, last = found.variant_start[label : label + 2].tolist()
            if last > first:
                readings = (found.labels[other] for other in found.variants[first:last].tolist())
                self._readings.setdefault(number, {}).update(dict.fromkeys(readings))
        return numbers[place]

    def listed(self) -> list[str]:
        """Every token, by number."""
        return list(self._numbers)

    def vocabulary(self) -> Vocabulary:
        """The tokens as arrays; the readings of a token come behind all tokens, unless they are tokens themselves."""
        of, readings = [], []
        for number, found in sorted(self._readings.items()):
            for reading in list(found)[:_READINGS]:
                other = self._number(reading, None, self._scripts[number])
                if other != number:
                    of.append(number)
                    readings.append(other)
        words = vocabulary(list(self._numbers), self.sounds)
        start = np.concatenate([[0], np.cumsum(np.bincount(np.array(of, np.int64), minlength=len(self)))]).astype(np.int64)
        return words._replace(script=np.array(self._scripts, np.uint8), variant_start=start, variants=np.array(readings, np.int32))

    def _number(self, token: str, sound: str | None, script: int) -> int:
        number = self._numbers.setdefault(token, len(self._numbers))
        if number == len(self.sounds):
            self.sounds.append(skeleton(token) if sound is None else sound)
            self._scripts.append(script)
        return number
