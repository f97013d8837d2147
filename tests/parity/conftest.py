"""The same work on both engines: DuckDB here, Spark on a real cluster."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crosstie.settings import Settings
from crosstie.store.engine import Engine
from tests.parity.cluster import Cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A master and two workers; drivers of this process find their site's settings."""
    pytest.importorskip("pyspark", reason="Spark is not installed: pip install 'crosstie[spark]'")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or newer")
    with pytest.MonkeyPatch.context() as patched:
        started = Cluster(tmp_path_factory.mktemp("cluster"))
        try:
            started.worker()
            started.worker()
            for name, value in started.environment.items():
                patched.setenv(name, value)
            yield started
        finally:
            started.stop()


@pytest.fixture(scope="module")
def spark(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A session on the cluster; its tables are shared by the tests of a module."""
    with Engine(Settings(engine=cluster.url), tmp_path_factory.mktemp("spark")) as engine:
        yield engine


@pytest.fixture
def duck(tmp_path: Path) -> Iterator[Engine]:
    """DuckDB, for what Spark is to be equal to."""
    with Engine(folder=tmp_path) as engine:
        yield engine


@pytest.fixture(params=["duck", "spark"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    found: Engine = request.getfixturevalue(request.param)
    return found
