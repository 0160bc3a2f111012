"""The restricted part of a release for one unit: its own people and those of the units below it, and nobody else.

Belongs here: which rows those are, and the folder that they are written to. Does not belong here: who may ask for it (whoever may read
the restricted part), the note of it (``access_log``, written before the folder appears).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.publishing.keeping import DATABASE
from pipelines.publishing.reading import attach, identifier, reader
from pipelines.spreadsheets import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import duckdb

_UNITS = """
    with recursive below as (
        select unit_id from release.dim_unit where unit_id = ? and is_current
        union
        select units.unit_id from release.dim_unit as units inner join below on units.parent_unit_id = below.unit_id where units.is_current
    )
    select unit_id from below
"""
_PEOPLE = "select distinct employee_key from release.dim_employee where is_current and unit_id in (select unit_id from own_units)"


class UnitExportError(RuntimeError):
    """An export cannot be made; the text says why."""


@dataclass(frozen=True)
class UnitExport:
    """What an export holds: rows by table, and of how many units and people."""

    rows: dict[str, int]
    n_units: int
    n_people: int


def export_unit(release: Path, unit: str, target: Path, note: Callable[[UnitExport], None]) -> UnitExport:
    """Write the rows of a unit into a new folder of mode 0700: a DuckDB file, and a CSV of each table.

    A row is the unit's where both the person belongs to the unit (or one below) now, and the row is of such a unit; what somebody did in
    another unit is that unit's. Tables about people without both columns are left out; dimensions without people are whole.

    Args:
        release: folder of the release.
        unit: id of the unit.
        target: a folder that does not exist yet.
        note: is told what is in it before it appears.

    Raises:
        UnitExportError: there is no such unit, or the folder exists.
    """
    if target.exists():
        raise UnitExportError(f"{target} exists already: name a new folder")
    staged = target.with_name(f".{target.name}.part")
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True, mode=0o700)
    try:
        with reader() as connection:
            attach(connection, release / "restricted" / DATABASE, "release", read_only=True)
            attach(connection, staged / DATABASE, "own", read_only=False)
            made = _copy(connection, unit, staged)
        for path in staged.iterdir():
            path.chmod(0o600)
        note(made)
        staged.rename(target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return made


def _copy(connection: duckdb.DuckDBPyConnection, unit: str, folder: Path) -> UnitExport:
    connection.execute(f"create temporary table own_units as {_UNITS}", [unit])
    connection.execute(f"create temporary table own_people as {_PEOPLE}")
    n_units = _count(connection, "own_units")
    if not n_units:
        raise UnitExportError("no unit of the release has this id now: `dim_unit` names them all")
    rows = {}
    for table, columns in _tables(connection).items():
        where = _own(table, columns)
        if where is None:
            continue
        shown = [_shown(column) for column in columns]
        own = identifier("own", table)
        query = f"create table {own} as select {', '.join(shown)} from {identifier('release', table)} where {where} order by all"  # noqa: S608 - identifiers
        connection.execute(query)
        rows[table] = _count(connection, own)
        write_csv(connection.execute(f"from {own}").df(), folder / f"{table}.csv")
    return UnitExport(rows, n_units, _count(connection, "own_people"))


def _own(table: str, columns: list[str]) -> str | None:
    """Which rows of a table are the unit's, as SQL; None: the table is left out."""
    if "employee_key" not in columns:
        return "true" if table.startswith("dim_") else None
    if "unit_id" not in columns:
        return None
    return "employee_key in (select employee_key from own_people) and unit_id in (select unit_id from own_units)"


def _shown(column: str) -> str:
    """A column; a superior who belongs to another unit is not the unit's to know."""
    if column == "supervisor_key":
        return "case when supervisor_key in (select employee_key from own_people) then supervisor_key end as supervisor_key"
    return identifier(column)


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    query = "select table_name, column_name from duckdb_columns() where database_name = 'release' order by table_name, column_index"
    for table, column in connection.execute(query).fetchall():
        found.setdefault(table, []).append(column)
    return found


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])  # noqa: S608 - names of the database
