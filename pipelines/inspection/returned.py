"""The rejected rows of a delivery as a workbook for the office that sent them, from what the lake has kept of them."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import xlsxwriter

from data_quality.wording import wording
from pipelines.inspection.cells import write_as_delivered
from pipelines.inspection.words import Words
from pipelines.inspection.workbook import MOST_ROWS
from pipelines.lake.retention import rejected_with_text
from pipelines.privacy.modes import private_file
from pipelines.spreadsheets import is_formula

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from data_quality.contract import Contract
    from data_quality.results import LoadRecord
    from pipelines.inspection.words import Language
    from pipelines.lake.store import Lake

_WIDTH = 18
_WIDE = 60


def write_rejected(lake: Lake, contract: Contract, record: LoadRecord, target: Path, language: Language) -> int:
    """Write the rows as their office wrote them, each with every reason; returns how many. The file is readable by its owner alone.

    Parts of a delivery may have other columns, so those of every row are known before the first is written. What a sheet cannot hold is
    left out, and counted in its last row.
    """
    words = Words(language)
    headers, n_rejected = _headers(lake, contract, record)
    n_rows = n_rejected if n_rejected < MOST_ROWS else MOST_ROWS - 2
    with private_file(target) as staged, xlsxwriter.Workbook(str(staged), {"constant_memory": True}) as book:
        sheet = book.add_worksheet(words("returned.sheet"))
        bold, wrap = book.add_format({"bold": True, "bg_color": "#E8E8E8"}), book.add_format({"text_wrap": True, "valign": "top"})
        quoted = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        labels = [words("returned.file"), words("returned.row"), words("returned.reasons"), *headers] if n_rejected else []
        sheet.set_column(0, len(labels), _WIDTH)
        sheet.set_column(2, 2, _WIDE)
        sheet.freeze_panes(1, 3)
        for at, label in enumerate(labels):
            sheet.write_string(0, at, label, bold)
        for number, row in enumerate(itertools.islice(_rows(lake, contract, record), n_rows), start=1):
            written = json.loads(row["raw"])
            place = f"{row['source_file']} {row['source_sheet']}".strip()
            cells = [place, str(row["source_row"]), _reasons(contract, row["reasons"], language)]
            cells += [str(written.get(header) or "") for header in headers]
            for at, cell in enumerate(cells):
                write_as_delivered(sheet, number, at, cell, quoted if is_formula(cell) else wrap)
        if n_rejected > n_rows:
            sheet.write_string(n_rows + 1, 0, words("returned.cut", n=n_rejected - n_rows), wrap)
    return n_rows


def _headers(lake: Lake, contract: Contract, record: LoadRecord) -> tuple[list[str], int]:
    """Every column that a rejected row has, in the order in which they are met, and the number of the rows."""
    headers: dict[str, None] = {}
    n_rows = 0
    for path in rejected_with_text(lake, contract, record.delivery_on):
        file = pq.ParquetFile(path)
        n_rows += file.metadata.num_rows
        for group in range(file.num_row_groups):
            for raw in file.read_row_group(group, columns=["raw"])["raw"].to_pylist():
                headers |= dict.fromkeys(json.loads(raw))
    return list(headers), n_rows


def _rows(lake: Lake, contract: Contract, record: LoadRecord) -> Iterator[dict[str, Any]]:
    place = [(name, "ascending") for name in ("source_file", "source_sheet", "source_row")]
    for path in rejected_with_text(lake, contract, record.delivery_on):
        file = pq.ParquetFile(path)
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group).sort_by(place).to_pylist()


def _reasons(contract: Contract, check_ids: str, language: Language) -> str:
    found = [wording(contract, check_id, language) for check_id in check_ids.split(";")]
    return "\n".join(f"{words.problem} {words.mend}" for words in found)
