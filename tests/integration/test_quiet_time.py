"""A night that starts by itself leaves alone what is still being copied; whoever starts one by hand means what lies there."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from data_quality.contract import contract_for
from pipelines.defs.jobs import refresh_config
from pipelines.loading.ingest import refresh_extract
from tests.conftest import employee, write_employees

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.loading.ingest import Workplace

EMPLOYEES = contract_for("hr/employees")
D1, D2 = date(2026, 1, 1), date(2026, 1, 2)
QUIET = timedelta(minutes=10)


def touched(path: Path, ago: timedelta) -> None:
    at = (datetime.now(UTC) - ago).timestamp()
    os.utime(path, (at, at))


def crowd() -> list[dict[str, str]]:
    return [employee(number) for number in range(50)]


def test_a_delivery_that_was_changed_just_now_waits_for_the_next_run_and_the_others_are_read(work: Workplace) -> None:
    touched(write_employees(work.landing, D1, crowd()), timedelta(hours=1))
    touched(write_employees(work.landing, D2, crowd()), timedelta(hours=1))
    late = write_employees(work.landing, D2, crowd(), "_part2")
    outcome = refresh_extract(EMPLOYEES, work, quiet=QUIET)
    assert outcome.unfinished == [D2], "the files of a date are one delivery"
    assert set(work.lake.records(EMPLOYEES)) == {D1}
    touched(late, timedelta(minutes=11))
    assert refresh_extract(EMPLOYEES, work, quiet=QUIET).unfinished == []
    assert set(work.lake.records(EMPLOYEES)) == {D1, D2}


def test_by_hand_everything_that_lies_there_is_read(work: Workplace) -> None:
    write_employees(work.landing, D1, crowd())
    refresh_extract(EMPLOYEES, work)
    assert set(work.lake.records(EMPLOYEES)) == {D1}
    assert refresh_config() == {"ops": {}}
