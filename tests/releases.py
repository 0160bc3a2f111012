"""Releases as a reader meets them: the figures in one, and somebody who reads the current one again and again."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from typing import TYPE_CHECKING, Self

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

OF_THE_RUN = {"check_results": ("refreshed_at",), "refresh_runs": ()}
"""Columns that tell of the run and not of the data; of a table with none of them, every row does."""
OF_LOADING = {"load_quality": ("loaded_at", "is_late", "is_corrected")}
"""Columns that tell when and in which order deliveries came: two ways to the same lake differ in them."""


def figures(release: Path) -> dict[str, str]:
    """A hash of the rows of each table of a release, in no order."""
    return {**_hashes(release / "open" / "competency.duckdb"), **_hashes(release / "restricted" / "competency.duckdb")}


def figures_before_suppression(warehouse: Path) -> dict[str, str]:
    """The same of the marts as computed: what is withheld of them hangs on what the release before withheld, too."""
    return _hashes(warehouse, schemas=("open", "restricted"))


def _hashes(database: Path, schemas: tuple[str, ...] = ("main",)) -> dict[str, str]:
    found = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        for schema, table in tables:
            of_run = {**OF_THE_RUN, **OF_LOADING}.get(table)
            if of_run == () or schema not in schemas:
                continue
            described = connection.execute(f"select column_name from (describe {schema}.{table})").fetchall()
            columns = [name for (name,) in described if name not in (of_run or ())]
            rows = connection.execute(f"select {', '.join(columns)} from {schema}.{table} order by all").fetchall()
            name = f"{database.parent.name if schemas == ('main',) else schema}.{table}"
            found[name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


class Reader(threading.Thread):
    """Opens ``current`` and sums up a mart until told to stop; ``errors`` holds what no reader may meet."""

    QUERY = "select count(*), sum(n_assessed) from competency_gap_by_unit"

    def __init__(self, current: Path, pause: float = 0.5) -> None:
        super().__init__(daemon=True)
        self.current, self.pause = current, pause
        self.reads, self.errors = 0, list[str]()
        self.seen: dict[str, tuple[object, ...] | None] = {}
        self.enough = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.enough.set()
        self.join()

    def run(self) -> None:
        while not self.enough.wait(self.pause):
            try:
                self._read()
            except Exception as error:  # noqa: BLE001 - whatever a reader meets is what is looked for
                self.errors.append(f"a reader met {type(error).__name__}: {error}")
                return

    def _read(self) -> None:
        """One look: the release says of itself how many rows it has, and says the same each time."""
        release = os.path.realpath(self.current)
        with open(f"{release}/manifest.json", encoding="utf-8") as stream:  # noqa: PTH123 - as a script would
            rows = json.load(stream)["rows"]["open"]["competency_gap_by_unit"]
        with duckdb.connect(f"{release}/open/competency.duckdb", read_only=True) as connection:
            found = connection.execute(self.QUERY).fetchone()
        self.reads += 1
        if found is None or found[0] != rows or self.seen.setdefault(release, found) != found:
            self.errors.append(f"a reader met {found} in {release}, where {self.seen.get(release)} and {rows} rows are expected")
