"""The marts about people: against a recomputation that shares nothing with them, and under a rule that changes."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pytest

from pipelines.building.warehouse import DBT_PROJECT, dbt_executable
from pipelines.settings import Settings
from tests.system.recompute_people import City, Difference, compare, compare_all

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.conftest import Night

MARTS = ("appraisal", "job_person_match", "professionalism_index", "professionalism_index_by_unit", "talent_box", "talent_box_by_unit",
         "competency_gap_history")  # fmt: skip
CHANGED_ON = "2026-04-01"


@pytest.fixture(scope="module")
def differences(night: Night) -> dict[str, Difference]:
    with night.warehouse() as connection:
        return compare_all(connection)


@pytest.mark.parametrize("mart", MARTS)
def test_a_recomputation_in_pandas_gives_every_row(differences: dict[str, Difference], mart: str) -> None:
    found = differences[mart]
    assert found.rows > 100
    assert len(found.different) == 0, found.different.head(10).to_string()


def test_the_comparison_notices_a_wrong_figure_a_missing_row_and_an_extra_one(night: Night) -> None:
    """Else the zero above would mean nothing."""
    with night.warehouse() as connection:
        city = City(connection)
        shown = city.query("select employee_key, year, total from restricted.professionalism_index order by employee_key")
        total = float(shown["total"].dropna().iloc[0])
        wrong = shown.drop(index=shown.index[-1])
        wrong.loc[wrong.index[0], "total"] = total + 0.5
        wrong = pd.concat([wrong, pd.DataFrame({"employee_key": ["nobody"], "year": [2026], "total": [total]})])
        found = compare(city, "restricted.professionalism_index", ["employee_key", "year"], wrong, ["total"])
    assert set(found.different["employee_key"]) == {shown["employee_key"].iloc[0], shown["employee_key"].iloc[-1], "nobody"}


def test_people_are_told_apart_by_every_dimension(night: Night) -> None:
    """The small city is varied enough for the recomputation to mean something."""
    with night.warehouse() as connection:
        for column, least in (("position_group", 3), ("qualification_score", 5), ("competence_score", 5), ("performance_score", 4),
                              ("discipline_score", 2), ("category", 3)):  # fmt: skip
            row = connection.execute(f"select count(distinct {column}) from restricted.professionalism_index").fetchone()
            assert row is not None
            assert row[0] >= least, column


def test_the_newest_quarter_of_the_history_is_the_present(night: Night) -> None:
    with night.open("restricted") as connection:
        columns = [name for name, *_ in connection.execute("describe competency_gap").fetchall()]
        listed = ", ".join(columns)
        newest = f"select {listed} from competency_gap_history where quarter = (select max(quarter) from competency_gap_history)"
        for one, other in (("select " + listed + " from competency_gap", newest), (newest, "select " + listed + " from competency_gap")):
            assert connection.execute(f"select count(*) from ({one} except all {other})").fetchone() == (0,)
        quarters = connection.execute("select count(distinct quarter) from competency_gap_history").fetchone()
    assert quarters == (4,)


def test_small_groups_are_hidden_in_the_open_release_and_cannot_be_subtracted(night: Night) -> None:
    """No count of one to four is shown, and where siblings of one unit are hidden, they are not a single one."""
    parents = dict(night.warehouse().execute("select unit_id, parent_unit_id from core.dim_unit where is_current").fetchall())
    true = night.warehouse()
    shown = night.open("open")
    for mart, key in (("professionalism_index_by_unit", "year"), ("talent_box_by_unit", "year, box")):
        assert shown.execute(f"select count(*) from {mart} where n between 1 and 4").fetchone() == (0,)
        assert shown.execute(f"select count(*) from {mart} where is_suppressed").fetchone() != (0,)
        rows = {(unit, *rest): n for unit, *rest, n in true.execute(f"select unit_id, {key}, n from open.{mart}").fetchall()}
        visible = {(unit, *rest): n for unit, *rest, n in shown.execute(f"select unit_id, {key}, n from {mart}").fetchall()}
        for (parent, *rest), total in visible.items():
            if total is None:
                continue
            children = {cell: n for cell, n in rows.items() if parents.get(cell[0]) == parent and list(cell[1:]) == rest}
            own = total - sum(children.values())
            hidden = [n for cell, n in children.items() if visible[cell] is None] + ([own] if own else [])
            if any(visible[cell] is None for cell in children):
                assert len(hidden) >= 2, (mart, parent, rest)
                assert sum(hidden) >= 5, (mart, parent, rest)


def test_a_changed_bound_changes_only_what_happened_from_its_day_on(night: Night, tmp_path: Path) -> None:
    """One bound of a rule table is raised with a new valid_from; dbt builds the mart anew, on a copy of city and project."""
    project, settings = tmp_path / "dbt_project", Settings(home=tmp_path / "city")
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    settings.build.mkdir(parents=True)
    shutil.copy(night.settings.warehouse_file, settings.warehouse_file)
    _raise_bound(project / "seeds" / "rules" / "rule_jpm_category.csv")
    before = _categories(night.settings.warehouse_file)
    command = [dbt_executable(), "build", "--select", "rule_jpm_category", "job_person_match", "--exclude-resource-type", "unit_test",
               "--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(tmp_path / "target"),
               "--log-path", str(tmp_path / "logs")]  # fmt: skip
    done = subprocess.run(command, env={**os.environ, **settings.dbt_environment()}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    after = _categories(settings.warehouse_file)
    assert set(after) == set(before)
    changed = {key for key in before if before[key] != after[key]}
    fallen = {key for key, (day, purpose, jpm, category, _) in before.items()
              if day >= CHANGED_ON and purpose == "MAPPING" and category == "OPTIMAL" and jpm < 95}  # fmt: skip
    assert fallen
    assert {key for key in changed if before[key][3] != after[key][3]} == fallen
    assert {after[key][3] for key in fallen} == {"CUKUP_OPTIMAL"}
    assert {before[key][0] >= CHANGED_ON for key in changed} == {True}
    assert {row[4] for row in after.values() if row[0] < CHANGED_ON} == {"Peraturan BKN 26/2019"}
    assert {row[4] for row in after.values() if row[0] >= CHANGED_ON and row[1] == "MAPPING"} == {"raised"}


def _raise_bound(path: Path) -> None:
    """Mapping is optimal from 95 instead of 90, from CHANGED_ON on: the rows in force end there, and new ones begin."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    added = []
    for row in rows:
        if row["is_default"] == "true" and row["purpose"] == "MAPPING":
            bounds = {name: "95" if row[name] == "90" else row[name] for name in ("lower_bound", "upper_bound")}
            added.append({**row, **bounds, "rule_set": "raised", "valid_from": CHANGED_ON})
            row["valid_to"] = CHANGED_ON
    assert len(added) == 3
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows([*rows, *added])


def _categories(warehouse: Path) -> dict[str, tuple[str, str, float, str, str]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            key: tuple(rest)
            for key, *rest in connection.execute(
                "select assessment_key, assessed_on::varchar, purpose, jpm_raw::double, category, rule_set from restricted.job_person_match"
            ).fetchall()
        }
