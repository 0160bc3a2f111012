"""Random deliveries in any order, in any nights, late and corrected: the lake holds what it would hold had all come in one night.

The marts are built from the lake alone, so what holds of the lake holds of them; `tests/system/test_chaos.py` and
`python -m benchmarks.nights` compare the marts themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_quality.contract import contract_for, load_contracts
from pipelines.lake.store import Lake
from pipelines.loading.ingest import Workplace, refresh_extract
from tests.conftest import employee, write_employees

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

EMPLOYEES = contract_for("hr/employees")
FIRST = date(2026, 1, 1)


@dataclass(frozen=True)
class Delivery:
    """A file of one date; ``turn`` counts the versions of that date, the last one stays."""

    day: date
    turn: int
    people: tuple[int, ...]
    dirty: tuple[int, ...]

    def write(self, landing: Path) -> None:
        rows = [employee(number, **({"GOL AKHIR ID": "V/z"} if number in self.dirty else {})) for number in self.people]
        write_employees(landing, self.day, rows)


@dataclass(frozen=True)
class Arrival:
    """Deliveries in the order in which they come; after each one ``night`` says whether a night follows."""

    deliveries: list[Delivery] = field(default_factory=list)
    nights: list[bool] = field(default_factory=list)


@st.composite
def arrivals(draw: st.DrawFn) -> Arrival:
    """Up to five dates, some with corrected versions, in any order that leaves the last version of each date the last one."""
    found: list[Delivery] = []
    for number in range(draw(st.integers(1, 5))):
        n_versions = draw(st.sampled_from((1, 1, 1, 2, 3)))
        for turn in range(n_versions):
            # Only a date that is delivered once may be small enough to be blocked: of a blocked correction the version before it stays.
            least = 5 if n_versions == 1 else 56
            people = tuple(range(draw(st.integers(least, 60))))
            people += tuple(draw(st.lists(st.sampled_from(people), max_size=3)))
            dirty = tuple(draw(st.lists(st.sampled_from(people), max_size=2, unique=True)))
            found.append(Delivery(FIRST + timedelta(days=number), turn, people, dirty))
    mixed = draw(st.permutations(found))
    turns = {day: iter(sorted((one for one in found if one.day == day), key=lambda one: one.turn)) for day in {one.day for one in found}}
    in_order = [next(turns[one.day]) for one in mixed]
    return Arrival(in_order, draw(st.lists(st.booleans(), min_size=len(in_order), max_size=len(in_order))))


def loaded(root: Path, arrival: Arrival) -> dict[str, Any]:
    """What the lake holds and knows at the end, without the times at which it was loaded."""
    lake = Lake(root / "lake")
    lake.prepare(load_contracts())
    work = Workplace(root / "landing", lake, (), str, batch_rows=1_000)
    for delivery, is_night in zip(arrival.deliveries, arrival.nights, strict=True):
        delivery.write(work.landing)
        if is_night:
            refresh_extract(EMPLOYEES, work)
    refresh_extract(EMPLOYEES, work)
    found: dict[str, Any] = {}
    for fate in ("accepted", "rejected"):
        folder = lake.root / fate / "hr" / "employees"
        files = [str(path) for path in sorted(folder.rglob("*.parquet"))]
        query = "select * from read_parquet(?, hive_partitioning = false, union_by_name = true) order by all"
        found[fate] = duckdb.execute(query, [files]).fetchall() if files else []
    for day, record in lake.records(EMPLOYEES).items():
        found[str(day)] = (record.status, record.rows_read, record.rows_accepted, record.rows_rejected, record.rows_duplicate)
        assert record.rows_read == record.rows_accepted + record.rows_rejected + record.rows_duplicate
    return found


@settings(
    max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(arrival=arrivals())
def test_the_lake_depends_on_the_set_of_deliveries_alone(tmp_path_factory: pytest.TempPathFactory, arrival: Arrival) -> None:
    last = {one.day: one for one in arrival.deliveries}
    at_once = Arrival([last[day] for day in sorted(last)], [False] * len(last))
    apart = loaded(tmp_path_factory.mktemp("apart"), arrival)
    assert apart == loaded(tmp_path_factory.mktemp("at_once"), at_once)


def test_what_is_compared_would_show_a_difference(tmp_path: Path) -> None:
    one = Delivery(FIRST, 0, tuple(range(20)), ())
    less = Delivery(FIRST, 0, tuple(range(19)), ())
    assert loaded(tmp_path / "one", Arrival([one], [True])) != loaded(tmp_path / "less", Arrival([less], [True]))
