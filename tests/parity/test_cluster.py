"""What goes wrong with a cluster: it is said plainly and in time, or made good."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import crosstie
from crosstie.errors import EngineError
from crosstie.settings import Settings
from crosstie.store.engine import Engine
from crosstie.store.engines import session
from tests.parity.cluster import Cluster, wait_for

cloudpickle = pytest.importorskip("pyspark.cloudpickle", reason="Spark is not installed: pip install 'crosstie[spark]'")
cloudpickle.register_pickle_by_value(sys.modules[__name__])

pytestmark = pytest.mark.usefixtures("alone")
COUNTED = pa.schema({"k": pa.int64(), "n": pa.int64()})


def begin(master: str, folder: Path, wait: float = 2.0) -> None:
    with Engine(Settings(engine=master, wait=wait), folder):
        pass


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(EngineError, match="needs Java") as raised:
        begin("local[1]", tmp_path)
    assert "Install Java 17" in (raised.value.hint or "")
    monkeypatch.setattr(session, "find_spec", lambda name: None)
    with pytest.raises(EngineError, match="not installed") as raised:
        begin("local[1]", tmp_path)
    assert "crosstie[spark]" in (raised.value.hint or "")
    assert not list((tmp_path / ".scratch").iterdir())


def test_a_master_that_is_not_there_is_not_waited_for(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        before = time.monotonic()
        with pytest.raises(EngineError, match=r"cannot be reached: 127\.0\.0\.1:\d+"):
            begin(f"spark://127.0.0.1:{taken.getsockname()[1]}", tmp_path)
    assert time.monotonic() - before < 10


def test_a_cluster_without_a_free_worker_is_not_waited_for(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = tmp_path / "spark-defaults.conf"
    defaults.write_text("spark.executor.memory 900g\nspark.driver.host 127.0.0.1\n", encoding="ascii")
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    monkeypatch.setattr(session, "PATIENCE", 3.0)
    with pytest.raises(EngineError, match="no worker within 3 s"):
        begin(cluster.url, tmp_path)
    assert not list((tmp_path / ".scratch").iterdir())


def test_workers_that_do_not_fit_are_told_apart(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Engine(Settings(engine=cluster.url), tmp_path) as engine:
        context = engine._spark.sparkContext  # type: ignore[attr-defined]
        with pytest.raises(EngineError, match="does not see"):
            session._ready(context, tmp_path / "elsewhere")
        monkeypatch.setattr(crosstie, "__version__", "99")
        with pytest.raises(EngineError, match=r"a worker has crosstie \d+\.\d+\.\d+, this is 99"):
            session._ready(context, engine.folder)
        with pytest.raises(EngineError, match="session already"):
            begin(cluster.url, tmp_path)


def slowly(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows of each group counted, a tenth of a second for each batch."""
    for batch in batches:
        time.sleep(0.1)
        yield pa.RecordBatch.from_arrays([batch.column("k"), pa.array([1] * batch.num_rows, pa.int64())], schema=COUNTED)


def test_a_killed_worker_changes_nothing(cluster: Cluster, duck: Engine, tmp_path: Path) -> None:
    numbers = pa.table({"k": [n % 997 for n in range(60_000)]})
    counted = "select k, sum(n) as n from counted group by k order by k"
    with Engine(Settings(engine=cluster.url), tmp_path) as engine:
        wait_for(lambda: session.executors(engine._spark.sparkContext) == 2 or None, "both workers")  # type: ignore[attr-defined]
        for one in (duck, engine):
            one.load("numbers", numbers)
        duck.map("counted", "select k from numbers", slowly, COUNTED, by=["k"])
        engine.create("before", "select k, count(*) as n from numbers group by k")
        killing = threading.Timer(2.0, cluster.kill)
        killing.start()
        before = time.monotonic()
        engine.map("counted", "select k from numbers", slowly, COUNTED, by=["k"], rows=500)
        took = time.monotonic() - before
        killing.join()
        assert took > 3.0  # it was killed in the middle
        assert engine.arrow(counted).to_pylist() == duck.arrow(counted).to_pylist()
        engine.create("after", "select b.k, b.n from before b join counted c on c.k = b.k and c.n = 1")
        assert engine.scalar("select count(*) from after") == 60_000
    cluster.worker()  # for those that come after


def test_work_that_nobody_can_do_any_more_is_given_up(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "PATIENCE", 60.0)
    workers = len(cluster.workers)
    with Engine(Settings(engine=cluster.url), tmp_path) as engine:
        engine.load("numbers", pa.table({"k": list(range(60_000))}))
        monkeypatch.setattr(session, "PATIENCE", 4.0)

        def kill_all() -> None:
            for _ in range(workers):
                cluster.kill()

        killing = threading.Timer(2.0, kill_all)
        killing.start()
        with pytest.raises(EngineError, match="all workers of the cluster are lost"):
            engine.map("counted", "select k from numbers", slowly, COUNTED, rows=100)
        killing.join()
    for _ in range(workers):
        cluster.worker()
