"""The whole job, through Dagster, on a small city: files in, one checked release out."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_quality.contract import load_contracts
from pipelines.building.steps import STEPS
from pipelines.building.warehouse import DBT_PROJECT, dbt_executable
from pipelines.commands.main import run_nightly
from pipelines.lake import history
from pipelines.settings import Settings
from tests import by_hand
from tests.real import ANSWERS, NOT_THERE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.conftest import Night


def test_the_release_holds_the_marts_for_each_audience(night: Night) -> None:
    shown = {
        a: {name for (name,) in night.open(a).execute("select table_name from duckdb_tables()").fetchall()} for a in ("open", "restricted")
    }
    assert {"competency_gap_by_unit", "service_quality", "load_quality", "check_results", "dim_unit", "dim_date"} <= shown["open"]
    assert {"competency_gap", "job_person_match", "dim_employee"} <= shown["restricted"]
    assert not shown["open"] & {"competency_gap", "job_person_match", "dim_employee"}


def test_rows_are_conserved_in_every_delivery(night: Night) -> None:
    rows = night.open("open").execute("select rows_read, rows_accepted + rows_rejected + rows_duplicate from load_quality").fetchall()
    assert len(rows) >= len(night.truth.deliveries)
    assert all(read == fates for read, fates in rows)


def test_deliveries_have_the_counts_and_the_standing_that_were_planted(night: Night) -> None:
    folders = {contract.extract: contract.folder for contract in load_contracts()}
    found = {
        (folders[f"{source}/{extract}" if "/" not in extract else extract], str(day)): (read, rejected, duplicate, status)
        for source, extract, day, read, rejected, duplicate, status in night.open("open")
        .execute("select source, extract, delivery_on, rows_read, rows_rejected, rows_duplicate, status from load_quality").fetchall()
    }  # fmt: skip
    for planted in night.truth.deliveries:
        read, rejected, duplicate, status = found[planted.folder, planted.delivery_on]
        assert status == planted.status, planted
        if status == "accepted":
            assert (read, rejected, duplicate) == (planted.rows_read, planted.rows_rejected, planted.rows_duplicate), planted


def test_every_planted_row_is_rejected_for_its_reason_and_no_clean_one(night: Night) -> None:
    folders = {contract.extract: contract.folder for contract in load_contracts()}
    rejected: dict[tuple[str, int], set[str]] = {}
    lake = night.settings.lake.root
    for path in (lake / "rejected").glob("*/*/delivery=*/*.parquet"):
        extract = "/".join(path.parts[-4:-2])
        for file, row, reasons in duckdb.sql(f"select source_file, source_row, reasons from read_parquet('{path}')").fetchall():
            rejected[f"{folders[extract]}/{file}", row] = set(reasons.split(";"))
    planted = {(f.file, f.row): f.rule for f in night.truth.faults if f.fate == "rejected"}
    blocked = {(d.folder, d.delivery_on) for d in night.truth.deliveries if d.status == "blocked"}
    missed = [place for place, rule in planted.items() if rule not in rejected.get(place, set())]
    extra = [
        place for place in rejected if place not in planted and (place[0].rsplit("/", 1)[0], place[0].rsplit("/", 1)[1][:10]) not in blocked
    ]
    assert len(planted) > 40
    assert missed == []
    assert extra == []


def _by_hand(night: Night) -> tuple[pd.DataFrame, dict[str, str | None]]:
    dirty = {(f.file, f.row): f.rule or "" for f in night.truth.faults if f.fate == "rejected" and f.row}
    blocked: dict[str, set[str]] = defaultdict(set)
    for delivery in night.truth.deliveries:
        if delivery.status == "blocked":
            blocked[delivery.folder].add(delivery.delivery_on)
    return by_hand.gaps(night.settings.landing, dirty, blocked, night.end)


def test_every_figure_of_three_employees_and_two_units_agrees_with_the_landing_files(night: Night) -> None:
    table, parents = _by_hand(night)
    key = night.settings.pseudonym()
    assessed = table[table["assessed"].notna() & table["required"].notna()]
    chosen = sorted(assessed["nip"].unique())[:3]
    assert len(chosen) == 3
    for nip in chosen:
        mart = {
            code: (required, level, gap)
            for code, required, level, gap in night.open("restricted")
            .execute("select competency_code, required_level, assessed_level, gap from competency_gap where employee_key = ?", [key(nip)]).fetchall()
        }  # fmt: skip
        mine = table[table["nip"] == nip]
        assert set(mine["code"]) == set(mart), nip
        for row in mine.itertuples():
            required = None if pd.isna(row.required) else int(row.required)
            level = None if pd.isna(row.assessed) else int(row.assessed)
            gap = None if required is None or level is None else required - level
            assert mart[row.code] == (required, level, gap), (nip, row.code)
    _compare_units(night, table, parents)


def _compare_units(night: Night, table: pd.DataFrame, parents: dict[str, str | None]) -> None:
    def chain(unit: str | None) -> list[str]:
        return [] if unit is None else [unit, *chain(parents.get(unit))]

    rolled = table[table["required"].notna()].assign(above=lambda f: f["unit_id"].map(chain)).explode("above")
    root = next(unit for unit, parent in parents.items() if parent is None)
    largest = Counter(rolled.loc[rolled["above"] != root, "above"]).most_common(1)[0][0]
    warehouse = duckdb.connect(str(night.settings.warehouse_file), read_only=True)
    for unit in (root, largest):
        found = {
            code: tuple(rest)
            for code, *rest in warehouse.execute(
                "select competency_code, n_employees, n_assessed, mean_required::double, mean_gap::double, share_below_standard::double "
                "from open.competency_gap_by_unit where unit_id = ? and quarter = date_trunc('quarter', ?::date)", [unit, night.end]).fetchall()
        }  # fmt: skip
        mine = rolled[rolled["above"] == unit]
        assert set(found) == set(mine["code"])
        for code, group in mine.groupby("code"):
            known = group[group["assessed"].notna()]
            gap = known["required"] - known["assessed"]
            n_employees, n_assessed, mean_required, mean_gap, below = found[code]
            assert (n_employees, n_assessed) == (len(group), len(known)), (unit, code)
            assert mean_required == pytest.approx(group["required"].mean(), abs=5.1e-5)
            if len(known):
                assert mean_gap == pytest.approx(gap.mean(), abs=5.1e-5)
                assert below == pytest.approx((gap > 0).mean(), abs=5.1e-5)


@pytest.mark.skipif(not ANSWERS.is_file(), reason=NOT_THERE)
def test_real_respondents_give_the_published_index_in_both_readings(night: Night) -> None:
    row = night.open("open").execute(
        "select n_responses, ikm_exact, ikm_011 from service_quality where unit_id = 'SEKADAU' and is_all_services"
    ).fetchone()  # fmt: skip
    assert row is not None
    assert (row[0], str(row[1]), str(row[2])) == (49, "78.74", "77.95")


def test_delivered_categories_agree_with_the_recomputed_ones(night: Night) -> None:
    rows = night.open("restricted").execute("select is_consistent, count(*) from job_person_match group by all").fetchall()
    counts = dict(rows)
    assert counts.get(True, 0) > 50
    assert counts.get(True, 0) > 20 * counts.get(False, 0)


def test_nothing_small_is_shown_in_the_open_release(night: Night) -> None:
    connection = night.open("open")
    for mart, count in (
        ("competency_gap_by_unit", "n_employees"),
        ("competency_gap_by_unit", "n_assessed"),
        ("service_quality", "n_responses"),
        ("service_quality", "n_complaints"),
    ):
        assert connection.execute(f"select count(*) from {mart} where {count} between 1 and 4").fetchone() == (0,)
    assert connection.execute("select count(*) from competency_gap_by_unit where is_suppressed").fetchone() != (0,)


def test_no_name_and_no_number_of_a_person_is_in_a_release_or_a_log(night: Night) -> None:
    people = list(_by_hand(night)[0]["nip"].unique()[:40])
    assert len(people) == 40
    for folder in (night.settings.releases, night.settings.home / "logs", night.settings.dagster_home):
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes()
                assert not any(nip.encode() in content for nip in people), path


def test_a_second_run_with_nothing_new_publishes_nothing(night: Night) -> None:
    before = sorted(path.name for path in night.settings.releases.iterdir())
    assert run_nightly(night.settings)
    assert sorted(path.name for path in night.settings.releases.iterdir()) == before


def test_the_manifest_tells_what_the_release_was_made_of(night: Night) -> None:
    import hashlib

    folder = night.settings.releases / "current"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["tests"]) <= {"pass", "warn"}
    assert len(manifest["inputs"]) >= 70
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert night.settings.pseudonym()("199001012015011900") not in json.dumps(manifest)


def test_every_unit_test_of_the_models_passes(night: Night) -> None:
    """The test vectors of the rules stand beside the models as dbt unit tests."""
    target = night.settings.build / "dbt"
    command = [dbt_executable(), "test", "--select", "test_type:unit", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT),
               "--target-path", str(target), "--log-path", str(night.settings.home / "logs")]  # fmt: skip
    done = subprocess.run(command, env={**os.environ, **night.settings.dbt_environment()}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    counted = re.search(r"PASS=(\d+)", done.stdout)
    assert counted is not None
    assert int(counted[1]) >= 40


def test_dbt_builds_within_the_memory_and_the_disk_of_the_settings(night: Night) -> None:
    asked = "select current_setting('memory_limit') || ' and ' || current_setting('max_temp_directory_size') as limits"
    command = [dbt_executable(), "--quiet", "show", "--inline", asked, "--output", "json", "--project-dir", str(DBT_PROJECT),
               "--profiles-dir", str(DBT_PROJECT), "--target-path", str(night.settings.dbt_target),
               "--log-path", str(night.settings.home / "logs")]  # fmt: skip
    done = subprocess.run(command, env={**os.environ, **night.settings.dbt_environment()}, capture_output=True, text=True, check=True)
    assert (night.settings.memory, night.settings.spill) == ("2GB", "20GB")
    assert "1.8 GiB and 18.6 GiB" in done.stdout


@pytest.mark.usefixtures("night")
def test_what_dbt_is_told_does_not_stay_in_the_process() -> None:
    """What is started later would build with the engine and the limits of another installation."""
    assert not {"WAREHOUSE_ENGINE", "WAREHOUSE_SPARK_REMOTE", "WAREHOUSE_SPILL"} & os.environ.keys()


def test_a_failed_test_keeps_the_old_release(night: Night, tmp_path: Path) -> None:
    """A clean night, but a unit was made to appear twice: nothing may be published. On a copy, the city is shared."""
    shutil.copytree(night.settings.home, tmp_path / "city", symlinks=True)
    settings = Settings(home=tmp_path / "city")
    release = (settings.releases / "current").resolve()
    file = settings.lake.root / "accepted" / "hr" / "units" / history.FILE
    units = pq.read_table(file)
    pq.write_table(pa.concat_tables([units, units.slice(0, 1)]), file)
    (settings.build / "built.digest").unlink()
    assert not run_nightly(settings)
    assert (settings.releases / "current").resolve() == release
    # A copy begins from nothing, for it lies in another place.
    outputs = [step.path(settings.build, name) for step in STEPS for name in step.outputs]
    assert {pq.read_metadata(path).num_rows for path in outputs} == {0}, "a Python step ran"
