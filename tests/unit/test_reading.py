"""Files as offices send them: dialects, encodings, letterheads, headers."""

from __future__ import annotations

import gzip
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from data_quality.contract import contract_for
from pipelines.landing import batches
from pipelines.landing.batches import open_delivery, open_file
from pipelines.landing.deliveries import discover
from pipelines.landing.headers import competency_code, map_headers, require_columns
from pipelines.landing.limits import Limits
from pipelines.landing.profiles import PLAIN, ProfileError, Reading, load_profiles
from pipelines.landing.readers import open_tables
from pipelines.landing.refusals import MissingColumnsError, UnreadableFileError
from pipelines.landing.sheet_worker import cell_text
from pipelines.landing.survey import Survey
from tests.conftest import EMPLOYEE_HEADER, employee, write_employees
from tests.real import NOT_THERE, REAL

if TYPE_CHECKING:
    from collections.abc import Callable

EMPLOYEES = contract_for("hr/employees")
ASSESSMENTS = contract_for("evaluation/assessments")


def _rows(path: Path) -> list[tuple[int, str, str]]:
    opened = open_file(path, EMPLOYEES, (), 1_000)
    found = []
    for batch in opened.batches(1_000, lambda nip: nip):
        found += list(zip(batch.rows.tolist(), batch.frame["employee_key"], batch.frame["unit_id"], strict=True))
    return found


def _csv(delimiter: str, encoding: str) -> Callable[[Path, list[dict[str, str]]], Path]:
    def write(folder: Path, rows: list[dict[str, str]]) -> Path:
        lines = [delimiter.join(EMPLOYEE_HEADER)] + [delimiter.join(row[h] for h in EMPLOYEE_HEADER) for row in rows]
        path = folder / "2026-01-01.csv"
        path.write_bytes("\n".join(lines).encode(encoding))
        return path

    return write


def _gzip(folder: Path, rows: list[dict[str, str]]) -> Path:
    plain = _csv(",", "utf-8")(folder, rows)
    path = folder / "2026-01-02.csv.gz"
    path.write_bytes(gzip.compress(plain.read_bytes()))
    return path


def _workbook(folder: Path, rows: list[dict[str, str]]) -> Path:
    path = folder / "2026-01-01.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Tersembunyi").hide()
        sheet = book.add_worksheet("Data")
        sheet.write(0, 0, "PEMERINTAH KOTA MEDAN")
        for column, header in enumerate(EMPLOYEE_HEADER):
            sheet.write(4, column, header + " ")
            for number, row in enumerate(rows):
                sheet.write_string(5 + number, column, row[header])
        sheet.write(8 + len(rows), 3, "Medan, 1 Januari 2026")
        sheet.write(9 + len(rows), 3, "Kepala Badan,")
        book.worksheets()[1].activate()
    return path


def _parquet(folder: Path, rows: list[dict[str, str]]) -> Path:
    path = folder / "2026-01-01.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


@pytest.mark.parametrize(
    "write",
    [
        _csv(",", "utf-8"),
        _csv(";", "utf-8-sig"),
        _csv("\t", "utf-16"),
        _csv("|", "cp1252"),
        _csv(";", "utf-16-le"),
        _gzip,
        _workbook,
        _parquet,
    ],
    ids=["comma", "bom", "utf16", "pipe", "utf16-no-bom", "gzip", "workbook", "parquet"],
)
def test_every_form_of_file_gives_the_same_rows(tmp_path: Path, write: Callable[[Path, list[dict[str, str]]], Path]) -> None:
    rows = [employee(number) for number in range(20)]
    read = _rows(write(tmp_path, rows))
    assert [(nip, unit) for _, nip, unit in read] == [(row["NIP BARU"], "U1") for row in rows]


def test_rows_keep_the_line_that_an_editor_shows(tmp_path: Path) -> None:
    path = write_employees(tmp_path, date(2026, 1, 1), [employee(0), employee(1, NAMA='"dua\nbaris"'), employee(2)])
    assert [row for row, _, _ in _rows(path)] == [2, 3, 5]


