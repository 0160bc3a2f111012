"""The two hundred in workbooks and Parquet."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.files import people as p
from tests.files import writers as w
from tests.files.people import Cell, Grid, Style, grid
from tests.files.variants import LETTERHEAD, TOTALS, Variant, framed, shuffled, single, unannounced, with_blank_rows

Decorate = Callable[[Any, Any], None]
_WIDTH = len(p.HEADERS)


def workbook(name: str, make: Callable[[], Grid] = grid, decorate: Decorate | None = None, **options: Any) -> Variant:
    return single(name, ".xlsx", lambda: w.xlsx_file(make(), decorate, **options))


def dated() -> Grid:
    return grid(Style(date=p.same))


def numbered() -> Grid:
    """Codes and years as numbers, as a spreadsheet stores what looks like one."""

    def number(text: str) -> Cell:
        return int(text) if text.isdigit() else text

    return grid(
        Style(date=p.same, legal_status=float, rank=number, position_type=number, echelon=number, education=number, year=p.same)
    )  # fmt: skip


# --- what stands in a sheet ------------------------------------------------------------------------------------------


def _computed() -> Grid:
    def formula(_n: int, cell: Cell) -> Cell:
        return w.Formula('=VLOOKUP(R1,Acuan!A:B,2,0)&""', cell) if cell != "" else cell

    computed = numbered()
    for header in ("UNOR NAMA", "TAHUN LULUS", "GOL AKHIR ID", "NIP ATASAN"):
        computed = computed.with_cells(header, formula)
    return computed


def _truth() -> Grid:
    return grid().with_column("AKTIF", lambda n: n % 3 > 0).with_cells("KEDUDUKAN HUKUM ID", lambda _n, cell: True if cell == "1" else cell)


def _errors() -> Grid:
    return grid(Style(missing=w.Formula("=NA()", "#N/A")))


def _away_from_the_corner() -> Grid:
    moved = framed()
    above = [[], [], *moved.above]
    return Grid(["", "", *moved.header], [["", "", *row] for row in moved.rows], above, [["", "", *row] for row in moved.below])


# --- merged cells ----------------------------------------------------------------------------------------------------


def _two_row_header() -> Grid:
    """Groups above some of the columns; the others are merged over both rows."""
    upper = [_GROUPS.get(label, ("", label))[0] or label for label in p.HEADERS]
    upper = [label if at == 0 or label != upper[at - 1] else "" for at, label in enumerate(upper)]
    lower = [label if label in _GROUPS else "" for label in p.HEADERS]
    return replace(grid(), above=[*LETTERHEAD, upper], header=lower, below=TOTALS)


def _split_header() -> Grid:
    """A group is part of the label: JABATAN over ID and NAMA."""
    upper, lower = list(p.HEADERS), [""] * _WIDTH
    for first, second in itertools.pairwise(range(_WIDTH)):
        group, rest = p.HEADERS[first].split(" ", 1)[0], p.HEADERS[second].split(" ", 1)
        if group == rest[0] and group in {"GELAR", "JABATAN", "UNOR"}:
            upper[first], upper[second] = group, ""
            lower[first], lower[second] = p.HEADERS[first].split(" ", 1)[1], rest[1]
    return replace(grid(), above=[upper], header=lower)


_GROUPS = {
    **dict.fromkeys(("NAMA", "GELAR DEPAN", "GELAR BELAKANG"), ("IDENTITAS", "")),
    **dict.fromkeys(("JABATAN ID", "JABATAN NAMA", "ESELON ID", "TMT JABATAN"), ("DATA JABATAN", "")),
    **dict.fromkeys(("UNOR ID", "UNOR NAMA"), ("UNIT ORGANISASI", "")),
}


def _merge_header(book: Any, sheet: Any) -> None:
    top = len(LETTERHEAD)
    style = book.add_format({"bold": True, "align": "center"})
    column = 0
    for group, labels in itertools.groupby(p.HEADERS, key=lambda label: _GROUPS.get(label, (label, ""))[0]):
        width = len(list(labels))
        if width > 1:
            sheet.merge_range(top, column, top, column + width - 1, group, style)
        elif group in p.HEADERS:
            sheet.merge_range(top, column, top + 1, column, group, style)
        column += width


def _merge_title(_book: Any, sheet: Any) -> None:
    sheet.merge_range(0, 0, 0, _WIDTH - 1, "PEMERINTAH KOTA MEDAN")
    sheet.merge_range(1, 0, 2, _WIDTH - 1, "DAFTAR PEGAWAI")


def _unit_blocks() -> list[tuple[int, int]]:
    """First and last sheet row (0-based) of each unit's people."""
    blocks = []
    numbered_people = enumerate(p.PEOPLE, start=1)
    for _unit, members in itertools.groupby(numbered_people, key=lambda item: item[1].unit_id):
        rows = [row for row, _ in members]
        blocks.append((rows[0], rows[-1]))
    return blocks


