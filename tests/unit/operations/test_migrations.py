"""A lake of the first release becomes one of the present format: whole, again, after a crash, and never backwards."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_quality.contract import contract_for, load_contracts
from pipelines.lake import history, migrations, schemas
from pipelines.lake.migrations import FORMAT, FormatError, format_of, migrate
from pipelines.loading.ingest import Workplace, refresh_extract
from tests.conftest import employee, write_employees
from tests.unit.operations.shelves import in_a_killed_process, kill_this_process

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.thorough

EMPLOYEES = contract_for("hr/employees")
D1, D2 = date(2026, 1, 1), date(2026, 2, 1)


def contents(lake: Path) -> dict[str, list[dict[str, object]]]:
    return {
        str(path.relative_to(lake)): pq.read_table(path, partitioning=None).to_pylist()
        for layer in ("loads", "rejected", "accepted")
        for path in sorted((lake / layer).rglob("*.parquet"))
    }


@pytest.fixture
def work(work: Workplace) -> Workplace:
    """Two deliveries in the present format; in each three people are there twice and one row is rejected."""
    for day in (D1, D2):
        rows = [employee(number) for number in range(60)]
        rows[7]["JENIS KELAMIN"] = "?"
        write_employees(work.landing, day, [*rows, *rows[:3]])
    refresh_extract(EMPLOYEES, work)
    return work


def make_old(lake: Path) -> None:
    """Write the lake as the first release did: no stamp, no ``typed``, a folder a delivery, and rows in force counted with repetitions."""
    (lake / migrations.STAMP).unlink()
    folder = lake / "accepted" / "hr" / "employees"
    for day in (D1, D2):
        (folder / f"delivery={day}").mkdir()
        pq.write_table(pa.concat_tables(history.rows_of(folder, EMPLOYEES, day)), folder / f"delivery={day}" / "part-0.parquet")
    (folder / history.FILE).unlink()
    for path in lake.glob("rejected/*/*/**/*.parquet"):
        pq.write_table(pq.read_table(path, partitioning=None).drop_columns(["typed"]), path)
    for path in lake.glob("loads/*/*/delivery=*/load.parquet"):
        (row,) = pq.read_table(path, partitioning=None).to_pylist()
        row["in_force_rows"] = row["rows_read"]
        pq.write_table(pa.Table.from_pylist([row], schema=schemas.LOAD), path)


def test_a_new_lake_has_the_present_format(tmp_path: Path, work: Workplace) -> None:
    assert format_of(tmp_path / "nothing") == FORMAT
    assert json.loads((work.lake.root / "format.json").read_text()) == {"format": FORMAT}
    assert migrate(work.lake.root) == []


def test_a_lake_of_the_first_release_becomes_what_it_would_be_now(work: Workplace) -> None:
    lake = work.lake.root
    present = contents(lake)
    rejected = next(lake.glob("rejected/hr/employees/delivery=2026-01-01/*.parquet"))
    make_old(lake)
    rejected.chmod(0o600)
    assert format_of(lake) == 1
    assert work.lake.records(EMPLOYEES)[D1].in_force_rows == 63
    assert migrate(lake) == [
        "the lake was brought from format 1 to 2: 4 files written anew", "the lake was brought from format 2 to 3: 1 files written anew",
    ]  # fmt: skip
    assert format_of(lake) == FORMAT
    assert work.lake.records(EMPLOYEES)[D1].in_force_rows == 60
    assert rejected.stat().st_mode & 0o777 == 0o600
    after = contents(lake)
    for name, rows in present.items():
        if name.startswith("rejected") and rows:
            assert [{**row, "typed": "{}"} for row in rows] == after[name]
        elif not name.startswith("rejected"):
            assert rows == after[name], name
    assert refresh_extract(EMPLOYEES, work).has_news is False, "nothing needs to be read again"


def test_migrating_again_changes_nothing(work: Workplace) -> None:
    lake = work.lake.root
    make_old(lake)
    migrate(lake)
    once = {path: path.read_bytes() for path in lake.rglob("*") if path.is_file()}
    (lake / migrations.STAMP).write_text("{cut off")
    assert all(said.endswith(": 0 files written anew") for said in migrate(lake))
    assert {path: path.read_bytes() for path in lake.rglob("*") if path.is_file()} == once


@pytest.mark.parametrize("survived", [0, 1, 2, 3])
def test_a_migration_that_was_killed_is_finished_by_the_next_run(work: Workplace, monkeypatch: pytest.MonkeyPatch, survived: int) -> None:
    lake = work.lake.root
    make_old(lake)
    replace: Callable[..., None] = migrations.replace_table
    done = []

    def replace_some(path: Path, table: pa.Table) -> None:
        if len(done) == survived:
            kill_this_process()
        replace(path, table)
        done.append(path)

    monkeypatch.setattr(migrations, "replace_table", replace_some)
    in_a_killed_process(lambda: migrate(lake))
    monkeypatch.undo()
    assert format_of(lake) == 1
    assert migrate(lake)[0] == f"the lake was brought from format 1 to 2: {4 - survived} files written anew"
    assert work.lake.records(EMPLOYEES)[D2].in_force_rows == 60
    assert not [path for path in lake.rglob("*.new") if path.is_file()]


@pytest.mark.parametrize("survived", [0, 1])
def test_a_history_that_was_killed_while_its_folders_went_loses_no_delivery(
    work: Workplace, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    lake = work.lake.root
    present = contents(lake)
    make_old(lake)
    remove: Callable[..., None] = shutil.rmtree
    done = []

    def remove_some(path: Path, **options: Any) -> None:
        if "delivery=" in Path(path).name:
            if len(done) == survived:
                kill_this_process()
            done.append(path)
        remove(path, **options)

    monkeypatch.setattr(shutil, "rmtree", remove_some)
    in_a_killed_process(lambda: migrate(lake))
    monkeypatch.undo()
    assert migrate(lake)
    after = contents(lake)
    accepted = "accepted/hr/employees/history.parquet"
    assert after[accepted] == present[accepted]
    assert not list((lake / "accepted").rglob("delivery=*"))


def test_what_the_lake_is_prepared_for_is_the_present_format(work: Workplace) -> None:
    make_old(work.lake.root)
    work.lake.prepare(load_contracts())
    assert format_of(work.lake.root) == FORMAT


def test_a_newer_lake_is_refused_and_not_touched(work: Workplace) -> None:
    lake = work.lake.root
    (lake / migrations.STAMP).write_text(json.dumps({"format": FORMAT + 1}))
    before = {path: path.stat().st_mtime_ns for path in lake.rglob("*")}
    with pytest.raises(
        FormatError, match=rf"has format {FORMAT + 1}, this version knows up to {FORMAT}: install the version that wrote it"
    ):
        work.lake.prepare(load_contracts())
    assert {path: path.stat().st_mtime_ns for path in lake.rglob("*")} == before


def test_every_format_has_its_migration() -> None:
    assert sorted(migrations.MIGRATIONS) == list(range(2, FORMAT + 1))
