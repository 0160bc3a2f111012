"""A file of any kind as rows of text, with the row numbers that an editor shows.

CSV (any of ``, ; tab |``; UTF-8, UTF-16, Windows-1252; gzip), XLSX, XLS, ODS (calamine) and Parquet. What was detected,
and from what, is kept in ``Table.detection``. Rows come in batches, so that memory is bounded by the batch and not by the file.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import IO, TYPE_CHECKING, Any, cast

from pipelines.landing.headers import HEADER_SEARCH_ROWS, HeaderMap, MissingColumnsError, find_header, map_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from data_quality.contract import Contract

DELIMITERS = ",;\t|"
FIELD_LIMIT = 1_000_000
Row = tuple[int, list[str]]


class UnreadableFileError(ValueError):
    """A file that is not what its name says, or is damaged; the text says what was found and how to mend it."""


@dataclass
class Table:
    """A table within a file: its header, and a way to iterate over the rows below it, as often as wanted."""

    header: HeaderMap
    rows: Callable[[], Iterator[Row]]
    sheet: str = ""
    detection: dict[str, Any] = field(default_factory=dict)


def open_table(path: Path, contract: Contract, local: Mapping[str, str] | None = None) -> Table:
    """Open the table of a file that best fits the contract. Raises UnreadableFileError or MissingColumnsError."""
    suffix = path.name.lower().removesuffix(".gz").rsplit(".", 1)[-1]
    try:
        if suffix == "csv":
            return _open_csv(path, contract, local)
        if suffix in {"xlsx", "xls", "ods", "xlsm"}:
            return _open_workbook(path, contract, local)
        if suffix == "parquet":
            return _open_parquet(path, contract, local)
    except (MissingColumnsError, UnreadableFileError):
        raise
    except Exception as error:
        raise UnreadableFileError(
            f"{path.name}: cannot be read as {suffix}: {type(error).__name__}; save it again and deliver it anew"
        ) from error
    raise UnreadableFileError(f"{path.name}: files of the kind .{suffix} are not read; deliver csv, csv.gz, xlsx or parquet")


# --- CSV -------------------------------------------------------------------------------------------------------------


def _open_bytes(path: Path) -> IO[bytes]:
    with path.open("rb") as stream:
        is_gzip = stream.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.open(path, "rb")) if is_gzip else path.open("rb")


def _detect_encoding(path: Path) -> tuple[str, str]:
    """Encoding and the evidence for it. A file that is not UTF-8 throughout is Windows-1252, as Excel writes it."""
    with _open_bytes(path) as stream:
        start = stream.read(4)
        for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
            if start.startswith(mark):
                return name, "byte order mark"
        if len(start) == 4 and start[1] == 0 and start[3] == 0:  # noqa: PLR2004
            return "utf-16-le", "every second byte is zero"
        decoder = codecs.getincrementaldecoder("utf-8")()
        stream.seek(0)
        try:
            while chunk := stream.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252", "not valid UTF-8"
    return "utf-8", "valid UTF-8 throughout"


def _csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """Rows with the line on which each begins."""
    csv.field_size_limit(FIELD_LIMIT)
    errors = "replace" if encoding == "cp1252" else "strict"
    with _open_bytes(path) as raw, io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        begins = 1
        for row in reader:
            yield begins, row
            begins = reader.line_num + 1


def _open_csv(path: Path, contract: Contract, local: Mapping[str, str] | None) -> Table:
    encoding, evidence = _detect_encoding(path)
    best: tuple[int, int, HeaderMap, str] | None = None
    for delimiter in DELIMITERS:
        try:
            head = [row for _, row in itertools.islice(_csv_rows(path, encoding, delimiter), HEADER_SEARCH_ROWS)]
        except csv.Error:
            continue
        if not head:
            raise UnreadableFileError(f"{path.name}: the file is empty")
        at, found = find_header(contract, head, local)
        if best is None or found.n_known > best[0]:
            best = (found.n_known, at, found, delimiter)
    if best is None:
        raise UnreadableFileError(f"{path.name}: no delimiter of , ; tab | gives rows")
    _, at, found, delimiter = best
    detection = {"format": "csv", "encoding": encoding, "encoding_evidence": evidence, "delimiter": delimiter, "header_row": at + 1}
    return Table(found, lambda: itertools.islice(_csv_rows(path, encoding, delimiter), at + 1, None), detection=detection)


# --- workbooks -------------------------------------------------------------------------------------------------------


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
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004 - digits Excel keeps
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() and value.tzinfo is None else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def _open_workbook(path: Path, contract: Contract, local: Mapping[str, str] | None) -> Table:
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    workbook = CalamineWorkbook.from_path(path)
    best: tuple[int, int, HeaderMap, str] | None = None
    for meta in workbook.sheets_metadata:
        if meta.visible != SheetVisibleEnum.Visible:
            continue
        head = [row for _, row in itertools.islice(_sheet_rows(workbook, meta.name), HEADER_SEARCH_ROWS)]
        if not head:
            continue
        at, found = find_header(contract, head, local)
        if best is None or found.n_known > best[0]:
            best = (found.n_known, at, found, meta.name)
    if best is None:
        raise UnreadableFileError(f"{path.name}: no visible sheet has a cell")
    _, at, found, sheet = best
    detection = {"format": path.suffix.lstrip(".").lower(), "sheet": sheet, "header_row": at + 1}
    return Table(found, lambda: itertools.islice(_sheet_rows(workbook, sheet), at + 1, None), sheet, detection)


def _sheet_rows(workbook: Any, name: str) -> Iterator[Row]:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.start is None:
        return
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        yield number, [cell_text(value) for value in row]


# --- Parquet ---------------------------------------------------------------------------------------------------------


def _open_parquet(path: Path, contract: Contract, local: Mapping[str, str] | None) -> Table:
    import pyarrow.parquet as pq

    names: Sequence[str] = pq.ParquetFile(path).schema_arrow.names
    found = map_headers(contract, names, local)

    def rows() -> Iterator[Row]:
        number = itertools.count(2)  # as if the names were row 1
        for batch in pq.ParquetFile(path).iter_batches(batch_size=16_384):
            columns = [column.to_pylist() for column in batch.columns]
            for row in zip(*columns, strict=True):
                yield next(number), [cell_text(value) for value in row]

    return Table(found, rows, detection={"format": "parquet", "header_row": 1})
