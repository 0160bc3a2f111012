"""A grid of cells as the bytes of a file, in each format and dialect."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
import xlwt

from tests.files.people import Cell, Grid

Quoting = Literal["minimal", "all", "none"]
_DAY_FORMAT = "dd-mm-yyyy"


@dataclass(frozen=True)
class Formula:
    """A cell that is computed; ``value`` is the outcome that the spreadsheet has kept."""

    text: str
    value: str | float


# --- text ------------------------------------------------------------------------------------------------------------


def csv_text(lines: Sequence[Sequence[Cell]], delimiter: str = ",", end: str = "\r\n", quoting: Quoting = "minimal") -> str:
    return "".join(delimiter.join(_quoted(cell, delimiter, quoting) for cell in line) + end for line in lines)


def _quoted(cell: Cell, delimiter: str, quoting: Quoting) -> str:
    text = "" if cell is None else str(cell)
    must = any(mark in text for mark in (delimiter, '"', "\n", "\r"))
    if quoting == "all" or (quoting == "minimal" and must):
        return '"' + text.replace('"', '""') + '"'
    return text


def csv_file(
    grid: Grid, delimiter: str = ",", encoding: str = "utf-8", end: str = "\r\n", quoting: Quoting = "minimal", mark: bytes = b""
) -> bytes:
    return mark + csv_text(grid.lines, delimiter, end, quoting).encode(encoding)


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=1, mtime=0)


# --- workbooks -------------------------------------------------------------------------------------------------------


def xlsx_file(
    grid: Grid, decorate: Callable[[Any, Any], None] | None = None, sheet: str = "Data", day_format: str = _DAY_FORMAT, **options: Any
) -> bytes:
    """An XLSX; ``decorate`` gets the workbook and the sheet of data once that is filled."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, **options}) as book:
        fill_sheet(book, book.add_worksheet(sheet), grid.lines, day_format)
        if decorate:
            decorate(book, book.get_worksheet_by_name(sheet))
    return stream.getvalue()


def fill_sheet(book: Any, sheet: Any, lines: Sequence[Sequence[Cell]], day_format: str = _DAY_FORMAT) -> None:
    day_style = book.add_format({"num_format": day_format})
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            match cell:
                case None | "":
                    continue
                case Formula():
                    sheet.write_formula(row, column, cell.text, None, cell.value)
                case bool():
                    sheet.write_boolean(row, column, cell)
                case int() | float():
                    sheet.write_number(row, column, cell)
                case date():
                    moment = cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)
                    sheet.write_datetime(row, column, moment, day_style)
                case _:
                    sheet.write_string(row, column, str(cell))


def xls_file(grid: Grid, decorate: Callable[[Any, Any], None] | None = None) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Data")
    day_style = xlwt.easyxf(num_format_str="DD-MM-YYYY")
    for row, line in enumerate(grid.lines):
        for column, cell in enumerate(line):
            if cell is None or cell == "":
                continue
            if isinstance(cell, date):
                sheet.write(row, column, cell, day_style)
            else:
                sheet.write(row, column, cell)
    if decorate:
        decorate(book, sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


_ODS_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
ODS_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods_file(grid: Grid) -> bytes:
    rows = "".join(f"<table:table-row>{''.join(map(ods_cell, line))}</table:table-row>" for line in grid.lines)
    return ods_archive(f'<table:table table:name="Data">{rows}</table:table>')


def ods_archive(tables: str) -> bytes:
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODS_NAMES} office:version="1.2"><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_MIMETYPE}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return zipped({"mimetype": ODS_MIMETYPE, "META-INF/manifest.xml": manifest, "content.xml": content}, stored=("mimetype",))


def ods_cell(cell: Cell) -> str:
    match cell:
        case None | "":
            return "<table:table-cell/>"
        case bool():
            return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(cell).lower()}"/>'
        case int() | float():
            return f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
        case date():
            shown = f"{cell:%d-%m-%Y}"
            return f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}"><text:p>{shown}</text:p></table:table-cell>'
        case _:
            paragraphs = "".join(f"<text:p>{escape(part)}</text:p>" for part in str(cell).split("\n"))
            return f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>'


