"""A Spark cluster of separate processes on this machine, from the pyspark wheel: a master, two workers, a Connect server.

For tests, and to try the distributed warehouse; where a cluster exists already, none of this is needed (docs/spark.md). The catalog is in
the memory of the Connect server: what was built is forgotten, and its files are removed, when a new one starts.

    python -m deploy.spark.cluster up        start what is not running, and wait until the Connect server answers
    python -m deploy.spark.cluster down      end it
    python -m deploy.spark.cluster status    say which processes run

With ``--local N`` there is one process only, a Connect server that works with N threads. Everything lies under ``--folder``: logs,
tables, and ``processes.json`` with the number of each process that was started; no other process is ever touched.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent
HOST = "127.0.0.1"
CONNECT = "org.apache.spark.sql.connect.service.SparkConnectServer"
SECONDS_TO_START, SECONDS_TO_END = 180, 20
SMALL = {
    # The models are many and small: what counts is the cost of a query, not of a row.
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.log.level": "WARN",
}


def why_not() -> str | None:
    """Why no cluster can be started here; None where it can."""
    try:
        import pyspark  # noqa: F401 - whether it is there is the question
    except ImportError:
        return "pyspark is not installed: uv sync --extra spark"
    return None if shutil.which("java") else "there is no java on PATH: Spark needs Java 17"


def up(folder: Path, *, port: int, master_port: int, workers: int, local: int | None, memory: str) -> None:
    """Start what is not running, and wait until the Connect server answers."""
    folder.mkdir(parents=True, exist_ok=True)
    if local is None:
        address = ("--host", HOST, "--port", str(master_port), "--webui-port", "0")
        started = _start(folder, "master", "256m", "org.apache.spark.deploy.master.Master", *address)
        _wait(folder, "master", started, master_port)
        for number in range(1, workers + 1):
            _start(
                folder, f"worker-{number}", "256m", "org.apache.spark.deploy.worker.Worker", "--host", HOST, "--webui-port", "0",
                "--cores", "1", "--memory", memory, "--work-dir", str(folder / "work"), f"spark://{HOST}:{master_port}",
            )  # fmt: skip
    settings = {
        **SMALL,
        "spark.master": f"local[{local}]" if local else f"spark://{HOST}:{master_port}",
        "spark.driver.host": HOST,
        "spark.driver.memory": "2g",
        "spark.executor.memory": memory,
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.grpc.binding.address": HOST,
        "spark.sql.warehouse.dir": str(folder / "tables"),
        "spark.local.dir": str(folder / "scratch"),
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
        "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    }
    arguments = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    if "connect" not in running(folder):
        shutil.rmtree(folder / "tables", ignore_errors=True)
    started = _start(folder, "connect", "2g", "org.apache.spark.deploy.SparkSubmit", *arguments, "--class", CONNECT, "spark-internal")
    _wait(folder, "connect", started, port)


def down(folder: Path) -> None:
    """End what was started here, the server first."""
    for name, number in reversed(_processes(folder).items()):
        _end(name, number)
    (folder / "processes.json").unlink(missing_ok=True)


def running(folder: Path) -> dict[str, int]:
    """The processes that were started here and run, by name."""
    return {name: number for name, number in _processes(folder).items() if _is_alive(number)}


def _start(folder: Path, name: str, heap: str, *command: str) -> subprocess.Popen[bytes] | None:
    """Start a Java process of the wheel; None where it runs already."""
    if name in running(folder):
        return None
    import pyspark

    home = Path(pyspark.__file__).parent
    for below in ("logs", "tables", "scratch", "work"):
        (folder / below).mkdir(exist_ok=True)
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_DAEMON_MEMORY": heap, "SPARK_LOCAL_IP": HOST,
                   "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_DIRS": str(folder / "scratch")}  # fmt: skip
    with (folder / "logs" / f"{name}.log").open("a", encoding="utf-8") as log:
        started = subprocess.Popen(  # noqa: S603 - fixed commands, no shell
            [str(home / "bin" / "spark-class"), *command],
            env=environment, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True, cwd=folder,
        )  # fmt: skip
    known = {**_processes(folder), name: started.pid}
    (folder / "processes.json").write_text(json.dumps(known), encoding="utf-8")
    return started


def _wait(folder: Path, name: str, process: subprocess.Popen[bytes] | None, port: int) -> None:
    """Until the process takes calls on its port."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and (process is None or process.poll() is None):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.5)
    log = (folder / "logs" / f"{name}.log").read_text(encoding="utf-8", errors="replace")
    raise SystemExit(f"{name} does not answer on port {port}:\n{log[-3000:]}")


def _processes(folder: Path) -> dict[str, int]:
    path = folder / "processes.json"
    known: dict[str, int] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return known


def _is_alive(number: int) -> bool:
    """Whether the process runs and is one of Spark's: numbers are given again after a restart of the machine."""
    try:
        command = Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return False
    return b"spark" in command


def _end(name: str, number: int) -> None:
    """Ask, then insist."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + SECONDS_TO_END
        while _is_alive(number) and time.monotonic() < until:
            try:
                os.kill(number, sign)
            except ProcessLookupError:
                return
            time.sleep(0.5)
    if _is_alive(number):
        print(f"{name} ({number}) does not end", file=sys.stderr)


def main() -> int:
    """Carry out one command; the exit code is 1 where no cluster can be started."""
    parser = argparse.ArgumentParser(prog="python -m deploy.spark.cluster", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("command", choices=["up", "down", "status"])
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("WAREHOUSE_HOME", PROJECT / "var")) / "spark")
    parser.add_argument("--port", type=int, default=15002, help="port of the Connect server")
    parser.add_argument("--master-port", type=int, default=7077)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--local", type=int, help="no cluster: one Connect server that works with so many threads")
    parser.add_argument("--memory", default="1g", help="memory of a worker and of its executor")
    options = parser.parse_args()
    folder = options.folder.resolve()
    if options.command == "down":
        down(folder)
    elif options.command == "up":
        reason = why_not()
        if reason:
            print(reason, file=sys.stderr)
            return 1
        up(folder, port=options.port, master_port=options.master_port, workers=options.workers, local=options.local, memory=options.memory)
        print(f"WAREHOUSE_ENGINE=spark WAREHOUSE_SPARK_REMOTE=sc://{HOST}:{options.port}")
    for name, number in running(folder).items():
        print(f"{name}: process {number}, log {folder / 'logs' / name}.log")
    return 0


if __name__ == "__main__":
    sys.exit(main())
