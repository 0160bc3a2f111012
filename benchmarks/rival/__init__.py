"""The rival: three marts as a good analyst of an office would compute them, in pandas, from the same Parquet files of the lake.

Whole columns at a time, only the columns that are needed, nothing done twice: as fast as plain pandas goes without turning
into a query engine. The rows must be those of the marts before suppression (``open`` in the warehouse file), and ``different`` says
which columns are not. It shares no code with the warehouse; of the rules it reads the same CSV files.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import duckdb

from benchmarks.rival.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

MARTS = {
    "competency_gap_by_unit": "competency",
    "service_quality": "service",
    "training_participation_by_unit": "training",
}
"""Each mart with the module of this package that computes it."""
KEYS = {
    "competency_gap_by_unit": ("unit_id", "competency_code", "quarter"),
    "service_quality": ("unit_id", "service_name", "is_all_services", "quarter"),
    "training_participation_by_unit": ("unit_id", "year"),
}


def compute(home: Path, mart: str) -> pd.DataFrame:
    """The rows of a mart, from the lake of an installation."""
    found: pd.DataFrame = import_module(f"benchmarks.rival.{MARTS[mart]}").compute(Lake(home / "lake"))
    return found


def different(home: Path, mart: str, computed: Path) -> list[str]:
    """What differs between the rows in ``computed`` and the mart of the warehouse: columns, and rows that only one of them has."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home / 'build' / 'warehouse.duckdb'}' as night (read_only)")
        columns = connection.execute(
            "select column_name, data_type from duckdb_columns() where database_name = 'night' and schema_name = 'open' and table_name = ?",
            [mart],
        ).fetchall()
        cast = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns)
        connection.execute(f"create table mine as select {cast} from read_parquet('{computed}')")  # noqa: S608 - our own names
        keys = ", ".join(KEYS[mart])
        both = f"from mine full join night.open.{mart} as theirs using ({keys})"
        on = KEYS[mart][0]
        lost = connection.execute(f"select count(*) {both} where mine.{on} is null or theirs.{on} is null").fetchall()[0][0]
        wrong = [
            name for name, _ in columns if connection.execute(f"select count(*) {both} where {_unlike(name)}").fetchall()[0][0]
        ]  # fmt: skip
    return [*([f"{lost} rows"] if lost else []), *wrong]


def _unlike(column: str) -> str:
    return f"mine.{column} is distinct from theirs.{column}"
