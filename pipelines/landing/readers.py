"""A file of any kind as tables of text, with the row numbers that an editor or a spreadsheet shows.

What was detected, and from what, is kept in ``Table.detection``. Rows come in an iterator, so that memory is bounded by the
batch and not by the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from pipelines.landing.formats import detect_format
from pipelines.landing.headers import HEADER_SEARCH_ROWS, HeaderMap, find_header, is_complete, require_columns, says_scale
from pipelines.landing.refusals import MissingColumnsError, UnreadableFileError, is_of_the_disk, shown_names
from pipelines.landing.sheets import SheetFile
from pipelines.landing.text_files import DELIMITERS, TextFormat, detect_encoding, first_rows, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from data_quality.contract import Contract
    from pipelines.landing.formats import Format
    from pipelines.landing.limits import Limits
    from pipelines.landing.profiles import Profile
    from pipelines.landing.text_files import Row

_FAILURES = (OSError, ValueError, UnicodeError, MemoryError)
_HEAD_ROWS = HEADER_SEARCH_ROWS + 2


@dataclass
class Table:
    """A table within a file: its header, which ends in ``header_row``, and a way to iterate over all rows as often as wanted.

    ``sheet`` is the name as it may be kept.
    """

    header: HeaderMap
    header_row: int
    every_row: Callable[[], Iterator[Row]]
    sheet: str = ""
    is_from_1904: bool = False
    is_scaled: bool = False
    detection: dict[str, Any] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """How many cells a row may fill: where amounts may hold the separator, none beyond the last label."""
        labels = self.header.labels
        if self.detection.get("delimiter") != ",":
            return len(labels)
        return max((at + 1 for at, label in enumerate(labels) if label.strip()), default=0)

    def rows(self) -> Iterator[Row]:
        """The rows below the header."""
        return (row for row in self.every_row() if row.number > self.header_row)


def open_tables(path: Path, contract: Contract, profile: Profile, limits: Limits) -> list[Table]:
    """The tables of a file that fit the contract: one, or one for each sheet that has the required columns.

    Raises UnreadableFileError or MissingColumnsError, both with words that help whoever sent the file.
    """
    try:
        found = detect_format(path, limits)
        opener = _open_text if found.kind in {"text", "gzip"} else _open_sheets
        tables = opener(path, contract, profile, limits, found)
    except (MissingColumnsError, UnreadableFileError):
        raise
    except _FAILURES as error:
        if is_of_the_disk(error):
            raise
        raise UnreadableFileError(path.name, "damaged", detail=type(error).__name__) from error
    fitting = [table for table in tables if is_complete(contract, table.header, profile)]
    if not fitting:
        best = max(tables, key=lambda table: table.header.n_known)
        require_columns(contract, best.header, profile)
    if any(table.is_scaled for table in fitting):
        raise UnreadableFileError(path.name, "scaled")
    ignored = [table.sheet for table in tables if table not in fitting and table.sheet]
    for table in fitting:
        table.detection |= {"sheets_ignored": ignored} if ignored else {}
    return fitting


def _evidence(found: Format) -> dict[str, Any]:
    evidence = {"format": found.kind, "format_evidence": found.evidence}
    return evidence | ({"format_note": "the end of the file's name says something else"} if found.contradicts_name else {})


def _open_text(path: Path, contract: Contract, profile: Profile, limits: Limits, found: Format) -> list[Table]:
    reading = profile.reading
    text = TextFormat(reading.encoding, "set by the profile") if reading.encoding else detect_encoding(path, limits)
    best: tuple[HeaderMap, int, str, bool] | None = None
    for delimiter in reading.delimiter or DELIMITERS:
        head = first_rows(path, text.encoding, delimiter, limits, _HEAD_ROWS)
        if not any(cell.strip() for row in head for cell in row.cells):
            raise UnreadableFileError(path.name, "empty")
        fixed = next((at for at, row in enumerate(head) if row.number == reading.header_row), None)
        at, header = find_header(contract, [row.cells for row in head], profile, fixed)
        if best is None or (header.n_known, len(header.labels)) > (best[0].n_known, len(best[0].labels)):
            best = (header, head[at].number, delimiter, says_scale(contract, header, [row.cells for row in head], at))
    assert best is not None
    header, header_row, delimiter, is_scaled = best
    detection = _evidence(found) | {
        "encoding": text.encoding, "encoding_evidence": text.evidence,
        "delimiter": delimiter, "delimiter_evidence": "set by the profile" if reading.delimiter else f"{header.n_known} known columns",
        "header_row": header_row,
    }  # fmt: skip
    width = len(header.labels)
    rows = partial(read_rows, path, text.encoding, delimiter, limits, width)
    return [Table(header, header_row, rows, is_scaled=is_scaled, detection=detection)]


def _open_sheets(path: Path, contract: Contract, profile: Profile, limits: Limits, found: Format) -> list[Table]:
    reading = profile.reading
    book = SheetFile(path, found.kind, limits, _HEAD_ROWS)
    tables = []
    fixed = 0 if found.kind == "parquet" else reading.header_row - 1 if reading.header_row else None
    for (sheet, head), shown in zip(book.heads.items(), shown_names(book.heads), strict=True):
        if not any(cell.strip() for row in head for cell in row) or (reading.sheet and sheet.casefold() != reading.sheet.casefold()):
            continue
        at, header = find_header(contract, head, profile, fixed)
        detection = _evidence(found) | {"sheet": shown, "header_row": at + 1}
        detection |= {"sheets_hidden": shown_names(book.hidden)} if book.hidden else {}
        is_scaled = says_scale(contract, header, head, at)
        tables.append(Table(header, at + 1, _rows_of(book, sheet), shown, book.is_from_1904, is_scaled, detection))
    if not tables:
        raise UnreadableFileError(path.name, "no_such_sheet" if reading.sheet else "no_visible_sheet", sheet=reading.sheet)
    return tables


def _rows_of(book: SheetFile, sheet: str) -> Callable[[], Iterator[Row]]:
    return lambda: book.rows(sheet)
