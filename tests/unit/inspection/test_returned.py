"""The rejected rows of a delivery as the workbook that goes back to the office."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING

import xlsxwriter
from python_calamine import CalamineWorkbook

from data_quality.contract import contract_for
from pipelines.inspection import returned
from pipelines.inspection.returned import write_rejected
from pipelines.loading.ingest import Workplace, refresh_extract
from tests.conftest import EMPLOYEE_HEADER, employee, write_employees

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

EMPLOYEES, TRAINED = contract_for("hr/employees"), contract_for("evaluation/training_participants")
D1 = date(2026, 1, 1)


def given_back(work: Workplace, target: Path, contract=EMPLOYEES, language="en") -> tuple[int, list[list[object]]]:
    refresh_extract(contract, work)
    n_rows = write_rejected(work.lake, contract, work.lake.records(contract)[D1], target, language)
    return n_rows, CalamineWorkbook.from_path(str(target)).get_sheet_by_index(0).to_python()


def test_a_column_that_only_a_later_part_has_comes_back(work: Workplace, tmp_path: Path) -> None:
    write_employees(work.landing, D1, [employee(n, **{"GOL AKHIR ID": "??"} if n == 1 else {}) for n in range(20)])
    path = write_employees(work.landing, D1, [employee(n, **{"GOL AKHIR ID": "!!"} if n == 30 else {}) for n in range(30, 50)], "_part2")
    head, *lines = path.read_text().splitlines()
    path.write_text("\n".join([f"{head};JABATAN NAMA", *(f"{line};Analis {at}" for at, line in enumerate(lines))]))
    n_rows, (labels, first, second) = given_back(work, tmp_path / "r.xlsx")
    assert n_rows == 2
    assert (first[labels.index("jabatan_nama")], second[labels.index("jabatan_nama")]) == ("", "Analis 0")


def test_rows_stand_in_the_order_of_file_sheet_and_row(work: Workplace, tmp_path: Path) -> None:
    folder = work.landing / "hr" / "pegawai"
    folder.mkdir(parents=True)
    with xlsxwriter.Workbook(str(folder / "2026-01-01.xlsx")) as book:
        for name, start, bad in (("Dinas A", 0, {6, 8}), ("Dinas B", 40, {3, 5})):
            rows = [employee(n, **{"GOL AKHIR ID": "??"} if n - start in bad else {}) for n in range(start, start + 40)]
            for at, cells in enumerate([EMPLOYEE_HEADER, *(list(row.values()) for row in rows)]):
                book.get_worksheet_by_name(name) or book.add_worksheet(name)
                book.get_worksheet_by_name(name).write_row(at, 0, cells)
    _, (_, *rows) = given_back(work, tmp_path / "r.xlsx")
    assert [(str(row[0]).split("[")[1].split("]")[0], int(float(str(row[1])))) for row in rows] == [
        ("Dinas A", 8), ("Dinas A", 10), ("Dinas B", 5), ("Dinas B", 7),
    ]  # fmt: skip


def test_what_a_sheet_cannot_hold_is_left_out_and_counted(work: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returned, "MOST_ROWS", 5)
    write_employees(work.landing, D1, [employee(n, **{"GOL AKHIR ID": "??"} if n < 4 else {}) for n in range(60)])
    n_rows, rows = given_back(work, tmp_path / "full.xlsx")
    assert (n_rows, len(rows)) == (4, 5)
    write_employees(work.landing, D1, [employee(n, **{"GOL AKHIR ID": "??"} if n < 6 else {}) for n in range(60)])
    n_rows, rows = given_back(work, tmp_path / "cut.xlsx")
    assert (n_rows, len(rows), rows[-1][0]) == (3, 5, "This sheet is full: 3 more rows are not written.")


def test_a_number_of_the_office_comes_back_as_that_number(work: Workplace, tmp_path: Path) -> None:
    folder = work.landing / "evaluation" / "pelatihan_peserta"
    folder.mkdir(parents=True)
    with xlsxwriter.Workbook(str(folder / "2026-01-01.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "nip", "kode_program", "tanggal_undangan", "status", "jumlah_jam"])
        sheet.write_row(1, 0, ["1", employee(1)["NIP BARU"], "P1", "2026-08-01", "ENTAH", 1.125])
    n_rows, (labels, row) = given_back(dataclasses.replace(work), tmp_path / "r.xlsx", TRAINED)
    assert (n_rows, row[labels.index("jumlah_jam")]) == (1, 1.125)
