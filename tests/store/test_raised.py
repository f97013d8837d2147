"""Errors of workers, as the driver reads them."""

from __future__ import annotations

import pickle
from pathlib import Path

import orjson
import pytest

from crosstie.errors import EngineError, MappingError, NotFound
from crosstie.store.engines.raised import found, leave


class Hostile:
    """What would run when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_an_error_of_ours_comes_as_it_was_raised(tmp_path: Path) -> None:
    assert found(tmp_path) is None
    leave(MappingError("column \udce9 is missing", hint="Name it."), tmp_path)
    error = found(tmp_path)
    assert type(error) is MappingError
    assert error.as_dict() == {"error": "MappingError", "detail": "column ? is missing", "hint": "Name it."}
    assert "MappingError" in error.__notes__[0]


def test_any_other_error_is_told_by_name(tmp_path: Path) -> None:
    class NotFound(Exception):
        """Of the same name as one of ours."""

    leave(NotFound("x" * 50_000), tmp_path)
    error = found(tmp_path)
    assert type(error) is EngineError
    assert error.detail.startswith("the work failed on a worker: NotFound: xxx")
    assert len(error.detail) < 11_000


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"{",
        b"[1]",
        orjson.dumps({"error": "NotFound", "detail": "d", "hint": None, "own": True}),
        orjson.dumps({"error": "NotFound", "detail": 1, "hint": None, "own": True, "trace": ""}),
        orjson.dumps({"error": ["NotFound"], "detail": "d", "hint": None, "own": True, "trace": ""}),
    ],
)
def test_what_is_no_report_is_passed_over(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "0.json").write_bytes(written)
    assert found(tmp_path) is None
    leave(NotFound("no such build"), tmp_path)
    assert type(found(tmp_path)) is NotFound


def test_nothing_that_is_written_there_is_run(tmp_path: Path) -> None:
    for name in ("0", "0.json", "0.part"):
        (tmp_path / name).write_bytes(pickle.dumps(Hostile(tmp_path / "run")))
    for kind in ("EngineError.__init__", "os", "system", "errors", "CrosstieError", "BaseException"):
        told = {"error": kind, "detail": "touch run", "hint": None, "own": True, "trace": ""}
        (tmp_path / "1.json").write_bytes(orjson.dumps(told))
        assert type(found(tmp_path)).__name__ in ("EngineError", "CrosstieError")
    assert not (tmp_path / "run").exists()
