"""Cells of an office given back in a workbook, so that they are read as the same once more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.landing.marks import NUMBER_CELL

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_DECIMAL = re.compile(r"-?\d+\.\d+", re.ASCII)


def write_as_delivered(sheet: Worksheet, row: int, at: int, text: str, look: Format) -> None:
    """Write a cell as text, but one that was a number with decimals as a number: as a text ``1.125`` it would be a thousand.

    A day that was one keeps its mark, which nobody sees: what a spreadsheet has made of it is still not what was typed.
    """
    number = text.removesuffix(NUMBER_CELL)
    if number != text and _DECIMAL.fullmatch(number) and repr(float(number)) == number:
        sheet.write_number(row, at, float(number), look)
    else:
        sheet.write_string(row, at, number, look)
