"""Cells to files. The same cells and dialect always give the same bytes."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xlsxwriter

from simulation.jobs import COMPETENCIES

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from simulation.dialects import Dialect

    Cells = dict[str, np.ndarray[Any, Any]]

CREATED = datetime(2020, 1, 1, tzinfo=UTC)
LETTERHEAD = ("PEMERINTAH KOTA MEDAN", "BADAN KEPEGAWAIAN DAN PENGEMBANGAN SUMBER DAYA MANUSIA", "REKAPITULASI", "")
_NUMBERS = frozenset({"no", "total", "jpm", "level_standar", "pagu", "realisasi", "tahun", *COMPETENCIES})


def first_row(dialect: Dialect) -> int:
    """Return the line or sheet row of the first row of data, counted as an editor shows it."""
    return 2 + (len(LETTERHEAD) if dialect.letterhead else 0)


def write(path: Path, cells: Cells, dialect: Dialect) -> None:
    """Write one file of a delivery."""
    path.parent.mkdir(parents=True, exist_ok=True)
    labels = dialect.labels(list(cells))
    if dialect.extension == "xlsx":
        _write_workbook(path, labels, cells, dialect)
    elif dialect.extension == "parquet":
        table = pa.table([pa.array(column, pa.string()) for column in cells.values()], names=labels)
        pq.write_table(table, path, compression="zstd")
    else:
        content = _csv_text(labels, cells, dialect.delimiter).encode(dialect.encoding)
        path.write_bytes(gzip.compress(content, compresslevel=4, mtime=0) if dialect.extension == "csv.gz" else content)


def _csv_text(labels: list[str], cells: Cells, delimiter: str) -> str:
    """CSV through Arrow: whole columns are quoted and joined, which is many times faster than row by row."""
    columns = [_quoted(pa.array(column, pa.string()), delimiter) for column in cells.values()]
    header = _quoted(pa.array(labels, pa.string()), delimiter).to_pylist()
    rows = pc.binary_join_element_wise(*columns, delimiter).to_pylist() if len(columns[0]) else []
    return "\n".join([delimiter.join(header), *rows]) + "\n"


def _quoted(column: pa.Array, delimiter: str) -> pa.Array:
    special = pc.or_(pc.match_substring(column, delimiter), pc.match_substring(column, '"'))
    if not pc.any(special).as_py():
        return column
    inside = pc.replace_substring(column, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', inside, '"', ""), column)


def _write_workbook(path: Path, labels: list[str], cells: Cells, dialect: Dialect) -> None:
    """Write a sheet as assessment centres deliver it.

    Letterhead above, signature below, NIP as text, numbers as numbers.
    """
    options = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": CREATED, "title": "Rekapitulasi"})
        sheet = book.add_worksheet("Rekap")
        bold = book.add_format({"bold": True})
        day_format = book.add_format({"num_format": "dd/mm/yyyy"})
        top = first_row(dialect) - 2
        for row in range(top):
            if LETTERHEAD[row]:
                sheet.merge_range(row, 0, row, max(1, len(labels) - 1), LETTERHEAD[row], bold)
        for at, label in enumerate(labels):
            sheet.write_string(top, at, label, bold)
        for at, (name, column) in enumerate(cells.items()):
            is_day = dialect.dates == "excel" and (name.startswith("tanggal") or name == "berlaku_mulai")
            is_number = name in _NUMBERS
            for row, text in enumerate(column, start=top + 1):
                if is_day and (day := _day(text)):
                    sheet.write_datetime(row, at, day, day_format)
                elif is_number and text.replace(".", "", 1).isdigit():
                    sheet.write_number(row, at, float(text))
                elif text:
                    sheet.write_string(row, at, text)
        if dialect.letterhead:
            _sign(sheet, top + 3 + len(next(iter(cells.values()))))


def _day(text: str) -> datetime | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC).replace(tzinfo=None)


def _sign(sheet: Any, row: int) -> None:
    for line, text in enumerate(("Medan, sesuai tanggal pengiriman", "Kepala UPT Penilaian Kompetensi", "", "NIP. 190001011900011900")):
        if text:
            sheet.write_string(row + line, 1, text)
