"""Two warehouses, built by two engines from one lake, compared by rows.

Both ways `except all`, after a cast to the types that the models declare; of rows that differ only in floating-point numbers, those count
as equal whose numbers lie within 1e-9 of each other, relative to the greater.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TOLERANCE = 1e-9
OF_THE_RUN = {"invocation_id", "refreshed_at", "checked_at"}
"""Columns that say which run wrote a row, and when."""


@dataclass
class Difference:
    """Rows of a table that only one of two warehouses has, with examples."""

    relation: str
    only_first: int
    only_second: int
    examples: list[Any] = field(default_factory=list)


def compared(manifest: Mapping[str, Any], schemas: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Models and seeds of some schemas, each with the types of its columns."""
    return {
        f"{node['schema']}.{node.get('alias') or node['name']}": {name: column["data_type"] for name, column in node["columns"].items()}
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "seed"} and node["schema"] in schemas
    }


def store_from_spark(remote: str, relations: Mapping[str, Any], path: Path) -> None:
    """Tables of a Spark Connect server as tables of a DuckDB file."""
    from pyspark.sql.connect.session import SparkSession

    spark = SparkSession.builder.remote(remote).create()
    spark.conf.set("spark.sql.session.timeZone", "Asia/Jakarta")
    try:
        with duckdb.connect(str(path)) as connection:
            connection.execute("set timezone = 'Asia/Jakarta'")
            for relation in relations:
                schema = relation.split(".")[0]
                connection.execute(f'create schema if not exists "{schema}"')
                connection.register("fetched", spark.table(relation).toArrow())
                connection.execute(f"create or replace table {_quoted(relation)} as from fetched")
                connection.unregister("fetched")
    finally:
        spark.stop()


def differences(first: Path, second: Path, relations: Mapping[str, Mapping[str, str]]) -> list[Difference]:
    """The tables that are not equal."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Asia/Jakarta'")
        # A view of DuckDB names the database that it was made in, by the name of its file.
        connection.execute(f"attach '{first}' as warehouse (read_only)")
        connection.execute(f"attach '{second}' as other (read_only)")
        found = [_difference(connection, relation, types) for relation, types in relations.items()]
    return [one for one in found if one.only_first or one.only_second]


def _difference(connection: duckdb.DuckDBPyConnection, relation: str, types: Mapping[str, str]) -> Difference:
    names = {
        side: {row[0]: row[1] for row in connection.execute(f"describe {side}.{_quoted(relation)}").fetchall()}
        for side in ("warehouse", "other")
    }
    assert set(names["warehouse"]) == set(names["other"]), (
        f"{relation}: columns {set(names['warehouse']) ^ set(names['other'])} are on one side only"
    )
    told = {name: types.get(name) or names["warehouse"][name] for name in names["warehouse"] if name not in OF_THE_RUN}
    columns = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in told.items())
    cast = {side: f"(select {columns} from {side}.{_quoted(relation)})" for side in names}
    doubles = [name for name, kind in told.items() if kind.lower() in {"double", "float"}]
    exact = [name for name in told if name not in doubles]
    counted = _count_exact(connection, cast) if not doubles else _count_near(connection, cast, exact, doubles)
    examples = []
    if any(counted):
        for one, other in (("warehouse", "other"), ("other", "warehouse")):
            examples += [(one, *row) for row in connection.execute(f"{cast[one]} except all {cast[other]} order by all limit 2").fetchall()]
    return Difference(relation, *counted, examples)


def _count_exact(connection: duckdb.DuckDBPyConnection, cast: Mapping[str, str]) -> tuple[int, int]:
    """Rows that one side has and the other has not, or not as often."""

    def only(one: str, other: str) -> int:
        (count,) = connection.execute(f"select count(*) from ({cast[one]} except all {cast[other]})").fetchall()[0]
        return int(count)

    return only("warehouse", "other"), only("other", "warehouse")


def _count_near(connection: duckdb.DuckDBPyConnection, cast: Mapping[str, str], exact: list[str], doubles: list[str]) -> tuple[int, int]:
    """The same where numbers may differ a little: rows with the same other columns are put in the order of their numbers and paired."""
    keys = ", ".join(f'"{name}"' for name in exact) or "0"
    order = ", ".join(f'"{name}" nulls last' for name in doubles)
    numbered = {
        side: f"(select *, row_number() over (partition by {keys} order by {order}) as place from {rows})" for side, rows in cast.items()
    }
    same = " and ".join([*(f'a."{name}" is not distinct from b."{name}"' for name in exact), "a.place = b.place"])
    near = " and ".join(
        f"""(a."{name}" is not distinct from b."{name}"
            or abs(a."{name}" - b."{name}") <= {TOLERANCE} * greatest(abs(a."{name}"), abs(b."{name}")))"""
        for name in doubles
    )
    (paired, n_first, n_second) = connection.execute(
        f"""select (select count(*) from {numbered["warehouse"]} as a inner join {numbered["other"]} as b on {same} and {near}),
            (select count(*) from {cast["warehouse"]}), (select count(*) from {cast["other"]})"""
    ).fetchall()[0]
    return n_first - paired, n_second - paired


def _quoted(relation: str) -> str:
    return ".".join(f'"{part}"' for part in relation.split("."))
