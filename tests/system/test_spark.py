"""The warehouse built by Spark says what the one built by DuckDB says, row for row.

The short form builds part of the core of the small city on one Connect server; the full form runs the whole job on a cluster of separate
processes, of which one worker is killed while it builds (`make test-spark` runs both). With ASN_CITY=<home of a refreshed city> both do
so with that city. They need pyspark and Java.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from deploy.spark.cluster import running, why_not
from pipelines.building import spark_warehouse, warehouse
from pipelines.commands.main import run_nightly
from pipelines.settings import Settings
from tests.engines import compared, differences, store_from_spark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.conftest import Night

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

ROOT = Path(__file__).parents[2]
SHORT = ("dim_unit", "fct_assessment_level", "load_quality")
"""Histories, hierarchies, the calendar, lists in a text, rules by date, decimals: with all that they read."""
BUILT_BEFORE_THE_BLOW = 20
"""Tables of the core and between that are there when a worker is killed: then the greater part is still to be built."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cluster(folder: Path, *arguments: str) -> str:
    """Start processes under the folder; returns the address of the Connect server."""
    port = free_port()
    command = [sys.executable, "-m", "deploy.spark.cluster", "up", "--folder", str(folder), "--port", str(port), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return f"sc://127.0.0.1:{port}"


def end(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "deploy.spark.cluster", "down", "--folder", str(folder)], cwd=ROOT, check=True)
    assert not running(folder)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """One Connect server that works with two threads."""
    yield cluster(tmp_path / "spark", "--local", "2")
    end(tmp_path / "spark")


def dbt(settings: Settings, target: Path, *arguments: str) -> None:
    command = [warehouse.dbt_executable(), *arguments, "--project-dir", str(warehouse.DBT_PROJECT), "--profiles-dir", str(warehouse.DBT_PROJECT),
               "--target-path", str(target), "--log-path", str(target)]  # fmt: skip
    environment = {**os.environ, **settings.dbt_environment(), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def names_of(target: Path, *, of_type: set[str]) -> set[str]:
    """What dbt has built, by `schema.name`."""
    manifest = json.loads((target / "manifest.json").read_text())
    results = json.loads((target / "run_results.json").read_text())["results"]
    nodes = [manifest["nodes"][result["unique_id"]] for result in results if result["unique_id"] in manifest["nodes"]]
    return {f"{node['schema']}.{node['alias']}" for node in nodes if node["resource_type"] in of_type}


@pytest.mark.slow
def test_the_core_is_the_same_on_one_server(night: Night, server: str, tmp_path: Path) -> None:
    settings = Settings(home=night.settings.home, engine="spark", spark_remote=server)
    selected = [f"+{model}" for model in SHORT]
    dbt(settings, tmp_path / "dbt", "build", "--select", *selected, "--exclude", "resource_type:unit_test", "resource_type:test")
    built = names_of(tmp_path / "dbt", of_type={"model", "seed"})
    assert {"core.dim_unit", "core.fct_assessment_level", "open.load_quality"} <= built
    manifest = warehouse.read_manifest(night.settings)
    relations = {name: types for name, types in compared(manifest, spark_warehouse.SCHEMAS).items() if name in built}
    store_from_spark(server, relations, tmp_path / "spark.duckdb")
    assert differences(night.settings.warehouse_file, tmp_path / "spark.duckdb", relations) == []


class Blow(threading.Thread):
    """Kills one worker, with its executor, as soon as enough tables are there."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder, self.struck, self.over = folder, 0, threading.Event()

    def run(self) -> None:
        while not self.over.wait(1):
            if (
                sum(1 for path in (self.folder / "tables").glob("*.db/*") if path.parent.name in {"core.db", "intermediate.db"})
                >= BUILT_BEFORE_THE_BLOW
            ):
                worker = running(self.folder)["worker-2"]
                for process in (*children(worker), worker):
                    os.kill(process, signal.SIGKILL)
                self.struck = worker
                return


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    listed = subprocess.run(["ps", "--ppid", str(process), "-o", "pid="], capture_output=True, text=True, check=False)
    return [int(number) for number in listed.stdout.split()]


@pytest.mark.slow
def test_the_whole_job_on_a_cluster_that_loses_a_worker(night: Night, tmp_path: Path) -> None:
    folder = tmp_path / "spark"
    home = tmp_path / "home"
    for part in ("landing", "lake", "secrets", "dagster"):
        if (night.settings.home / part).exists():
            shutil.copytree(night.settings.home / part, home / part)
    remote = cluster(folder, "--master-port", str(free_port()))
    settings = Settings(home=home, engine="spark", spark_remote=remote)
    blow = Blow(folder)
    try:
        assert set(running(folder)) == {"master", "worker-1", "worker-2", "connect"}
        blow.start()
        began = time.monotonic()
        assert run_nightly(settings, rebuild="lake")
        print(f"the job took {time.monotonic() - began:.0f} s on Spark")
        assert blow.struck, "no worker was killed"
        assert set(running(folder)) == {"master", "worker-1", "connect"}
        manifest = warehouse.read_manifest(night.settings)
        relations = compared(manifest, ("core", "open", "restricted", "reference", "rules"))
        # What the job itself did is another run in each.
        del relations["open.refresh_runs"]
        store_from_spark(remote, [*relations, "quality.refresh_test_results"], tmp_path / "spark.duckdb")
    finally:
        blow.over.set()
        end(folder)
    relations["quality.refresh_test_results"] = {}
    assert len(relations) > 90
    assert differences(night.settings.warehouse_file, tmp_path / "spark.duckdb", relations) == []
    fetched = {name: facts.types for name, facts in spark_warehouse.fetched(manifest).items() if name in relations}
    assert differences(night.settings.warehouse_file, settings.warehouse_file, fetched) == []
    with duckdb.connect(str(home / "releases" / "current" / "open" / "competency.duckdb"), read_only=True) as released:
        assert released.execute("select count(*) from competency_gap_by_unit").fetchall()[0][0]
