"""A session on a Spark cluster: begun with every check that saves a user from waiting for nothing, and ended with nothing left running."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import crosstie
from crosstie.errors import EngineError

#: Seconds in which a cluster has to give us its first worker, and after which work without any worker is given up.
PATIENCE = 60.0
LOG = "spark.log"
_TOKEN = "seen-by-all"  # a file's name
_MUST = {
    "spark.app.name": "crosstie",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.parquet.enableVectorizedReader": "true",
}
_MAY = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # beside each file of a table it would write one with a sum of it, and start `chmod` in a process of its own for both
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}


@contextlib.contextmanager
def begun(master: str, folder: Path, wait: float) -> Iterator[Any]:
    """A SparkSession on the master, for as long as the block lasts. `folder` has to be one that the workers see too; `wait` is for how many
    seconds a master may keep silent. EngineError where something is missing, and what.
    """
    _installed()
    if master.startswith("spark://"):
        _reachable(master, wait)
    (folder / _TOKEN).write_text(crosstie.__version__, encoding="ascii")
    with contextlib.ExitStack() as ends:
        gateway = _java(master, folder, ends)
        session = _session(gateway, folder, ends)
        if master.startswith("spark://"):
            _workers(session.sparkContext)
        _ready(session.sparkContext, folder)
        if not session.sparkContext.getConf().contains("spark.sql.shuffle.partitions"):
            session.conf.set("spark.sql.shuffle.partitions", str(max(8, 3 * session.sparkContext.defaultParallelism)))
        yield session


def executors(context: Any) -> int:
    """How many executors the session has just now."""
    return int(context._jsc.sc().getExecutorMemoryStatus().size()) - 1  # the driver counts itself


def said(folder: Path) -> str:
    """The last line of Spark's log that tells of something gone wrong."""
    log = folder / LOG
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    telling = [line for line in lines if any(word in line for word in ("ERROR", "Error", "Exception"))]
    return (telling or lines or ["it said nothing"])[-1].strip()


def _installed() -> None:
    if not all(map(find_spec, ("pyspark", "sqlglot", "pandas"))):
        raise EngineError("Spark is not installed", hint="Install it beside crosstie: pip install 'crosstie[spark]'.")
    home = os.environ.get("JAVA_HOME")
    if not shutil.which(str(Path(home, "bin", "java")) if home else "java"):
        raise EngineError("Spark needs Java, and there is none", hint="Install Java 17 or newer (Debian: openjdk-17-jre-headless).")


def _reachable(master: str, wait: float) -> None:
    """One of the masters answers in time: Spark itself would go on asking for a minute."""
    failures = []
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        try:
            with socket.create_connection((host, int(port)), timeout=max(wait, 1.0)):
                return
        except (OSError, OverflowError) as error:
            failures.append(f"{place}: {error}")
    raise EngineError(f"the Spark master cannot be reached: {'; '.join(failures)}", hint="Is it running, and is this its address and port?")


def _java(master: str, folder: Path, ends: contextlib.ExitStack) -> Any:
    """The Java side of the session. What it prints goes to a file: it is not for users."""
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkRuntimeError
    from pyspark.java_gateway import launch_gateway

    if SparkContext._active_spark_context is not None:
        raise EngineError("this process has a Spark session already", hint="Close it first.")
    for name in ("py4j", "SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # they print what we tell in our own words
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # Spark takes any python3 of the path otherwise
    conf = SparkConf(loadDefaults=False).setAll([*_MUST.items(), ("spark.master", master), ("spark.executorEnv.PYTHONPATH", _path())])
    log = ends.enter_context((folder / LOG).open("wb"))
    try:
        gateway = launch_gateway(conf, popen_kwargs={"stdout": log, "stderr": log})
    except PySparkRuntimeError as error:
        raise EngineError(f"Java cannot start Spark: {said(folder)}", hint="Spark needs Java 17 or newer.") from error

    def end() -> None:
        SparkContext._gateway = SparkContext._jvm = None  # so that another session can begin
        gateway.shutdown()
        process: subprocess.Popen[bytes] = gateway.proc
        if process.stdin is not None:
            process.stdin.close()  # it ends by itself when nobody can speak to it any more
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    ends.callback(end)
    return gateway


def _session(gateway: Any, folder: Path, ends: contextlib.ExitStack) -> Any:
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    conf = SparkConf(_jconf=gateway.jvm.SparkConf())  # with what the site's spark-defaults.conf says
    for name, value in _MAY.items():
        conf.setIfMissing(name, value)
    try:
        context = SparkContext(gateway=gateway, conf=conf)
    except Py4JError as error:
        raise EngineError(f"the Spark session cannot begin: {said(folder)}") from error
    ends.callback(_quietly(context.stop))
    session = SparkSession(context)
    ends.callback(_quietly(session.stop))
    return session


def _workers(context: Any) -> None:
    until = time.monotonic() + PATIENCE
    while not executors(context):
        if time.monotonic() > until:
            raise EngineError(
                f"the cluster gave no worker within {PATIENCE:.0f} s",
                hint="Do its workers run, and have they a free core and the memory that spark.executor.memory asks for (1g by default)?",
            )
        time.sleep(0.1)


def _ready(context: Any, folder: Path) -> None:
    """The workers have this crosstie and see this folder."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    count = 2 * max(1, executors(context))
    try:
        found = context.parallelize(range(count), count).map(_Probe(str(folder / _TOKEN))).collect()
    except (Py4JError, PySparkException) as error:
        text = str(error)
        line = next((line for line in text.splitlines() if "Error" in line and "Traceback" not in line), text.splitlines()[0])
        raise EngineError(
            f"the workers cannot run crosstie: {line.strip()}",
            hint=f"Every worker needs the same crosstie[spark] under the same path: {os.environ['PYSPARK_PYTHON']} (or set PYSPARK_PYTHON).",
        ) from error
    versions = sorted({version for version, _ in found} - {crosstie.__version__})
    if versions:
        raise EngineError(
            f"a worker has crosstie {versions[0]}, this is {crosstie.__version__}", hint="Install the same version everywhere."
        )
    if not all(seen for _, seen in found):
        raise EngineError(
            f"a worker does not see {folder}", hint="Keep the workspace on storage that all workers reach under the same path."
        )


class _Probe:
    """What a worker is asked: its version of crosstie, and whether it sees a file."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, _: int) -> tuple[str, bool]:
        return crosstie.__version__, Path(self.token).exists()


def _path() -> str:
    """Where workers find crosstie if it is not installed in their environment: a checkout, on the same path."""
    return os.pathsep.join(dict.fromkeys([str(Path(crosstie.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]))


def _quietly(end: Callable[[], None]) -> Callable[[], None]:
    """An end that may come too late: the cluster, or its Java, is gone already."""

    def ended() -> None:
        from py4j.protocol import Py4JError

        with contextlib.suppress(Py4JError, OSError):
            end()

    return ended
