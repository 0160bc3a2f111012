"""A process of its own that parses one workbook or Parquet file, with a limit on its memory and no way to write files.

Foreign formats are taken apart by native libraries; what a hostile or damaged file does to them ends with this process. It is
started as ``python -m pipelines.landing.sheet_worker KIND PATH MEMORY_MB HEAD_ROWS COLUMNS CELL_CHARS LINE_CHARS`` and answers on standard
output with frames (a length, then JSON): first the sheets and their first rows, then, for the name of a sheet on standard input,
that sheet's rows and an empty frame. Imports stay few: the start of this process is paid for each file.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import re
import resource
import signal
import struct
import sys
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.landing.limits import TOO_LONG, TOO_MANY_CELLS
from pipelines.landing.marks import DATE_CELL, NUMBER_CELL
from pipelines.landing.unseen import unseen_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAME_ROWS = 256
FRAME_CHARS = 1 << 20
MOST_SHEETS = 50
SHOWN_CHARS = 200
_LOOKED_AT = 1 << 20
_PR_SET_PDEATHSIG = 1  # of linux/prctl.h
_FROM_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']")
_XLS_FROM_1904 = b"\x22\x00\x02\x00\x01\x00\x0e\x00\x02\x00"
UNREADABLE = "\ufffd"


def cell_text(value: object) -> str:
    """A workbook or Parquet cell as the text that a person sees. A number too long for a spreadsheet stays visibly so."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if value != value:  # noqa: PLR0124 - NaN
            return ""
        if value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - digits Excel keeps
            return str(int(value))
        text = repr(value)
        return text if "e" in text else text + NUMBER_CELL
    if isinstance(value, Decimal) and value.is_finite():
        return str(int(value)) if value == value.to_integral_value() else f"{value:f}{NUMBER_CELL}"
    if isinstance(value, datetime):
        is_day = value.time() == time() and value.tzinfo is None
        return (value.date().isoformat() if is_day else value.isoformat(sep=" ")) + DATE_CELL
    if isinstance(value, date):
        return value.isoformat() + DATE_CELL
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return UNREADABLE if isinstance(value, (dict, list)) else str(value)  # a table of an office has no cells within cells


def _send(payload: object) -> None:
    content = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace") if payload is not None else b""
    sys.stdout.buffer.write(struct.pack(">I", len(content)) + content)
    sys.stdout.buffer.flush()


@dataclass(frozen=True)
class Bounds:
    """What a row may hold."""

    columns: int
    cell_chars: int
    line_chars: int

    def hold(self, row: list[Any]) -> tuple[list[str], str]:
        """A row as text and the name of the bound that it breaks; then it is cut to what identifies it."""
        fault = TOO_MANY_CELLS if any(value not in {None, ""} for value in row[self.columns :]) else ""
        cells = [cell_text(value) for value in row[: self.columns]]
        size = sum(map(len, cells))
        if size > self.line_chars or (size > self.cell_chars and any(len(cell) > self.cell_chars for cell in cells)):
            return [cell[:SHOWN_CHARS] for cell in cells], TOO_LONG
        return cells, fault


