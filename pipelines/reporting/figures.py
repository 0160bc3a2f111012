"""A figure: what a query gave, ready to be shown as a table with its source, its query and its downloads."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipelines.reporting.language import form_of
from pipelines.reporting.mending import in_indonesian
from pipelines.reporting.open_data import query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from markupsafe import Markup

    from pipelines.reporting.language import Language
    from pipelines.reporting.open_data import OpenData, Query

    Row = Mapping[str, Any]

HIDDEN = frozenset(
    {"unit_id", "competency_code", "programme_id", "name_en", "is_suppressed", "suppression_reason", "area_code", "budget_share"}
)
"""Columns that a row has for links, names and notes; the table does not show them."""
_DATES = frozenset({"quarter", "day", "moment"})
_NOT_NUMBERS = _DATES | {"text"}
_STEPS = (0.1, 0.25, 0.4, 0.6)
"""Where the shades of a heat map change, as shares below standard."""
_BARS = frozenset({"share_below_standard", "share_within_sla", "share_rejected", "coverage", "share_of_completed"})
_ENGLISH = frozenset({"verdict_reason", "how_to_resolve", "status_reason", "check_id", "job", "extract"})
"""Columns whose words the marts have in English alone."""
_LONG = frozenset({"verdict_reason", "how_to_resolve", "status_reason"})


@dataclass(frozen=True)
class Cell:
    """One value of a table as it is shown."""

    text: str
    is_hidden: bool = False
    is_number: bool = False
    link: str = ""
    bar: str = ""
    lang: str = ""
    width: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is text and nothing else, as most are: those are written without a macro, which costs more than they do."""
        return not (self.link or self.is_hidden or self.lang)


@dataclass(frozen=True)
class Figure:
    """A table of the pages, and the chart that is drawn from it, if one is."""

    name: str
    title: str
    rows: Sequence[Row]
    columns: tuple[str, ...]
    sql: str
    marts: tuple[str, ...]
    note: str = ""
    chart: Markup | str = ""
    most: int = 0
    suppression: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def shown(self) -> Sequence[Row]:
        return self.rows[: self.most] if self.most else self.rows

    @property
    def is_cut(self) -> bool:
        return bool(self.most) and len(self.rows) > self.most

    @cached_property
    def reasons(self) -> list[str]:
        """Why figures that the table shows are hidden, in the order of first mention."""
        hiding = (row for row in self.shown if row.get("is_suppressed") and any(self.is_hidden(row, column) for column in self.columns))
        return list(dict.fromkeys(row["suppression_reason"] for row in hiding))

    def is_hidden(self, row: Row, column: str) -> bool:
        """Whether a value is withheld, and not merely absent.

        A row that hides something may also lack something: a value is withheld where the count that it rests on is.
        """
        if row.get(column) is not None or not row.get("is_suppressed"):
            return False
        if column not in self.suppression:
            return form_of(column) != "text"  # a figure that the query made from others
        grounds = {name: row.get(name, ...) for name in self.suppression[column]}
        counts = [value for name, value in grounds.items() if form_of(name) == "count"]
        if None in counts or 0 in counts:
            return None in counts  # what rests on nobody is absent
        # What rests on a figure that the query does not give is taken as withheld, never as absent.
        return any(value in {None, ...} for value in grounds.values())

    def cells(self, language: Language) -> Iterator[list[Cell]]:
        """The rows that the table shows, as they are shown."""
        for row in self.shown:
            yield [self.cell(row, column, language) for column in self.columns]

    def cell(self, row: Row, column: str, language: Language) -> Cell:
        value = row[column]
        is_number = form_of(column) not in _NOT_NUMBERS
        if value is None or value == "":
            is_hidden = self.is_hidden(row, column)
            return Cell(language("hidden.mark") if is_hidden else language("none"), is_hidden, is_number)
        if column == "competency_name" and language.code == "en" and row.get("name_en"):
            value = row["name_en"]
        bar = f"{min(max(float(value), 0), 1) * 100:.1f}%" if column in _BARS else f"{float(value) * 25:.1f}%" if column == "score" else ""
        words = in_indonesian(row, column) if column in _ENGLISH and language.code == "id" else ""
        lang = "en" if column in _ENGLISH and language.code != "en" and not words else ""
        width = "long" if column in _LONG else "fixed" if form_of(column) in _DATES else ""
        is_figure = is_number and not isinstance(value, bool)
        return Cell(words or language.show(column, value), is_number=is_figure, link=_link(row, column), bar=bar, lang=lang, width=width)


_LINKS = {
    "unit_name": ("unit", "unit_id"),
    "competency_name": ("competency", "competency_code"),
    "programme_name": ("programme", "programme_id"),
}


def _link(row: Row, column: str) -> str:
    """Which page a name leads to, as ``kind/key``."""
    kind, key = _LINKS.get(column, ("", ""))
    return f"{kind}/{row[key]}" if kind and row.get(key) else ""


def shade(share: float | None) -> str:
    """The class of a cell of the heat map."""
    if share is None:
        return "h-none"
    return f"h{sum(float(share) >= step for step in _STEPS)}"


@dataclass(frozen=True)
class Figures:
    """Makes figures from the open data in one language."""

    data: OpenData
    language: Language
    suppression: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Mart -> column -> the counts that it rests on."""

    def of(self, name: str, title: str, key: str | None = None, **more: Any) -> Figure:
        """The figure of a query, for one unit, competency or programme where ``key`` names it."""
        asked = query(name)
        rows = self.data.of(name, key) if key is not None else self.data.rows(name)
        marts = tuple(asked.marts(frozenset(self.data.tables)))
        merged = {column: counts for mart in reversed(marts) for column, counts in self.suppression.get(mart, {}).items()}
        columns = more.pop("columns", None) or _columns(rows, asked)
        return Figure(
            name, self.language(title), rows, columns, asked.of(key) if key is not None else asked.text, marts, suppression=merged, **more
        )


def _columns(rows: Iterable[Row], asked: Query) -> tuple[str, ...]:
    first = next(iter(rows), {})
    return tuple(column for column in first if column not in HIDDEN and column != asked.key)
