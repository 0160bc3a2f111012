"""What must follow when the input is changed in a known way, whatever the figures are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zlib
from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_quality.contract import load_contracts
from pipelines.building import steps
from pipelines.building.warehouse import DBT_PROJECT, dbt_executable
from pipelines.lake import history
from pipelines.loading.ingest import refresh_extract
from pipelines.publishing.release import published_marts
from pipelines.settings import Settings
from simulation import generate, writers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulation.dialects import Dialect
    from tests.system.conftest import Night

pytestmark = pytest.mark.slow
LATER_ROW_WINS = {
    "evaluation/pelatihan_peserta": ("id",),
    "evaluation/anggaran_pelatihan": ("tahun", "unor_id", "komponen"),
    "feedback/lapor": ("tracking_id",),
}
"""Extracts in which the order of rows of one key says which of them holds."""

OF_THE_LOAD = {"fingerprint", "loaded_at", "refreshed_at"}
"""Columns that tell of the files and the moment, not of their content."""


OF_THE_RUN = {"refresh_runs"}
"""Marts that tell of the runs alone."""


def dbt(settings: Settings, *arguments: str) -> None:
    command = [dbt_executable(), *arguments, "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT),
               "--target-path", str(settings.dbt_target), "--log-path", str(settings.home / "logs")]  # fmt: skip
    done = subprocess.run(command, env={**os.environ, **settings.dbt_environment()}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def build(settings: Settings) -> None:
    """The whole warehouse without its tests: the parts of the dbt build, and the steps between them."""
    steps.prepare_outputs(settings.build)
    for part, step in zip_longest(steps.parts(), steps.STEPS):
        excluded = ["--exclude", *part.exclude.split()] if part.exclude else []
        dbt(settings, "build", "--exclude-resource-type", "test", "unit_test", "--select", *part.select.split(), *excluded)
        if step:
            steps.run_step(step, settings.warehouse_file, settings.build, settings.min_cell_size)


def shuffled_order(path: Path, cells: dict[str, np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """Positions in another order; where a later row wins, rows of one key stay in their order among themselves."""
    n = len(next(iter(cells.values())))
    order = np.random.default_rng(zlib.crc32(path.name.encode())).permutation(n)
    key = LATER_ROW_WINS.get("/".join(path.parts[-3:-1]))
    if key:
        keys = pd.Series(list(zip(*(cells[name] for name in key), strict=True)))
        for places in pd.Series(range(n)).groupby(keys.iloc[order].to_numpy()).groups.values():
            order[list(places)] = sorted(order[list(places)])
    return order


@pytest.fixture(scope="module")
def shuffled(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same city, whose offices write the rows of every file in another order."""
    settings = Settings(home=tmp_path_factory.mktemp("shuffled"))
    shutil.copytree(night.settings.home / "secrets", settings.home / "secrets")
    write = writers.write
    moved = 0

    def write_shuffled(path: Path, cells: dict[str, np.ndarray[Any, Any]], dialect: Dialect) -> None:
        nonlocal moved
        order = shuffled_order(path, cells)
        moved += int((order != np.arange(len(order))).sum())
        write(path, {name: column[order] for name, column in cells.items()}, dialect)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writers, "write", write_shuffled)
        known = json.loads((night.settings.home / "truth.json").read_text(encoding="utf-8"))["parameters"]
        start, end = date.fromisoformat(known.pop("start")), date.fromisoformat(known.pop("end"))
        generate(settings.landing, settings.home / "truth.json", start=start, end=end, **known)
    assert moved > 10_000
    for path in night.settings.landing.rglob("*"):
        copy = settings.landing / path.relative_to(night.settings.landing)
        if path.is_file() and not copy.exists():
            shutil.copy(path, copy)
    for contract in load_contracts():
        refresh_extract(contract, settings.workplace(lambda _text: None))
    build(settings)
    return settings


