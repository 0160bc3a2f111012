"""The workbook that goes back to an office: its own grid, coloured where something has to be mended."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from python_calamine import CalamineWorkbook

from pipelines.inspection import run_check, workbook
from tests.unit.inspection import faulty

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("returned")
    run_check(faulty.write_faulty_employees(folder / "hr" / "pegawai"), xlsx=folder / "perbaikan.xlsx")
    return folder / "perbaikan.xlsx"


def grid(path: Path, sheet: int) -> list[list[str]]:
    return [
        [str(cell) for cell in row]
        for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(sheet).to_python(skip_empty_area=False)
    ]


def same(left: list[list[str]], right: list[list[str]]) -> None:
    """Equal cells in equal places; rows may end in blanks."""
    assert len(left) == len(right)
    for number, (ours, theirs) in enumerate(zip(left, right, strict=True), start=1):
        width = max(len(ours), len(theirs))
        assert [*ours, *[""] * (width - len(ours))] == [*theirs, *[""] * (width - len(theirs))], number


def test_the_grid_comes_back_in_its_own_places(returned: Path) -> None:
    rows = [faulty.HEADER, *([row[header] for header in faulty.HEADER] for row in faulty.faulty_rows())]
    hidden = "(disembunyikan)"  # a forbidden column, one that no contract knows, a cell beyond the header
    expected = [[*row[:20], *(hidden if at and cell else cell for cell in row[20:])] for at, row in enumerate(rows)]
    expected[faulty.OVERFULL_ROW - 1].append(hidden)
    expected.append(["Jumlah", "472"])
    same(grid(returned, 1), expected)


def test_a_workbook_comes_back_with_its_letterhead_and_signature(tmp_path: Path) -> None:
    path, target = faulty.write_faulty_assessments(tmp_path), tmp_path / "r.xlsx"
    run_check(path, "evaluation/assessments", xlsx=target)
    ours, theirs = grid(target, 1), grid(path, 0)
    for row in theirs:  # numbers come back as the text that was read
        row[:] = [cell.removesuffix(".0") for cell in row]
    same(ours, theirs)
    assert CalamineWorkbook.from_path(str(target)).sheet_names == ["Perbaikan", "Data"]


def test_nothing_in_the_workbook_is_a_formula(returned: Path) -> None:
    with zipfile.ZipFile(returned) as archive:
        sheets = {name: archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")}
        styles = archive.read("xl/styles.xml").decode()
    assert len(sheets) == 2
    assert "=HYPERLINK" in sheets["xl/worksheets/sheet2.xml"]
    assert not any("<f>" in text or "<f " in text for text in sheets.values())
    assert 'quotePrefix="1"' in styles


def test_bad_cells_are_red_or_yellow_and_say_why(returned: Path) -> None:
    with zipfile.ZipFile(returned) as archive:
        sheet, styles = archive.read("xl/worksheets/sheet2.xml").decode(), archive.read("xl/styles.xml").decode()
        comments = next(archive.read(name).decode() for name in archive.namelist() if "comments" in name)
    fills = re.findall(r"<fill>.*?</fill>", styles)
    looks = [int(at) for at in re.findall(r'<xf [^>]*fillId="(\d+)"', styles.split("<cellXfs")[1].split("</cellXfs")[0])]
    coloured: dict[str, set[str]] = {"FFFFC7CE": set(), "FFFFEB9C": set()}
    for cell, style in re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', sheet):
        for colour, cells in coloured.items():
            if colour in fills[looks[int(style)]]:
                cells.add(cell)
    expected: dict[bool, set[str]] = {True: set(), False: set()}
    for check_id, row, columns in faulty.expected_places():
        expected[check_id in faulty.WARNINGS] |= {f"{letter}{row}" for letter in columns.split(", ")}
    assert coloured["FFFFC7CE"] == expected[False]
    assert coloured["FFFFEB9C"] == expected[True] - expected[False]
    assert set(re.findall(r'<comment ref="([A-Z]+\d+)"', comments)) == expected[True] | expected[False]
    assert "mungkin maksudnya: III/d" in comments


def test_the_list_of_corrections_leads_to_the_cells(returned: Path) -> None:
    with zipfile.ZipFile(returned) as archive:
        listing = archive.read("xl/worksheets/sheet1.xml").decode()
    links = re.findall(r'location="\'Data\'!([A-Z]+\d+)"', listing)
    assert len(links) == len(faulty.expected_places())
    assert f"H{faulty.FIRST_FAULTY + 2 + [f.check_id for f in faulty.FAULTS].index('rank_code.unknown_code')}" in links
    assert "<pane " in listing
    assert "<autoFilter" in listing


def test_the_header_row_is_frozen_bold_and_filtered(returned: Path) -> None:
    with zipfile.ZipFile(returned) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()
    assert re.search(r'<pane ySplit="1" topLeftCell="A2"', sheet)
    assert re.search(r'<autoFilter ref="A1:X\d+"', sheet)
    assert len(re.findall(r"<col ", sheet)) >= len(faulty.HEADER) - 5


def test_every_sheet_that_was_read_comes_back(tmp_path: Path) -> None:
    path, target = faulty.write_two_sheets(tmp_path), tmp_path / "r.xlsx"
    run_check(path, "evaluation/assessments", xlsx=target)
    assert CalamineWorkbook.from_path(str(target)).sheet_names == ["Perbaikan", "Data 1 (Gelombang I)", "Data 2 (Gelombang II)"]
    same([[cell.removesuffix(".0") for cell in row] for row in grid(path, 1)], grid(target, 2))
    with zipfile.ZipFile(target) as archive:
        assert "'Data 2 (Gelombang II)'!H4" in archive.read("xl/worksheets/sheet1.xml").decode()


def test_a_long_list_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_LISTED", 5)
    path, target = faulty.write_faulty_employees(tmp_path), tmp_path / "r.xlsx"
    run_check(path, "hr/employees", xlsx=target)
    n_left = len(faulty.expected_places()) - 5
    assert grid(target, 0)[-1][0] == f"Daftar ini dipotong: {n_left} tempat lain tidak ditulis."
    with zipfile.ZipFile(target) as archive:
        comments = next(archive.read(name).decode() for name in archive.namelist() if "comments" in name)
    assert comments.count("<comment ref=") == 5


def test_a_file_whose_kind_is_unknown_is_not_copied(tmp_path: Path) -> None:
    path, target = tmp_path / "x.csv", tmp_path / "r.xlsx"
    path.write_text("a;b\n1;2\n")
    run_check(path, xlsx=target)
    assert CalamineWorkbook.from_path(str(target)).sheet_names == ["Perbaikan"]
    assert grid(target, 0)[0][0].startswith("DITOLAK: tidak jelas")