def _merge_units(book: Any, sheet: Any) -> None:
    style = book.add_format({"valign": "top"})  # without a format, the cells under the merged one would keep their values
    for first, last in _unit_blocks():
        for header in ("UNOR ID", "UNOR NAMA"):
            column = p.HEADERS.index(header)
            sheet.merge_range(first, column, last, column, grid().rows[first - 1][column], style)


def _merge_units_xls(_book: Any, sheet: Any) -> None:
    for first, last in _unit_blocks():
        for header in ("UNOR ID", "UNOR NAMA"):
            sheet.merge(first, last, p.HEADERS.index(header), p.HEADERS.index(header))


def _only_first_of_unit() -> Grid:
    """What a merged block really stores: the value in its first cell."""
    firsts = {first - 1 for first, _ in _unit_blocks()}
    cut = grid().with_cells("UNOR ID", lambda n, cell: cell if n in firsts else "")
    return cut.with_cells("UNOR NAMA", lambda n, cell: cell if n in firsts else "")


# --- sheets and what is hidden ---------------------------------------------------------------------------------------


def _strangers() -> Grid:
    """Rows that must never be read: other people, under the right header."""
    return grid(people=tuple(replace(person, nip=person.nip[:-3] + "777") for person in p.PEOPLE[:3]))


def _hidden_first(book: Any, sheet: Any) -> None:
    other = book.add_worksheet("Lama")
    w.fill_sheet(book, other, _strangers().lines)
    book.worksheets_objs.insert(0, book.worksheets_objs.pop())
    for number, each in enumerate(book.worksheets_objs):
        each.index = number
    sheet.activate()
    sheet.set_first_sheet()
    other.hide()


def _more_sheets(book: Any, _sheet: Any) -> None:
    book.add_worksheet("Sheet2")
    summary = book.add_worksheet("Rekap")
    w.fill_sheet(book, summary, [["UNOR ID", "UNOR NAMA", "GOL AKHIR ID", "JUMLAH"], ["UNOR-01", "Dinas Pendidikan", "III/a", 34]])


def _hide_columns_and_rows(_book: Any, sheet: Any) -> None:
    sheet.set_column(3, 6, None, None, {"hidden": True})
    for row in range(10, 60):
        sheet.set_row(row, None, None, {"hidden": True})
    sheet.autofilter(0, 0, p.N_PEOPLE, _WIDTH - 1)


def _format_beyond_the_table(book: Any, sheet: Any) -> None:
    style = book.add_format({"border": 1})
    for row in range(p.N_PEOPLE + 1, p.N_PEOPLE + 2_000):
        for column in range(0, _WIDTH + 20, 5):
            sheet.write_blank(row, column, None, style)


def _rich_names(book: Any, sheet: Any) -> None:
    bold = book.add_format({"bold": True})
    column = p.HEADERS.index("UNOR NAMA")
    for row, cells in enumerate(grid().rows, start=1):
        sheet.write_rich_string(row, column, cells[column][:4], bold, cells[column][4:])


_XLSX = [
    workbook("xlsx-text"),
    workbook("xlsx-inline-strings", constant_memory=True),
    workbook("xlsx-dates", dated),
    workbook("xlsx-dates-1904", dated, date_1904=True),
    workbook("xlsx-dates-indonesian-format", dated, day_format="[$-421]dd mmmm yyyy;@"),
    workbook("xlsx-date-times", lambda: grid(Style(date=lambda day: datetime(day.year, day.month, day.day)))),
    workbook("xlsx-numbers", numbered),
    workbook("xlsx-formulas", _computed, lambda book, _sheet: book.add_worksheet("Acuan")),
    workbook("xlsx-truth-values", _truth),
    workbook("xlsx-error-cells", _errors),
    workbook("xlsx-rich-text", grid, _rich_names),
    workbook("xlsx-letterhead-merged-title", framed, _merge_title),
    workbook("xlsx-two-row-header", _two_row_header, _merge_header),
    workbook("xlsx-two-row-header-split", _split_header),
    workbook("xlsx-away-from-the-corner", _away_from_the_corner),
    workbook("xlsx-merged-units", grid, _merge_units),
    workbook("xlsx-blank-rows", with_blank_rows),
    workbook("xlsx-shuffled", shuffled),
    workbook("xlsx-unannounced", unannounced),
    workbook("xlsx-hidden-sheet-before", grid, _hidden_first),
    workbook("xlsx-more-sheets", grid, _more_sheets),
    workbook("xlsx-hidden-columns-and-rows", grid, _hide_columns_and_rows),
    workbook("xlsx-formatted-blank-cells", grid, _format_beyond_the_table),
    workbook("xlsx-header-line-break", lambda: grid().with_header(lambda label: label.replace(" ", "\n"))),
    workbook("xlsx-nip-apostrophe", lambda: grid(Style(nip=lambda nip: f"'{nip}", date=p.long_date, missing="-"))),
]

