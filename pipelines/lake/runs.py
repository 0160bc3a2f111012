"""What each run did, step by step, kept as Parquet beside the load records: one file a month under ``lake/meta/runs``.

The mart ``refresh_runs`` is made from it. A run is written when it has ended, so a release holds the runs before the one that
made it; its own stands in the next.
"""

from __future__ import annotations

import fcntl
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.durable import sync

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

_TYPES = {"str": pa.string(), "int": pa.int64(), "float": pa.float64(), "datetime": pa.timestamp("us")}


@dataclass(frozen=True)
class StepRun:
    """One step of one run. Times are UTC; what a step does not count is None."""

    run_id: str
    job: str
    step: str
    started_at: datetime | None
    status: str
    seconds: float | None
    rows_in: int | None
    rows_out: int | None
    bytes: int | None
    attempts: int
    release: str | None


SCHEMA = pa.schema([pa.field(item.name, _TYPES[str(item.type).removesuffix(" | None")]) for item in fields(StepRun)])


def runs_folder(lake_root: Path) -> Path:
    return lake_root / "meta" / "runs"


def write_run(lake_root: Path, noted_at: datetime, steps: Iterable[StepRun]) -> None:
    """Keep the steps of a run; those kept earlier of the same run are replaced, so that writing twice changes nothing.

    The file is that of the month in which the run began, also when it ends in the next; of ``noted_at`` where no step began.
    """
    rows = [asdict(step) for step in steps]
    if not rows:
        return
    folder = runs_folder(lake_root)
    folder.mkdir(parents=True, exist_ok=True)
    began = min((row["started_at"] for row in rows if row["started_at"]), default=noted_at)
    path = folder / f"{began:%Y-%m}.parquet"
    with (folder / ".lock").open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        written = {row["run_id"] for row in rows}
        kept = [row for row in read_runs(path) if row["run_id"] not in written]
        _write(path, pa.Table.from_pylist([*kept, *rows], schema=SCHEMA))


def read_runs(path: Path) -> list[dict[str, object]]:
    """Rows of one file; none where it is missing."""
    rows: list[dict[str, object]] = pq.read_table(path, schema=SCHEMA).to_pylist() if path.is_file() else []
    return rows


def prepare_runs(lake_root: Path) -> None:
    """A file without rows, so that the table can be read before the first run has ended."""
    path = runs_folder(lake_root) / "_schema.parquet"
    if not (path.is_file() and pq.read_schema(path).equals(SCHEMA)):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, SCHEMA.empty_table())


def _write(path: Path, table: pa.Table) -> None:
    new = path.with_name(f".{path.name}.new")
    pq.write_table(table, new, compression="zstd")
    sync(new)
    new.replace(path)
