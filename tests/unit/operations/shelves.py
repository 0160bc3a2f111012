"""A warehouse of two tables and releases made of it, in a second."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb

from pipelines.publishing import release
from pipelines.publishing.release import Mart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MONDAY = datetime(2026, 8, 3, 1, tzinfo=UTC)
MARTS = [Mart("open", "seats", "open"), Mart("restricted", "people", "restricted")]


def make_warehouse(path: Path, rows: int = 3) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema core; create schema open; create schema restricted")
        connection.execute("create table core.dim_unit (unit_id varchar, path varchar, valid_from date, valid_to date)")
        connection.execute(f"create table open.seats as select range as seat from range({rows})")
        connection.execute(f"create table restricted.people as select range as person, range * 2 as seat from range({rows + 1})")
    return path


def publish(home: Path, now: datetime = MONDAY, rows: int = 3) -> Path:
    """A release of a warehouse of ``rows`` seats."""
    releases = home / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    warehouse = make_warehouse(home / "build" / "warehouse.duckdb", rows)
    return release.build_release(warehouse, releases, MARTS, min_cell_size=5, facts={"inputs": {"hr/units/2026-08-01": "x"}}, now=now)


def publish_nights(home: Path, nights: int) -> list[Path]:
    """Releases of so many nights in a row, each with one seat more."""
    return [publish(home, MONDAY + timedelta(days=night), rows=3 + night) for night in range(nights)]


def current(home: Path) -> str:
    return (home / "releases" / "current").resolve().name


def seats(home: Path) -> int:
    """What a reader of the current release sees."""
    with duckdb.connect(str(home / "releases" / "current" / "open" / "competency.duckdb"), read_only=True) as connection:
        return int(connection.execute("select count(*) from seats").fetchall()[0][0])


def in_a_killed_process(work: Callable[[], object]) -> None:
    """Do something in a process of its own, which is expected to be killed (SIGKILL) on the way."""
    pid = os.fork()
    if not pid:
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), "the process was expected to be killed"
    assert os.WTERMSIG(status) == signal.SIGKILL


def kill_this_process(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
