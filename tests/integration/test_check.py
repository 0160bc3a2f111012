"""A file inspected before it is delivered: every fault is found in its place, the counts are those of a load, nobody is named."""

from __future__ import annotations

import io
import json
import re
import stat
import zipfile
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from python_calamine import CalamineWorkbook
from rich.console import Console

from data_quality.contract import contract_for
from pipelines.inspection import examine, inspect_file, run_check
from pipelines.inspection.page import render_page
from pipelines.inspection.terminal import print_report
from pipelines.inspection.words import LANGUAGES
from pipelines.landing.limits import Limits
from pipelines.landing.profiles import Profile
from pipelines.loading.ingest import refresh_extract
from tests.conftest import EMPLOYEE_HEADER, employee, write_employees
from tests.unit.inspection import faulty

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.inspection.report import InspectionReport, Place
    from pipelines.loading.ingest import Workplace

EMPLOYEES = contract_for("hr/employees")
ASSESSMENTS = contract_for("evaluation/assessments")
DAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return faulty.write_faulty_employees(tmp_path_factory.mktemp("check") / "hr" / "pegawai")


@pytest.fixture(scope="module")
def report(file: Path) -> InspectionReport:
    return inspect_file(file, EMPLOYEES, batch_rows=1_000)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return faulty.write_faulty_assessments(tmp_path_factory.mktemp("check") / "evaluation" / "penilaian_kompetensi")


def places(report: InspectionReport) -> dict[tuple[str, int], Place]:
    return {(problem.check_id, place.row): place for problem in report.problems for place in problem.places}


def on_terminal(report: InspectionReport, width: int = 100) -> str:
    stream = io.StringIO()
    print_report(report, Console(file=stream, width=width, highlight=False), most_places=50)
    return stream.getvalue()


# --- what is found ---------------------------------------------------------------------------------------------------------


def test_every_fault_of_the_file_is_found_in_its_place_and_nothing_else(report: InspectionReport) -> None:
    found = {(check_id, row, place.column) for (check_id, row), place in places(report).items()}
    assert found == faulty.expected_places()
    assert len({check_id for check_id, _, _ in found}) >= 25


@pytest.mark.parametrize(("at", "fault"), list(enumerate(faulty.FAULTS)), ids=[f.check_id for f in faulty.FAULTS])
def test_a_fault_is_shown_as_written_and_answered(report: InspectionReport, at: int, fault: faulty.Fault) -> None:
    place = places(report)[fault.check_id, faulty.FIRST_FAULTY + at + 2]
    assert [cell.header for cell in place.cells] == list(fault.headers)
    assert place.value == fault.shown
    assert place.suggestion == fault.suggestion
    problem = next(problem for problem in report.problems if problem.check_id == fault.check_id)
    assert problem.problem
    assert problem.mend
    assert problem.problem != problem.mend
    assert problem.severity == ("warning" if fault.check_id in faulty.WARNINGS else "error")


def test_rows_that_contradict_or_repeat_each_other_name_each_other(report: InspectionReport) -> None:
    found = places(report)
    conflict = found["key_conflict", faulty.CONFLICT_ROW]
    assert conflict.suggestion == f"kunci sama dengan baris {faulty.CONFLICT_WITH}; yang berbeda: TAHUN LULUS (P), UNOR ID (Q)"
    assert found["key_conflict", faulty.CONFLICT_WITH].suggestion.startswith(f"kunci sama dengan baris {faulty.CONFLICT_ROW};")
    assert found["duplicate_row", faulty.DUPLICATE_ROW].suggestion == f"sama persis dengan baris {faulty.DUPLICATE_OF}"


def test_a_later_row_replaces_an_earlier_one_and_times_are_held_against_each_other(tmp_path: Path) -> None:
    report = run_check(write_text(tmp_path, "feedback/lapor", LAPOR), json_file=tmp_path / "r.json")
    found = places(report)
    assert found["duplicate_row", 2].suggestion == "digantikan oleh baris 3"
    answered = found["responded_after_received", 4]
    assert (answered.header, answered.value) == ("tanggal_respon, tanggal_masuk", "C: 2025-01-01T08:00:00 | B: 2026-01-01T08:00:00")
    assert not re.search(r"Budi|0812|hubungi", (tmp_path / "r.json").read_text())


