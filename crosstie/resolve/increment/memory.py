"""What a build leaves of its matching for the next one, in a folder of the workspace. It is there to save time: without it everything is compared."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crosstie.resolve.blocks import Blocks
from crosstie.resolve.clusters import Held
from crosstie.resolve.flat import mapped, open_arrays, save_arrays
from crosstie.resolve.increment.selecting import Said, open_said
from crosstie.resolve.increment.splice import Ints
from crosstie.resolve.increment.sums import sums_of
from crosstie.resolve.keys import Keys
from crosstie.resolve.profiles import Profiles, open_profiles
from crosstie.store.durable import storing

_ABOUT, _PAIRS = "about.json", "pairs.arrow"


@dataclass(frozen=True, slots=True)
class Memory:
    """Records, their keys (those with `had` have some) and blocks; the pairs that blocks brought, with their scores; the clusters without the twins; the
    records that people ruled on; of each record what it said, as one number; and what was known of all claims.
    """

    profiles: Profiles
    keys: Keys
    had: NDArray[np.bool_]
    blocks: Blocks
    pairs: pa.Table
    held: Held
    ruled: Ints
    fingerprints: Ints
    said: Said

    def save(self, folder: Path, about: Mapping[str, Any]) -> None:
        """Write to a folder where the profiles and blocks are already what `Work.save` has written."""
        save_arrays(folder / "keys", self.keys)
        save_arrays(folder / "held", self.held)
        for name in ("had", "ruled", "fingerprints"):
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        self.said.save(folder / "said")
        with pa.OSFile(str(folder / _PAIRS), "wb") as sink, pa.ipc.new_file(sink, self.pairs.schema) as out:
            out.write_table(self.pairs)
        shutil.rmtree(folder / "chosen", ignore_errors=True)  # which pairs were wanted says nothing to the next build
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        # not synced: what a power cut leaves half-written has another sum, and is then not taken over
        sums = {file.relative_to(folder).as_posix(): found for file, found in zip(files, sums_of(files), strict=True)}
        (folder / _ABOUT).write_text(json.dumps({"about": dict(about), "sums": sums}), encoding="utf-8")


def recall(home: Path, about: Mapping[str, Any]) -> Memory | None:
    """What the last build left in `home`; None where it left nothing, something was lost, or the build was of other ways (`about`)."""
    folder = max(_kept(home), key=_number, default=None)
    if folder is None:
        return None
    try:
        told = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        # kernels trust these arrays: a damaged one would be answered with nonsense, or not at all
        whole = sums_of([folder / name for name in told["sums"]]) == list(told["sums"].values())
    except (OSError, ValueError, KeyError, AttributeError, TypeError):  # it was made to be lost
        return None
    if not whole or told["about"] != dict(about):
        return None
    with pa.memory_map(str(folder / _PAIRS)) as source:
        pairs = pa.ipc.open_file(source).read_all()
    return Memory(
        open_profiles(folder / "profiles"),
        Keys(*open_arrays(folder / "keys", Keys)),
        mapped(folder / "had.npy"),
        Blocks(*open_arrays(folder / "blocks", Blocks)),
        pairs,
        Held(*open_arrays(folder / "held", Held)),
        mapped(folder / "ruled.npy"),
        mapped(folder / "fingerprints.npy"),
        open_said(folder / "said"),
    )


def keep(folder: Path, home: Path) -> None:
    """Put a finished folder in the place of those that are there."""
    with storing(home):
        before = _kept(home)
        folder.rename(home / f"{max(map(_number, before), default=0) + 1:04d}")
    for old in before:
        shutil.rmtree(old, ignore_errors=True)  # where a file is still mapped it stays, and goes the next time


def _kept(home: Path) -> list[Path]:
    return [folder for folder in home.iterdir() if folder.name.isdecimal()] if home.is_dir() else []


def _number(folder: Path) -> int:
    return int(folder.name)
