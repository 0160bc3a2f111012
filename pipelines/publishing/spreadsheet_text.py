"""Text that a spreadsheet must not take for a formula.

A cell of a CSV file that begins like a formula is run when the file is opened. Open marts hold text that offices have written (names
of units, services, programmes), so every text that leaves as CSV passes here; in a workbook text is written as text and needs nothing.
"""

from __future__ import annotations

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Signs that begin a formula, with their full-width twins."""


def safe_text(text: str) -> str:
    """The text with an apostrophe before it where it begins like a formula; spreadsheets show it as text then."""
    return f"'{text}" if text.lstrip(" ").startswith(RISKY) else text


def safe_text_sql(column: str) -> str:
    """``safe_text`` as an expression of DuckDB over a quoted column."""
    signs = ", ".join(f"chr({ord(sign)})" for sign in RISKY)
    return f"case when left(ltrim({column}, ' '), 1) in ({signs}) then chr(39) || {column} else {column} end"
