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


class Session:
    """The one session on the cluster that a process may have: begun when it is first asked for, and shared until somebody needs one of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun: Engine | None = None

    def engine(self, cluster: Cluster) -> Engine:
        if self._begun is None:
            self._begun = Engine(Settings(engine=cluster.url), self._folder)
        return self._begun

    def end(self) -> None:
        if self._begun is not None:
            self._begun.close()
        self._begun = None


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    shared = Session(tmp_path_factory.mktemp("spark"))
    yield shared
    shared.end()


@pytest.fixture(scope="module")
def spark(cluster: Cluster, session: Session) -> Iterator[Engine]:
    """A session on the cluster; its tables are shared by the tests of a module."""
    engine = session.engine(cluster)
    yield engine
    for name in engine.tables():
        engine.drop(name)


@pytest.fixture
def alone(session: Session) -> None:
    """No session of others: the test begins its own."""
    session.end()


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
