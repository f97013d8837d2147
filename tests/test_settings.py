from __future__ import annotations

from pathlib import Path

import pytest

from crosstie.errors import UsageError
from crosstie.settings import Settings


def test_defaults_work_without_a_file(tmp_path: Path) -> None:
    assert Settings.load(tmp_path) == Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "crosstie.toml").write_text('name = "unit7"\nmax_hops = 3\nexercise = true\n', encoding="utf-8")
    monkeypatch.setenv("CROSSTIE_MAX_HOPS", "2")
    found = Settings.load(tmp_path)
    assert (found.name, found.max_hops, found.exercise) == ("unit7", 2, True)


@pytest.mark.parametrize(
    ("written", "message"), [("max_hop = 3", "no such setting: max_hop"), ("max_hops = 'many'", "is no int"), ("= 3", "cannot be read")]
)
def test_what_is_wrong_is_named(tmp_path: Path, written: str, message: str) -> None:
    (tmp_path / "crosstie.toml").write_text(written, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        Settings.load(tmp_path)
