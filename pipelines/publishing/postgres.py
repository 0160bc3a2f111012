"""The open tables in a PostgreSQL database, for BI tools that need a server.

All tables are replaced in one transaction, row by row and not by new tables: who reads meanwhile sees the old release to its end and then
the new one, nobody waits, and rights and views that people have made on the tables stay. A table is made anew only when its columns have
changed. What else is in the schema is left alone; ``published_tables`` says what is ours.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.publishing import shelf
from pipelines.publishing.keeping import DATABASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SCHEMA = "competency"
OURS = "published_tables"
_BATCH = 10_000
_TYPES = {
    "VARCHAR": "text", "BIGINT": "bigint", "INTEGER": "integer", "SMALLINT": "smallint", "HUGEINT": "numeric", "DOUBLE": "double precision",
    "FLOAT": "real", "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "timestamp",
}  # fmt: skip


@dataclass(frozen=True)
class _Table:
    name: str
    comment: str
    columns: tuple[tuple[str, str, str], ...]
    """Name, type of PostgreSQL, description."""


class PublicationError(RuntimeError):
    """The database did not take the release; nothing in it has changed."""


def publish(release: Path, url: str, schema: str = SCHEMA, told: Callable[[int, int], None] = lambda _done, _total: None) -> dict[str, int]:
    """Put the open tables of a release into a schema, all at once; returns rows by table.

    Args:
        release: its folder.
        url: of the database, as libpq reads it. It may hold a password and is in no message.
        schema: made where it is not there.
        told: is told after each table how many are done, and of how many.

    Raises:
        PublicationError: the database cannot be reached or did not take the tables; it is as it was then.
    """
    import psycopg2
    from psycopg2 import sql

    counts: dict[str, int] = {}
    manifest = shelf.manifest_of(release.resolve())
    try:
        with duckdb.connect(str(release.resolve() / "open" / DATABASE), read_only=True) as source:
            target = psycopg2.connect(url)
            try:
                with target, target.cursor() as cursor:
                    cursor.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
                    known = _known(cursor, schema)
                    tables = _tables(source)
                    for table in tables:
                        counts[table.name] = _replace(cursor, source, schema, table)
                        told(len(counts), len(tables))
                    for name in known - counts.keys():
                        cursor.execute(sql.SQL("drop table if exists {}").format(sql.Identifier(schema, name)))
                    rows = [(name, n_rows, manifest["release"]) for name, n_rows in counts.items()]
                    cursor.executemany(sql.SQL("insert into {} values (%s, %s, %s)").format(sql.Identifier(schema, OURS)), rows)
            finally:
                target.close()
    except psycopg2.Error as error:
        # The text of a connection error may name host and user; the class says what is needed.
        detail = str(error.diag.message_primary or "") if error.diag else ""
        raise PublicationError(f"{type(error).__name__}{': ' + detail if detail else ''}; the database is as it was") from None
    return counts


def _known(cursor: Any, schema: str) -> set[str]:
    """Tables that an earlier publication made; the list is emptied, to be written anew."""
    from psycopg2 import sql

    ours = sql.Identifier(schema, OURS)
    cursor.execute(sql.SQL("create table if not exists {} (table_name text primary key, n_rows bigint, release text)").format(ours))
    cursor.execute(sql.SQL("delete from {} returning table_name").format(ours))
    return {name for (name,) in cursor.fetchall()}


def _tables(source: duckdb.DuckDBPyConnection) -> list[_Table]:
    found = []
    for name, comment in source.execute("select table_name, coalesce(comment, '') from duckdb_tables() order by 1").fetchall():
        columns = source.execute(
            "select column_name, data_type, coalesce(comment, '') from duckdb_columns() where table_name = ? and schema_name = 'main' "
            "order by column_index", [name],
        ).fetchall()  # fmt: skip
        found.append(_Table(name, comment, tuple((column, _type(kind), words) for column, kind, words in columns)))
    return found


def _type(kind: str) -> str:
    return kind.replace("DECIMAL", "numeric") if kind.startswith("DECIMAL") else _TYPES[kind]


def _replace(cursor: Any, source: duckdb.DuckDBPyConnection, schema: str, table: _Table) -> int:
    """Give a table the rows of the release."""
    from psycopg2 import sql

    place = sql.Identifier(schema, table.name)
    cursor.execute(
        "select column_name, format_type(a.atttypid, a.atttypmod) from information_schema.columns c "
        "join pg_attribute a on a.attrelid = format('%%I.%%I', c.table_schema, c.table_name)::regclass and a.attname = c.column_name "
        "where table_schema = %s and table_name = %s order by ordinal_position",
        (schema, table.name),
    )
    there = [(name, kind.removesuffix(" without time zone")) for name, kind in cursor.fetchall()]
    if there != [(name, kind) for name, kind, _ in table.columns]:
        definitions = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind, _ in table.columns)
        cursor.execute(sql.SQL("drop table if exists {}").format(place))
        cursor.execute(sql.SQL("create table {} ({})").format(place, definitions))
    cursor.execute(sql.SQL("comment on table {} is {}").format(place, sql.Literal(table.comment)))
    for name, _, words in table.columns:
        cursor.execute(sql.SQL("comment on column {} is {}").format(sql.Identifier(schema, table.name, name), sql.Literal(words)))
    cursor.execute(sql.SQL("delete from {}").format(place))
    n_rows = 0
    for chunk, count in _chunks(source, table.name):
        cursor.copy_expert(sql.SQL("copy {} from stdin (format csv)").format(place), chunk)
        n_rows += count
    return n_rows


def _chunks(source: duckdb.DuckDBPyConnection, name: str) -> Iterator[tuple[io.StringIO, int]]:
    """Rows as CSV, in pieces; empty text is quoted, so that it does not become an empty value."""
    rows = source.execute(f'from main."{name}"')
    while batch := rows.fetchmany(_BATCH):
        yield io.StringIO("".join(_csv_line(row) for row in batch)), len(batch)


def _csv_line(row: tuple[Any, ...]) -> str:
    return ",".join("" if value is None else '"' + str(value).replace('"', '""') + '"' for value in row) + "\n"
