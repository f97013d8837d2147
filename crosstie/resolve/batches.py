"""Between Arrow batches and Python values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def columns(**kinds: pa.DataType) -> pa.Schema:
    """A schema of named columns."""
    return pa.schema([pa.field(name, kind) for name, kind in kinds.items()])


def values(data: pa.RecordBatch | pa.Table, column: str | int) -> list[Any]:
    """A column as Python values."""
    return list(data.column(column).to_pylist())


def rows(data: pa.RecordBatch | pa.Table, *names: str) -> list[tuple[Any, ...]]:
    """Rows of some columns as Python values."""
    return list(zip(*(values(data, column) for column in names or data.schema.names), strict=True))


def array(data: pa.RecordBatch | pa.Table, column: str | int, kind: Any) -> NDArray[Any]:
    """A column as a numpy array."""
    found = data.column(column)
    joined = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    return np.asarray(joined.to_numpy(zero_copy_only=False), kind)


def batch(schema: pa.Schema, *columns: Sequence[Any] | NDArray[Any] | pa.Array[Any]) -> pa.RecordBatch:
    """A record batch of a schema from its columns."""
    return pa.RecordBatch.from_arrays(
        [column if isinstance(column, pa.Array) else pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
