"""The index of serial numbers: made once from a column of texts, kept in a folder, read through memory maps.

Serials are grouped by length and sorted twice: by their signs from the first on and from the last on. A pattern whose beginning or end can be read
names a stretch of one of the two; what is left, all of a length at worst, is compared twelve signs at a time. So nothing is ever missed: the index
finds exactly what a look at every serial would find.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from crosstie.lenses.firearms.search.alphabet import SIGNS, WORD, pack, turned

pc: Any = pyarrow.compute
_FORM = 1
_TEXTS = "serials.arrow"
_ARRAYS = ("first", "second", "turned_first", "turned_second", "order", "places", "starts")


@dataclass(frozen=True)
class SerialIndex:
    """Serials in order of length and signs. `starts[n]` is the first row of length n; `second` words begin with the first row longer than a word;
    `order` leads from the order by last signs to rows; those longer than SIGNS are only in `texts`.
    """

    texts: Any  # of pyarrow, large_string
    first: np.ndarray[Any, Any]
    second: np.ndarray[Any, Any]
    turned_first: np.ndarray[Any, Any]
    turned_second: np.ndarray[Any, Any]
    order: np.ndarray[Any, Any]
    places: np.ndarray[Any, Any]
    starts: np.ndarray[Any, Any]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def late(self) -> int:
        """The first row that needs a second word."""
        return int(self.starts[WORD + 1])


def build(serials: Iterable[Any]) -> SerialIndex:
    """The index of distinct serials, given in any number of columns in the order of their texts."""
    chunks = [one.cast(pa.large_string()) for one in serials]
    texts: Any = pa.chunked_array(chunks, pa.large_string()).combine_chunks() if chunks else pa.array([], pa.large_string())
    texts = pa.concat_arrays(texts.chunks) if isinstance(texts, pa.ChunkedArray) else texts
    words, places, lengths = pack(texts)
    by_length = np.argsort(lengths, kind="stable")
    starts = np.searchsorted(lengths[by_length], np.arange(SIGNS + 3)).astype(np.int64)
    late, short = int(starts[WORD + 1]), int(starts[SIGNS + 1])
    rows = by_length.copy()
    for length in range(SIGNS + 1):
        rows[starts[length] : starts[length + 1]] = _sorted(words, by_length[starts[length] : starts[length + 1]])
    back = turned(words[rows[:short]], lengths[rows[:short]])
    order = np.arange(short, dtype=np.uint32)
    for length in range(SIGNS + 1):
        order[starts[length] : starts[length + 1]] = _sorted(back, order[starts[length] : starts[length + 1]])
    back = back[order]
    words = words[rows]
    return SerialIndex(
        texts=texts.take(pa.array(rows)),
        first=np.ascontiguousarray(words[:short, 0]),
        second=np.ascontiguousarray(words[late:short, 1]),
        turned_first=np.ascontiguousarray(back[:, 0]),
        turned_second=np.ascontiguousarray(back[late:, 1]),
        order=order,
        places=places[rows[:short]],
        starts=starts,
    )


def _sorted(words: np.ndarray[Any, Any], rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Rows by their words; those of the same words stay in their order."""
    found: np.ndarray[Any, Any] = rows[np.argsort(words[rows, 0], kind="stable")]
    if len(rows) and words[rows, 1].any():
        found = rows[np.lexsort((words[rows, 1], words[rows, 0]))]
    return found


def save(index: SerialIndex, folder: Path) -> None:
    """Write the index into a folder: beside first, then in one move, so that nobody reads half of it."""
    made = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    for name in _ARRAYS:
        np.save(made / f"{name}.npy", getattr(index, name))
    table = pa.table({"serial": index.texts})
    with pa.OSFile(str(made / _TEXTS), "wb") as sink, pa.ipc.new_file(sink, table.schema) as out:
        out.write_table(table)
    (made / "index.json").write_text(json.dumps({"form": _FORM, "serials": len(index)}), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    made.rename(folder)


def load(folder: Path) -> SerialIndex | None:
    """The index of a folder, mapped into memory; None where there is none of this form."""
    about = folder / "index.json"
    if not about.is_file() or json.loads(about.read_text(encoding="utf-8")).get("form") != _FORM:
        return None
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
    texts: Any = pa.ipc.open_file(pa.memory_map(str(folder / _TEXTS))).read_all().column("serial")
    whole = (
        texts.chunk(0) if texts.num_chunks == 1 else pa.concat_arrays(texts.chunks) if texts.num_chunks else pa.array([], pa.large_string())
    )
    return SerialIndex(texts=whole, **arrays)


def opened(folder: Path, serials: Iterator[Any]) -> SerialIndex:
    """The index of a folder, made of the serials if it is not there yet."""
    found = load(folder)
    if found is None:
        save(build(serials), folder)
        found = load(folder)
    assert found is not None
    return found
