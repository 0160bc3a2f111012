"""A night whose steps are carried out by Celery workers, as `deploy/celery/worker.yaml` says, with Debian's Redis as their broker."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from benchmarks.town import Drawer
from pipelines.commands.main import _prepare
from pipelines.settings import Settings
from tests.releases import figures_before_suppression

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed"),
]
PROGRAMS = Path(sys.executable).parent
WORKER = Path(__file__).parents[2] / "deploy" / "celery" / "worker.yaml"


@contextmanager
def running(command: list[str | Path], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output, subprocess.Popen(
        command, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGTERM)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Redis of its own, in memory only."""
    folder = tmp_path_factory.mktemp("redis")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command: list[str | Path] = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    with running(command, dict(os.environ), folder / "log"):
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"redis://127.0.0.1:{port}/0"


def test_the_marts_of_workers_are_those_of_one_process(broker: str, tmp_path: Path) -> None:
    pytest.importorskip("dagster_celery", reason="the extra celery is not installed")
    alone, spread = Settings(home=tmp_path / "alone"), Settings(home=tmp_path / "spread")
    drawer, _ = Drawer.fill(tmp_path / "drawer")
    for settings in (alone, spread):
        _prepare(settings)
        drawer.deliver(settings.landing, lambda *_: True)
    environment = {**os.environ, "WAREHOUSE_HOME": str(alone.home), "WAREHOUSE_QUIET_MINUTES": "0.001"}
    subprocess.run([PROGRAMS / "asn", "refresh"], env=environment, check=True, capture_output=True)

    shutil.copytree(alone.home / "secrets", spread.home / "secrets", dirs_exist_ok=True)
    environment |= {
        "WAREHOUSE_HOME": str(spread.home), "DAGSTER_HOME": str(spread.dagster_home), "WAREHOUSE_EXECUTOR": "celery",
        "WAREHOUSE_CELERY_BROKER": broker, "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
    }  # fmt: skip
    worker = [PROGRAMS / "dagster-celery", "worker", "start", "-A", "dagster_celery.app", "-y", WORKER, "--", "--concurrency", "2"]
    with dg.DagsterInstance.from_config(str(spread.dagster_home)):
        pass  # its records are made by one process before several open them
    with running(worker, environment, tmp_path / "worker.log"):
        job = [PROGRAMS / "dagster", "job", "execute", "-m", "pipelines.definitions", "-j", "nightly_refresh"]
        night = subprocess.run(job, env=environment, capture_output=True, text=True, check=False, timeout=900)
    assert night.returncode == 0, night.stderr[-3000:]
    with dg.DagsterInstance.from_config(str(spread.dagster_home)) as instance:
        (run,) = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.SUCCESS
        told = [entry.user_message or "" for entry in instance.all_logs(run.run_id)]
        by_workers = {entry.step_key for entry in instance.all_logs(run.run_id) if "in celery worker" in (entry.message or "")}
    assert {"hr_employees", "warehouse", "training_impact", "release"} <= by_workers, told[:20]
    assert broker not in night.stdout + night.stderr + "".join(told)
    assert figures_before_suppression(spread.warehouse_file) == figures_before_suppression(alone.warehouse_file)