def test_total_rows_below_the_data_are_no_data(tmp_path: Path) -> None:
    path = write_employees(tmp_path, date(2026, 1, 1), [employee(0), employee(1)])
    path.write_text(path.read_text() + ";" * 11 + "\nJUMLAH;2" + ";" * 10 + "\n")
    opened = open_file(path, EMPLOYEES, (), 10)
    assert len(next(iter(opened.batches(10, str))).rows) == 2
    assert opened.detection()["rows_outside_table"] == 1


SIGNED = [
    ["Mengetahui,", "", "Medan, 2 Januari 2026"], ["Camat Medan Kota", "", "Kasubbag Umum"], ["Drs. Contoh Satu, M.Si", "", "Dra. Contoh Dua"],
    ["Pembina Utama Muda"], ["19700101 199503 1 001"],
]  # fmt: skip


def test_a_signature_below_the_column_of_the_key_is_no_data(tmp_path: Path) -> None:
    path = write_employees(tmp_path, date(2026, 1, 1), [employee(0), employee(1)])
    path.write_text(path.read_text() + "".join(";".join(row) + ";" * (12 - len(row)) + "\n" for row in SIGNED))
    opened = open_file(path, EMPLOYEES, (), 10)
    assert [len(batch.rows) for batch in opened.batches(10, str)] == [2]
    assert opened.detection()["rows_outside_table_at"] == [4, 5, 6, 7, 8]


def test_a_last_row_that_lacks_cells_is_data_where_its_key_is_one(tmp_path: Path) -> None:
    path = write_employees(tmp_path, date(2026, 1, 1), [employee(0)])
    path.write_text(path.read_text() + f"{employee(1)['NIP BARU']};Orang Satu" + ";" * 10 + "\n")
    assert [len(batch.rows) for batch in open_file(path, EMPLOYEES, (), 10).batches(10, str)] == [2]
    units = tmp_path / "2026-01-02.csv"
    units.write_text("id;nama_unor\nDISHUB;Dinas Perhubungan\nDUKCAPIL;Dinas Kependudukan\n")
    assert [len(batch.rows) for batch in open_file(units, contract_for("hr/units"), (), 10).batches(10, str)] == [2]


@pytest.mark.parametrize("total", ["Grand Total;;;300;200;1000", "JUMLAH SELURUHNYA;;;300;200;1000"])
def test_the_total_of_a_pivot_table_is_no_data(tmp_path: Path, total: str) -> None:
    path = tmp_path / "2026-01-01.csv"
    path.write_text(f"tahun;unor_id;komponen;pagu;realisasi;total_belanja_daerah\n2026;U1;TEKNIS;300;200;1000\n{total}\n")
    assert [len(batch.rows) for batch in open_file(path, contract_for("evaluation/training_budgets"), (), 10).batches(10, str)] == [1]


def test_a_row_of_units_in_brackets_belongs_to_the_header(tmp_path: Path) -> None:
    path = write_employees(tmp_path, date(2026, 1, 1), [employee(0)])
    header, row = path.read_text().splitlines()
    path.write_text(f"{header}\n(18 angka);;(dd-mm-yyyy);[L/P];;;;;;;;\n{row}\n")
    opened = open_file(path, EMPLOYEES, (), 10)
    assert opened.table.header_row == 2
    assert [len(batch.rows) for batch in opened.batches(10, str)] == [1]


def test_rows_that_a_form_has_numbered_and_left_blank_are_no_data(tmp_path: Path) -> None:
    path = tmp_path / "2026-01-01.csv"
    path.write_text("no;nip;nama;tanggal_penilaian;tujuan;M.1;M.2\n1;199003012015011901;A;2025-01-01;PEMETAAN;3;3\n" + "2;;;;;;\n" * 3_000)
    opened = open_file(path, ASSESSMENTS, (), 1_000)
    assert [len(batch.rows) for batch in opened.batches(1_000, str)] == [1]
    detected = opened.detection()
    assert (detected["rows_outside_table"], detected["rows_outside_table_at"]) == (3_000, list(range(3, 53)))


