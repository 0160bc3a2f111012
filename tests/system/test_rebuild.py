"""The same marts from the lake alone, from the landing area, and after a range of deliveries was read again."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest

from data_quality.contract import contract_for
from pipelines.commands.main import run_nightly
from pipelines.lake import history
from pipelines.lake.runs import read_runs, runs_folder
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from data_quality.results import LoadRecord
    from tests.system.conftest import Night

OF_THE_RUN = {"load_quality": ("loaded_at",), "check_results": ("refreshed_at",)}
"""Columns that say when something was done, and not what came of it."""
RECORDS = {"refresh_runs"}


@pytest.fixture(scope="module")
def city(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy, because the city is shared."""
    home = tmp_path_factory.mktemp("rebuild") / "city"
    shutil.copytree(night.settings.home, home, symlinks=True)
    return Settings(home=home)


def marts(release: Path) -> dict[str, int]:
    """A hash of the rows of every published table, whatever their order."""
    found = {}
    for audience in ("open", "restricted"):
        for path in sorted((release / audience / "parquet").glob("*.parquet")):
            if path.stem in RECORDS:
                continue
            left_out = OF_THE_RUN.get(path.stem, ())
            columns = f"* exclude ({', '.join(left_out)})" if left_out else "*"
            (row,) = duckdb.sql(
                f"select count(*), sum(hash(t)::hugeint) from (select {columns} from read_parquet('{path}')) as t"
            ).fetchall()
            found[f"{audience}.{path.stem}"] = row
    return found


def last_run(settings: Settings) -> dict[str, dict[str, object]]:
    """Steps of the newest run, by name."""
    rows = [row for path in sorted(runs_folder(settings.lake.root).glob("2*.parquet")) for row in read_runs(path)]
    newest = max((row for row in rows if row["started_at"]), key=lambda row: str(row["started_at"]))["run_id"]
    return {str(row["step"]): row for row in rows if row["run_id"] == newest}


def test_the_first_night_is_on_record_and_its_loading_in_its_own_release(night: Night) -> None:
    steps = last_run(night.settings)
    assert {"hr_employees", "warehouse", "training_impact", "training_plan_solution", "release"} <= set(steps)
    kept = {name: row["release"] for name, row in steps.items() if row["release"]}
    assert kept in ({}, {"release": (night.settings.releases / "current").resolve().name})
    shown = dict(
        night.open("open").execute("select step, sum(rows_out) from refresh_runs where status = 'success' group by step").fetchall()
    )
    assert shown["hr_employees"] > 600
    assert "release" not in shown


def test_the_marts_tell_the_time_of_the_city(night: Night) -> None:
    """The lake keeps UTC; a table beside `received_at` and `entered_at` of the offices may not."""
    ahead = timedelta(hours=7)
    runs = [row for path in sorted(runs_folder(night.settings.lake.root).glob("2*.parquet")) for row in read_runs(path)]
    began = {row["started_at"] + ahead for row in runs if row["started_at"]}
    marts = night.open("open")
    shown = {moment for (moment,) in marts.execute("select started_at from refresh_runs where started_at is not null").fetchall()}
    assert shown
    assert shown <= began
    loaded = {record.loaded_at + ahead for record in night.settings.lake.records(contract_for("hr/employees")).values()}
    assert {moment for (moment,) in marts.execute("select loaded_at from load_quality where extract = 'employees'").fetchall()} <= loaded
    (checked,) = marts.execute("select max(refreshed_at) from check_results").fetchone()
    assert min(began) <= checked < max(began) + timedelta(hours=1)


@pytest.mark.slow
def test_from_the_lake_alone_come_the_same_marts(night: Night, city: Settings) -> None:
    """The landing area is away, so nothing of it can have been read."""
    before = marts(night.settings.releases / "current")
    away = city.landing.rename(city.home / "landing.away")
    city.landing.mkdir()
    try:
        assert run_nightly(city, rebuild="lake")
    finally:
        city.landing.rmdir()
        away.rename(city.landing)
    assert (city.releases / "current").resolve().name != (night.settings.releases / "current").resolve().name
    assert marts(city.releases / "current") == before
    assert last_run(city)["hr_employees"]["rows_in"] == 0
    assert last_run(city)["release"]["release"] == (city.releases / "current").resolve().name


@pytest.mark.slow
def test_from_the_landing_area_come_the_same_marts_though_the_lake_was_spoiled(night: Night, city: Settings) -> None:
    file = city.lake.root / "accepted" / "hr" / "employees" / history.FILE
    duckdb.sql(f"copy (select * from read_parquet('{file}') limit 1) to '{file}.new' (format parquet)")
    file.with_name(f"{file.name}.new").replace(file)
    assert run_nightly(city, rebuild="landing")
    assert marts(city.releases / "current") == marts(night.settings.releases / "current")
    assert last_run(city)["hr_employees"]["rows_in"] == sum(record.rows_read for record in _records(city))


@pytest.mark.slow  # on the city that the two before it have built
def test_a_range_is_read_again_and_nothing_else_and_changes_nothing(city: Settings) -> None:
    release = (city.releases / "current").resolve()
    records = sorted(record.delivery_on for record in _records(city))
    first, last = records[2], records[4]
    assert run_nightly(city, first_on=str(first), last_on=str(last))
    rows = sum(record.rows_read for record in _records(city) if first <= record.delivery_on <= last)
    assert last_run(city)["hr_employees"]["rows_in"] == rows
    assert last_run(city)["release"]["status"] == "skipped"
    assert (city.releases / "current").resolve() == release


def _records(settings: Settings) -> list[LoadRecord]:
    return list(settings.lake.records(contract_for("hr/employees")).values())
