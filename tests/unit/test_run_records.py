"""The record of runs: one file a month, written whole, the same run once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq
import pytest

from data_quality.contract import load_contracts
from data_quality.dbt_sources import RUNS
from pipelines.commands.state import state_of
from pipelines.lake.runs import SCHEMA, StepRun, read_runs, runs_folder, write_run
from pipelines.lake.store import Lake
from pipelines.run_lock import run_lock
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

STEP = StepRun("run-1", "nightly_refresh", "hr_employees", datetime(2026, 11, 24, 18), "success", 12.5, 10, 9, 1_000, 1, None)
NOVEMBER, DECEMBER = datetime(2026, 11, 30, 18), datetime(2026, 12, 1, 18)


def rows(lake: Path) -> list[tuple[str, str, str]]:
    """What dbt reads: all files of the folder."""
    found = duckdb.sql(f"select run_id, step, status from read_parquet('{runs_folder(lake)}/*.parquet', union_by_name=true) order by all")
    return [(str(run), str(step), str(status)) for run, step, status in found.fetchall()]


def test_a_run_written_twice_is_there_once_as_it_was_last(tmp_path: Path) -> None:
    write_run(tmp_path, NOVEMBER, [STEP])
    write_run(tmp_path, NOVEMBER, [replace(STEP, run_id="run-2")])
    write_run(tmp_path, NOVEMBER, [replace(STEP, status="failure"), replace(STEP, step="warehouse")])
    assert rows(tmp_path) == [
        ("run-1", "hr_employees", "failure"), ("run-1", "warehouse", "success"), ("run-2", "hr_employees", "success"),
    ]  # fmt: skip


def test_each_month_has_its_file(tmp_path: Path) -> None:
    write_run(tmp_path, DECEMBER, [STEP])
    write_run(tmp_path, DECEMBER, [replace(STEP, run_id="run-2", started_at=None)])
    assert sorted(path.name for path in runs_folder(tmp_path).glob("*.parquet")) == ["2026-11.parquet", "2026-12.parquet"]
    assert read_runs(runs_folder(tmp_path) / "2026-11.parquet") == [
        {"run_id": "run-1", "job": "nightly_refresh", "step": "hr_employees", "started_at": datetime(2026, 11, 24, 18), "status": "success",
         "seconds": 12.5, "rows_in": 10, "rows_out": 9, "bytes": 1_000, "attempts": 1, "release": None}
    ]  # fmt: skip


def test_a_run_over_the_end_of_a_month_is_in_one_file_alone(tmp_path: Path) -> None:
    """What a run has loaded is noted before the marts are built, the whole when it has ended: midnight may lie between."""
    write_run(tmp_path, NOVEMBER, [STEP])
    write_run(tmp_path, DECEMBER, [STEP, replace(STEP, step="warehouse")])
    assert rows(tmp_path) == [("run-1", "hr_employees", "success"), ("run-1", "warehouse", "success")]


def test_a_run_of_which_the_end_is_not_on_record_is_no_success(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    lake = tmp_path / "lake"
    write_run(lake, NOVEMBER, [STEP])
    assert state_of(settings).last_run.startswith("nightly_refresh ended before its release, begun 2026-11-25 01:00 WIB")
    with run_lock(settings.lock_file, "asn refresh"):
        assert "is not at its end yet" in state_of(settings).last_run
    write_run(lake, NOVEMBER, [STEP, replace(STEP, step="release", status="skipped", started_at=None)])
    assert state_of(settings).last_run.startswith("success of nightly_refresh")
    write_run(lake, NOVEMBER, [replace(STEP, status="failure")])
    assert state_of(settings).last_run.startswith("failure of nightly_refresh at hr_employees")
    write_run(lake, NOVEMBER, [replace(STEP, job="load_deliveries")])
    assert state_of(settings).last_run.startswith("success of load_deliveries"), "it makes no release"


def test_before_the_first_run_the_table_is_empty_and_has_its_columns(tmp_path: Path) -> None:
    Lake(tmp_path).prepare(load_contracts())
    assert rows(tmp_path) == []
    write_run(tmp_path, NOVEMBER, [])
    assert [path.name for path in runs_folder(tmp_path).iterdir()] == ["_schema.parquet"]
    assert pq.read_schema(runs_folder(tmp_path) / "_schema.parquet") == SCHEMA


def test_a_write_that_breaks_off_leaves_the_month_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, NOVEMBER, [STEP])
    before = (runs_folder(tmp_path) / "2026-11.parquet").read_bytes()
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("disk")))
    with pytest.raises(OSError, match="disk"):
        write_run(tmp_path, NOVEMBER, [replace(STEP, run_id="run-2")])
    assert (runs_folder(tmp_path) / "2026-11.parquet").read_bytes() == before


def test_dbt_reads_the_columns_that_are_written() -> None:
    kinds = {"string": "varchar", "int64": "bigint", "double": "double", "timestamp[us]": "timestamp"}
    assert [(name, kind) for name, kind, _ in RUNS] == [(field.name, kinds[str(field.type)]) for field in SCHEMA]
