"""The office's own file given back as a workbook: what has to be mended, and the same grid with the cells in question coloured.

Every cell that was text or whole is written as text, so that nothing in it is ever taken for a formula and no NIP is rounded again.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

import xlsxwriter

from pipelines.inspection.cells import write_as_delivered
from pipelines.inspection.grid import DataSheet, data_sheets
from pipelines.landing.refusals import UnreadableFileError
from pipelines.privacy.modes import private_file
from pipelines.spreadsheets import is_formula

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from data_quality.contract import Contract
    from pipelines.inspection.report import InspectionReport, Place, Problem
    from pipelines.inspection.words import Words
    from pipelines.landing.limits import Limits
    from pipelines.landing.profiles import Profile

MOST_LISTED = 10_000
"""A sheet holds 65,530 links at most, and far fewer comments before it becomes slow."""
MOST_ROWS, MOST_CHARACTERS = 1_048_576, 32_767
_MOST_FROZEN = 15
_MEASURED_ROWS = 200
_NARROW, _WIDE = 8, 42
_TEXT_HEADS = ("head.column", "head.header", "head.value", "head.problem", "head.mend", "head.suggestion")
_TEXT_WIDTHS = (9, 22, 26, 44, 44, 34)
_LINE = 15
_FILLS = {"error": ("#FFC7CE", "#7A0610"), "warning": ("#FFEB9C", "#5C3B00")}


@dataclass
class _Mark:
    """What is said about one cell."""

    severity: str
    texts: list[str] = field(default_factory=list)


class _Formats:
    """Formats by look; text that begins like a formula also gets Excel's mark for plain text."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Format] = {}
        self._looks: dict[str, dict[str, Any]] = {
            "plain": {"num_format": "@", "valign": "top"},
            "wrapped": {"num_format": "@", "valign": "top", "text_wrap": True, "border": 1, "border_color": "#BFBFBF"},
            "centred": {"num_format": "@", "valign": "top", "align": "center", "border": 1, "border_color": "#BFBFBF"},
            "head": {"num_format": "@", "bold": True, "bg_color": "#D9D9D9", "border": 1, "text_wrap": True, "valign": "top"},
            "title": {"bold": True, "font_size": 13},
            "link": {"font_color": "#0B57A4", "underline": 1, "valign": "top", "border": 1, "border_color": "#BFBFBF", "align": "center"},
            "error": {"num_format": "@", "valign": "top", "bg_color": _FILLS["error"][0], "font_color": _FILLS["error"][1]},
            "warning": {"num_format": "@", "valign": "top", "bg_color": _FILLS["warning"][0], "font_color": _FILLS["warning"][1]},
        }

    def __call__(self, look: str, text: str = "") -> Format:
        is_risky = is_formula(text)
        if (look, is_risky) not in self._made:
            made = self._book.add_format(self._looks[look])
            if is_risky:
                made.set_quote_prefix()
            self._made[look, is_risky] = made
        return self._made[look, is_risky]


def write_workbook(
    report: InspectionReport,
    target: Path,
    path: Path,
    contract: Contract | None,
    profiles: tuple[Profile, ...],
    limits: Limits | None = None,
) -> None:
    """Write the workbook for ``path`` to ``target``.

    Args:
        report: of the file; all of its places are coloured and listed, up to ``MOST_LISTED``.
        target: the new file; readable by its owner alone.
        path: the office's file; read once more, because a report does not hold it.
        contract: what the file was read as; without one its grid is not copied, since it is unknown what in it is personal.
        profiles: those that the file was inspected with.
        limits: what the file may cost.
    """
    sheets = data_sheets(path, contract, profiles, limits) if contract and report.columns else []  # without columns it was not read
    with private_file(target) as staged, xlsxwriter.Workbook(str(staged), {"constant_memory": True}) as book:
        formats = _Formats(book)
        names = _sheet_names(report.words, sheets)
        listing = book.add_worksheet(report.words("book.problems"))
        _write_listing(listing, report, names, formats)
        for sheet, name in zip(sheets, names.values(), strict=True):
            with suppress(UnreadableFileError):  # a copy may take longer than the reading did; it ends there
                _write_grid(book.add_worksheet(name), sheet, _marks(report, sheet.sheet), formats, report.words)


def _sheet_names(words: Words, sheets: list[DataSheet]) -> dict[str, str]:
    """Sheet of the file -> sheet of the workbook: ``Data``, or ``Data 1 (name)`` where there are several."""
    if len(sheets) == 1:
        return {sheets[0].sheet: words("book.data")}
    bare = [re.sub(r"[\[\]:*?/\\']", " ", sheet.sheet) for sheet in sheets]
    return {sheet.sheet: f"{words('book.data')} {at} ({bare[at - 1][:20]})" for at, sheet in enumerate(sheets, start=1)}


# --- what has to be mended -------------------------------------------------------------------------------------------------


def _listed(report: InspectionReport) -> Iterator[tuple[Problem, Place]]:
    for problem in report.problems:
        for place in problem.places:
            yield problem, place