def _with_merged_cells(rows: Iterator[list[Any]], ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> Iterator[list[Any]]:
    """Rows in which a cell that is merged downwards stands in every row that it covers."""
    starting: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in ranges:
        if bottom > top:
            starting.setdefault(top, []).append((left, bottom))
    carried: dict[int, tuple[Any, int]] = {}
    for at, row in enumerate(rows):
        carried = {column: (value, bottom) for column, (value, bottom) in carried.items() if bottom >= at}
        for column, (value, _) in carried.items():
            if column < len(row) and row[column] == "":
                row[column] = value
        carried |= {left: (row[left], bottom) for left, bottom in starting.get(at, ()) if left < len(row)}
        yield row


class _Workbook:
    def __init__(self, path: str, kind: str) -> None:
        from python_calamine import CalamineWorkbook, SheetVisibleEnum

        is_named_right = path.lower().endswith((".xlsx", ".xlsm", ".xlsb") if kind == "xlsx" else f".{kind}")
        # calamine believes the name of a path; from a stream it looks at the content, but its errors say less
        self._book = (
            CalamineWorkbook.from_path(path) if is_named_right else CalamineWorkbook.from_filelike(io.BytesIO(Path(path).read_bytes()))
        )
        self.sheets = {meta.name: meta.visible == SheetVisibleEnum.Visible for meta in self._book.sheets_metadata}
        self._loaded: dict[str, Any] = {}
        self._unseen = unseen_cells(path) if kind == "xlsx" else {}

    def rows(self, name: str) -> Iterator[list[Any]]:
        if name not in self._loaded:
            self._loaded[name] = self._book.get_sheet_by_name(name)
        sheet = self._loaded[name]
        if sheet.start is None:
            return iter(())
        return _with_merged_cells(self._marked(sheet.iter_rows(), name), list(sheet.merged_cell_ranges or ()))

    def _marked(self, rows: Iterator[list[Any]], name: str) -> Iterator[list[Any]]:
        """Rows in which a formula that nobody has computed, or an error, is no empty cell; a row of them alone waits to be filled in."""
        marks = self._unseen.get(name, {})
        for at, row in enumerate(rows):
            if (marked := marks.get(at)) and any(value != "" for value in row):
                for column, shown in marked.items():
                    if column < len(row) and row[column] == "":
                        row[column] = shown
            yield row


class _Parquet:
    def __init__(self, path: str) -> None:
        import pyarrow.parquet as pq

        self._file = pq.ParquetFile(path, memory_map=False)
        self.sheets = {"": True}

    def rows(self, _name: str) -> Iterator[list[Any]]:
        """The names as the first row, then the values."""
        yield list(self._file.schema_arrow.names)
        for batch in self._file.iter_batches(batch_size=4_096, use_threads=False):
            yield from map(list, zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _serve(kind: str, path: str, bounds: Bounds, head_rows: int) -> None:
    source: _Workbook | _Parquet = _Parquet(path) if kind == "parquet" else _Workbook(path, kind)
    visible = [name for name, is_visible in source.sheets.items() if is_visible][:MOST_SHEETS]
    heads = [{"sheet": name, "rows": _head(source.rows(name), bounds, head_rows)} for name in visible]
    hidden = [name for name, is_visible in source.sheets.items() if not is_visible]
    _send({"heads": heads, "hidden": hidden, "is_from_1904": kind in _IS_FROM_1904 and _IS_FROM_1904[kind](path)})
    for request in sys.stdin:
        _stream_rows(source.rows(json.loads(request)), bounds)


def _is_from_1904(path: str) -> bool:
    """Whether the days of a workbook count from 1904: of a number that has not the look of a date only the number is handed on."""
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(path) as parts, parts.open("xl/workbook.xml") as part:
            return _FROM_1904.search(part.read(_LOOKED_AT)) is not None
    except (KeyError, NotImplementedError, EOFError, zipfile.BadZipFile, zlib.error):  # a binary workbook, or one packed in another way
        return False


def _is_xls_from_1904(path: str) -> bool:
    """The same of an old workbook, whose records Date1904 and CalcPrecision stand behind each other at its beginning."""
    with Path(path).open("rb") as stream:
        return _XLS_FROM_1904 in stream.read(_LOOKED_AT)


_IS_FROM_1904 = {"xlsx": _is_from_1904, "xls": _is_xls_from_1904}


def _head(rows: Iterator[list[Any]], bounds: Bounds, count: int) -> list[list[str]]:
    return [[cell[:SHOWN_CHARS] for cell in bounds.hold(row)[0]] for row in itertools.islice(rows, count)]


def _stream_rows(rows: Iterator[list[Any]], bounds: Bounds) -> None:
    """Frames of rows; ``faults`` names, by position in the frame, the bound that a row breaks."""
    frame: list[list[str]] = []
    faults: dict[int, str] = {}
    size = 0
    for row in rows:
        cells, fault = bounds.hold(row)
        if fault:
            faults[len(frame)] = fault
        frame.append(cells)
        size += sum(map(len, cells))
        if len(frame) >= FRAME_ROWS or size >= FRAME_CHARS:
            _send({"rows": frame, "faults": faults})
            frame, faults, size = [], {}, 0
    _send({"rows": frame, "faults": faults})
    _send(None)


def _bind(memory_mb: int) -> None:
    """Give up what a parser of tables does not need: memory beyond the limit, writing files, leaving a core."""
    for limit, value in ((resource.RLIMIT_AS, memory_mb << 20), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(limit, (value, value))
    os.environ.update(ARROW_DEFAULT_MEMORY_POOL="system", OMP_NUM_THREADS="1", ARROW_IO_THREADS="1")


def _end_with_parent() -> None:
    """Be killed when whoever asked is: a parser in the midst of a file would see it late, and nobody would be left to watch its time.

    Linux alone can say so; elsewhere the end of standard input says it, when the file has been parsed.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    kind, path, *numbers = sys.argv[1:]
    memory_mb, head_rows, *bounds = map(int, numbers)
    _end_with_parent()
    _bind(memory_mb)
    try:
        _serve(kind, path, Bounds(*bounds), head_rows)
    except MemoryError:
        _send({"error": "memory"})
    except BrokenPipeError:
        os._exit(0)  # whoever asked has read enough
    except BaseException as error:  # noqa: BLE001 - a panic of a native library is a BaseException; any of them is one finding
        _send({"error": "password" if "password" in str(error).casefold() else type(error).__name__})


if __name__ == "__main__":
    main()
