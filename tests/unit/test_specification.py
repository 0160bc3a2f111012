"""What files are read with: where any of it has changed, the same files are read anew."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from data_quality.contract import contract_for
from pipelines.landing.limits import Limits
from pipelines.loading import ingest
from pipelines.loading.arrivals import Cursor, Watch
from pipelines.loading.ingest import Workplace, refresh_extract
from tests.conftest import employee, write_employees

if TYPE_CHECKING:
    from pathlib import Path

EMPLOYEES = contract_for("hr/employees")
DAY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("extract", "changed"),
    [
        ("evaluation/assessments", "ref_competency.csv"),
        ("evaluation/training_programmes", "ref_competency.csv"),
        ("feedback/complaints", "names.txt"),
    ],
)
def test_files_are_read_anew_when_a_list_has_changed_that_they_are_read_with(
    extract: str, changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = contract_for(extract)
    shutil.copytree(ingest.REFERENCE_DIR, tmp_path / "lists")
    shutil.copy(ingest.NAMES, tmp_path / "lists" / "names.txt")
    before = ingest.specification(contract, ())
    monkeypatch.setattr(ingest, "REFERENCE_DIR", tmp_path / "lists")
    monkeypatch.setattr(ingest, "NAMES", tmp_path / "lists" / "names.txt")
    assert ingest.specification(contract, ()) == before
    with (tmp_path / "lists" / changed).open("a", encoding="utf-8") as file:
        file.write("T.99,Kearsipan\n")
    assert ingest.specification(contract, ()) != before


def test_a_file_that_cost_too_much_is_read_anew_when_the_limits_are_others(work: Workplace) -> None:
    write_employees(work.landing, DAY, [employee(number) for number in range(20)])
    narrow, wide = Limits(seconds=-1), Limits()
    assert "took longer than" in refresh_extract(EMPLOYEES, replace(work, limits=narrow)).records[0].status_reason
    assert refresh_extract(EMPLOYEES, replace(work, limits=narrow)).unchanged == 1, "it would cost as much once more"

    def arrivals(limits: Limits) -> int:
        watch = Watch(work.landing, work.lake, (EMPLOYEES,), (), timedelta(0), limits)
        return len(watch.look(Cursor(), datetime(2100, 1, 1, tzinfo=UTC), at_most=9)[0])

    assert (arrivals(narrow), arrivals(wide)) == (0, 1)
    (record,) = refresh_extract(EMPLOYEES, replace(work, limits=wide)).records
    assert (record.status, record.rows_accepted) == ("accepted", 20)
    assert refresh_extract(EMPLOYEES, replace(work, limits=Limits(seconds=99))).unchanged == 1, "what was read stays read"
