"""A table of the open database as a workbook: numbers as numbers in the form of their kind, the header frozen, a dictionary beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xlsxwriter

from pipelines.reporting.language import Language, form_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

ROWS_OF_A_SHEET = 1_000_000
"""Excel holds 1,048,576 rows; what is more goes on in a further sheet."""
_BATCH = 10_000
_NUMBER_FORMS = {
    "percent": "0.0%",
    "fine_percent": "0.000%",
    "points": "+0.0%;-0.0%;0.0%",
    "money": "#,##0",
    "count": "#,##0",
    "one": "#,##0.0",
    "two": "#,##0.00",
    "signed": "+0.00;-0.00;0.00",
    "plain": "0",
    "quarter": "yyyy-mm-dd",
    "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
_WIDEST = 40
_OF_TYPE = {"DATE": "yyyy-mm-dd", "TIMESTAMP": "yyyy-mm-dd hh:mm", "BIGINT": "#,##0", "INTEGER": "0"}


def write_workbook(connection: duckdb.DuckDBPyConnection, name: str, path: Path, descriptions: Mapping[str, str], about: str) -> None:
    """Write one table.

    Args:
        connection: of the open database.
        name: the table.
        path: the new file.
        descriptions: of columns, for the sheet *Kamus*.
        about: what the table is and of which release, the first line of that sheet.
    """
    cursor = connection.execute(f'from "{name}"')
    columns = [(column[0], str(column[1])) for column in cursor.description or ()]
    # Constant memory: a sheet is written row by row and never held. Text is text: nothing in it becomes a formula or a link.
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        formats = [_format_of(book, column, kind) for column, kind in columns]
        sheet, at, number = _data_sheet(book, columns, head, 1), 0, 1
        while rows := cursor.fetchmany(_BATCH):
            for row in rows:
                if at == ROWS_OF_A_SHEET:
                    sheet.autofilter(0, 0, at, len(columns) - 1)
                    number += 1
                    sheet, at = _data_sheet(book, columns, head, number), 0
                at += 1
                _write_row(sheet, at, row, formats)
        sheet.autofilter(0, 0, at, len(columns) - 1)
        _write_dictionary(book.add_worksheet("Kamus"), columns, descriptions, about, head)


def _data_sheet(book: xlsxwriter.Workbook, columns: Sequence[tuple[str, str]], head: Format, number: int) -> Worksheet:
    sheet = book.add_worksheet("Data" if number == 1 else f"Data {number}")
    for at, (column, _) in enumerate(columns):
        sheet.set_column(at, at, min(_WIDEST, max(11, len(column) + 2)))
        sheet.write_string(0, at, column, head)
    sheet.freeze_panes(1, 1)
    return sheet


def _format_of(book: xlsxwriter.Workbook, column: str, kind: str) -> Format | None:
    form = form_of(column)
    number_form = _NUMBER_FORMS.get(form) if kind != "VARCHAR" else None
    if kind in {"DATE", "TIMESTAMP"} or (number_form is None and kind in _OF_TYPE):
        number_form = _OF_TYPE[kind]
    return book.add_format({"num_format": number_form}) if number_form else None


def _write_row(sheet: Worksheet, at: int, row: Sequence[Any], formats: Sequence[Format | None]) -> None:
    for place, value in enumerate(row):
        if value is None:
            continue
        if isinstance(value, str):
            sheet.write_string(at, place, value)
        elif isinstance(value, bool):
            sheet.write_boolean(at, place, value)
        elif hasattr(value, "year"):
            sheet.write_datetime(at, place, value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value, formats[place])
        else:
            sheet.write_number(at, place, float(value), formats[place])


def _write_dictionary(
    sheet: Worksheet, columns: Sequence[tuple[str, str]], descriptions: Mapping[str, str], about: str, head: Format
) -> None:
    indonesian, english = Language("id"), Language("en")
    sheet.write_string(0, 0, about)
    for at, title in enumerate(("Kolom", "Label (Indonesia)", "Label (English)", "Tipe", "Keterangan")):
        sheet.write_string(1, at, title, head)
        sheet.set_column(at, at, (30, 32, 32, 16, 90)[at])
    for at, (column, kind) in enumerate(columns, start=2):
        # A restricted table has columns without labels, and what is exported with labels has them for names.
        labels = [language.label(column) if language.has_label(column) else column for language in (indonesian, english)]
        for place, text in enumerate((column, *labels, kind, descriptions.get(column, ""))):
            sheet.write_string(at, place, text)
    sheet.freeze_panes(2, 1)
