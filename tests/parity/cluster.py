"""A real Spark cluster on this machine: a master and two workers, on the loopback, that can be killed."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil

#: For a Java that lives for minutes.
_QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_DEFAULTS = f"""\
spark.executor.memory 1g
spark.driver.memory 1g
spark.driver.host 127.0.0.1
spark.sql.shuffle.partitions 2
spark.default.parallelism 2
spark.driver.extraJavaOptions {_QUICK}
spark.executor.extraJavaOptions {_QUICK}
"""
_Found = TypeVar("_Found")


class Cluster:
    """A master and its workers. `environment` is what a driver needs to know, as a site would set it."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self.folder = folder
        self.home = Path(pyspark.__file__).parent
        conf = folder / "conf"
        conf.mkdir()
        (conf / "spark-defaults.conf").write_text(_DEFAULTS, encoding="ascii")
        self.environment = {"SPARK_CONF_DIR": str(conf), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(folder / "local")}
        self._running: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        self._master = self._begin("master", "master.Master", "--port", "0")
        self.url = self._logged("master", r"Starting Spark master at (spark://\S+)")

    def worker(self) -> None:
        """One worker more: a core and 1.2 GB."""
        name = f"worker{len(self._running)}"
        work = str(self.folder / name)
        self.workers.append(self._begin(name, "worker.Worker", "--cores", "1", "--memory", "1200m", "--work-dir", work, self.url))
        self._logged(name, r"Successfully registered with (master)")

    def kill(self) -> None:
        """Kill the oldest worker, and what works for it, with no time to say goodbye (kill -9)."""
        _kill(self.workers.pop(0))

    def stop(self) -> None:
        """End everything."""
        for process in reversed(self._running):
            _kill(process)

    def _begin(self, name: str, daemon: str, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            **self.environment,
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": _QUICK,
            "SPARK_NO_DAEMONIZE": "1",
        }
        command = [str(self.home / "bin" / "spark-class"), f"org.apache.spark.deploy.{daemon}", "--host", "127.0.0.1", "--webui-port", "0"]
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen([*command, *arguments], stdout=log, stderr=log, env=environment, start_new_session=True)
        self._running.append(process)
        return process

    def _logged(self, name: str, pattern: str) -> str:
        log = self.folder / f"{name}.log"
        found = wait_for(lambda: re.search(pattern, log.read_text(errors="replace")), f"{name} to start, see {log}")
        return str(found[1])


def wait_for(look: Callable[[], _Found | None], what: str, seconds: float = 60.0) -> _Found:
    """What `look` finds, as soon as it finds something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (found := look()) is not None:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"waited {seconds:.0f} s for {what}")


def _kill(process: subprocess.Popen[Any]) -> None:
    family: list[psutil.Process] = []
    if psutil.pid_exists(process.pid) and process.poll() is None:
        own = psutil.Process(process.pid)
        family = [own, *own.children(recursive=True)]
    for one in family:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait()
    psutil.wait_procs(family, timeout=10)
