"""Delivered files as they lie there, into Parquet: text columns and nothing understood. The cheapest honest way to read them all."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

BYTES_FOR_ENCODING = 65_536
LONGEST_LETTER = 4
DELIMITERS = (",", ";", "\t", "|")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_raw(landing: Path, target: Path) -> int:
    """Write each file of the landing area as Parquet; returns how many could not be read (damaged ones are delivered on purpose)."""
    unread = 0
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        for path in sorted(path for path in landing.rglob("*") if path.is_file()):
            to = target / path.relative_to(landing).with_suffix(".parquet")
            to.parent.mkdir(parents=True, exist_ok=True)
            try:
                _read(connection, path, to)
            except (duckdb.Error, ValueError, OSError, RuntimeError):
                unread += 1
    return unread


def _read(connection: duckdb.DuckDBPyConnection, path: Path, to: Path) -> None:
    written = f"to '{to}' (format parquet, compression zstd)"
    if path.suffix == ".parquet":
        connection.execute(f"copy (from read_parquet('{path}')) {written}")
    elif path.suffix == ".xlsx":
        _workbook(connection, path, written)
    else:
        _csv(connection, path, to, written)


def _csv(connection: duckdb.DuckDBPyConnection, path: Path, to: Path, written: str) -> None:
    """Text with a delimiter; what is neither UTF-8 nor UTF-16 is Windows' own code page, which DuckDB does not read."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        head = stream.read(BYTES_FOR_ENCODING)
    encoding = "utf-16" if head[:2] in UTF_16 else "utf-8" if _is_utf_8(head) else "cp1252"
    first = head.decode(encoding, errors="ignore").partition("\n")[0]
    if encoding == "cp1252":
        path, copied = to.with_suffix(".csv"), path
        path.write_text(copied.read_text(encoding=encoding), encoding="utf-8")
    options = (
        f"all_varchar = true, header = true, delim = '{max(DELIMITERS, key=first.count)}', quote = '\"', null_padding = true, "
        f"parallel = false, ignore_errors = true, strict_mode = false, encoding = '{encoding.replace('cp1252', 'utf-8')}'"
    )
    connection.execute(f"copy (from read_csv('{path}', {options})) {written}")


def _is_utf_8(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - LONGEST_LETTER  # cut off within a letter
    return True


def _workbook(connection: duckdb.DuckDBPyConnection, path: Path, written: str) -> None:
    """The first sheet, as text: DuckDB's own reader of workbooks is an extension that is downloaded when it is used."""
    import pyarrow as pa
    from python_calamine import CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    except Exception as error:  # noqa: BLE001 - the reader has no common exception
        raise ValueError(str(error)) from None
    width = max(map(len, rows), default=0)
    columns = [[str(row[place]) if place < len(row) else None for row in rows] for place in range(width)]
    table = pa.table({f"column_{number}": column for number, column in enumerate(columns)})
    connection.register("sheet", table)
    connection.execute(f"copy (from sheet) {written}")
    connection.unregister("sheet")
