"""Reads the open database of a release: each query of ``queries/`` once, for all units together, and never anything else.

A query of a page per unit, competency or programme has a place ``{unit}``, ``{competency}`` or ``{programme}`` in its condition. It
runs once with *true* there, and its rows are dealt out by key; the page shows it with the condition of the one that it is about.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.engine import literal

if TYPE_CHECKING:
    import duckdb

    Row = dict[str, Any]

QUERIES = Path(__file__).parent / "queries"
_KEYS = {"unit": "unit_id", "competency": "competency_code", "programme": "programme_id"}
_PLACE = re.compile(r"\{(unit|competency|programme)\}")
_TABLE = re.compile(r"\b(?:from|join)\s+([a-z_]+)\b")


@dataclass(frozen=True)
class Query:
    """A query of the pages."""

    name: str
    text: str

    @property
    def comment(self) -> str:
        """What it gives, its first line."""
        return self.text.partition("\n")[0].removeprefix("-- ")

    @cached_property
    def key(self) -> str | None:
        """The column that it is dealt out by."""
        found = _PLACE.search(self.text)
        return _KEYS[found[1]] if found else None

    def everything(self) -> str:
        return _PLACE.sub("true", self.text)

    def of(self, value: str) -> str:
        """The same for one unit, competency or programme, as a reader may run it."""
        column = next((name for name in (f"{alias}.{self.key}" for alias in ("gaps", "plan")) if name in self.text), self.key)
        return _PLACE.sub(lambda _: f"{column} = {literal(value)}", self.text)

    def marts(self, known: frozenset[str]) -> list[str]:
        """The tables that it reads, the one that it is about first."""
        return [name for name in dict.fromkeys(_TABLE.findall(self.text)) if name in known]


@cache
def query(name: str) -> Query:
    return Query(name, (QUERIES / f"{name}.sql").read_text(encoding="utf-8").strip())


@dataclass
class OpenData:
    """The open database of one release, with what was read from it."""

    connection: duckdb.DuckDBPyConnection
    _read: dict[str, list[Row]] = field(default_factory=dict)
    _dealt: dict[str, dict[str, list[Row]]] = field(default_factory=dict)

    @cached_property
    def tables(self) -> dict[str, int]:
        """Rows of each table."""
        names = [name for (name,) in self.connection.execute("select table_name from duckdb_tables() order by table_name").fetchall()]
        return {name: self.connection.execute(f'select count(*) from "{name}"').fetchall()[0][0] for name in names}  # noqa: S608 - names of the database

    def rows(self, name: str) -> list[Row]:
        """All rows of a query."""
        if name not in self._read:
            cursor = self.connection.execute(query(name).everything())
            columns = [column[0] for column in cursor.description or ()]
            self._read[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        return self._read[name]

    def of(self, name: str, key: str) -> list[Row]:
        """Rows of a query that are about one unit, competency or programme."""
        if name not in self._dealt:
            dealt: dict[str, list[Row]] = defaultdict(list)
            column = query(name).key or ""
            for row in self.rows(name):
                dealt[row[column]].append(row)
            self._dealt[name] = dict(dealt)
        return self._dealt[name].get(key, [])
