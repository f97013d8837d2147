"""Writing Parquet in a stream: whole row groups however small the batches are, and the same bytes for the same rows.

A row group is encoded while the next is gathered.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 100_000


class ParquetFile:
    """A Parquet file that grows batch by batch; as a context manager it is finished at the end, unless an error ends it. Disk errors are OSError,
    of what is written now or was written before.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.schema = schema
        self._stream = pa.OSFile(str(path), "wb")
        self._writer = pq.ParquetWriter(self._stream, schema, compression="zstd")
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0
        self._encoder = ThreadPoolExecutor(1, thread_name_prefix="crosstie-parquet")
        self._encoding: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self.close()
        finally:
            self.discard()

    def add(self, batch: pa.RecordBatch) -> None:
        """Append the rows of a batch of the schema."""
        self._waiting.append(batch)
        self._rows += batch.num_rows
        while self._rows >= ROW_GROUP:
            self._flush(ROW_GROUP)

    def close(self) -> None:
        """Finish the file."""
        if self._rows:
            self._flush(self._rows)
        self._encoded()
        self._encoder.shutdown()
        self._writer.close()
        self._stream.close()

    def discard(self) -> None:
        """Let go of a file that will be removed: an error of its disk no longer matters."""
        self._encoder.shutdown()
        with contextlib.suppress(OSError):
            self._writer.close()
        with contextlib.suppress(OSError):
            self._stream.close()

    def _flush(self, rows: int) -> None:
        self._encoded()
        waiting = pa.Table.from_batches(self._waiting, self.schema)
        self._encoding = self._encoder.submit(self._encode, waiting.slice(0, rows))
        self._waiting, self._rows = waiting.slice(rows).to_batches(), self._rows - rows

    def _encode(self, rows: pa.Table) -> None:
        # in one piece: the bytes must not depend on how the rows came
        self._writer.write_table(rows.combine_chunks(), row_group_size=rows.num_rows)

    def _encoded(self) -> None:
        """Wait for the row group before."""
        if self._encoding is not None:
            waiting, self._encoding = self._encoding, None
            waiting.result()
