"""A build does not depend on the order in which an engine gives rows, nor on how it cuts them into batches and calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from crosstie.store import engine as engines
from crosstie.store.engine import BATCH, Verb, conform
from crosstie.store.engines.duck import DuckEngine
from tests import region

_CALLS = 3


class Shuffled(DuckEngine):
    """DuckDB with all the liberties that an engine may take: tables in any order, small batches, several calls of a mapped function."""

    most = BATCH

    def read(self, view: str, files: Sequence[Path], schema: pa.Schema) -> None:
        super().read(f"_ordered_{view}", files, schema)
        with self._cursor() as cursor:
            self._show(cursor, view, f'select * from "_ordered_{view}" order by random()')

    def map(
        self,
        table: str,
        query: str,
        fn: Verb,
        schema: pa.Schema,
        *,
        by: Sequence[str] = (),
        then: Sequence[str] = (),
        rows: int = BATCH,
    ) -> None:
        call = f"hash({', '.join(by)})" if by else "cast(random() * 1000 as integer)"
        wanted = ", ".join(["_call", *by, *then, "random()"])
        made = []
        self.create("_given", f"select *, {call} % {_CALLS} as _call from ({query}) q")
        for number in range(_CALLS):
            given = self.arrow(f"select * exclude (_call) from _given where _call = {number} order by {wanted}")
            made += list(conform(fn, schema)(iter(given.to_batches(max_chunksize=min(rows, self.most)))))
        self.drop("_given")
        self.load(table, pa.Table.from_batches(made, schema))

    def _create(self, cursor: Any, table: str, query: str) -> None:
        super()._create(cursor, table, f"select * from ({query}) q order by random()")


@pytest.mark.slow
def test_neither_order_nor_batches_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = region.little(tmp_path)
    workspace.settings = replace(workspace.settings, links=200)  # fewer than there are
    ours, _ = workspace.build()
    monkeypatch.setattr(engines, "_named", lambda engine: Shuffled)
    for most in (7, 1_000):
        monkeypatch.setattr(Shuffled, "most", most)
        theirs, _ = workspace.build(force=True)
        region.assert_same(ours, theirs)
    workspace.close()
