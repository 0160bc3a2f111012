"""A night with Dagster's records in PostgreSQL, as `deploy/dagster.yaml` says; started by `make test-postgres`.

PostgreSQL is Debian's: its programs lie under /usr/lib/postgresql/<version>/bin. It refuses to run as root; then it runs as the user
`postgres`, which the package has made.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.commands.main import _prepare
from pipelines.publishing import keeping, shelf
from pipelines.settings import Settings
from simulation import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = (
    sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if Path("/usr/lib/postgresql").is_dir()
    else []
)
DEPLOY = Path(__file__).parents[2] / "deploy"
ASN = Path(sys.executable).with_name("asn")


def account() -> str | None:
    """Who runs PostgreSQL: this user, or for root the one of Debian's package."""
    if os.geteuid():
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    """A server of its own in a temporary folder; yields what `deploy/dagster.yaml` reads from the environment."""
    if "ASN_TEST_POSTGRES" not in os.environ:
        pytest.skip("run make test-postgres")
    if not PROGRAMS:
        pytest.skip("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin)")
    pytest.importorskip("dagster_postgres")
    user, programs = account(), PROGRAMS[-1]
    folder = Path(tempfile.mkdtemp(prefix="asn-postgres-", dir="/tmp"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    password = folder / "password"
    password.write_text("of-this-test\n")
    password.chmod(0o644)

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run([programs / program, *arguments], user=user, cwd=folder, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                              stdout=(folder.parent / f"{folder.name}.log").open("a"), stderr=subprocess.STDOUT, check=False)  # fmt: skip
        assert done.returncode == 0, (folder.parent / f"{folder.name}.log").read_text()

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "dagster", "-A", "scram-sha-256", f"--pwfile={password}", "--no-sync")
    run(
        "pg_ctl",
        "-D",
        data,
        "-w",
        "-l",
        str(folder / "server.log"),
        "-o",
        f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off",
        "start",
    )
    values = {"HOST": "127.0.0.1", "PORT": port, "DB": "postgres", "USER": "dagster", "PASSWORD": "of-this-test"}
    try:
        yield {f"DAGSTER_POSTGRES_{name}": value for name, value in values.items()}
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)
        (folder.parent / f"{folder.name}.log").unlink()


@pytest.fixture(scope="module")
def city(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, dict[str, str]]:
    """A tiny city whose installation keeps Dagster's records in the server, with the environment of its commands."""
    settings = Settings(home=tmp_path_factory.mktemp("postgres"))
    _prepare(settings)
    shutil.copy(DEPLOY / "dagster.yaml", settings.dagster_home)
    generate(settings.landing, settings.home / "truth.json", employees=150, start=date(2026, 3, 1), end=date(2026, 8, 20))
    return settings, {**os.environ, **server, "WAREHOUSE_HOME": str(settings.home)}


def test_a_night_that_is_killed_leaves_no_place_in_the_pools_taken(city: tuple[Settings, dict[str, str]]) -> None:
    """In PostgreSQL the places outlive the process; the run after would wait for one for ever."""
    settings, environment = city
    with subprocess.Popen([ASN, "refresh"], env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True) as night:
        assert night.stdout is not None
        reached = any("dbt build: warehouse" in line for line in night.stdout)
        os.killpg(night.pid, signal.SIGKILL)
    assert reached, "the night ended before its build"
    done = subprocess.run([ASN, "refresh"], env=environment, capture_output=True, text=True, check=False, timeout=1_800)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "had been cut off: reported as failed" in done.stdout
    release = shelf.current_name(settings.releases)
    assert release is not None
    assert keeping.findings(settings.releases / release) == []


def test_dagsters_records_are_in_the_server(city: tuple[Settings, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    import dagster as dg

    settings, environment = city
    for name in environment:
        if name.startswith("DAGSTER_POSTGRES_"):
            monkeypatch.setenv(name, environment[name])
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        assert type(instance.run_storage).__module__.startswith("dagster_postgres")
        assert [run.status.value for run in instance.get_runs()] == ["SUCCESS", "FAILURE"]
        assert instance.get_latest_materialization_event(dg.AssetKey(["release"])) is not None
    assert not list(settings.dagster_home.rglob("*.db"))


def test_a_second_night_has_nothing_to_do(city: tuple[Settings, dict[str, str]]) -> None:
    _, environment = city
    done = subprocess.run([ASN, "refresh"], env=environment, capture_output=True, text=True, check=False, timeout=1_800)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "nothing new" in done.stdout
