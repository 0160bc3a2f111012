"""Views of the open tables with Indonesian words as column names, for those who read labels and not codes.

Schema ``indonesia`` of the open database; a view is the table of the same name, column by column. Tables and columns also get their
descriptions as comments, which SQL tools show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from pipelines.engine import literal
from pipelines.reporting.language import Language

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.reporting.documentation import Documentation

SCHEMA = "indonesia"


def describe_tables(database: Path, documented: Documentation) -> None:
    """Add views and comments to an open database that is being built.

    A view keeps the name of the database that it was made in, so this opens the file under its own name, as readers do.
    """
    with duckdb.connect(str(database)) as connection:
        columns: dict[str, list[str]] = {}
        for table, column in connection.execute(
            "select table_name, column_name from duckdb_columns() where not internal order by table_name, column_index"
        ).fetchall():
            columns.setdefault(table, []).append(column)
        connection.execute(f"create schema {SCHEMA}")
        for table, names in columns.items():
            chosen = ", ".join(f'"{name}" as "{label}"' for name, label in _labels(names, Language("id")).items())
            connection.execute(f'create view {SCHEMA}."{table}" as select {chosen} from main."{table}"')  # noqa: S608 - own names
        for mart in documented.marts:
            if mart.name in columns:
                connection.execute(f'comment on table "{mart.name}" is {literal(mart.description)}')
                for column in mart.columns:
                    connection.execute(f'comment on column "{mart.name}"."{column.name}" is {literal(column.description)}')
        connection.execute("checkpoint")


def _labels(columns: list[str], language: Language) -> dict[str, str]:
    """A label for each column; one that two columns of a table share is followed by the name of the column."""
    labels = {name: language.label(name).replace('"', "'") for name in columns}
    seen = [label.casefold() for label in labels.values()]
    return {name: label if seen.count(label.casefold()) == 1 else f"{label} ({name})" for name, label in labels.items()}
