"""Rejected rows: why, in words, with what the office wrote beside what was understood.

Kept in the restricted layer of the lake, so that a row can be sent back to its office, or replayed when a mapping is mended.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from data_quality.contract import MELTED_MARK
from data_quality.nearest import nearest_code
from data_quality.wording import wording
from pipelines.lake.schemas import REJECTED
from pipelines.landing.values import clean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from data_quality.contract import Contract

UNKNOWN_CODE = "unknown_code"


def rejected_table(
    contract: Contract,
    delivery_on: date,
    file: str,
    sheet: str,
    rows: Sequence[int],
    reasons: list[list[str]],
    written: list[dict[str, Any]],
    understood: pd.DataFrame,
) -> pa.Table:
    """Rejected rows as they are kept.

    Args:
        contract: the extract's.
        delivery_on: the date of the delivery.
        file: name of the file.
        sheet: name of its sheet.
        rows: number of each row within the sheet.
        reasons: the rules that each row breaks.
        written: each row as text, by column.
        understood: the same rows, typed.
    """
    texts = [as_written(contract, row) for row in written]
    columns: dict[str, Any] = {
        "delivery_on": [delivery_on] * len(rows),
        "source_file": [file] * len(rows),
        "source_sheet": [sheet] * len(rows),
        "source_row": list(rows),
        "record_key": record_keys(contract, understood),
        "reasons": [";".join(ids) for ids in reasons],
        "messages": [" | ".join(message(contract, check, row) for check in ids) for ids, row in zip(reasons, written, strict=True)],
        "raw": [json.dumps(row, ensure_ascii=False) for row in texts],
        "typed": [json.dumps(row, ensure_ascii=False) for row in _typed(contract, understood)],
    }
    return pa.Table.from_pydict(columns, schema=REJECTED)


def as_written(contract: Contract, row: dict[str, Any]) -> dict[str, Any]:
    """A row under the headers of the contract, as the office wrote it."""
    headers = {column.name: column.header for column in contract.columns}
    return {headers.get(name, name.split(MELTED_MARK)[-1]): text for name, text in row.items()}


def by_column(contract: Contract, row: dict[str, Any]) -> dict[str, Any]:
    """The reverse of ``as_written``: texts by column name."""
    names = {column.header: column.name for column in contract.columns if not column.into}
    mark = f"{contract.melted.name}{MELTED_MARK}" if contract.melted else ""
    return {names.get(header, f"{mark}{header}"): text for header, text in row.items()}


def message(contract: Contract, check_id: str, row: dict[str, Any]) -> str:
    """What is wrong and how to mend it, without any value; a code that nobody knows is answered with the nearest that is known."""
    words = wording(contract, check_id)
    column, _, fault = check_id.rpartition(".")
    near = None
    if fault == UNKNOWN_CODE and isinstance(row.get(column), str):
        near = nearest_code(contract.column(column), clean(row[column]))
    return f"{words.problem} {words.mend}" + (f" Nearest known code: {near}." if near else "")


def record_keys(contract: Contract, frame: pd.DataFrame) -> list[str | None]:
    """The key of each row as text, None where a required part of it is missing."""
    needed = [name for name in contract.key if contract.column(name).required]
    keys: list[str | None] = []
    for row in frame[list(contract.key)].to_dict("records"):
        parts = {str(name): "" if pd.isna(value) else str(value) for name, value in row.items()}
        keys.append("|".join(parts.values()) if all(parts[name] for name in needed) else None)
    return keys


def _typed(contract: Contract, frame: pd.DataFrame) -> list[dict[str, str]]:
    """What was understood of each row: only what may be stored, and only what could be read."""
    kept = [column.name for column in contract.stored_columns if column.name in frame]
    kept += [str(name) for name in frame.columns if MELTED_MARK in str(name)]
    return [
        {str(name): str(value) for name, value in row.items() if value is not None and not pd.isna(value)}
        for row in frame[kept].to_dict("records")
    ]
