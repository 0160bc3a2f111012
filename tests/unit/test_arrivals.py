"""Which deliveries are complete, and what the cursor moves past."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from data_quality.contract import contract_for
from pipelines.loading.arrivals import Arrival, Cursor, Watch
from pipelines.loading.ingest import Workplace, refresh_extract
from tests.conftest import employee, refusing_to_open, write_employees

if TYPE_CHECKING:
    from pathlib import Path

EMPLOYEES = contract_for("hr/employees")
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
D1, D2, D3 = date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23)
QUIET = timedelta(minutes=10)


@pytest.fixture
def watch(work: Workplace) -> Watch:
    return Watch(work.landing, work.lake, (EMPLOYEES,), (), QUIET)


def deliver(watch: Watch, day: date, *, ago: timedelta, n: int = 3, name: str = "") -> Path:
    """A file that was last written ``ago`` before NOW."""
    return touched(write_employees(watch.landing, day, [employee(number) for number in range(n)], name), ago)


def touched(path: Path, ago: timedelta) -> Path:
    moment = (NOW - ago).timestamp()
    os.utime(path, (moment, moment))
    return path


def days(arrivals: list[Arrival]) -> list[date]:
    return [arrival.delivery_on for arrival in arrivals]


def test_a_file_that_nobody_touches_is_complete(watch: Watch) -> None:
    deliver(watch, D1, ago=QUIET)
    deliver(watch, D2, ago=QUIET - timedelta(seconds=1))
    arrivals, _ = watch.look(Cursor(), NOW, at_most=9)
    assert days(arrivals) == [D1]


def test_a_file_that_stays_the_same_over_two_looks_is_complete(watch: Watch) -> None:
    path = deliver(watch, D1, ago=timedelta(0))
    arrivals, cursor = watch.look(Cursor(), NOW, at_most=9)
    assert arrivals == []
    deliver(watch, D1, ago=timedelta(seconds=-30), n=4)  # it grew in between
    arrivals, cursor = watch.look(cursor, NOW, at_most=9)
    assert arrivals == []
    arrivals, cursor = watch.look(cursor, NOW, at_most=9)
    assert days(arrivals) == [D1]
    assert watch.look(cursor, NOW, at_most=9)[0] == []
    assert path.is_file()


def test_one_growing_part_holds_its_whole_delivery_back(watch: Watch) -> None:
    deliver(watch, D1, ago=QUIET)
    deliver(watch, D1, ago=timedelta(0), name="_part2")
    arrivals, cursor = watch.look(Cursor(), NOW, at_most=9)
    assert arrivals == []
    assert days(watch.look(cursor, NOW, at_most=9)[0]) == [D1]


@pytest.mark.parametrize(
    "name", [".2026-11-21.csv", "~$2026-11-21.xlsx", "2026-11-21.csv.part", "2026-11-21.csv.tmp", "2026-11-21.filepart"]
)
def test_hidden_and_temporary_names_are_ignored(watch: Watch, name: str) -> None:
    folder = watch.landing / EMPLOYEES.folder
    folder.mkdir(parents=True)
    touched(deliver(watch, D1, ago=QUIET).rename(folder / name), QUIET)
    arrivals, cursor = watch.look(Cursor(), NOW, at_most=9)
    assert (arrivals, cursor) == ([], Cursor())


def test_the_cursor_moves_only_past_what_was_asked_for(watch: Watch) -> None:
    for day in (D1, D2, D3):
        deliver(watch, day, ago=QUIET)
    arrivals, cursor = watch.look(Cursor(), NOW, at_most=2)
    assert days(arrivals) == [D1, D2]
    assert set(cursor.asked) == {f"hr/employees/{D1}", f"hr/employees/{D2}"}
    arrivals, cursor = watch.look(Cursor.from_text(cursor.to_text()), NOW, at_most=2)
    assert days(arrivals) == [D3]
    assert watch.look(cursor, NOW, at_most=2)[0] == []


def test_a_run_key_names_extract_date_and_content(watch: Watch) -> None:
    deliver(watch, D1, ago=QUIET)
    (first,), cursor = watch.look(Cursor(), NOW, at_most=9)
    assert first.run_key == f"hr/employees/{D1}/{first.fingerprint[:16]}"
    deliver(watch, D1, ago=QUIET, n=4)
    (corrected,), cursor = watch.look(cursor, NOW, at_most=9)
    assert corrected.run_key != first.run_key
    deliver(watch, D1, ago=timedelta(hours=2), n=4)  # the same content under another time
    assert [one.run_key for one in watch.look(cursor, NOW, at_most=9)[0]] == [corrected.run_key]


def test_what_is_in_the_lake_is_not_asked_for(watch: Watch, work: Workplace) -> None:
    path = deliver(watch, D1, ago=QUIET)
    refresh_extract(EMPLOYEES, work)
    arrivals, cursor = watch.look(Cursor(), NOW, at_most=9)
    assert arrivals == []
    content = path.read_bytes()
    path.write_bytes(content)
    assert watch.look(cursor, NOW + timedelta(days=9_000), at_most=9)[0] == [], "written anew with the same content"
    path.write_bytes(content.replace(b"PNS", b"CPNS"))
    assert days(watch.look(cursor, NOW + timedelta(days=9_000), at_most=9)[0]) == [D1]


def test_a_file_set_back_in_time_is_still_seen(watch: Watch, work: Workplace) -> None:
    """Copying programs keep the time of the source: an older file may be the newer content."""
    deliver(watch, D1, ago=QUIET)
    refresh_extract(EMPLOYEES, work)
    deliver(watch, D1, ago=timedelta(days=400), n=5)
    assert days(watch.look(Cursor(), NOW, at_most=9)[0]) == [D1]


def test_what_was_loaded_and_not_touched_since_is_not_even_read(watch: Watch, work: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(watch, D1, ago=QUIET)
    later = Workplace(work.landing, work.lake, (), work.pseudonym, now=lambda: datetime(2030, 1, 1))
    refresh_extract(EMPLOYEES, later)
    monkeypatch.setattr("pipelines.landing.deliveries._sha256", lambda path: pytest.fail(f"{path} was read"))
    assert watch.look(Cursor(), NOW, at_most=9) == ([], Cursor())


def test_a_file_that_is_gone_hides_no_other(watch: Watch) -> None:
    gone = deliver(watch, D1, ago=QUIET)
    deliver(watch, D2, ago=QUIET)
    with refusing_to_open(gone, FileNotFoundError):
        arrivals, cursor = watch.look(Cursor(), NOW, at_most=9)
    assert days(arrivals) == [D2]
    assert days(watch.look(cursor, NOW, at_most=9)[0]) == [D1], "when it can be read it is asked for"


def test_a_file_that_may_not_be_read_is_asked_for_so_that_it_is_told(watch: Watch) -> None:
    with refusing_to_open(deliver(watch, D1, ago=QUIET), PermissionError):
        assert days(watch.look(Cursor(), NOW, at_most=9)[0]) == [D1]


def test_earlier_dates_can_be_left_out(watch: Watch) -> None:
    deliver(watch, D1, ago=QUIET)
    deliver(watch, D3, ago=QUIET)
    assert days(watch.look(Cursor(), NOW, at_most=9, not_before=D2)[0]) == [D3]


@pytest.mark.parametrize("text", [None, "", "no json", "[1]", '{"seen": 3}'])
def test_a_cursor_that_cannot_be_read_is_an_empty_one(text: str | None) -> None:
    assert Cursor.from_text(text) == Cursor()
