"""An inspection report for a terminal of 80 columns or more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.inspection.report import InspectionReport, Problem
    from pipelines.inspection.words import Words

FEW_PLACES = 5
_COLOURS = {"accepted": "green", "blocked": "red", "refused": "red", "error": "red", "warning": "yellow"}


def print_report(report: InspectionReport, console: Console, *, most_places: int = FEW_PLACES) -> None:
    """Print a report; of each problem the first places, the files have the others."""
    words, colour = report.words, _COLOURS[report.verdict]
    console.print(Panel(Text(report.sentence, style="bold"), title=Text(words("title")), border_style=colour, box=box.ROUNDED))
    for heading, sentences, style in (("heading.reasons", report.reasons, colour), ("heading.notes", report.notes, "")):
        if sentences:
            _heading(console, words(heading))
            bullets = Table.grid(padding=(0, 1))
            for sentence in sentences:
                bullets.add_row("  •", Text(sentence, style=style))
            console.print(bullets)
    _print_file(report, console, words)
    if report.verdict != "refused":
        _print_rows(report, console, words)
        _print_problems(report, console, words, most_places)
    _print_columns(report, console, words)
    _print_adapted(report, console, words)
    console.print(Text(f"\n{report.sentence}", style=f"bold {colour}"))  # what was said first has scrolled away


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, style="bold underline"))


def _plain(*, header: bool = True) -> Table:
    return Table(box=box.SIMPLE_HEAD if header else None, show_header=header, pad_edge=False, padding=(0, 1), header_style="bold")


def _row(table: Table, *cells: object) -> None:
    """Cells are text, never markup: what a file holds must not colour the terminal."""
    table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in cells))


def _print_file(report: InspectionReport, console: Console, words: Words) -> None:
    _heading(console, words("heading.file"))
    table = _plain(header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in report.facts():
        _row(table, f"  {label}", value)
    console.print(table)


def _print_rows(report: InspectionReport, console: Console, words: Words) -> None:
    _heading(console, words("heading.rows"))
    table = _plain(header=False)
    table.add_column(justify="right", style="bold")
    table.add_column()
    for label, count in report.counts():
        _row(table, f"  {words.number(count)}", label)
    console.print(table)


def _print_problems(report: InspectionReport, console: Console, words: Words, most_places: int) -> None:
    _heading(console, words("heading.places"))
    if not report.problems:
        console.print(Text(f"  {words('none.problems')}", style="green"))
    for number, problem in enumerate(report.problems, start=1):
        colour = _COLOURS[problem.severity]
        console.print()
        console.print(
            Text.assemble(
                (f"{number}. {words(problem.severity).upper()}", f"bold {colour}"),
                (f"  {words('places.count', n=problem.count)}", "bold"),
                f"  {problem.place_name(words)}",
                (f"  {words.get(f'dimension.{problem.dimension}', problem.dimension)}", "dim"),
            )
        )
        console.print(Text(f"   {problem.problem}"))
        console.print(Text(f"   → {problem.mend}", style="cyan"))
        console.print(_places(report, problem, words, most_places))
        if problem.count > most_places:
            console.print(Text(f"     {words('places.more', n=problem.count - min(most_places, len(problem.places)))}", style="dim"))


def _places(report: InspectionReport, problem: Problem, words: Words, most_places: int) -> Table:
    places = problem.places[:most_places]
    with_suggestion = any(place.suggestion for place in places)
    table = _plain()
    if report.has_sheets:
        table.add_column(Text(f"   {words('label.sheet')}"), overflow="fold")
    table.add_column(Text(f"   {words('head.row')}"), justify="right", no_wrap=True)
    table.add_column(Text(words("head.column")), no_wrap=True)
    table.add_column(Text(words("head.value")), overflow="fold", max_width=44)
    if with_suggestion:
        table.add_column(Text(words("head.suggestion")), overflow="fold")
    for place in places:
        cells = [f"   {place.row}", place.column or words("places.whole_row"), place.value]
        sheet = [f"   {place.sheet}"] if report.has_sheets else []
        _row(table, *sheet, *cells, *([place.suggestion] if with_suggestion else []))
    return table


def _print_columns(report: InspectionReport, console: Console, words: Words) -> None:
    if not report.columns:
        return
    _heading(console, words("heading.columns"))
    table = _plain()
    for head in ("head.column", "head.header", "head.expected", "head.fate", "head.nearest"):
        table.add_column(Text(words(head)), overflow="fold")
    for seen in report.columns:
        if seen.fate != "missing_optional":
            style = {"missing_required": "red", "unknown": "yellow", "understood": ""}.get(seen.fate, "dim")
            _row(table, seen.column, seen.header, seen.expected, Text(words(f"fate.{seen.fate}"), style=style), seen.nearest)
    console.print(table)
    if report.absent:
        console.print(Text(f"  {words('columns.absent', columns=report.absent)}", style="dim"))


def _print_adapted(report: InspectionReport, console: Console, words: Words) -> None:
    if report.formats:
        _heading(console, words("heading.formats"))
        table = _plain()
        for head in ("head.column", "head.header", "head.read_as", "head.evidence"):
            table.add_column(Text(words(head)), overflow="fold")
        for item in report.formats:
            _row(table, item.column, item.header, item.read_as, item.evidence)
        console.print(table)
    if report.coercions:
        _heading(console, words("heading.coercions"))
        table = _plain()
        table.add_column(Text(words("head.cells")), justify="right")
        for head in ("head.header", "head.what"):
            table.add_column(Text(words(head)), overflow="fold")
        for coercion in report.coercions:
            _row(table, words.number(coercion.count), coercion.header, coercion.what)
        console.print(table)