@pytest.fixture
def both(night: Night, shuffled: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for name, settings in (("one", night.settings), ("other", shuffled)):
            with duckdb.connect(str(settings.warehouse_file), read_only=True) as warehouse:
                for mart in {mart.name: mart for mart in published_marts(manifest(night.settings))}.values():
                    frame = warehouse.execute(f"from {mart.schema}.{mart.name}").arrow()
                    connection.register("frame", frame)
                    connection.execute(f"create table {name}_{mart.name} as from frame")
        yield connection


def manifest(settings: Settings) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((settings.dbt_target / "manifest.json").read_text(encoding="utf-8"))
    return content


def test_the_order_of_rows_changes_nothing(night: Night, both: duckdb.DuckDBPyConnection) -> None:
    tables = sorted({mart.name for mart in published_marts(manifest(night.settings))} - OF_THE_RUN)
    assert len(tables) >= 25
    for table in tables:
        columns = [row[0] for row in both.execute(f"describe one_{table}").fetchall() if row[0] not in OF_THE_LOAD]
        chosen = f"select {', '.join(columns)} from {{}}_{table}" + (" where origin = 'delivery'" if table == "check_results" else "")
        one, other = chosen.format("one"), chosen.format("other")
        assert both.execute(f"select count(*) from ({one})").fetchone() != (0,), table
        for left, right in ((one, other), (other, one)):
            rest = both.execute(f"({left}) except all ({right})").fetchall()
            assert rest == [], (table, rest[:3])


NEWCOMER = "f" * 64


def add_person(settings: Settings, like_key: str) -> None:
    """Somebody new in the newest snapshot, in the place of a present employee, assessed at the top of every competency."""

    def newest(table: str) -> Path:
        folder = settings.lake.root / "accepted" / table
        return max(path for path in folder.glob("delivery=*") if any(path.glob("*.parquet")))

    def extend(folder: Path, rows: list[dict[str, Any]]) -> None:
        path = min(folder.glob("*.parquet"))
        table = pq.read_table(path)
        pq.write_table(pa.concat_tables([table, pa.Table.from_pylist(rows, schema=table.schema)]), path)

    people = settings.lake.root / "accepted" / "hr" / "employees"
    pieces = pq.read_table(people / history.FILE).to_pylist()
    last = max(row["last_delivery_on"] for row in pieces)
    (like,) = [row for row in pieces if row["employee_key"] == like_key and row["last_delivery_on"] == last]
    extend(people, [{**like, "employee_key": NEWCOMER, "first_delivery_on": last}])
    assessed = newest("evaluation/assessments")
    sheet = pq.read_table(min(assessed.glob("*.parquet"))).to_pylist()[0]
    extend(assessed, [{**sheet, "employee_key": NEWCOMER, "source_row": 999_999}])
    levels = settings.lake.root / "accepted" / "evaluation" / "assessment_levels" / assessed.name
    codes = {row["competency_code"] for row in pq.read_table(min(levels.glob("*.parquet"))).to_pylist()}
    level = next(row for row in pq.read_table(min(levels.glob("*.parquet"))).to_pylist())
    top = {
        "employee_key": NEWCOMER,
        "assessed_on": sheet["assessed_on"],
        "purpose": sheet["purpose"],
        "assessed_level": 5,
        "source_row": 999_999,
    }
    extend(levels, [{**level, **top, "competency_code": code} for code in sorted(codes)])


def test_who_meets_every_standard_lowers_no_share(night: Night, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    for part in ("lake", "secrets", "build"):
        shutil.copytree(night.settings.home / part, settings.home / part)
    gaps = "select unit_id, competency_code, quarter, n_employees, n_assessed, share_below_standard, coverage, mean_gap from open.competency_gap_by_unit"
    with duckdb.connect(str(settings.warehouse_file), read_only=True) as warehouse:
        before = warehouse.execute(gaps).df()
        ((model_person, unit),) = warehouse.execute(
            """
            select employee_key, any_value(unit_id) from restricted.competency_gap
            where required_level is not null
            group by employee_key having count(*) >= 9 and bool_or(gap > 0)
            order by employee_key limit 1
            """
        ).fetchall()
        above = {name for (name,) in warehouse.execute(
            "select ancestor_unit_id from intermediate.int_units__ancestors where unit_id = ? and valid_to is null", [unit]).fetchall()}  # fmt: skip
    add_person(settings, model_person)
    dbt(settings, "run", "--select", "+competency_gap_by_unit")
    with duckdb.connect(str(settings.warehouse_file), read_only=True) as warehouse:
        after = warehouse.execute(gaps).df()
        mine = warehouse.execute(
            "select competency_code from intermediate.int_competency__gaps_by_quarter "
            "where employee_key = ? and is_now and required_level is not null and gap is not null", [NEWCOMER]).fetchall()  # fmt: skip
    measured = {code for (code,) in mine}
    assert len(measured) >= 9
    joined = before.merge(after, on=["unit_id", "competency_code", "quarter"], suffixes=("", "_after"), how="outer", indicator=True)
    assert (joined["_merge"] == "both").all()
    touched = joined["unit_id"].isin(above) & (joined["quarter"] == joined["quarter"].max()) & joined["competency_code"].isin(measured)
    assert touched.sum() == len(above) * len(measured)
    assert len(above) >= 2
    raised = joined[touched]
    assert (raised["n_employees_after"] == raised["n_employees"] + 1).all()
    assert (raised["n_assessed_after"] == raised["n_assessed"] + 1).all()
    assert (raised["share_below_standard_after"] <= raised["share_below_standard"].fillna(1)).all()
    assert (raised["share_below_standard_after"] < raised["share_below_standard"]).any()
    assert (raised["coverage_after"] >= raised["coverage"]).all()
    assert (raised["mean_gap_after"] <= raised["mean_gap"].fillna(9)).all()
    figures = ["n_employees", "n_assessed", "share_below_standard", "coverage", "mean_gap"]
    others = joined[~joined["unit_id"].isin(above)]
    pd.testing.assert_frame_equal(others[figures], others[[f"{name}_after" for name in figures]].set_axis(figures, axis=1))