def test_rows_with_one_cell_that_never_end_are_data_and_are_held_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_MOST_FOOTER_ROWS", 100)
    path = tmp_path / "2026-01-01.csv"
    blank = ";" * (len(EMPLOYEE_HEADER) - 1)
    path.write_text(";".join(EMPLOYEE_HEADER) + "\n" + f"x{blank}\n" * 950 + ";".join(EMPLOYEE_HEADER) + "\n" + f"x{blank}\n" * 5)
    opened = open_file(path, EMPLOYEES, (), 200)
    read = [batch.rows.tolist() for batch in opened.batches(200, str)]
    assert max(map(len, read)) == 200
    assert [row for rows in read for row in rows] == [*range(2, 952), *range(953, 958)]
    assert opened.detection()["rows_outside_table_at"] == [952]


def test_of_a_delivery_of_many_files_no_more_is_held_than_of_one(tmp_path: Path) -> None:
    paths = [write_employees(tmp_path, date(2026, 1, 1), [employee(n) for n in range(at, at + 4)], f"_{at}") for at in range(0, 40, 4)]
    opened = open_delivery(paths, EMPLOYEES, (), 10)
    assert sum(file.waiting.n_in_memory for file in opened if file.waiting) <= 10
    assert sum(len(batch.rows) for file in opened for batch in file.batches(10, str)) == 40


def test_missing_columns_are_named_with_the_nearest_seen() -> None:
    found = map_headers(EMPLOYEES, [h.replace("UNOR ID", "UNIT ORID") for h in EMPLOYEE_HEADER])
    with pytest.raises(MissingColumnsError, match=r"unor_id \(nearest seen: UNIT ORID\)") as refused:
        require_columns(EMPLOYEES, found)
    assert "NIP BARU" in str(refused.value)


def test_a_file_without_header_does_not_show_its_first_row_as_column_names(tmp_path: Path) -> None:
    path = tmp_path / "2026-01-01.csv"
    path.write_text("199003012015011901;Budi Contoh;x\n")
    with pytest.raises(MissingColumnsError) as refused:
        open_file(path, EMPLOYEES, (), 10)
    assert "1990" not in str(refused.value)
    assert "Budi" not in str(refused.value)


@pytest.mark.parametrize("name", ["T. Zulkarnain Harahap", "T.Zulkarnain", "T. ALI"])
def test_a_person_whose_name_begins_like_a_code_is_no_column_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "2026-01-01.csv"
    path.write_text(f"1;{name};Penata;T.4\n")
    with pytest.raises(MissingColumnsError) as refused:
        open_file(path, ASSESSMENTS, (), 10)
    assert "columns seen: no known column name" in str(refused.value)


def test_labels_that_nobody_knows_are_named_only_below_a_header(tmp_path: Path) -> None:
    seen = map_headers(ASSESSMENTS, ["nip", "T.4", "Siti Contoh"])
    assert (seen.n_known, seen.unknown) == (2, ("[...]",))
    assert map_headers(ASSESSMENTS, ["nip", "nama", "Hobi"]).unknown == ("Hobi",)


def test_a_label_or_a_file_that_is_called_like_a_person_is_told_without_the_name(tmp_path: Path) -> None:
    seen = map_headers(ASSESSMENTS, ["nip", "nama", "Siti Rahma Nasution", "Catatan Pribadi", "T. Zulkarnain Harahap"])
    assert seen.unknown == ("[nama]", "Catatan Pribadi", "[nama]")
    with pytest.raises(MissingColumnsError) as missing:
        require_columns(ASSESSMENTS, seen)
    assert str(missing.value).endswith("columns seen: nip, nama, [nama], Catatan Pribadi, [nama]")
    path = tmp_path / "2026-01-01_Siti Rahma Nasution.csv"
    path.write_text("")
    with pytest.raises(UnreadableFileError, match=r"^2026-01-01_\[nama\].csv: the file is empty"):
        open_file(path, EMPLOYEES, (), 10)


