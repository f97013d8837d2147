"""The trained model: trees of LightGBM in its own text form, and what each feature added to a score.

LightGBM is an extra (`crosstie[scored]`) and is loaded only here, when somebody asks for scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from crosstie.errors import DamagedFile, InputError, TooLarge, UsageError
from crosstie.lenses.finance.scoring.around import Numbers
from crosstie.lenses.finance.scoring.features import names

#: The model that is shipped; what it learned from is told in the guide and by bench/finance/train_scored.py, which makes it.
SHIPPED = Path(__file__).parent / "model.txt"
#: A model that is larger is none of ours, in bytes.
LARGEST = 50_000_000


@dataclass(frozen=True, slots=True)
class Model:
    """Trees over the features of `features.names`; `mark` tells one model from another."""

    trees: Any
    mark: str

    def score(self, rows: Numbers) -> Numbers:
        """How much each payment looks like laundering in the regions that the model learned from, from 0 to 1; no probability of anything."""
        found: Numbers = self.trees.predict(rows, num_threads=1)
        return found

    def spoke(self, rows: Numbers) -> Numbers:
        """What each feature added to or took from the score of each payment (as a logarithm of odds): a row for each payment, a column for each feature."""
        found: Numbers = np.asarray(self.trees.predict(rows, pred_contrib=True, num_threads=1))[:, :-1]
        return found


def installed() -> Any:
    """LightGBM. UsageError says how to get it where it is missing."""
    try:
        import lightgbm
    except (ImportError, OSError) as error:  # without the library of OpenMP it is installed and cannot be loaded
        raise UsageError(
            f"scores need LightGBM, which cannot be loaded: {error}", hint="Install it beside crosstie: pip install 'crosstie[scored]'."
        ) from error
    return lightgbm


def load(file: Path | None = None) -> Model:
    """A model from its text; the shipped one if none is named. InputError where it is none, is cut short, or was trained on other features."""
    lightgbm = installed()
    path = file or SHIPPED
    if path.stat().st_size > LARGEST:
        raise TooLarge(f"{path.name} is larger than any model of payments", hint="Give the text that bench/finance/train_scored.py wrote.")
    content = path.read_bytes()
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is no model of LightGBM: it is not plain text") from error
    if not text.startswith("tree\n"):
        raise InputError(f"{path.name} is no model of LightGBM", hint="Such a text begins with the word “tree”.")
    if "\nend of trees" not in text or "\nend of parameters" not in text:
        raise DamagedFile(f"{path.name} is cut short", hint="Fetch it again.")
    said = next((line.partition("=")[2].split() for line in text.splitlines() if line.startswith("feature_names=")), [])
    if tuple(said) != names():
        raise InputError(
            f"{path.name} was trained on other features than this version has", hint="Train it anew: bench/finance/train_scored.py."
        )
    try:
        trees = lightgbm.Booster(model_str=text)
    except lightgbm.basic.LightGBMError as error:
        raise DamagedFile(f"{path.name} is no sound model of LightGBM: {error}") from error
    return Model(trees, sha256(content).hexdigest()[:12])
