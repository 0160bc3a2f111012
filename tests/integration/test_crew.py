"""Several processes load what one process would, to the last row; what stops one of them stops the load, and the next one completes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from data_quality.contract import contract_for
from pipelines.lake.store import Lake
from pipelines.landing.deliveries import discover
from pipelines.loading.crew import Crew
from pipelines.loading.ingest import LoadError, refresh_extract
from pipelines.settings import Settings
from tests.conftest import employee, write_employees

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from pipelines.loading.ingest import ExtractOutcome, Workplace

EMPLOYEES = contract_for("hr/employees")
DAYS = [date(2026, month, 1) for month in range(1, 7)]
OF_THE_EXTRACT = ("aside-", "history-")
"""Staged when all deliveries are loaded, by one process."""


def installation(home: Path) -> Settings:
    """Six registers, the last of them too small, a row that cannot be and one that comes twice in each, and a file that is none."""
    settings = Settings(home=home, secret="k" * 40, now="2026-07-01T20:00:00+07:00")
    for number, day in enumerate(DAYS):
        people = range(20, 80) if day != DAYS[-1] else range(20, 25)
        rows = [employee(one + number, **({"GOL AKHIR ID": "V/z"} if one == 30 else {})) for one in people]
        write_employees(settings.landing, day, [*rows, rows[0]])
    (settings.landing / EMPLOYEES.folder / "2026-06-15_rusak.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    return settings


def load(settings: Settings, crew: Crew | None = None, said: Callable[[str], None] = str) -> ExtractOutcome:
    return refresh_extract(EMPLOYEES, settings.workplace(said, crew))


def held(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """Every row in the lake, by file."""
    return {
        str(path.relative_to(settings.lake.root)): pq.ParquetFile(path).read().to_pylist()
        for path in sorted(settings.lake.root.rglob("*.parquet"))
    }


def test_the_lake_is_the_same_whoever_loads(tmp_path: Path) -> None:
    alone, together = installation(tmp_path / "alone"), installation(tmp_path / "together")
    crew, said = Crew(2, together.workplace_as_it_stands, least_bytes=1), list[str]()
    outcome = load(together, crew, said.append)
    crew.dismiss()
    assert "hr/employees: 7 deliveries, read by 2 processes" in said
    assert sum(line.startswith("hr/employees 2026-") for line in said) == 7, "what processes said is told"
    assert [record.delivery_on for record in outcome.records] == [record.delivery_on for record in load(alone).records]
    assert held(together) == held(alone)
    for record in outcome.records:
        assert record.rows_read == record.rows_accepted + record.rows_rejected + record.rows_duplicate
    assert {record.status for record in outcome.records} == {"accepted", "blocked"}
    assert not load(together, crew).has_news


def test_no_delivery_is_staged_where_another_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stages a folder of a name removes what stands there: of two processes one would take the other's."""
    settings = Settings(home=tmp_path, secret="k" * 40, now="2026-07-01T20:00:00+07:00")
    for number, day in enumerate(DAYS[:2]):
        write_employees(settings.landing, day, [employee(one + number) for one in range(20, 80)])
    (settings.landing / EMPLOYEES.folder / f"{DAYS[2]}_rusak.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    staged, staging = list[str](), Lake.staging

    def noted(self: Lake, name: str) -> Path:
        staged.append(name)
        return staging(self, name)

    monkeypatch.setattr(Lake, "staging", noted)
    load(settings)
    of_deliveries = [name for name in staged if not name.startswith(OF_THE_EXTRACT)]
    assert sum(name.startswith("rejected-none") for name in of_deliveries) == 3
    assert [name for name in of_deliveries if not name.endswith(tuple(map(str, DAYS[:3])))] == []


def test_what_is_little_or_one_delivery_is_loaded_here(tmp_path: Path) -> None:
    settings = installation(tmp_path)
    deliveries, _ = discover(settings.landing, EMPLOYEES)
    crew = Crew(2, settings.workplace_as_it_stands)
    assert crew.shares(deliveries) == [deliveries]
    shares = replace(crew, least_bytes=1).shares(deliveries)
    assert len(shares) == 2
    assert sorted((one for share in shares for one in share), key=lambda one: one.delivery_on) == deliveries
    assert all(share == sorted(share, key=lambda one: one.delivery_on) for share in shares)
    weights = [sum(path.stat().st_size for one in share for path in one.files) for share in shares]
    assert max(weights) - min(weights) <= max(path.stat().st_size for one in deliveries for path in one.files)
    assert replace(crew, least_bytes=1).shares(deliveries[:1]) == [deliveries[:1]]
    deliveries[0].files[0].unlink()
    assert sorted(len(share) for share in replace(crew, least_bytes=1).shares(deliveries)) == [3, 4]


def a_workplace_with_no_lake(_: Callable[[str], None]) -> Workplace:
    raise ValueError("199003012015011001 is what libraries quote")


def test_what_stops_a_process_stops_the_load_and_quotes_nothing_and_the_next_load_completes_it(tmp_path: Path) -> None:
    settings = installation(tmp_path)
    broken = Crew(2, a_workplace_with_no_lake, least_bytes=1)
    with pytest.raises(LoadError) as caught:
        load(settings, broken)
    assert "1990" not in str(caught.value)
    crew = Crew(2, settings.workplace_as_it_stands, least_bytes=1)
    assert len(load(settings, crew).records) == 7
    crew.dismiss()