@pytest.mark.parametrize(
    ("header", "code"),
    [("M.1", "M.1"), ("m1", "M.1"), ("Integritas", "M.1"), ("SK 1", "SK.1"), ("T.4 Uji Kir", "T.4"), ("T. 12", "T.12"), ("T.KEU.1", "T.KEU.1"),
     ("T.DUK1", "T.DUK1"), ("T.DD", "T.DD"), ("Pangkat", None), ("T. Ali", None), ("T.Ali", None), ("T.ALI AKBAR", None), ("T. ALI", None)],
)  # fmt: skip
def test_competencies_are_headed_by_code_or_name(header: str, code: str | None) -> None:
    assert competency_code(header) == code


@pytest.mark.parametrize(
    ("header", "column"),
    [("Tanggal (dd/mm/yyyy)", "responded_on"), ("Umur (Tahun)", "age_band"), ("JK (L/P)", "sex"), ("U1. Persyaratan", "u1"),
     ("U1 (Persyaratan)", "u1"), ("U4 - Biaya/Tarif", "u4"), ("2. Sistem, Mekanisme, dan Prosedur", "u2"), ("Unsur 3", "u3"),
     ("U8 Sarana dan Prasarana", "u9"), ("U8. Sarpras", None), ("Umur (bulan)", None), ("14 Tanggal Lahir", None)],
)  # fmt: skip
def test_a_header_is_known_with_a_number_before_and_a_hint_behind(header: str, column: str | None) -> None:
    """The name beats the number: some questionnaires ask for Sarana before Pengaduan."""
    found = map_headers(contract_for("feedback/survey_responses"), ["id_responden", "jenis_layanan", header])
    assert {name for name, at in found.positions.items() if at == 2} == ({column} if column else set())


def test_an_amount_in_millions_is_no_amount_in_rupiah() -> None:
    budget = map_headers(contract_for("evaluation/training_budgets"), ["tahun", "unor_id", "Pagu (juta Rp)", "Realisasi (Rp)"])
    assert (set(budget.positions), budget.unknown) == ({"year", "unit_id", "realised_idr"}, ("Pagu (juta Rp)",))


def test_a_survey_without_any_answer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "2026-01-01.csv"
    path.write_text("id_responden;tanggal;unor_id;jenis_layanan;U8. Sarpras\nR1;2026-01-01;U1;KTP;3\n")
    survey = contract_for("feedback/survey_responses")
    with pytest.raises(MissingColumnsError) as refused:
        open_file(path, survey, (), 10)
    assert "required columns are missing: u1, u2, u3, u4, u5, u6, u7, u8, u9; columns seen" in str(refused.value)
    path.write_text("id_responden;tanggal;unor_id;jenis_layanan;Persyaratan\nR1;2026-01-01;U1;KTP;3\n")
    assert len(next(iter(open_file(path, survey, (), 10).batches(10, str))).rows) == 1


def test_damaged_and_foreign_files_are_refused_with_words(tmp_path: Path) -> None:
    broken = tmp_path / "2026-01-01.xlsx"
    broken.write_bytes(b"PK\x03\x04 broken")
    empty = tmp_path / "2026-01-01.csv"
    empty.write_bytes(b"")
    for path in (broken, empty, tmp_path / "x.pdf"):
        with pytest.raises(UnreadableFileError, match=path.name):
            open_tables(path, EMPLOYEES, PLAIN, Limits())


def test_discovery_takes_dated_files_and_reports_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "hr" / "pegawai"
    folder.mkdir(parents=True)
    for name in ("2026-01-01.csv", "2026-01-01_part2.csv", "2026-02-30.csv", "catatan.txt", ".2026-01-02.csv", "~$2026-01-01.xlsx"):
        (folder / name).write_text("x")
    (folder / "2026-01-03.csv").symlink_to(folder / "catatan.txt")
    deliveries, strangers = discover(tmp_path, EMPLOYEES)
    assert [(d.delivery_on, len(d.files)) for d in deliveries] == [(date(2026, 1, 1), 2)]
    assert strangers == ["2026-01-03.csv", "2026-02-30.csv", "catatan.txt"]


