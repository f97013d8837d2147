"""Numbers in sequence: which serials of one maker and model follow each other closely."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute
#: Figures at the end that are looked at: more than these are no running number.
_FIGURES = 9


def runs(rows: pa.Table, apart: int) -> Iterator[Any]:
    """The places of rows (columns make, model, serial_latin) whose numbers share what stands before the last figures and lie no more than `apart` from
    the next; runs of one are left out.
    """
    if not rows.num_rows:
        return
    serial = rows.column("serial_latin").combine_chunks()
    parts = pc.extract_regex(serial, r"^(?P<front>.*?)(?P<tail>\d{2," + str(_FIGURES) + "})$")
    front, tail = pc.struct_field(parts, "front"), pc.struct_field(parts, "tail")
    width = pc.cast(pc.utf8_length(tail), pa.string())
    key = pc.binary_join_element_wise(rows.column("make"), pc.fill_null(rows.column("model"), ""), front, width, "\x1f").combine_chunks()
    code = pc.fill_null(key.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    number = pc.fill_null(pc.cast(tail, pa.int64()), -1).to_numpy(zero_copy_only=False).astype(np.int64)
    order = np.lexsort((np.arange(len(code)), number, code))
    order = order[code[order] >= 0]
    breaks = np.flatnonzero((np.diff(code[order]) != 0) | (np.diff(number[order]) > apart)) + 1
    for run in np.split(order, breaks):
        if len(run) > 1:
            yield pa.array(run)
