"""Delivered files as they lie there, into Parquet: text columns and nothing understood. The cheapest honest way to read them all."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

BYTES_FOR_ENCODING = 65_536


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
        options = "all_varchar = true, header = true, null_padding = true, ignore_errors = true, strict_mode = false"
        connection.execute(f"copy (from read_csv('{path}', {options}, encoding = '{_encoding(path)}')) {written}")


def _encoding(path: Path) -> str:
    """As DuckDB names it; Windows' own code page differs from Latin-1 in no letter that matters here."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        head = stream.read(BYTES_FOR_ENCODING)
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    try:
        head.decode("utf-8", errors="strict" if len(head) < BYTES_FOR_ENCODING else "ignore")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


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
