"""Damaged and hostile workbooks, archives and Parquet files, each with what must become of it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.files import people as p
from tests.files import writers as w
from tests.files.hostile import COMPRESSED, DAMAGED, EITHER, STRANGERS, TEXT, Fate, Hostile, blocked, flipped, noise, of_bytes, read
from tests.files.people import Style, grid
from tests.files.seeds import N_EMPLOYEES, employees

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _sheet_rows() -> str:
    return "".join(w.inline_row(number, line) for number, line in enumerate(employees().lines, start=1))


# --- archives that grow ----------------------------------------------------------------------------------------------


def zip_bomb(path: Path, *, megabytes: int = 3_000, declared: int | None = None) -> None:
    """An XLSX whose sheet grows to gigabytes; ``declared`` is the size that its directory states instead of the true one."""
    small = w.xlsx_by_hand("")
    chunk = (w.inline_row(2, ["x" * 40] * 20).replace(' r="2"', "") * 1_000).encode()
    start = f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>'.encode() + w.inline_row(1, p.HEADERS).encode()
    end = b"</sheetData></worksheet>"
    times = (megabytes << 20) // len(chunk)
    packed, checksum, size = _repeated_deflate(start, chunk, times, end)
    size = size if declared is None else declared
    with zipfile.ZipFile(io.BytesIO(small)) as source, path.open("wb") as stream:
        members = {item.filename: source.read(item) for item in source.infolist() if item.filename != "xl/worksheets/sheet1.xml"}
        stream.write(_archive(members, "xl/worksheets/sheet1.xml", packed, checksum, size))


def _repeated_deflate(start: bytes, chunk: bytes, times: int, end: bytes) -> tuple[list[bytes], int, int]:
    def deflated(content: bytes, flush: int) -> bytes:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(content) + packer.flush(flush)

    checksum = zlib.crc32(start)
    for _ in range(times):
        checksum = zlib.crc32(chunk, checksum)
    checksum = zlib.crc32(end, checksum)
    parts = [deflated(start, zlib.Z_FULL_FLUSH), deflated(chunk, zlib.Z_FULL_FLUSH) * times, deflated(end, zlib.Z_FINISH)]
    return parts, checksum, len(start) + len(chunk) * times + len(end)


def _archive(members: dict[str, bytes], big: str, packed: list[bytes], checksum: int, size: int) -> bytes:
    """A zip archive written by hand, so that one member may say of itself what it likes."""
    entries = [(name, 0, [content], zlib.crc32(content), len(content)) for name, content in members.items()]
    entries.append((big, 8, packed, checksum, size))
    body, directory = io.BytesIO(), io.BytesIO()
    for name, method, parts, crc, plain in entries:
        label = name.encode()
        head = struct.pack("<HHHHHIII", 20, 0, method, 0, 33, crc, sum(map(len, parts)), plain)
        directory.write(b"PK\1\2" + struct.pack("<H", 20) + head + struct.pack("<HHHHHII", len(label), 0, 0, 0, 0, 0, body.tell()) + label)
        body.write(b"PK\3\4" + head + struct.pack("<HH", len(label), 0) + label)
        body.writelines(parts)
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), directory.tell(), body.tell(), 0)
    return body.getvalue() + directory.getvalue() + b"PK\5\6" + end


def _many_members() -> bytes:
    stream = io.BytesIO(w.xlsx_file(employees()))
    with zipfile.ZipFile(stream, "a") as archive:
        for number in range(60_000):
            archive.writestr(f"x{number}", b"")
    return stream.getvalue()


def _with_members(members: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO(w.xlsx_file(employees()))
    with zipfile.ZipFile(stream, "a") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


# --- workbooks -------------------------------------------------------------------------------------------------------

_LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a0 'haha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)) + "]>"
)  # fmt: skip
_OUTSIDE = "<!DOCTYPE x [<!ENTITY a9 SYSTEM 'file:///etc/passwd'>]>"


def _entities(doctype: str) -> bytes:
    header = w.inline_row(1, employees().header)
    cells = "".join(w.inline_row(n, line).replace("JAB-", "&a9;") for n, line in enumerate(employees().rows, start=2))
    return w.xlsx_by_hand(header + cells, doctype=doctype)


def _entities_in_strings() -> bytes:
    shared = f'<?xml version="1.0"?>{_LAUGHS}<sst xmlns="{_MAIN}"><si><t>&a9;</t></si></sst>'
    cells = _sheet_rows() + '<row r="99"><c r="A99" t="s"><v>0</v></c></row>'
    return w.xlsx_by_hand(cells, shared=shared)


def _far_cell() -> bytes:
    return w.xlsx_by_hand(_sheet_rows() + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def _formulas_without_values() -> bytes:
    header, *rows = employees().lines
    cells = "".join(f'<row r="{n}">' + "<c><f>Lain!A1</f></c>" * len(row) + "</row>" for n, row in enumerate(rows, start=2))
    return w.xlsx_by_hand(w.inline_row(1, header) + cells)


def _wide_sheet() -> bytes:
    header, *rows = employees().lines
    lines = [[*header, *(f"K{n}" for n in range(16_000))], *([*row, *["1"] * 16_000] for row in rows[:20])]
    return w.xlsx_by_hand("".join(w.inline_row(n, line) for n, line in enumerate(lines, start=1)))


def _long_cell_sheet() -> bytes:
    rows = employees().with_cells("JABATAN ID", lambda n, cell: "x" * 50_000_000 if n == 20 else cell)
    return w.xlsx_by_hand("".join(w.inline_row(n, line) for n, line in enumerate(rows.lines, start=1)))


def _many_sheets() -> bytes:
    def add(book: Any, _sheet: Any) -> None:
        for number in range(300):
            book.add_worksheet(f"S{number}")

    return w.xlsx_file(employees(), add)


def _ods_row(cell: str, rows: int = 1, columns: int = 1) -> str:
    return (
        f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}" '
        f'office:value-type="string"><text:p>{cell}</text:p></table:table-cell></table:table-row>'
    )


def _ods_with(extra: str) -> bytes:
    lines = "".join(f"<table:table-row>{''.join(map(w.ods_cell, line))}</table:table-row>" for line in employees().lines)
    return w.ods_archive(f'<table:table table:name="Data">{lines}{extra}</table:table>')


def _ods_deep() -> bytes:
    depth = 200_000
    return _ods_with("<table:table-row-group>" * depth + "</table:table-row-group>" * depth)


def _hidden_only() -> bytes:
    def hide(book: Any, sheet: Any) -> None:
        book.add_worksheet("Kosong").activate()
        sheet.hide()

    return w.xlsx_file(employees(), hide)


_XLSX = w.xlsx_file
WORKBOOKS: tuple[Hostile, ...] = (
    Hostile("xlsx-cut", ".xlsx", of_bytes(lambda: _XLSX(employees())[:-2_000]), blocked(DAMAGED)),
    Hostile("xlsx-bits-flipped", ".xlsx", of_bytes(lambda: flipped(_XLSX(employees()), 60, first=0.2, last=0.8)), EITHER),
    Hostile("xlsx-only-signature", ".xlsx", of_bytes(lambda: b"PK\3\4"), blocked(DAMAGED)),
    Hostile("xlsx-empty-sheet", ".xlsx", of_bytes(lambda: w.xlsx_by_hand("")), blocked("sheet|empty")),
    Hostile("xlsx-only-hidden", ".xlsx", of_bytes(_hidden_only), blocked("sheet|columns are missing")),
    Hostile("xlsx-zip-bomb", ".xlsx", zip_bomb, blocked("memory|unpacks|took longer"), heavy=True),
    Hostile("xlsx-false-size", ".xlsx", lambda path: zip_bomb(path, declared=1_000), blocked("memory|unpacks|took longer|damaged"), heavy=True),
    Hostile("xlsx-entities", ".xlsx", of_bytes(lambda: _entities(_LAUGHS)), EITHER),
    Hostile("xlsx-entities-in-strings", ".xlsx", of_bytes(_entities_in_strings), EITHER),
    Hostile("xlsx-entity-from-outside", ".xlsx", of_bytes(lambda: _entities(_OUTSIDE)), EITHER),
    Hostile("xlsx-far-cell", ".xlsx", of_bytes(_far_cell), Fate("either", "memory|unpacks|took longer|damaged"), heavy=True),
    Hostile("xlsx-16000-columns", ".xlsx", of_bytes(_wide_sheet), EITHER),
    Hostile("xlsx-cell-of-50-mb", ".xlsx", of_bytes(_long_cell_sheet), Fate("either", "memory|took longer"), heavy=True),
    Hostile("xlsx-300-sheets", ".xlsx", of_bytes(_many_sheets), read()),
    Hostile("xlsx-formulas-without-values", ".xlsx", of_bytes(_formulas_without_values), Fate("either", "max_rejected_share|columns|min_share_of_previous")),
    Hostile("xlsm-with-macros", ".xlsm", of_bytes(lambda: _with_members({"xl/vbaProject.bin": noise(20_000)})), read()),
    Hostile("xlsx-with-outside-paths", ".xlsx", of_bytes(lambda: _with_members({"../../../outside.txt": "x", "/outside.txt": "x"})), read()),
    Hostile("xlsx-with-60000-members", ".xlsx", of_bytes(_many_members), EITHER),
    Hostile("zip-in-zip", ".xlsx", of_bytes(lambda: w.zipped({"dalam.xlsx": _XLSX(employees())})), blocked("without a workbook|damaged")),
    Hostile("password", ".xlsx", of_bytes(lambda: w.compound_file({"EncryptionInfo": b"", "EncryptedPackage": noise(6_000)})),
            blocked("password")),
    Hostile("xls-cut", ".xls", of_bytes(lambda: w.xls_file(employees())[:9_000]), EITHER),
    Hostile("xls-bits-flipped", ".xls", of_bytes(lambda: flipped(w.xls_file(employees()), 60)), EITHER),
    Hostile("xls-only-signature", ".xls", of_bytes(lambda: bytes.fromhex("d0cf11e0a1b11ae1")), blocked(DAMAGED)),
    Hostile("ods-deeply-nested", ".ods", of_bytes(_ods_deep), EITHER),
    Hostile("ods-rows-repeated", ".ods", of_bytes(lambda: _ods_with(_ods_row("x", rows=2_000_000_000))), EITHER, heavy=True),
    Hostile("ods-columns-repeated", ".ods", of_bytes(lambda: _ods_with(_ods_row("x", columns=2_000_000_000))), EITHER, heavy=True),
    Hostile("ods-cut", ".ods", of_bytes(lambda: w.ods_file(employees())[:-1_000]), blocked(DAMAGED)),
    *[Hostile(f"noise-named-{end}", f".{end}", of_bytes(lambda: noise(30_000)), blocked("")) for end in ("xlsx", "xls", "ods", "parquet")],
)  # fmt: skip


# --- Parquet ---------------------------------------------------------------------------------------------------------


def _parquet() -> bytes:
    return w.parquet_file(employees())


def _false_row_count() -> bytes:
    """A footer that promises 8191 rows where there are 100; the count takes two bytes in both cases."""
    content = w.parquet_file(grid(people=tuple(p.PEOPLE[n % N_EMPLOYEES] for n in range(100))))
    start = len(content) - 8 - struct.unpack("<I", content[-8:-4])[0]
    return content[:start] + content[start:].replace(b"\xc8\x01", b"\xfe\x7f")


def _big_cells() -> bytes:
    """Twenty megabytes in every row, written once: a dictionary."""
    table = pq.read_table(io.BytesIO(_parquet()))
    cells = pa.DictionaryArray.from_arrays(pa.array([0] * N_EMPLOYEES, pa.int32()), pa.array(["x" * 20_000_000]))
    stream = io.BytesIO()
    pq.write_table(table.set_column(1, "NAMA", cells), stream, compression="zstd", dictionary_pagesize_limit=1 << 30)
    return stream.getvalue()


def _nested() -> bytes:
    table = pq.read_table(io.BytesIO(_parquet()))
    lists = pa.array([[{"a": [n]}, None] for n in range(N_EMPLOYEES)])
    stream = io.BytesIO()
    pq.write_table(table.set_column(1, "NAMA", lists), stream)
    return stream.getvalue()


def _not_text() -> bytes:
    table = pq.read_table(io.BytesIO(_parquet()))
    stream = io.BytesIO()
    pq.write_table(table.set_column(11, "JABATAN ID", pa.array([b"\xff\xfe\x00"] * N_EMPLOYEES, pa.binary())), stream)
    return stream.getvalue()


def _rows_removed() -> bytes:
    stream = io.BytesIO()
    pq.write_table(pq.read_table(io.BytesIO(_parquet())).slice(0, 0), stream)
    return stream.getvalue()


PARQUET: tuple[Hostile, ...] = (
    Hostile("parquet-cut", ".parquet", of_bytes(lambda: _parquet()[:-100]), blocked(DAMAGED)),
    Hostile("parquet-only-signature", ".parquet", of_bytes(lambda: b"PAR1"), blocked(DAMAGED)),
    Hostile("parquet-huge-footer", ".parquet", of_bytes(lambda: _parquet()[:-8] + b"\xf0\xff\xff\xffPAR1"), blocked(DAMAGED)),
    Hostile("parquet-footer-flipped", ".parquet", of_bytes(lambda: flipped(_parquet(), 30, first=0.75, last=0.99)), EITHER),
    Hostile("parquet-body-flipped", ".parquet", of_bytes(lambda: flipped(_parquet(), 30, first=0.01, last=0.4)), EITHER),
    Hostile("parquet-false-row-count", ".parquet", of_bytes(_false_row_count), Fate("either", DAMAGED)),
    Hostile("parquet-big-cells", ".parquet", of_bytes(_big_cells), Fate("either", "memory|max_rejected_share"), heavy=True),
    Hostile("parquet-nested-columns", ".parquet", of_bytes(_nested), EITHER),
    Hostile("parquet-not-text", ".parquet", of_bytes(_not_text), blocked("max_rejected_share|damaged")),
    Hostile("parquet-no-rows", ".parquet", of_bytes(_rows_removed), read(0)),
    Hostile("parquet-dates", ".parquet", of_bytes(lambda: w.parquet_file(grid(Style(date=p.same), p.PEOPLE[:N_EMPLOYEES]))), read()),
)


HOSTILE: tuple[Hostile, ...] = (*TEXT, *COMPRESSED, *WORKBOOKS, *PARQUET, *STRANGERS)
