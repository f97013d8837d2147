from __future__ import annotations

from pathlib import Path

import pytest

from crosstie.settings import Settings
from crosstie.store.engine import Engine
from crosstie.store.engines import duck


@pytest.mark.parametrize("order", ["few, n", "seldom desc, n", "many, n", "empty, few desc, n"])
def test_texts_that_come_again_and_again_are_sorted_and_written_like_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    query = """
        select case i % 7 when 0 then null when 1 then '' when 2 then 'Ärger' when 3 then 'it''s' when 4 then 'Z' else 'a' || i % 3 end as few,
            'x' || (i * 7919 % 100003) as many, case when i > 4000 then 'y' || i % 1500 else 'b' end as seldom, cast(null as varchar) as empty,
            case when i % 2 = 0 then ['l'] end as list, i % 3 = 0 as flag, i as n
        from range(6000) t(i)"""
    written = []
    for large in (1, 10_000_000):
        monkeypatch.setattr(duck, "_LARGE", large)
        monkeypatch.setattr(duck, "_SAMPLE", 3_000)
        with Engine(Settings(), tmp_path) as engine:
            engine.create("t", query)
            path = tmp_path / f"{large}.parquet"
            engine.write("select * from t", path, order)
            engine.write("select * from t", path, order)  # a second time in one session
            assert engine.tables() == ["t"]
        written.append(path.read_bytes())
    assert written[0] == written[1]
