"""Text that a spreadsheet must not run: what begins like a formula is written so that it stays text, in every CSV and workbook."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that Excel, LibreOffice or Google Sheets takes for a formula."""
_NUMERIC = frozenset("+-0123456789.,eE ")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might run a text. A number with its sign is none."""
    return text.startswith(_FORMULA) and not (text[0] in "+-" and any(c.isdigit() for c in text) and _NUMERIC.issuperset(text))


def as_text(cell: object) -> object:
    """A cell of a CSV: text that begins like a formula gets an apostrophe before it, which spreadsheets take for `this is text`."""
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell


def as_text_sql(column: str) -> str:
    """``as_text`` as an expression of DuckDB over a quoted column of text."""
    signs = ", ".join(f"chr({ord(sign)})" for sign in _FORMULA)
    number = f"left({column}, 1) in ('+', '-') and regexp_matches({column}, '[0-9]') and regexp_full_match({column}, '[-+0-9.,eE ]*')"
    return f"case when left({column}, 1) in ({signs}) and not ({number}) then chr(39) || {column} else {column} end"


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """A table as CSV, headers and cells as text where they might be run."""
    # All text is quoted: pandas leaves a lone carriage return as it is otherwise, and the rest of the cell would become a row.
    frame.map(as_text).rename(columns=as_text).to_csv(path, index=False, quoting=csv.QUOTE_NONNUMERIC)
