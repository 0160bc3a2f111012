"""Ten queries that analysts ask of the open database of a release, one in each ``.sql`` file beside this."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

import duckdb

QUERIES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*.sql"))}


class Timing(NamedTuple):
    """Of one query: rows, and what a fresh connection, the query and fetching every row take together.

    The median is the figure to quote; the fastest says how much of it is other people's work on the same machine.
    """

    name: str
    rows: int
    wall_ms: float
    fastest_ms: float
    cpu_ms: float


def ask(database: Path, query: str) -> list[tuple[object, ...]]:
    """The rows, over a connection of its own: nothing that DuckDB has read before is still there."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def timings(database: Path, times: int) -> list[Timing]:
    """Ask every query ``times`` times."""
    found = []
    for name, query in QUERIES.items():
        walls, cpus, rows = [], [], 0
        for _ in range(times):
            wall, cpu = time.perf_counter(), time.process_time()
            rows = len(ask(database, query))
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
        found.append(Timing(name, rows, *(round(seconds * 1000, 1) for seconds in (median(walls), min(walls), median(cpus)))))
    return found
