"""Which form a column has is told by the delivery as a whole, and a number that is one in its file has no form."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from data_quality.contract import contract_for
from pipelines.landing import values
from pipelines.landing.batches import OpenedFile, open_delivery
from pipelines.landing.profiles import Profile, Reading
from pipelines.landing.sheet_worker import cell_text
from pipelines.landing.survey import ColumnFormat, Survey
from pipelines.landing.values import NumberStyle, parse_whole
from pipelines.loading.ingest import refresh_extract
from tests.conftest import employee, write_employees

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.loading.ingest import Workplace

EMPLOYEES, TRAINED = contract_for("hr/employees"), contract_for("evaluation/training_participants")
HEADS = ["id", "nip", "kode_program", "tanggal_undangan", "status", "jumlah_jam", "biaya"]
D1 = date(2026, 1, 1)


def trained(number: int, hours: Any, cost: Any, invited: Any = "2026-08-01") -> list[Any]:
    return [f"{number}", employee(number)["NIP BARU"], "P1", invited, "SELESAI", hours, cost]


def opened(*paths: Path, contract: Any = TRAINED, profiles: tuple[Profile, ...] = ()) -> list[OpenedFile]:
    return open_delivery(paths, contract, profiles, 1_000)


def column(file: OpenedFile, name: str) -> tuple[list[Any], dict[str, list[int]]]:
    """The values of a column, and the positions of its faults."""
    (batch,) = file.batches(1_000, str)
    found = [None if pd.isna(value) else value for value in batch.frame[name]]
    return found, {rule.partition(".")[2]: at.tolist() for rule, at in batch.faults.items() if rule.startswith(f"{name}.")}


def csv_of(folder: Path, costs: list[str], name: str = "2026-01-01.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(";".join(row) for row in [HEADS, *(trained(at, "8", cost) for at, cost in enumerate(costs))]) + "\n")
    return path


def book_of(folder: Path, rows: list[list[Any]], *, from_1904: bool = False) -> Path:
    path = folder / "2026-01-01.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": from_1904, "default_date_format": "dd-mm-yyyy"}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((HEADS, *rows)):
            sheet.write_row(at, 0, row)
    return path


# --- one slip does not make a column a thousandth ---------------------------------------------------------------------------


def test_one_decimal_point_does_not_make_amounts_a_thousandth(tmp_path: Path) -> None:
    (file,) = opened(csv_of(tmp_path, [*(f"{amount}.000" for amount in range(101, 113)), "12.50"]))
    amounts, faults = column(file, "cost_idr")
    assert amounts == [*(amount * 1_000 for amount in range(101, 113)), None]
    assert faults == {"unreadable": [12]}
    assert file.formats["cost_idr"].evidence == "decimal comma: 12 ambiguous values, Indonesian form assumed; 1 values show the other mark"


def test_thousands_among_decimals_with_a_point_are_faults_and_not_thousandths(tmp_path: Path) -> None:
    (file,) = opened(csv_of(tmp_path, ["1500000.00", "250000.00", "75000.50", "101.000"]))
    amounts, faults = column(file, "cost_idr")
    assert amounts == [1_500_000, 250_000, None, None]
    assert faults == {"unreadable": [2], "mixed_marks": [3]}


def test_amounts_with_commas_between_thousands_and_one_with_decimals_are_read(tmp_path: Path) -> None:
    (file,) = opened(csv_of(tmp_path, [*(f"{amount},000" for amount in range(101, 141)), "1,234.00"]))
    assert column(file, "cost_idr") == ([*(amount * 1_000 for amount in range(101, 141)), 1_234], {})


def test_a_point_that_a_person_has_declared_begins_decimals(tmp_path: Path) -> None:
    told = Profile("evaluation/training_participants", reading=Reading(decimal_mark="."))
    (file,) = opened(csv_of(tmp_path, ["3.000", "500.000"]), profiles=(told,))
    assert column(file, "cost_idr") == ([3, 500], {})
    assert ColumnFormat.from_detected(file.formats["cost_idr"].as_detected()) == file.formats["cost_idr"]


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [("101.000", ".", "mixed_marks"), ("-1.000.000", ".", "mixed_marks"), ("Rp 101.000,-", ".", "mixed_marks"), ("101000.000", ".", 101_000),
     ("3.0", ".", 3), ("0.000", ".", 0), ("12,000", ",", "unreadable"), ("Rp 12,000,-", ",", "unreadable"), ("12.000", ",", 12_000), ("0.500", ",", "unreadable")],
)  # fmt: skip
def test_a_group_of_three_digits_is_no_fraction_of_a_whole_number(text: str, mark: str, expected: int | str) -> None:
    cell = parse_whole(text, style=NumberStyle(mark))
    assert (cell.fault or cell.value) == expected


@pytest.mark.parametrize(
    ("text", "mark"), [("0.963", "."), ("0,963", ","), ("1234.500", "."), ("1,234,567", "."), ("1.234", ""), ("Rp.500", "")]
)
def test_three_digits_after_a_mark_decide_nothing_unless_they_cannot_be_thousands(text: str, mark: str) -> None:
    survey = Survey(TRAINED.read_columns)
    survey.add("cost_idr", pd.Series([text] * 9, dtype=object))
    evidence = survey.formats(month_first=False, reading=Reading())["cost_idr"].evidence
    assert ("values show it" in evidence) == bool(mark)
    assert evidence.startswith("decimal point" if mark == "." else "decimal comma" if mark else ("decimal comma: 1 ambiguous", ""))


def test_what_begins_with_a_zero_is_no_thousand() -> None:
    assert values.parse_number("0.963", style=NumberStyle(",")).value == Decimal("0.963")


# --- numbers that are numbers in their file ------------------------------------------------------------------------------------


def test_a_number_of_a_workbook_is_read_as_it_is_whatever_its_neighbours_write(tmp_path: Path) -> None:
    rows = [trained(0, 1.125, 101_000), trained(1, "1.125", "101.000"), trained(2, 0.963, 1.125), trained(3, "7,5", 2_500_000.0)]
    (file,) = opened(book_of(tmp_path, rows))
    assert column(file, "hours_jp") == ([Decimal("1.125"), Decimal(1125), Decimal("0.963"), Decimal("7.5")], {})
    assert column(opened(book_of(tmp_path, rows))[0], "cost_idr") == ([101_000, 101_000, None, 2_500_000], {"unreadable": [2]})
    assert file.formats["hours_jp"].evidence == "decimal comma: 1 values show it"


def test_a_number_of_a_parquet_file_is_read_as_it_is(tmp_path: Path) -> None:
    rows = [trained(0, Decimal("1.125"), Decimal("101.000")), trained(1, Decimal("40.000"), Decimal("5000000.000"))]
    columns = dict(zip(HEADS, map(list, zip(*rows, strict=True)), strict=True))
    exact = {"jumlah_jam": pa.array(columns["jumlah_jam"], pa.decimal128(12, 3)), "biaya": pa.array(columns["biaya"], pa.decimal128(18, 3))}
    pq.write_table(pa.table(columns | exact), tmp_path / "2026-01-01.parquet")
    (file,) = opened(tmp_path / "2026-01-01.parquet")
    assert column(file, "hours_jp") == ([Decimal("1.125"), Decimal(40)], {})
    assert column(opened(tmp_path / "2026-01-01.parquet")[0], "cost_idr") == ([101, 5_000_000], {})


def test_a_number_is_told_from_the_text_of_one_and_looks_like_it() -> None:
    number = cell_text(1.125)
    assert number != cell_text("1.125")
    assert values.clean(number) == "1.125"
    assert [cell_text(plain) for plain in (3.0, Decimal("1.000"), Decimal("NaN"), 1.5e300)] == ["3", "1", "NaN", "1.5e+300"]


# --- day or month first, for a delivery as a whole -----------------------------------------------------------------------------


def part(folder: Path, name: str, days: list[str], first: int = 0) -> Path:
    rows = [employee(first + at, **{"TANGGAL LAHIR": "1990-05-15"}) for at in range(len(days))]
    path = write_employees(folder, D1, rows, name)
    head, *lines = path.read_text().splitlines()
    path.write_text("\n".join([f"{head};TMT GOLONGAN", *(f"{line};{day}" for line, day in zip(lines, days, strict=True))]) + "\n")
    return path


LONG = [f"0{1 + n % 9}/{13 + n % 15}/2020" for n in range(40)]


def ranks(files: list[OpenedFile]) -> list[list[Any]]:
    return [[value and value.date() for value in column(file, "rank_since_on")[0]] for file in files]


def test_a_short_part_is_read_in_the_order_that_the_delivery_shows(tmp_path: Path) -> None:
    files = opened(part(tmp_path, "", LONG), part(tmp_path, "_part2", ["03/02/2026"], 50), contract=EMPLOYEES)
    assert ranks(files)[1] == [date(2026, 3, 2)]
    assert files[1].detection()["formats"]["rank_since_on"]["evidence"] == (
        "month first: 1 ambiguous values, order of the delivery's other tables"
    )


def test_a_slip_in_a_short_part_does_not_turn_its_days(tmp_path: Path) -> None:
    days = [f"{13 + n % 15}/0{1 + n % 9}/2020" for n in range(40)]
    files = opened(part(tmp_path, "", days), part(tmp_path, "_part2", ["03/02/2026", "02/25/2026"], 50), contract=EMPLOYEES)
    assert ranks(files)[1] == [date(2026, 2, 3), None]
    assert files[1].formats["rank_since_on"].evidence.endswith("1 values cannot be read so")


def test_a_part_in_the_usual_order_keeps_it_by_one_value(tmp_path: Path) -> None:
    files = opened(part(tmp_path, "", LONG), part(tmp_path, "_part2", ["03/02/2026", "25/02/2026"], 50), contract=EMPLOYEES)
    assert ranks(files)[1] == [date(2026, 2, 3), date(2026, 2, 25)]


def test_a_part_that_shows_its_own_order_keeps_it_and_the_conflict_is_told(tmp_path: Path) -> None:
    paths = part(tmp_path, "", LONG), part(tmp_path, "_part2", ["13/02/2020", "14/02/2020", "15/02/2020", "03/02/2020"], 50)
    files = opened(*paths, contract=EMPLOYEES)
    assert ranks(files)[1][3] == date(2020, 2, 3)
    for file in files:
        assert file.detection()["formats"]["rank_since_on"]["evidence"].endswith(
            "values of the delivery's other tables show the other order"
        )


def test_files_of_another_office_say_nothing_of_an_offices_order(tmp_path: Path) -> None:
    other = Profile("hr/employees", files="*_part2*")
    files = opened(part(tmp_path, "", LONG), part(tmp_path, "_part2", ["03/02/2026"], 50), contract=EMPLOYEES, profiles=(other,))
    assert ranks(files)[1] == [date(2026, 2, 3)]


def test_a_short_part_has_the_decimal_mark_that_the_delivery_shows(tmp_path: Path) -> None:
    long = csv_of(tmp_path, [f"{n}1000.00" for n in range(1, 9)])
    files = opened(long, csv_of(tmp_path, ["101.000", "1500"], "2026-01-01_b.csv"))
    assert column(files[1], "cost_idr") == ([None, 1500], {"mixed_marks": [0]})
    assert files[1].formats["cost_idr"].evidence == "decimal point: 1 ambiguous values, form of the delivery's other tables"


def test_a_part_with_decimal_commas_keeps_them_by_one_value(tmp_path: Path) -> None:
    long = csv_of(tmp_path, [f"{n}1000.00" for n in range(1, 9)])
    files = opened(long, csv_of(tmp_path, ["101.000,00", "1.500"], "2026-01-01_b.csv"))
    assert column(files[1], "cost_idr") == ([101_000, 1_500], {})
    assert files[1].formats["cost_idr"].evidence.endswith("8 values of the delivery's other tables show the other mark")


# --- days that count from 1904 -------------------------------------------------------------------------------------------------


def test_serial_numbers_of_a_workbook_that_counts_from_1904_are_the_days_that_are_meant(tmp_path: Path) -> None:
    days = [datetime(2026, 8, 17), 46_251 - 1_462, "46251", "2026-08-17"]
    rows = [trained(at, 8, 100, day) for at, day in enumerate(days)]
    rows[2][3] = f"{46_251 - 1_462}.0"
    (file,) = opened(book_of(tmp_path, rows, from_1904=True))
    detected = file.detection()["formats"]["invited_on"]
    assert ColumnFormat.from_detected(detected) == file.formats["invited_on"]
    assert {day.date() for day in column(file, "invited_on")[0]} == {date(2026, 8, 17)}
    (plain,) = opened(book_of(tmp_path, [trained(0, 8, 100, 46_251)]))
    assert {day.date() for day in column(plain, "invited_on")[0]} == {date(2026, 8, 17)}


def test_only_serial_numbers_are_moved() -> None:
    moved = [values.serial_from_1900(text) for text in ("44789", "44789.5", "20260817", "17-08-2026", "")]
    assert moved == ["46251", "46251.5", "20260817", "17-08-2026", ""]


def test_a_code_that_a_spreadsheet_gave_decimals_is_the_code(tmp_path: Path) -> None:
    path = tmp_path / "2026-01-01.csv"
    answers = ["3", "3.0", "3,0", "c", "-1", "0,3", "3,5"]
    lines = ["id_responden;tanggal;unor_id;jenis_layanan;u1", *(f"R{at};2026-01-01;U1;KTP;{text}" for at, text in enumerate(answers))]
    path.write_text("\n".join(lines) + "\n")
    (file,) = opened(path, contract=contract_for("feedback/survey_responses"))
    assert column(file, "u1")[0] == ["3", "3", "3", "3", "-1", "0,3", "3,5"]  # what is left as it is, the rule on codes names


def test_competencies_of_a_programme_are_codes_however_they_are_written(work: Workplace) -> None:
    folder = work.landing / "evaluation" / "pelatihan_katalog"
    folder.mkdir(parents=True)
    written = ["M.1;SK.1", "m1, sk1", "M 1/SK.1", "Integritas; Perekat Bangsa", "T.4 | t.Keu1", "Komunikasi Efektif"]
    lines = [
        "kode_program;nama_program;jenis_diklat_id;jumlah_jp;kode_kompetensi",
        *(f'P{at};A;3;8;"{text}"' for at, text in enumerate(written)),
    ]
    (folder / "2026-01-01.csv").write_text("\n".join(lines) + "\n")
    catalogue = contract_for("evaluation/training_programmes")
    (record,) = refresh_extract(catalogue, work).records
    (file,) = opened(folder / "2026-01-01.csv", contract=catalogue)
    assert column(file, "competency_codes")[0] == ["M.1;SK.1"] * 4 + ["T.4;T.Keu1", "KOMUNIKASI EFEKTIF"]
    assert record.rows_accepted == 6
    assert {check.check_id: check.n_failed for check in record.checks}["competency_codes.pattern"] == 1


@pytest.mark.parametrize("written", ["M.1", "m1", "M 1", "Integritas"])
def test_the_competency_of_a_standard_is_a_code_however_it_is_written(tmp_path: Path, written: str) -> None:
    path = tmp_path / "2026-01-01.csv"
    path.write_text(f"kelas_posisi;kode_kompetensi;level_standar;berlaku_mulai\nPELAKSANA;{written};1;2026-01-01\n")
    (file,) = opened(path, contract=contract_for("hr/competency_standards"))
    assert column(file, "competency_code")[0] == ["M.1"]


def test_a_share_in_place_of_a_percentage_is_told(work: Workplace) -> None:
    folder = work.landing / "evaluation" / "penilaian_kompetensi"
    folder.mkdir(parents=True)
    book = folder / "2026-01-01.xlsx"
    with xlsxwriter.Workbook(str(book)) as made:
        sheet, percent = made.add_worksheet(), made.add_format({"num_format": "0.00%"})
        sheet.write_row(0, 0, ["nip", "tanggal_penilaian", "tujuan", "M.1", "JPM (%)"])
        for at, jpm in enumerate([0.963, 96.3], start=1):
            sheet.write_row(at, 0, [employee(at)["NIP BARU"], "01-12-2025", "PEMETAAN", 3])
            sheet.write_number(at, 4, jpm, percent if jpm < 1 else None)
    (record,) = refresh_extract(contract_for("evaluation/assessments"), work).records
    assert (record.status, record.rows_accepted) == ("accepted", 2)
    assert {check.check_id: check.n_failed for check in record.checks}["jpm_delivered.fraction"] == 1