def test_a_long_number_in_a_workbook_stays_visibly_destroyed() -> None:
    assert cell_text(1.99003152015011e17) == "1.99003152015011e+17"
    assert (cell_text(3.0), cell_text(None), cell_text(float("nan")), cell_text(True)) == ("3", "", "", "1")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("extract: hr/employees\nfiels: x\n", 2, "fiels"),
        ("extract: hr/employees\naccept_deliveries: [kemarin]\n", 2, "kemarin"),
        ("extract: hr/employees\nreading:\n  sheeet: 1\n", 3, "sheeet"),
        ("extract: hr/employees\nreading:\n  sheet: 1\n  header_row: 0\n", 4, "header_row"),
        ("extract: hr/employees\nreading:\n  encoding: utf8mb4\n", 3, "utf8mb4"),
        ("files: x\n", 1, "extract"),
        ("extract: hr/employees\nheaders: [\n", 3, "not valid YAML"),
        ("extract: hr/employees\nheaders: [NIP]\n", 2, "headers: {theirs: ours}"),
        ("extract: hr/employees\nignore: CATATAN\n", 2, "ignore: [one, another]"),
        ("extract: hr/employees\naccept_deliveries: 2026-11-24\n", 2, "it is a list"),
        ("extract: hr/employees\nvalues:\n  JENIS KELAMIN: P\n", 3, "JENIS KELAMIN: {theirs: ours}"),
        ("extract: hr/employees\nvalues:\n  JENIS KELAMIN: {No: P}\n", 3, "in quotes"),
        ("extract: hr/employees\nconstants:\n  JENIS KELAMN: P\n", 3, "'JENIS KELAMN' is no column of hr/employees"),
        ("extract: hr/employees\nheaders:\n  NIPP: NIP BAROE\n", 3, "'NIP BAROE' is no column of hr/employees"),
        ("extract: hr/people\n", 1, "no contract 'hr/people'"),
    ],
)
def test_a_slip_in_a_profile_is_told_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(ProfileError) as told:
        load_profiles(tmp_path)
    assert str(told.value).startswith(f"{path}:{line}: ")
    assert said in str(told.value)


def test_a_profile_that_has_changed_counts_in_a_process_that_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extract: hr/employees\nignore: [ONE]\n")
    assert load_profiles(tmp_path)[0].ignore == ("ONE",)
    (tmp_path / "a.yaml").write_text("extract: hr/employees\nignore: [ANOTHER]\n")
    assert load_profiles(tmp_path)[0].ignore == ("ANOTHER",)


@pytest.mark.skipif(not REAL.is_dir(), reason=NOT_THERE)
def test_a_blank_form_of_a_real_assessment_centre_has_no_rows_of_data(tmp_path: Path) -> None:
    path = tmp_path / "2026-01-01.xlsx"
    shutil.copy(REAL / "format-templates" / "kaltim_rekap_penilaian_kompetensi_template.xlsx", path)
    with pytest.raises(MissingColumnsError, match="tujuan"):
        open_file(path, contract_for("evaluation/assessments"), (), 100)


def _order(texts: list[str], **others: list[str]) -> str:
    survey = Survey(EMPLOYEES.read_columns)
    for name, column in {"birth_year": texts, **others}.items():
        survey.add(name, pd.Series(column, dtype=object))
    return survey.formats(month_first=False, reading=Reading())["birth_year"].evidence


def test_the_order_of_day_and_month_is_decided_by_what_most_values_can_mean() -> None:
    plain = [f"0{n}/0{m}/199{d}" for n in range(1, 10) for m in range(1, 10) for d in range(3)]
    assert _order(["03/04/1990"]).startswith("day first: 1 ambiguous values, order declared")
    assert _order(["03/04/1990", "12/31/1990"]).startswith("month first: 1 values")
    assert _order([*plain, "12/31/1990"]) == "day first: 243 ambiguous values, order declared by the contract; 1 values cannot be read so"
    assert _order(plain, rank_since_on=["12/31/1990"]).endswith("order of the file's other dates")
    assert _order([*plain, "31/12/1990", "12/31/1990"]).startswith("day first")
