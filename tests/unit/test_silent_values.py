"""Files of an office whose cells look right and mean something else: each is read as meant, or rejected by name."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import xlsxwriter
import xlwt  # type: ignore[import-untyped]  # has no types

from data_quality.contract import contract_for
from pipelines.inspection.cells import write_as_delivered
from pipelines.landing import unseen, values
from pipelines.landing.batches import OpenedFile, open_delivery
from pipelines.landing.headers import find_header
from pipelines.landing.limits import OTHER_TABLE
from pipelines.landing.marks import UNCOMPUTED
from pipelines.landing.refusals import UnreadableFileError, in_indonesian, shown_name
from pipelines.landing.sheet_worker import cell_text
from pipelines.landing.survey import ColumnFormat
from pipelines.landing.values import NumberStyle
from pipelines.loading.ingest import refresh_extract
from tests.conftest import employee

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipelines.loading.ingest import Workplace

ASSESSMENTS, BUDGETS = contract_for("evaluation/assessments"), contract_for("evaluation/training_budgets")
COMPLAINTS, PROGRAMMES = contract_for("feedback/complaints"), contract_for("evaluation/training_programmes")
SURVEY, TRAINED, UNITS = (contract_for(name) for name in ("feedback/survey_responses", "evaluation/training_participants", "hr/units"))
BUDGET_HEADS = ["tahun", "unor_id", "komponen", "pagu", "realisasi"]
SKM_HEADS = ["id_responden", "tanggal", "unor_id", "jenis_layanan", "jam", "u1", "u2"]


def csv_of(folder: Path, rows: Any, name: str = "2026-11-20.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(";".join(map(str, row)) for row in rows) + "\n")
    return path


def book_of(folder: Path, rows: Any, merged: Sequence[tuple[int, int, int, int, str]] = ()) -> Path:
    path = folder / "2026-11-20.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        for first_row, first, last_row, last, text in merged:
            sheet.merge_range(first_row, first, last_row, last, text)
    return path


def opened(path: Path, contract: Any) -> OpenedFile:
    return open_delivery((path,), contract, (), 1_000)[0]


def column(file: OpenedFile, name: str) -> tuple[list[Any], dict[str, list[int]]]:
    """The values of a column, and the positions of its faults."""
    (batch,) = file.batches(1_000, str)
    found = [None if pd.isna(value) else value for value in batch.frame[name]]
    return found, {rule.partition(".")[2]: at.tolist() for rule, at in batch.faults.items() if rule.startswith(f"{name}.")}


# --- what a spreadsheet has made of a text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1,23457E+11", "1.23457E+11", "1E+11", "1.234567890123457e+17", "1.2E11"])
def test_an_id_that_a_spreadsheet_has_shortened_is_rejected_and_no_repetition(text: str, tmp_path: Path) -> None:
    rows = [
        ["tracking_id", "tanggal_masuk", "klasifikasi", "status"],
        *([text, f"0{n}-10-2026", "PENGADUAN", "Proses"] for n in range(1, 4)),
    ]
    found = column(opened(csv_of(tmp_path, rows), COMPLAINTS), "tracking_id")
    assert found == ([None] * 3, {"number_rounded": [0, 1, 2]})


@pytest.mark.parametrize("text", ["1E5", "2E10", "8ae4829c5b7e10", "E+11", "12,5E+1", "123457000000"])
def test_an_id_that_holds_an_e_is_an_id(text: str) -> None:
    assert values.parse_text(text) == values.Cell(text)


def test_a_band_of_hours_that_became_a_day_is_rejected(tmp_path: Path) -> None:
    rows = [SKM_HEADS, ["R1", "2026-11-03", "U1", "KTP-el", date(2026, 12, 8), 3, 4], ["R2", "2026-11-03", "U1", "KTP-el", "08-12", 3, 4]]
    assert column(opened(book_of(tmp_path, rows), SURVEY), "hour_band") == ([None, "08-12"], {"made_a_date": [0]})


def test_what_is_never_kept_is_not_rejected_for_its_form(tmp_path: Path) -> None:
    heads = ["id", "nip", "kode_program", "tanggal_undangan", "status", "no_sertifikat"]
    rows = [heads, ["1", employee(1)["NIP BARU"], "P1", "2026-10-01", "SELESAI", date(2026, 3, 12)]]
    assert column(opened(book_of(tmp_path, rows), TRAINED), "certificate_number")[1] == {}


def invited(days: Sequence[Any]) -> list[list[Any]]:
    heads = ["id", "nip", "kode_program", "tanggal_undangan", "status"]
    return [heads, *([f"{at}", employee(at)["NIP BARU"], "P1", day, "DIUNDANG"] for at, day in enumerate(days))]


def test_days_that_a_spreadsheet_has_swapped_are_rejected(tmp_path: Path) -> None:
    """3 August, opened where the month comes first, is 8 March of the workbook; 25 August is a text."""
    days = [*(datetime(2026, day, 8) for day in range(1, 6)), *(f"{day}/08/2026" for day in range(21, 26))]
    file = opened(book_of(tmp_path, invited(days)), TRAINED)
    found, faults = column(file, "invited_on")
    assert faults == {"day_month_swapped": [0, 1, 2, 3, 4]}
    assert found[5].date() == date(2026, 8, 21)
    form = file.formats["invited_on"]
    assert form.evidence.endswith("a spreadsheet has swapped day and month")
    assert ColumnFormat.from_detected(form.as_detected()) == form


@pytest.mark.parametrize(
    "days",
    [[*(datetime(2026, 8, day) for day in (1, 2, 3, 4, 25)), *(f"{day}/08/2026" for day in range(21, 26))],
     [*(datetime(2026, 8, day) for day in (1, 2, 3, 4)), *(f"{day}/08/2026" for day in (21, 22, 23, 4, 5))],
     [datetime(2026, 8, 1), datetime(2026, 8, 2), "21/08/2026"], [datetime(2026, 8, day) for day in range(1, 10)]],
)  # fmt: skip
def test_days_and_texts_beside_each_other_are_no_swapped_ones(days: list[Any], tmp_path: Path) -> None:
    found, faults = column(opened(book_of(tmp_path, invited(days)), TRAINED), "invited_on")
    assert faults == {}
    assert [day.month for day in found] == [8] * len(days)


def test_a_day_given_back_in_a_workbook_is_still_one_that_a_spreadsheet_made(tmp_path: Path) -> None:
    path = tmp_path / "back.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, look = book.add_worksheet(), book.add_format()
        for at, text in enumerate(SKM_HEADS):
            sheet.write_string(0, at, text)
        row = ["R1", "2026-11-03", "U1", "KTP-el", cell_text(date(2026, 12, 8)), "3", "4"]
        for at, text in enumerate(row):
            write_as_delivered(sheet, 1, at, text, look)
    assert column(opened(path, SURVEY), "hour_band")[1] == {"made_a_date": [0]}


def test_a_formula_that_nobody_has_computed_is_no_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-20.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Catatan & lain").write_formula(1, 5, "=1", None, "")
        sheet = book.add_worksheet("Data")
        for at, row in enumerate(
            [[*BUDGET_HEADS], [2026, "U1", "TEKNIS", 1000], [2026, "U2", "TEKNIS", 1000], [2026, "U3", "TEKNIS", 9, ""]]
        ):
            sheet.write_row(at, 0, row)
        sheet.write_formula(1, 4, "=SUM(D2:D3)", None, "")
        sheet.write_formula(2, 4, "=D3", None, 1000)
        sheet.write_formula(3, 4, '=IF(D4=9,"")', None, "empty")
        for at in range(5):
            sheet.write_formula(4, at, "=1", None, "")
    with zipfile.ZipFile(path) as parts:
        content = {name: parts.read(name) for name in parts.namelist()}
    with zipfile.ZipFile(path, "w") as parts:  # what was computed may be an empty text
        for name, part in content.items():
            parts.writestr(name, part.replace(b"<v>empty</v>", b"<v></v>"))
    assert column(opened(path, BUDGETS), "realised_idr") == ([None, 1000, None], {"not_computed": [0]})


def test_formulas_are_found_wherever_a_part_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "2026-11-20.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Data")
        for at in range(200):
            sheet.write_formula(at, 30, "=1+1", None, "" if at % 3 else 2)
    monkeypatch.setattr(unseen, "_CHUNK", 512)
    assert unseen.unseen_cells(str(path)) == {"Data": {at: {30: UNCOMPUTED} for at in range(200) if at % 3}}


def test_an_error_of_a_workbook_is_read_as_in_a_text_file(tmp_path: Path) -> None:
    """Nothing, and counted: an empty cell would not be. A row of errors alone waits to be filled in."""
    path = tmp_path / "2026-11-20.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Data")
        for at, row in enumerate([[*BUDGET_HEADS], *([2026, f"U{n}", "TEKNIS", 1000] for n in range(1, 5))]):
            sheet.write_row(at, 0, row)
        for at, value in enumerate(["#DIV/0!", "#N/A", 7], start=1):
            sheet.write_formula(at, 4, "=D1/0", None, value)
        for at in range(5):
            sheet.write_formula(5, at, "=NA()", None, "#N/A")
    file = opened(path, BUDGETS)
    (batch,) = file.batches(1_000, str)
    assert batch.coercions == {"realised_idr: missing.marker": 2}
    assert column(file, "realised_idr") == ([None, None, 7, None], {})


def test_errors_are_found_in_each_way_of_writing_them() -> None:
    text = (
        b'<c r="B2" s="1" t="e"><f>1/0</f><v>#DIV/0!</v></c><x:c t="e" r="AA3"><x:v>#REF!</x:v></x:c>'
        b'<c r="C2" t="e"><f/><v> #N/A </v></c><c r="D2" t="s"><v>4</v></c><c r="E2" t="str"><f>A1</f><v>#N/A</v></c>'
    )
    assert list(unseen.found(text)) == [(b"B", b"2", "#DIV/0!"), (b"AA", b"3", "#REF!"), (b"C", b"2", "#N/A")]


@pytest.mark.parametrize("from_1904", [True, False])
def test_serial_numbers_of_an_old_workbook_count_from_the_day_that_it_says(from_1904: bool, tmp_path: Path) -> None:
    book = xlwt.Workbook()
    book.dates_1904 = from_1904
    sheet, look = book.add_sheet("Data"), xlwt.easyxf(num_format_str="DD-MM-YYYY")
    serial = 46_296 - (1_462 if from_1904 else 0)
    for at, row in enumerate(invited([datetime(2026, 10, 1), serial])):
        for place, value in enumerate(row):
            sheet.write(at, place, value, *([look] if isinstance(value, datetime) else []))
    book.save(str(tmp_path / "2026-11-20.xls"))
    assert column(opened(tmp_path / "2026-11-20.xls", TRAINED), "invited_on") == ([datetime(2026, 10, 1)] * 2, {})


# --- words and signs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [(["Y", "T", "Y"], [True, False, True]), (["Ya", "t", "1"], [True, False, True]), (["t", "f", "t"], [True, False, True]),
     (["T", "T", "0"], [None, None, False]), (["Y", "F", "T"], [True, False, None])],
)  # fmt: skip
def test_t_is_tidak_beside_y_and_true_beside_f(written: list[str], expected: list[bool | None], tmp_path: Path) -> None:
    rows = [["id", "nama_unor", "is_layanan"], *([f"U{at}", "Dinas", text] for at, text in enumerate(written))]
    file = opened(csv_of(tmp_path, rows), UNITS)
    found, faults = column(file, "is_service_unit")
    assert found == expected
    assert faults.get("unreadable", []) == [at for at, value in enumerate(expected) if value is None]
    if form := file.formats.get("is_service_unit"):
        assert ColumnFormat.from_detected(form.as_detected()) == form


def test_what_nobody_sees_is_no_part_of_an_id(tmp_path: Path) -> None:
    rows = [["id", "nama_unor"], ["U\u00ad1", "Dinas\u202fPendidikan"], ["\u200eU2\u200f", "Dinas"], ["\uff35\uff13\u3000", "Dinas"]]
    file = opened(csv_of(tmp_path, rows), UNITS)
    assert column(file, "unit_id")[0] == ["U1", "U2", "U3"]
    assert column(opened(tmp_path / "2026-11-20.csv", UNITS), "unit_name")[0][0] == "Dinas Pendidikan"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("8 16", None), ("7 5", None), ("1 500 000", 1_500_000), ("Rp 1 500 000,-", 1_500_000), ("100 200 30", None), ("1\u202f500", 1_500),
     ("85 ", 85), ("- 5", -5), ("24 JP", 24)],
)  # fmt: skip
def test_two_numbers_in_a_cell_are_not_one(text: str, expected: int | None) -> None:
    assert values.parse_number(values.clean(text), style=NumberStyle()).value == expected


def test_a_share_is_no_amount_and_no_count() -> None:
    assert values.parse_whole("50%", style=NumberStyle()).fault == values.UNREADABLE
    assert values.parse_number("50%", style=NumberStyle()).value == 50


# --- the head of the table -------------------------------------------------------------------------------------------------------

ASSESSED = ["NIP", "Tanggal Penilaian", "Tujuan", "Integritas", "", "Kerjasama", "", "JPM"]


def levels(folder: Path, below: list[str], merged: Sequence[tuple[int, int, int, int, str]] = ()) -> dict[str, Any]:
    rows = [ASSESSED, below, [employee(1)["NIP BARU"], "2026-10-01", "PEMETAAN", 4, 2, 4, 3, 75.5]]
    (batch,) = opened(book_of(folder, rows, merged), ASSESSMENTS).batches(10, str)
    return {str(name): list(batch.frame[name]) for name in batch.frame if str(name).startswith("level")}


def test_the_level_of_a_person_is_not_the_standard_beside_it(tmp_path: Path) -> None:
    below = ["", "", "", "Standar", "Hasil", "Standar", "Hasil", ""]
    merged = [(0, at, 1, at, ASSESSED[at]) for at in (0, 1, 2, 7)] + [(0, at, 0, at + 1, ASSESSED[at]) for at in (3, 5)]
    assert list(levels(tmp_path, below).values()) == [[2], [3]]
    assert list(levels(tmp_path, below, merged).values()) == [[2], [3]]


def test_columns_below_one_name_of_which_none_can_be_told_stand_for_nothing(tmp_path: Path) -> None:
    for pair in (("Standar", "Gap"), ("Nilai", "Hasil")):
        below = ["", "", "", *pair, *pair, ""]
        assert levels(tmp_path, below) == {}
        assert opened(tmp_path / "2026-11-20.xlsx", ASSESSMENTS).detection()["columns_unknown"] == ["Integritas", "Kerjasama"]


def test_of_spending_in_percent_and_rupiah_the_rupiah_are_read(tmp_path: Path) -> None:
    rows = [[*BUDGET_HEADS, ""], ["", "", "", "Rp", "%", "Rp"], [2026, "U1", "TEKNIS", 150_000, 80, 120_000]]
    assert column(opened(book_of(tmp_path, rows), BUDGETS), "realised_idr") == ([120_000], {})


def test_a_row_of_data_without_digits_is_no_part_of_the_header() -> None:
    rows = [["id", "nama_unor", "", "diatasan_id"], ["DISDIK", "Dinas Pendidikan", "lama", "KOTA"]]
    last, found = find_header(UNITS, rows)
    assert (last, found.positions["unit_name"]) == (0, 1)


@pytest.mark.parametrize(
    ("title", "below"),
    [("(dalam ribuan rupiah)", []), ("Anggaran 2026 dalam jutaan Rp", []), ("(Rp 000)", []), ("(Rp juta)", []), ("Satuan: ribu rupiah", []),
     ("", ["", "", "", "(juta Rp)", "(juta Rp)"]), ("", ["", "", "", "(dalam ribuan)", ""])],
)  # fmt: skip
def test_amounts_in_thousands_are_refused_with_words(title: str, below: list[str], tmp_path: Path) -> None:
    rows = [[title], BUDGET_HEADS, *([below] if below else []), [2026, "U1", "TEKNIS", 150_000, 120_000]]
    for path in (csv_of(tmp_path, rows), book_of(tmp_path, rows)):
        with pytest.raises(UnreadableFileError, match="thousands") as refused:
            opened(path, BUDGETS)
        assert "rupiah penuh" in in_indonesian(str(refused.value))


@pytest.mark.parametrize("title", ["(dalam rupiah)", "Anggaran di atas 1 juta rupiah", "(Rp)", "Tahun (2026)", "Kota Medan"])
def test_other_notes_at_the_head_say_nothing_of_thousands(title: str, tmp_path: Path) -> None:
    rows = [[title], BUDGET_HEADS, [2026, "U1", "TEKNIS", 150_000, 120_000]]
    assert column(opened(csv_of(tmp_path, rows), BUDGETS), "allocated_idr") == ([150_000], {})


def test_the_declared_header_beats_another_form_of_it_wherever_it_stands(tmp_path: Path) -> None:
    rows = [
        ["NIP", "Tanggal", "1. Tanggal Penilaian", "Tujuan", "M.1"],
        [employee(1)["NIP BARU"], "2026-11-19", "2026-10-01", "PEMETAAN", 3],
    ]
    file = opened(csv_of(tmp_path, rows), ASSESSMENTS)
    assert column(file, "assessed_on")[0] == [datetime(2026, 10, 1)]
    assert file.detection()["columns_unknown"] == ["Tanggal"]


def test_a_competency_is_known_by_its_code_with_a_point_behind_it(tmp_path: Path) -> None:
    rows = [["NIP", "Tanggal", "Tujuan", "M1. Integritas", "M.2. Kerja Sama"], [employee(1)["NIP BARU"], "2026-10-01", "PEMETAAN", 3, 2]]
    assert sorted(opened(csv_of(tmp_path, rows), ASSESSMENTS).table.header.melted.values()) == ["M.1", "M.2"]


def test_amounts_that_the_separator_has_torn_apart_are_rejected_under_blank_headers_too(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-20.csv"
    path.write_text(",".join(BUDGET_HEADS) + ",,\n2026,U1,TEKNIS,1,500,000,750000\n2026,U2,TEKNIS,1500000,750000,,\n")
    (batch,) = opened(path, BUDGETS).batches(10, str)
    assert {fault: at.tolist() for fault, at in batch.faults.items()} == {"row.too_many_cells": [0]}
    rows = [[*BUDGET_HEADS, ""], [2026, "U1", "TEKNIS", 150_000, 120_000, "a note"]]
    assert column(opened(csv_of(tmp_path, rows), BUDGETS), "allocated_idr") == ([150_000], {})


# --- what stands below the table -------------------------------------------------------------------------------------------------


def answer(number: int) -> list[Any]:
    return [f"R{number}", "2026-11-03", "U1", "KTP-el", "08-12", 3, 4]


def test_rows_of_a_second_table_are_not_read_as_rows_of_the_first(tmp_path: Path) -> None:
    second = [["id_responden", "tanggal", "jenis_layanan", "unor_id", "u2", "u1"], ["Q1", "2026-11-03", "KTP-el", "U1", 1, 2]]
    rows = [SKM_HEADS, *map(answer, range(3)), [], *second, SKM_HEADS, answer(9)]
    file = opened(csv_of(tmp_path, rows), SURVEY)
    (batch,) = file.batches(1_000, str)
    assert {fault: at.tolist() for fault, at in batch.faults.items()} == {OTHER_TABLE: [3]}
    assert list(batch.frame["response_id"][[0, 1, 2, 4]]) == ["R0", "R1", "R2", "R9"]
    assert file.rows_outside == [6, 8]


def test_the_header_once_more_in_other_letters_is_the_header(tmp_path: Path) -> None:
    rows = [SKM_HEADS, answer(1), [head.replace("_", " ").upper() for head in SKM_HEADS], answer(2)]
    assert column(opened(csv_of(tmp_path, rows), SURVEY), "response_id") == (["R1", "R2"], {})


def test_a_last_row_that_has_all_it_needs_is_data_whatever_its_key_begins_with(tmp_path: Path) -> None:
    heads = ["kode_program", "nama_program", "jenis_diklat_id", "jumlah_jp", "kode_kompetensi"]
    keys = ["P1", "Catatan Sipil 1", "KEPALA SEKOLAH 2"]
    rows = [heads, *([key, f"Program {key}", "1", "24", "M.1"] for key in keys), ["TOTAL", "", "", "72", ""]]
    assert column(opened(csv_of(tmp_path, rows), PROGRAMMES), "programme_id")[0] == keys


# --- shares in place of scores ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scores", "n_told"), [([0.8, 80, 0, None], 1), ([0, 0, None, 100], 0), ([None] * 4, 0)])
def test_a_share_in_place_of_a_score_is_told(scores: list[float | None], n_told: int, work: Workplace) -> None:
    folder = work.landing / TRAINED.folder
    folder.mkdir(parents=True)
    heads = ["id", "nip", "kode_program", "tanggal_undangan", "status", "nilai_pre"]
    book_of(folder, [heads, *([f"{at}", employee(at)["NIP BARU"], "P1", "2026-10-01", "HADIR", score] for at, score in enumerate(scores))])
    (record,) = refresh_extract(TRAINED, work).records
    assert record.rows_accepted == len(scores)
    assert {check.check_id: check.n_failed for check in record.checks}["pre_score.fraction"] == n_told


def test_the_name_of_a_file_is_kept_without_an_address() -> None:
    assert shown_name("2026-11-18_siti.aminah@kota.go.id.xlsx") == "2026-11-18_[...]@kota.go.id.xlsx"