def test_problems_stand_errors_first_then_by_count(report: InspectionReport) -> None:
    order = [(problem.severity != "error", -problem.count, problem.check_id) for problem in report.problems]
    assert order == sorted(order)
    assert {problem.severity for problem in report.problems} == {"error", "warning"}


def test_columns_are_told_apart(report: InspectionReport) -> None:
    seen = {column.header: column for column in report.columns if column.header}
    assert (seen["NIP BARU"].fate, seen["NIP BARU"].column, seen["NIP BARU"].expected) == ("understood", "A", "nip_baru")
    assert seen["NIK"].fate == "personal"
    assert (seen["HOBI"].fate, seen["HOBI"].column, seen["HOBI"].nearest) == ("unknown", "V", "")
    assert seen["GLR BELAKANG"].nearest == "gelar_belakang"
    assert "gelar_belakang" in report.absent
    assert "unor_nama" not in report.absent


def test_what_was_read_is_told_with_its_evidence(report: InspectionReport) -> None:
    facts = dict(report.facts())
    assert facts["Pemisah kolom"] == "titik koma (;)"
    assert facts["Judul kolom di baris"] == "1"
    assert report.rows.outside == 1
    born = next(item for item in report.formats if item.header == "TANGGAL LAHIR")
    assert (born.column, born.read_as) == ("D", "tanggal-bulan-tahun")
    assert "angka pertama di atas 12" in born.evidence
    assert any(item.header == "GOL AKHIR ID" and item.rule == "code.written_form" for item in report.coercions)


def test_a_workbook_with_a_letterhead_is_inspected_in_its_own_rows(workbook: Path) -> None:
    report = inspect_file(workbook, ASSESSMENTS)
    found = places(report)
    for row, (check_id, column, _, shown) in faulty.ASSESSMENT_FAULTS.items():
        place = found[check_id, row]
        assert (place.sheet, place.column, place.value) == ("Rekap 2025", column, shown), check_id
    assert found["purpose.unknown_code", 20].suggestion == "mungkin maksudnya: PEMETAAN"
    assert {cell.header for cell in found["level.range", 14].cells} == {"Integritas", "M.3"}
    assert len(found) == len(faulty.ASSESSMENT_FAULTS)
    assert next(p for p in report.problems if p.check_id == "level.unreadable").problem.startswith("Kerjasama:")
    assert report.detection["header_row"] == faulty.HEADER_ROW
    assert report.rows.read == faulty.N_ASSESSED
    assert report.rows.outside == 3


def test_places_in_several_sheets_name_the_sheet(tmp_path: Path) -> None:
    report = inspect_file(faulty.write_two_sheets(tmp_path), ASSESSMENTS)
    found = {(problem.check_id, place.sheet, place.row): place for problem in report.problems for place in problem.places}
    assert set(found) == {
        ("level.range", "Gelombang II", 4), ("key_conflict", "Gelombang I", 6), ("key_conflict", "Gelombang II", 3),
        ("duplicate_row", "Gelombang II", 2),
    }  # fmt: skip
    assert found["duplicate_row", "Gelombang II", 2].suggestion == "sama persis dengan baris Gelombang I!5"
    assert "Gelombang II" in on_terminal(report)
    assert ">Gelombang II<" in render_page(report)


# --- the counts and the verdict of a load ----------------------------------------------------------------------------------


def crowd(n: int = 60) -> list[dict[str, str]]:
    return [employee(number) for number in range(n)]


def faulty_crowd(n: int, n_faulty: int) -> list[dict[str, str]]:
    return [employee(number, **({"GOL AKHIR ID": "V/z"} if number < n_faulty else {})) for number in range(n)]