# --- other workbooks -------------------------------------------------------------------------------------------------


_ODS_TAIL = (
    '<table:table-row table:number-rows-repeated="1048375"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
)


def _ods_as_libreoffice() -> bytes:
    """Equal neighbours are written once, and the sheet goes on to its last row."""
    rows = []
    for line in dated().lines:
        cells = []
        for cell, equal in itertools.groupby(line):
            count = len(list(equal))
            repeated = f'<table:table-cell table:number-columns-repeated="{count}"'
            cells.append(w.ods_cell(cell).replace("<table:table-cell", repeated, 1) if count > 1 else w.ods_cell(cell))
        rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return w.ods_archive(f'<table:table table:name="Data">{"".join(rows)}{_ODS_TAIL}</table:table>')


def _only_text(make: Callable[[], Grid]) -> Grid:
    """Parquet columns have one type: a column of numbers and texts is a column of texts."""
    return replace(make(), rows=[[str(cell) for cell in row] for row in make().rows])


def _parquet_typed() -> bytes:
    typed = grid(Style(date=p.same, nip=int, year=p.same, legal_status=int, education=int, position_type=int))
    return w.parquet_file(typed.with_header(lambda label: label.lower().replace(" ", "_")), compression="zstd")


def _parquet_of_pandas() -> bytes:
    """Dictionary columns, large strings, time stamps and floating years with NaN, as pandas leaves them."""
    table = pq.read_table(io.BytesIO(w.parquet_file(dated())))
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_date32(column.type):
            columns[name] = column.cast(pa.timestamp("ns"))
        elif name == "TAHUN LULUS":
            columns[name] = pa.array([float(text or "nan") for text in column.to_pylist()])
        else:
            columns[name] = column.cast(pa.large_string()) if name.startswith("JABATAN") else column.dictionary_encode()
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, row_group_size=64)
    return stream.getvalue()


_OTHERS = [
    single("xls-text", ".xls", lambda: w.xls_file(grid())),
    single("xls-dates-and-numbers", ".xls", lambda: w.xls_file(numbered())),
    single("xls-framed", ".xls", lambda: w.xls_file(framed())),
    single("xls-merged-units", ".xls", lambda: w.xls_file(_only_first_of_unit(), _merge_units_xls)),
    single("ods-text", ".ods", lambda: w.ods_file(grid())),
    single("ods-dates-and-numbers", ".ods", lambda: w.ods_file(numbered())),
    single("ods-framed", ".ods", lambda: w.ods_file(framed())),
    single("ods-as-libreoffice", ".ods", _ods_as_libreoffice),
    single("parquet-text", ".parquet", lambda: w.parquet_file(_only_text(grid))),
    single("parquet-typed", ".parquet", _parquet_typed),
    single("parquet-of-pandas", ".parquet", _parquet_of_pandas),
]

_MISNAMED = [
    single("xlsx-named-csv", ".csv", lambda: w.xlsx_file(grid())),
    single("xlsx-named-xls", ".xls", lambda: w.xlsx_file(dated())),
    single("xls-named-xlsx", ".xlsx", lambda: w.xls_file(grid())),
    single("ods-named-xlsx", ".xlsx", lambda: w.ods_file(grid())),
    single("csv-named-xlsx", ".xlsx", lambda: w.csv_file(grid(), ";", "cp1252")),
    single("tabs-named-xls", ".xls", lambda: w.csv_file(grid(), "\t", "utf-16")),
    single("gzip-named-csv", ".csv", lambda: w.gzipped(w.csv_file(grid()))),
    single("csv-named-gzip", ".csv.gz", lambda: w.csv_file(grid())),
    single("parquet-named-csv", ".csv", lambda: w.parquet_file(grid())),
]

WORKBOOK_VARIANTS = (*_XLSX, *_OTHERS, *_MISNAMED)
