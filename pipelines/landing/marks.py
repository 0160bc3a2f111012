"""What is noted behind the text of a cell about what it is in its file. Nobody sees these characters, and no office writes them.

Imports stay few: the process that parses one workbook uses this, and its start is paid for each file.
"""

from __future__ import annotations

NUMBER_CELL = "\u2060"
"""Ends the text of a number that is one in its file: its point begins decimals whatever the office writes."""
DATE_CELL = "\u2061"
"""Ends the text of a day or moment that is one in its file: where a text is meant, a spreadsheet has made it (``08-12`` is 8 December)."""
UNCOMPUTED = "\u2063=?"
"""Stands for the value of a formula that nobody has computed."""


def unmarked(text: str) -> str:
    """The text of a cell alone."""
    return text.rstrip(NUMBER_CELL + DATE_CELL)