def zipped(members: dict[str, str | bytes], stored: tuple[str, ...] = ()) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def xlsx_by_hand(sheet_rows: str, *, doctype: str = "", shared: str | None = None, extra: dict[str, str | bytes] | None = None) -> bytes:
    """An XLSX from raw sheet XML, for what no library would write."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{head}<Types xmlns="{package}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="Data" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{relations}/sharedStrings" '
        f'Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{head}{doctype}<worksheet xmlns="{main}"><sheetData>{sheet_rows}</sheetData></worksheet>',
        "xl/sharedStrings.xml": shared or f'{head}<sst xmlns="{main}" count="0" uniqueCount="0"></sst>',
        **(extra or {}),
    }
    return zipped(members)


def inline_row(number: int, cells: Sequence[Cell]) -> str:
    """A row of inline strings, as a fragment of sheet XML."""
    body = "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{escape(str(cell))}</t></is></c>' for cell in cells)
    return f"<row r={quoteattr(str(number))}>{body}</row>"


# --- Parquet ---------------------------------------------------------------------------------------------------------


def parquet_file(grid: Grid, **options: Any) -> bytes:
    """Types as Arrow infers them from the cells; an empty text is no value."""
    columns = {
        label: [None if row[at] == "" else row[at] for row in grid.rows] for at, label in enumerate(grid.header)
    }  # fmt: skip
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, **options)
    return stream.getvalue()


# --- compound documents ----------------------------------------------------------------------------------------------


def compound_file(streams: dict[str, bytes]) -> bytes:
    """A minimal OLE compound document (what XLS and password-protected XLSX are); streams are padded to 4096 bytes and more."""
    size, free, end_of_chain, fat_sector = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    table = [fat_sector]
    sectors = b""
    entries = [_directory_entry("Root Entry", 5, end_of_chain, 0, child=1)]
    for number, (name, content) in enumerate(streams.items(), start=1):
        padded = content.ljust(max(4096, -(-len(content) // size) * size), b"\0")
        first = len(table) + 1
        n = len(padded) // size
        table += [*range(first + 1, first + n), end_of_chain]
        entries.append(_directory_entry(name, 2, first, len(padded), right=number + 1 if number < len(streams) else free))
        sectors += padded
    return _compound_bytes(table, entries, sectors)


def _compound_bytes(table: list[int], entries: list[bytes], sectors: bytes) -> bytes:
    """Sector 0 is the allocation table, sector 1 and following the directory, then the streams (at most 100 sectors in all)."""
    size, free, end_of_chain = 512, 0xFFFFFFFF, 0xFFFFFFFE
    assert len(entries) <= 4, "the directory of this minimal document is one sector"
    table = [table[0], end_of_chain, *table[1:]]
    allocation = b"".join(value.to_bytes(4, "little") for value in [*table, *[free] * (size // 4 - len(table))])
    directory = b"".join(entries).ljust(size, b"\0")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + bytes.fromhex("3e000300feff09000600") + bytes(6)
    for value in (0, 1, 1, 0, 4096, end_of_chain, 0, end_of_chain, 0, 0):
        header += value.to_bytes(4, "little")
    return header.ljust(size, b"\xff") + allocation + directory + sectors


def _directory_entry(name: str, kind: int, first: int, length: int, child: int = 0xFFFFFFFF, right: int = 0xFFFFFFFF) -> bytes:
    label = name.encode("utf-16-le") + b"\0\0"
    numbers = b"".join(value.to_bytes(4, "little") for value in (0xFFFFFFFF, right, child))
    place = first.to_bytes(4, "little") + length.to_bytes(8, "little")
    return label.ljust(64, b"\0") + len(label).to_bytes(2, "little") + bytes([kind, 1]) + numbers + bytes(36) + place
