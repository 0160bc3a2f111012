"""Dates that cannot be: a delivery whose day has not come, and events before the calendar or after their delivery."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import duckdb
import pytest

from data_quality.contract import contract_for, load_contracts
from pipelines.inspection.check import run_check
from pipelines.landing.profiles import Profile
from pipelines.loading.ingest import Workplace, refresh_extract
from pipelines.loading.replay import replay_extract
from tests.conftest import employee, write_employees

if TYPE_CHECKING:
    from pathlib import Path

    from data_quality.results import LoadRecord
    from data_quality.wording import Language

EMPLOYEES, COMPLAINTS = contract_for("hr/employees"), contract_for("feedback/complaints")
EVENING = datetime(2026, 11, 29, 18, 0, tzinfo=UTC)
"""In Medan it is the 30th already."""
TODAY, TOMORROW, IN_TWO_DAYS, TYPED = date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2), date(2028, 11, 29)


def on(work: Workplace, instant: datetime) -> Workplace:
    return replace(work, now=lambda: instant.replace(tzinfo=None))


@pytest.fixture
def tonight(work: Workplace) -> Workplace:
    return on(work, EVENING)


def crowd(n: int = 50) -> list[dict[str, str]]:
    return [employee(number) for number in range(n)]


def load(work: Workplace) -> dict[date, LoadRecord]:
    refresh_extract(EMPLOYEES, work)
    return work.lake.records(EMPLOYEES)


def test_a_delivery_whose_day_has_not_come_is_blocked_and_the_others_go_on(tonight: Workplace) -> None:
    for day in (TODAY, TOMORROW, IN_TWO_DAYS, TYPED):
        write_employees(tonight.landing, day, crowd())
    records = load(tonight)
    assert {day: record.status for day, record in records.items()} == {
        TODAY: "accepted", TOMORROW: "accepted", IN_TWO_DAYS: "blocked", TYPED: "blocked",
    }  # fmt: skip
    said = records[TYPED].status_reason
    assert said.startswith("2028-11-29.csv: the date 2028-11-29 in the name lies in the future: rename the file")
    assert [(check.check_id, check.status) for check in records[TYPED].checks if check.status == "fail"] == [("not_early", "fail")]
    assert not any(record.is_late for record in records.values())


def test_nobody_can_accept_by_hand_what_has_not_come(tonight: Workplace) -> None:
    write_employees(tonight.landing, TYPED, crowd())
    assert load(replace(tonight, profiles=(Profile("hr/employees", accept_deliveries=(TYPED,)),)))[TYPED].status == "blocked"


def test_it_is_read_by_itself_when_its_day_has_come(tonight: Workplace) -> None:
    write_employees(tonight.landing, IN_TWO_DAYS, crowd())
    assert load(tonight)[IN_TWO_DAYS].status == "blocked"
    record = load(on(tonight, datetime(2026, 11, 30, 18, 0, tzinfo=UTC)))[IN_TWO_DAYS]
    assert (record.status, record.rows_accepted, record.is_corrected, record.is_late) == ("accepted", 50, False, False)


def test_a_file_that_was_renamed_leaves_nothing_behind(tonight: Workplace) -> None:
    path = write_employees(tonight.landing, TYPED, crowd())
    load(tonight)
    path.rename(path.with_name("2026-11-29.csv"))
    records = load(tonight)
    assert {day: (record.status, record.is_late) for day, record in records.items()} == {date(2026, 11, 29): ("accepted", False)}


def test_beside_a_blocked_date_of_the_future_no_delivery_counts_as_late(tonight: Workplace) -> None:
    write_employees(tonight.landing, TYPED, crowd())
    load(tonight)
    write_employees(tonight.landing, TODAY, crowd())
    assert not load(tonight)[TODAY].is_late


@pytest.mark.parametrize(
    ("language", "said"), [("id", "belum tiba (paling lambat 2026-12-01)"), ("en", "has not come yet (at the latest 2026-12-01)")]
)
def test_the_inspection_says_it_before_the_file_is_delivered(language: Language, said: str, tmp_path: Path) -> None:
    report = run_check(write_employees(tmp_path, TYPED, crowd()), now=EVENING, language=language)
    assert report.verdict == "blocked"
    assert said in report.reasons[0]
    assert run_check(write_employees(tmp_path, TOMORROW, crowd()), now=EVENING).verdict == "accepted"


OLD, OLDEST_KEPT = date(2016, 11, 29), date(2016, 11, 30)
"""Ten years, which the contract lets rows be kept, before the evening; by its last day."""


def test_what_is_older_than_rows_may_be_kept_is_passed_over_and_that_is_said(tonight: Workplace) -> None:
    for day in (OLD, OLDEST_KEPT):
        write_employees(tonight.landing, day, crowd())
    told: list[str] = []
    assert list(load(replace(tonight, progress=told.append))) == [OLDEST_KEPT]
    assert [line for line in told if "passed over" in line] == [
        "hr/employees: 1 passed over, for rows may be kept for 10 years from their date"
    ]


@pytest.mark.parametrize(("language", "said"), [("id", "lebih dari 10 tahun yang lalu"), ("en", "is more than 10 years ago")])
def test_the_inspection_says_that_it_would_be_passed_over(language: Language, said: str, tmp_path: Path) -> None:
    by_hand = (Profile("hr/employees", accept_deliveries=(OLD,)),)
    report = run_check(write_employees(tmp_path, OLD, crowd()), profiles=by_hand, now=EVENING, language=language)
    assert report.verdict == "blocked"
    assert said in report.reasons[0]
    assert run_check(write_employees(tmp_path, OLDEST_KEPT, crowd()), now=EVENING).verdict == "accepted"


HEADERS = "tracking_id;tanggal_masuk;tanggal_respon;klasifikasi;status"
ROWS = {
    2: "1;2026-11-20T08:00:00;;PENGADUAN;Belum",
    3: "2;2206-11-20T08:00:00;;PENGADUAN;Belum",
    4: "3;2009-12-31T23:59:00;;PENGADUAN;Belum",
    5: "4;2010-01-01T00:00:00;;PENGADUAN;Belum",
    6: "5;2026-11-20T08:00:00;2027-05-01T08:00:00;PENGADUAN;Proses",
    7: "6;2026-12-01T23:59:59;;PENGADUAN;Belum",
    8: "7;2026-12-02T00:00:00;;PENGADUAN;Belum",
}
REASONS = {3: "received_at.in_future", 4: "received_at.before_calendar", 6: "responded_at.in_future", 8: "received_at.in_future"}


def write_complaints(landing: Path) -> Path:
    folder = landing / "feedback" / "lapor"
    folder.mkdir(parents=True)
    path = folder / f"{TODAY}.csv"
    more = [f"{number};2026-11-{number % 28 + 1:02d}T08:00:00;;ASPIRASI;Belum" for number in range(10, 110)]
    path.write_text("\n".join([HEADERS, *ROWS.values(), *more]) + "\n")
    return path


def reasons(work: Workplace) -> dict[int, str]:
    folder = work.lake.root / "rejected" / "feedback" / "complaints" / f"delivery={TODAY}"
    return dict(duckdb.sql(f"select source_row, reasons from read_parquet('{folder}/*.parquet') order by 1").fetchall())


def test_reports_outside_of_the_calendar_or_after_their_delivery_are_rejected_by_name(tonight: Workplace) -> None:
    path = write_complaints(tonight.landing)
    refresh_extract(COMPLAINTS, tonight)
    assert reasons(tonight) == REASONS
    path.unlink()
    replay_extract(COMPLAINTS, tonight)
    assert reasons(tonight) == REASONS, "kept text is held against the date of its delivery too"


def test_the_inspection_finds_the_same_and_shows_the_cell(tmp_path: Path) -> None:
    report = run_check(write_complaints(tmp_path), now=EVENING, language="en")
    found = {place.row: (problem.check_id, place.cells[0].header) for problem in report.problems for place in problem.places}
    assert found == {row: (check, "tanggal_respon" if row == 6 else "tanggal_masuk") for row, check in REASONS.items()}
    assert {problem.problem for problem in report.problems if problem.check_id == "received_at.before_calendar"} == {
        "tanggal_masuk: the date lies before 01-01-2010, the first day of the calendar."
    }


def test_what_happened_to_people_before_the_calendar_stays_accepted() -> None:
    bounded = {f"{c.extract}.{column.name}" for c in load_contracts() for column in c.columns if column.event_time == "calendar"}
    assert bounded == {"feedback/complaints.received_at", "feedback/service_requests.received_at", "feedback/survey_responses.responded_on"}


@pytest.mark.parametrize(("status", "is_rejected"), [("SELESAI", True), ("TIDAK_LULUS", True), ("DIUNDANG", False), ("TERDAFTAR", False)])
def test_a_training_may_be_planned_but_not_completed_in_the_future(status: str, is_rejected: bool, tonight: Workplace) -> None:
    contract = contract_for("evaluation/training_participants")
    folder = tonight.landing / "evaluation" / "pelatihan_peserta"
    folder.mkdir(parents=True)
    rows = [f"{n};19900215201501{1 + n % 2}{900 + n:03d};P1;2009-01-05;SELESAI;2009-02-01;2009-02-05;20" for n in range(30)]
    (folder / f"{TODAY}.csv").write_text(
        "id;nip;kode_program;tanggal_undangan;status;tanggal_mulai;tanggal_selesai;jumlah_jam\n"
        + "\n".join([*rows, f"99;199002152015011900;P1;2026-11-01;{status};2027-02-01;2027-02-05;20"])
    )
    refresh_extract(contract, tonight)
    checks = {check.check_id: check.n_failed for check in tonight.lake.records(contract)[TODAY].checks}
    assert checks["over_by_delivery"] == int(is_rejected)
    assert tonight.lake.records(contract)[TODAY].rows_rejected == int(is_rejected)
