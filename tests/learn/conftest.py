"""One small region for all tests of the room."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosstie.learn.region import Region, Settings, generate


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    return generate(Settings(7), tmp_path_factory.mktemp("region") / "seven")


@pytest.fixture
def truth(region: Region) -> Path:
    return region.folder / "truth"
