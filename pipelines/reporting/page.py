"""What pages of every kind share: the page itself, what it is made from, and the sentences and tiles that several of them have."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.reporting.places import page_of, units_of_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipelines.reporting.documentation import Documentation
    from pipelines.reporting.figures import Figures
    from pipelines.reporting.handbook import Handbook
    from pipelines.reporting.language import Language
    from pipelines.reporting.open_data import OpenData

    Row = Mapping[str, Any]


QUARTERS = 9
"""Quarters of a trend or heat map: two years and the one before."""


@dataclass(frozen=True)
class Page:
    """A page of the site in one language."""

    path: str
    template: str
    title: str
    context: dict[str, Any] = field(default_factory=dict)
    section: str = ""


@dataclass(frozen=True)
class Source:
    """All that pages are made from: the open data, its documentation, what the manifest says, the words of one language."""

    data: OpenData
    figures: Figures
    language: Language
    documentation: Documentation
    facts: Mapping[str, Any]
    handbook: Handbook
    glossary: Sequence[Mapping[str, str]]
    tiles: Mapping[str, tuple[int, int]]
    """Area code -> column and row in the scheme of districts."""

    @property
    def root(self) -> str:
        """The unit at the top of the city."""
        rows = self.data.rows("units")
        tops = [row["unit_id"] for row in rows if row["depth"] == 0]
        return max(tops, key=Counter(units_of_path(str(row["path"]))[0] for row in rows).__getitem__, default="")

    def of_city(self, anchor: str = "") -> str:
        """The page of the whole city, or the list of units where there is no city yet."""
        return f"{page_of('unit', self.root)}{anchor}" if self.root else "units.html"

    @property
    def names(self) -> dict[str, Row]:
        return {row["unit_id"]: row for row in self.data.rows("units")}


def newest(rows: Sequence[Row], column: str) -> Row | None:
    """The last row, in the order of the query, that has a figure."""
    return next((row for row in reversed(rows) if row[column] is not None), None)


def change_in_words(rows: Sequence[Row], column: str, language: Language) -> str:
    """How a share by quarter moved in a year."""
    now = newest(rows, column)
    before = next((row for row in rows if now and row["quarter"] == now["quarter"].replace(year=now["quarter"].year - 1)), None)
    if now is None or before is None or before[column] is None:
        return language("change.unknown")
    moved = round(float(now[column] - before[column]) * 100, 1)
    if not moved:
        return language("change.same")
    return language("change.down" if moved < 0 else "change.up", points=language.number(abs(moved), 1))


@dataclass(frozen=True)
class Tile:
    """One number of importance, with where it leads."""

    text: str
    column: str
    value: Any
    period: str
    target: str
    history: tuple[float, ...]


def tiles_of(
    source: Source, text: str, name: str, column: str, target: str, *, key: str | None = None, newest_first: bool = False
) -> Iterator[Tile]:
    rows = source.data.of(name, key) if key is not None else source.data.rows(name)
    ordered = list(reversed(rows)) if newest_first else rows
    found = newest(ordered, column)
    if found is None:
        return
    period = source.language.show("quarter", found["quarter"]) if "quarter" in found else str(found["year"])
    history = tuple(float(row[column]) for row in ordered if row[column] is not None)[-QUARTERS:]
    yield Tile(source.language(text), column, found[column], period, target, history)


def name_of(row: Row, language: Language) -> str:
    """The name of a competency; its code where the dictionary has none."""
    return str((language.code == "en" and row.get("name_en")) or row["competency_name"] or row["competency_code"])


def offices_note(source: Source) -> str:
    """What the list of offices by gap is made of, and how many offices it has to leave out."""
    language = source.language
    n_missing = sum(row["depth"] == 1 for row in source.data.rows("units")) - len(source.data.rows("city_offices"))
    return " ".join([language("offices.note"), *([language("offices.missing", n=language.number(n_missing))] if n_missing else [])])


def night_in_words(source: Source) -> str:
    """What the newest day of loading brought, as one sentence."""
    rows, language = source.data.rows("last_night"), source.language
    if not rows:
        return language("night.nothing")
    row = rows[0]
    counts = {name: language.number(row[column] or 0) for name, column in _NIGHT.items()}
    return language("night.words", day=language.show("delivery_on", row["delivery_on"]), **counts)


_NIGHT = {
    "deliveries": "n_deliveries",
    "read": "rows_read",
    "rejected": "rows_rejected",
    "duplicate": "rows_duplicate",
    "blocked": "n_blocked",
    "late": "n_late",
}