def _write_listing(sheet: Worksheet, report: InspectionReport, names: dict[str, str], formats: _Formats) -> None:
    words = report.words
    heads = [("head.number", 6), ("head.row", 9), *zip(_TEXT_HEADS, _TEXT_WIDTHS, strict=True), ("head.severity", 13)]
    if len(names) > 1:
        heads.insert(1, ("label.sheet", 18))
    for at, (_, width) in enumerate(heads):
        sheet.set_column(at, at, width)
    top = [report.sentence, f"{report.file} – {report.folder}" if report.folder else report.file, *report.reasons, *report.notes]
    for at, text in enumerate([*top, words("book.help")] if names else top):
        sheet.write_string(at, 0, text, formats("title" if not at else "plain", text))
    head_row = len(top) + bool(names)
    for at, (key, _) in enumerate(heads):
        sheet.write_string(head_row, at, words(key), formats("head"))
    number = 0
    for number, (problem, place) in enumerate(_listed(report), start=1):
        if number > MOST_LISTED:
            break
        _write_entry(sheet, head_row + number, number, problem, place, words, names, formats)
    n_left = sum(problem.count for problem in report.problems) - min(number, MOST_LISTED)
    if n_left:
        sheet.write_string(head_row + min(number, MOST_LISTED) + 1, 0, words("book.cut", n=n_left), formats("plain"))
    sheet.freeze_panes(head_row + 1, 0)
    if number:
        sheet.autofilter(head_row, 0, head_row + min(number, MOST_LISTED), len(heads) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head_row)


def _write_entry(
    sheet: Worksheet, row: int, number: int, problem: Problem, place: Place, words: Words, names: dict[str, str], formats: _Formats
) -> None:
    texts = [place.column or words("places.whole_row"), place.header, place.value, problem.problem, problem.mend, place.suggestion]
    sheet.set_row(row, _LINE * max(ceil(len(text) / (width - 2)) or 1 for text, width in zip(texts, _TEXT_WIDTHS, strict=True)))
    at = 0
    sheet.write_number(row, at, number, formats("centred"))
    if len(names) > 1:
        at += 1
        sheet.write_string(row, at, place.sheet, formats("wrapped", place.sheet))
    at += 1
    if place.sheet in names:
        first = place.cells[0].column if place.cells and place.cells[0].column else "A"
        sheet.write_url(row, at, f"internal:'{names[place.sheet]}'!{first}{place.row}", formats("link"), str(place.row))
    else:
        sheet.write_string(row, at, str(place.row), formats("centred"))
    for offset, text in enumerate(texts, start=1):
        sheet.write_string(row, at + offset, text, formats("wrapped" if offset > 1 else "centred", text))
    sheet.write_string(row, at + len(texts) + 1, words(problem.severity), formats(problem.severity))


# --- the file's own grid ---------------------------------------------------------------------------------------------------


def _marks(report: InspectionReport, sheet: str) -> dict[int, dict[int, _Mark]]:
    """Row number -> position of the cell -> what is said about it."""
    marks: dict[int, dict[int, _Mark]] = {}
    for number, (problem, place) in enumerate(_listed(report)):
        if number >= MOST_LISTED:
            break
        if place.sheet != sheet:
            continue
        text = report.words("book.comment", severity=report.words(problem.severity), problem=problem.problem, mend=problem.mend)
        text = f"{text}\n{place.suggestion}" if place.suggestion else text
        for at in [_position(cell.column) for cell in place.cells if cell.column] or [0]:
            mark = marks.setdefault(place.row, {}).setdefault(at, _Mark(problem.severity))
            mark.severity = "error" if "error" in {mark.severity, problem.severity} else "warning"
            mark.texts.append(text)
    return marks


def _position(letters: str) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1


def _write_grid(sheet: Worksheet, data: DataSheet, marks: dict[int, dict[int, _Mark]], formats: _Formats, words: Words) -> None:
    widths: dict[int, int] = {}
    last_row = width = 0
    for row in data.every_row():
        if row.number > MOST_ROWS:
            break
        cells = [_safe(cell) for cell in row.cells]
        if row.number > data.header_row:
            cells = [words("value.hidden") if at not in data.known and cell.strip() else cell for at, cell in enumerate(cells)]
        _write_row(sheet, row.number, cells, marks.get(row.number, {}), formats, is_head=row.number == data.header_row)
        last_row, width = row.number, max(width, len(cells))
        if row.number <= data.header_row + _MEASURED_ROWS and row.number >= data.header_row:
            for at, cell in enumerate(cells):
                widths[at] = max(widths.get(at, _NARROW), min(_WIDE, len(cell) + 2))
    for at, size in widths.items():
        sheet.set_column(at, at, size)
    if data.header_row <= _MOST_FROZEN:
        sheet.freeze_panes(data.header_row, 0)
    if last_row > data.header_row and width:
        sheet.autofilter(data.header_row - 1, 0, last_row - 1, width - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4


def _write_row(sheet: Worksheet, number: int, cells: list[str], marks: dict[int, _Mark], formats: _Formats, *, is_head: bool) -> None:
    for at, cell in enumerate(cells):
        look = marks[at].severity if at in marks else "head" if is_head else "plain"
        if cell:
            write_as_delivered(sheet, number - 1, at, cell, formats(look, cell))
        elif look != "plain":
            sheet.write_blank(number - 1, at, None, formats(look))
    for at, mark in marks.items():
        if at >= len(cells):
            sheet.write_blank(number - 1, at, None, formats(mark.severity))
        text = "\n\n".join(dict.fromkeys(mark.texts))
        size = {"x_scale": 2.4, "y_scale": min(6.0, 0.8 + len(text) / 160)}
        sheet.write_comment(number - 1, at, text, {"author": "asn", "font_size": 9, **size})


def _safe(text: str) -> str:
    """Text that a workbook can hold: no lone halves of characters, no more than Excel takes."""
    return text.encode("utf-8", "replace").decode("utf-8")[:MOST_CHARACTERS]
