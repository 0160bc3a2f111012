"""Units that the register of units lacks while people sit in them: nobody is lost on the way up to the city, and the night goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipelines.building.warehouse import DBT_PROJECT, dbt_executable
from pipelines.lake import history
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.conftest import Night

pytestmark = pytest.mark.slow
MARTS = ("competency_gap_by_unit", "professionalism_index_by_unit", "talent_box_by_unit", "training_participation_by_unit")


@pytest.fixture
def city(night: Night, tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path)
    for part in ("lake", "secrets", "build"):
        shutil.copytree(night.settings.home / part, settings.home / part)
    return settings


def build_with_its_tests(settings: Settings) -> None:
    command = [dbt_executable(), "build", "--exclude-resource-type", "unit_test", "--select", *(f"+{mart}" for mart in MARTS),
               "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT),
               "--target-path", str(settings.dbt_target), "--log-path", str(settings.home / "logs")]  # fmt: skip
    done = subprocess.run(command, env={**os.environ, **settings.dbt_environment()}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def units(settings: Settings) -> tuple[Path, pa.Table]:
    path = settings.lake.root / "accepted" / "hr" / "units" / history.FILE
    return path, pq.read_table(path)


def asked(settings: Settings, query: str, *values: object) -> list[tuple[object, ...]]:
    with duckdb.connect(str(settings.warehouse_file), read_only=True) as warehouse:
        return warehouse.execute(query, list(values)).fetchall()


def test_a_unit_that_the_newest_register_lacks_keeps_its_people_and_its_place(city: Settings) -> None:
    """A reorganisation reached the register of units before the personnel system; what stood above the unit has left with it."""
    ((unit, parent, path),) = asked(
        city,
        """
        select units.unit_id, units.parent_unit_id, units.path from core.dim_employee as people
        inner join core.dim_unit as units using (unit_id)
        where people.is_current and people.is_active and units.is_current and units.depth >= 2
        group by all having count(*) >= 2 order by count(*), unit_id limit 1
        """,
    )
    people = "select count(*) from restricted.competency_gap where unit_id = ?"
    before = asked(city, people, unit)
    file, held = units(city)
    last = pc.max(held["last_delivery_on"]).as_py()
    gone = pc.and_(pc.is_in(held["unit_id"], pa.array([unit, parent])), pc.equal(held["last_delivery_on"], pa.scalar(last)))
    day_before = asked(
        city, "select max(delivery_on) from intermediate.int_refresh__deliveries where extract = 'hr/units' and delivery_on < ?", last
    )[0][0]
    ends = pc.if_else(gone, pa.scalar(day_before, held.schema.field("last_delivery_on").type), held["last_delivery_on"])
    pq.write_table(held.set_column(held.schema.get_field_index("last_delivery_on"), "last_delivery_on", ends), file)
    build_with_its_tests(city)
    shown = "select unit_id, path, is_inferred, valid_from from core.dim_unit where is_current and unit_id in (?, ?) order by depth"
    assert asked(city, shown, unit, parent) == [(parent, str(path).rpartition("/")[0], True, last), (unit, path, True, last)]
    assert asked(city, people, unit) == before != [(0,)]


def test_people_known_before_the_first_register_sit_in_the_tree_that_it_first_held(city: Settings) -> None:
    """History was loaded of people, and not of units."""
    root = "select sum(n) from open.professionalism_index_by_unit where year = ? and unit_id in (select root_unit_id from core.dim_unit)"
    ((first, last),) = asked(
        city, "select min(delivery_on), max(delivery_on) from intermediate.int_refresh__deliveries where extract = 'hr/units'"
    )
    year = first.year
    before = asked(city, root, year)
    file, held = units(city)
    kept = held.filter(pc.equal(held["last_delivery_on"], pa.scalar(last)))
    begins = pa.array([last] * len(kept), held.schema.field("first_delivery_on").type)
    pq.write_table(kept.set_column(held.schema.get_field_index("first_delivery_on"), "first_delivery_on", begins), file)
    for record in (city.lake.root / "loads" / "hr" / "units").glob("delivery=*"):
        if record.name < f"delivery={last}":
            shutil.rmtree(record)
    build_with_its_tests(city)
    assert asked(city, root, year) == before != [(None,)]
    inferred = "select count(*), min(valid_from), max(valid_to) from core.dim_unit where is_inferred and valid_from > date '1900-01-01'"
    ((n, since, until),) = asked(city, inferred)
    assert n
    assert (since, until) == (first, last)


def test_a_unit_may_come_into_being_with_a_person_on_a_day_without_a_register(city: Settings) -> None:
    """The register holds the units below it all the time, and the unit itself only in the end."""
    ((unit, child),) = asked(
        city,
        """
        select above.unit_id, min(below.unit_id) from core.dim_unit as above
        inner join core.dim_unit as below on above.unit_id = below.parent_unit_id
        inner join core.dim_employee as people on above.unit_id = people.unit_id
        where above.is_current and below.is_current and people.is_current
          and below.unit_id not in (select record_key from staging.stg_hr__units_rejected where record_key is not null)
        group by all order by 1 limit 1
        """,
    )
    file, held = units(city)
    last = pc.max(held["last_delivery_on"]).as_py()
    days = [
        day for (day,) in asked(city, "select delivery_on from intermediate.int_refresh__deliveries where extract = 'hr/units' order by 1")
    ]
    day = next(day for day in days[1:] if day not in {*held["first_delivery_on"].to_pylist(), *held["last_delivery_on"].to_pylist()})
    shutil.rmtree(city.lake.root / "loads" / "hr" / "units" / f"delivery={day}")
    only_from(file, unit, last)
    renamed_in(file, child, last)
    only_from(city.lake.root / "accepted" / "hr" / "employees" / history.FILE, unit, day)
    build_with_its_tests(city)
    shown = "select is_inferred, valid_from, valid_to from core.dim_unit where unit_id = ? order by valid_from limit 2"
    assert asked(city, shown, unit) == [(True, day, last), (False, last, None)]
    below = asked(city, "select valid_from, is_inferred, path like '%/%' from core.dim_unit where unit_id = ? order by valid_from", child)
    assert below[-2:] == [(day, False, True), (last, False, True)], "it hangs on the unit from the day on"


def only_from(file: Path, unit: str, day: date) -> None:
    """Take a unit out of what an extract held before a day."""
    held = pq.read_table(file)
    rows = held.to_pandas()
    of_unit = rows["unit_id"] == unit
    rows.loc[of_unit, "first_delivery_on"] = rows.loc[of_unit, "first_delivery_on"].clip(lower=day)
    rows = rows[rows["first_delivery_on"] <= rows["last_delivery_on"]]
    pq.write_table(pa.Table.from_pandas(rows, schema=held.schema, preserve_index=False), file)


def renamed_in(file: Path, unit: str, last: date) -> None:
    """Give a unit another name in the last delivery."""
    held = pq.read_table(file)
    rows = held.to_pandas()
    newest = rows[(rows["unit_id"] == unit) & (rows["last_delivery_on"] == last)]
    rows.loc[newest.index, "last_delivery_on"] = last - timedelta(days=1)
    renamed = newest.assign(unit_name="Unit Baru", first_delivery_on=last)
    pq.write_table(pa.Table.from_pandas(pd.concat([rows, renamed]), schema=held.schema, preserve_index=False), file)