LAPOR_HEADER = "tracking_id;tanggal_masuk;tanggal_respon;klasifikasi;status;pelapor;isi_laporan\n"
LAPOR = LAPOR_HEADER + "".join(
    f"{key};2026-01-01T08:00:00;{answer};PENGADUAN;{status};Budi Santosa;hubungi 0812-3456-7890\n"
    for key, answer, status in [("1", "", "Belum"), ("1", "2026-01-02T08:00:00", "Proses"), ("2", "2025-01-01T08:00:00", "Selesai")]
    + [(str(key), "", "Belum") for key in range(3, 40)]
)


def write_text(landing: Path, folder: str, text: str) -> Path:
    path = landing / folder / f"{DAY}.csv"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_damaged(landing: Path) -> Path:
    path = write_text(landing, "hr/pegawai", "PK\x03\x04 broken")
    return path.rename(path.with_suffix(".xlsx"))


HEADER_LINE = ";".join(EMPLOYEE_HEADER)
WRITERS: dict[str, Callable[[Path], Path]] = {
    "every fault": lambda landing: faulty.write_faulty_employees(landing / "hr" / "pegawai"),
    "clean": lambda landing: write_employees(landing, DAY, crowd()),
    "too many rejected": lambda landing: write_employees(landing, DAY, faulty_crowd(50, 6)),
    "as many as allowed": lambda landing: write_employees(landing, DAY, faulty_crowd(50, 5)),
    "too many conflicts": lambda landing: write_employees(landing, DAY, [*crowd(), employee(5, **{"UNOR ID": "U2"})]),
    "later rows win": lambda landing: write_text(landing, "feedback/lapor", LAPOR),
    "no rows": lambda landing: write_text(landing, "hr/pegawai", HEADER_LINE + "\n"),
    "missing columns": lambda landing: write_text(
        landing, "hr/pegawai", HEADER_LINE.replace("GOL AKHIR ID", "GOL AKHIRR") + "\n" + ";".join(employee(1).values()) + "\n"
    ),
    "letterhead": lambda landing: faulty.write_faulty_assessments(landing / "evaluation" / "penilaian_kompetensi"),
    "two sheets": lambda landing: faulty.write_two_sheets(landing / "evaluation" / "penilaian_kompetensi"),
    "damaged": write_damaged,
}
CASES = {
    "every fault": "accepted", "clean": "accepted", "too many rejected": "blocked", "as many as allowed": "accepted",
    "too many conflicts": "blocked", "later rows win": "accepted", "no rows": "accepted", "missing columns": "refused",
    "letterhead": "accepted", "two sheets": "accepted", "damaged": "refused",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_counts_and_verdict_are_those_of_a_load(case: str, work: Workplace) -> None:
    path = WRITERS[case](work.landing)
    report = run_check(path, batch_rows=work.batch_rows)
    contract = contract_for(report.extract)
    refresh_extract(contract, work)
    (record,) = work.lake.records(contract).values()
    loaded = (record.rows_read, record.rows_accepted, record.rows_rejected, record.rows_duplicate)
    assert (report.rows.read, report.rows.accepted, report.rows.rejected, report.rows.duplicate) == loaded
    assert report.verdict == CASES[case]
    assert (report.verdict == "accepted") == (record.status == "accepted")
    failed = {check.check_id: check.n_failed for check in record.checks if check.level == "row" and check.n_failed}
    assert {problem.check_id: problem.count for problem in report.problems if problem.check_id != "duplicate_row"} == failed


def test_small_batches_change_nothing(file: Path, report: InspectionReport) -> None:
    again = inspect_file(file, EMPLOYEES, batch_rows=120)
    assert again.problems == report.problems
    assert (again.rows, again.coercions, again.columns) == (report.rows, report.coercions, report.columns)


def test_other_files_of_the_date_and_a_file_that_breaks_off_are_mentioned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_employees(tmp_path, DAY, crowd(), "_part2")
    path = write_employees(tmp_path, DAY, crowd())
    assert any("tanggal yang sama" in note for note in inspect_file(path, EMPLOYEES).notes)

    def broken(*_: object) -> None:
        raise OSError(5, "input/output error")

    monkeypatch.setattr(examine, "failing_rows", broken)
    report = inspect_file(path, EMPLOYEES)
    assert (report.verdict, report.rows.read) == ("refused", 0)
    assert report.reasons[0] == "Pembacaan berkas terputus di tengah jalan (OSError)."


def test_a_person_has_let_the_delivery_in(tmp_path: Path) -> None:
    path = write_employees(tmp_path, DAY, faulty_crowd(50, 6))
    allowed = inspect_file(path, EMPLOYEES, (Profile("hr/employees", accept_deliveries=(DAY,)),))
    assert (allowed.verdict, allowed.reasons) == ("accepted", ())
    assert "12,0 %" in allowed.notes[0]


def test_a_file_without_required_columns_is_told_which_were_meant(tmp_path: Path) -> None:
    report = run_check(WRITERS["missing columns"](tmp_path))
    assert report.sentence.startswith("DITOLAK: kolom wajib tidak ditemukan: gol_akhir_id")
    assert report.reasons == ("Kolom wajib “gol_akhir_id” tidak ada; judul yang paling mirip di berkas ini: “GOL AKHIRR”.",)
    missing = [column for column in report.columns if column.fate == "missing_required"]
    assert [(column.expected, column.nearest) for column in missing] == [("gol_akhir_id", "GOL AKHIRR")]
    assert [column.nearest for column in report.columns if column.header == "GOL AKHIRR"] == ["gol_akhir_id"]


def test_a_header_that_is_read_already_is_not_what_was_meant(tmp_path: Path) -> None:
    header = HEADER_LINE.replace("JENIS JABATAN ID", "JENIS KODE JAB")
    report = run_check(write_text(tmp_path, "hr/pegawai", f"{header}\n{';'.join(employee(1).values())}\n"))
    assert report.sentence.startswith("DITOLAK: kolom wajib tidak ditemukan: jenis_jabatan_id")
    assert "JABATAN ID”" not in report.reasons[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_damaged_file_gets_a_report_too(language: Any, tmp_path: Path) -> None:
    report = run_check(WRITERS["damaged"](tmp_path), language=language, xlsx=tmp_path / "r.xlsx", html=tmp_path / "r.html")
    assert (report.verdict, report.problems, report.rows.read) == ("refused", (), 0)
    assert report.reasons
    assert CalamineWorkbook.from_path(str(tmp_path / "r.xlsx")).sheet_names == ["Perbaikan" if language == "id" else "Corrections"]


def test_a_file_that_takes_too_long_is_reported_and_not_copied(tmp_path: Path) -> None:
    path, target = write_employees(tmp_path, DAY, crowd(1_700)), tmp_path / "r.xlsx"
    report = run_check(path, limits=Limits(seconds=0.0), xlsx=target)
    assert report.verdict == "refused"
    assert "melebihi 0 detik" in report.reasons[0]
    assert CalamineWorkbook.from_path(str(target)).sheet_names == ["Perbaikan"]


# --- whose data it is ------------------------------------------------------------------------------------------------------


def personal(rows: list[dict[str, str]]) -> set[str]:
    texts = {row[header].strip() for row in rows for header in ("NIP BARU", "NAMA", "NIK", "NIP ATASAN", "GELAR DEPAN")}
    texts |= {word for row in rows for word in row["NAMA"].split()}
    return {text for text in texts if len(text) > 2}


def assert_nobody_is_in(text: str, rows: list[dict[str, str]]) -> None:
    named = [secret for secret in personal(rows) if secret in text]
    assert named == []
    assert re.findall(r"(?<!9)\d{15,}", re.sub(r"9{9,}", "", text)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_can_be_known_from_a_report(language: Any, file: Path, tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=140)
    targets = {kind: tmp_path / f"r.{kind}" for kind in ("html", "json", "xlsx")}
    run_check(file, language=language, console=console, html=targets["html"], json_file=targets["json"], xlsx=targets["xlsx"])
    rows = faulty.faulty_rows()
    listing = CalamineWorkbook.from_path(str(targets["xlsx"])).get_sheet_by_index(0).to_python()
    texts = [console.file.getvalue(), targets["html"].read_text(), targets["json"].read_text(), str(listing)]
    with zipfile.ZipFile(targets["xlsx"]) as archive:
        texts += [archive.read(name).decode() for name in archive.namelist() if "comments" in name]
    assert len(texts) == 5
    for text in texts:
        assert "III/d" in text
        assert_nobody_is_in(text, rows)


@pytest.mark.parametrize("shift", ["left", "right"])
def test_a_name_under_a_wrong_header_is_not_shown(shift: str, tmp_path: Path) -> None:
    rows = crowd(100)
    for row in rows[:6]:
        cells = list(row.values())
        cells[1] = "Rahmatsyah"
        moved = [*cells[1:], ""] if shift == "left" else ["", *cells[:-1]]
        row.update(dict(zip(row, moved, strict=True)))
    report = inspect_file(write_employees(tmp_path, DAY, rows), EMPLOYEES)
    assert report.problems
    for text in (json.dumps(report.as_dict(), ensure_ascii=False), render_page(report), on_terminal(report)):
        assert "Rahmatsyah" not in text
        assert "Orang" not in text


def test_the_first_row_of_a_file_without_a_header_is_not_shown(tmp_path: Path) -> None:
    rows = ["198001152005011002;Rahmatsyah;Medan;081234567890", "198101152005011003;Tiurma;Binjai;081234567891"]
    report = run_check(write_text(tmp_path, "hr/pegawai", "\n".join(rows)), html=tmp_path / "r.html", json_file=tmp_path / "r.json")
    assert report.verdict == "refused"
    for text in ((tmp_path / "r.html").read_text(), (tmp_path / "r.json").read_text(), on_terminal(report)):
        assert not re.search(r"Rahmatsyah|Medan|1980|0812", text)


def test_reports_are_for_their_owner_alone_and_never_replace_the_file(file: Path, tmp_path: Path) -> None:
    targets = {"html": tmp_path / "r.html", "json_file": tmp_path / "r.json", "xlsx": tmp_path / "r.xlsx"}
    targets["html"].write_text("an older report that others could read")
    run_check(file, **targets)
    assert {stat.S_IMODE(path.stat().st_mode) for path in targets.values()} == {0o600}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.html", "r.json", "r.xlsx"]
    before = file.read_bytes()
    with pytest.raises(FileExistsError):
        run_check(file, html=file)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


# --- languages -------------------------------------------------------------------------------------------------------------


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, str(dict(attrs).get("class", ""))))


def form(value: Any) -> Any:
    """What a report is without its words."""
    if isinstance(value, dict):
        return {key: form(item) for key, item in value.items()}
    return [form(item) for item in value] if isinstance(value, (list, tuple)) else type(value).__name__


def test_both_languages_say_the_same(file: Path, report: InspectionReport) -> None:
    english = inspect_file(file, EMPLOYEES, batch_rows=1_000, language="en")
    assert form(english.as_dict()) == form(report.as_dict())
    assert _Tags(render_page(english)).tags == _Tags(render_page(report)).tags
    for problem, other in zip(report.problems, english.problems, strict=True):
        assert (problem.check_id, problem.count, problem.columns) == (other.check_id, other.count, other.columns)
        assert problem.problem != other.problem
        assert problem.mend != other.mend
    assert english.sentence.startswith("This file WILL BE ACCEPTED: 431 of 472 rows")


@pytest.mark.parametrize("width", [80, 140])
def test_the_terminal_is_not_left_in_disorder(report: InspectionReport, width: int) -> None:
    text = on_terminal(report, width)
    assert max(map(len, text.splitlines())) <= width
    assert text.rstrip().endswith("hanya dihitung sekali.") or width < 100
    assert "rank_fits_employment" not in text  # rules are named to machines, worded to people
    assert "III/d" in text
