"""A table of a release as one file, in the form that its name asks for."""

from __future__ import annotations

import csv
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.privacy.modes import private_file
from pipelines.publishing.reading import identifier
from pipelines.spreadsheets import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDINGS = (".xlsx", ".csv", ".parquet")
_BATCH = 10_000


class ExportError(ValueError):
    """What was asked for cannot be written; the text says why."""


@dataclass(frozen=True)
class Export:
    """What to write where."""

    mart: str
    target: Path
    where: str = ""
    labels: bool = False
    """Indonesian labels as names of columns; open tables have them."""
    semicolons: bool = False
    """For CSV: semicolons, decimal commas and the mark by which Excel knows UTF-8."""
    private: bool = False
    """Readable by its owner alone."""
    force: bool = False
    """Write over a file that is there."""


def write_export(connection: duckdb.DuckDBPyConnection, export: Export) -> int:
    """Write one table of a session; returns the number of its rows.

    Raises:
        ExportError: there is no such table, the condition is wrong, or the file is there already.
    """
    ending = export.target.suffix.lower()
    if ending not in ENDINGS:
        raise ExportError(f"{export.target.name}: a file ends in one of {', '.join(ENDINGS)}")
    if export.target.exists() and not export.force:
        raise ExportError(f"{export.target} is there already; --force writes over it")
    schema = "open.indonesia." if export.labels else ""
    condition = f" where {export.where}" if export.where else ""
    try:
        connection.execute(f"create or replace temp view export as from {schema}{identifier(export.mart)}{condition}")
        n_rows = connection.execute("select count(*) from export").fetchall()[0][0]
        with private_file(export.target) if export.private else nullcontext(export.target) as target:
            _WRITERS[ending](connection, export, target)
    except ExportError:
        raise
    except ValueError:
        raise ExportError("that is no name of a table") from None
    except duckdb.Error as error:
        raise ExportError(str(error).splitlines()[0]) from None
    except OSError as error:
        raise ExportError(f"{export.target}: {error.strerror}") from None
    return int(n_rows)


def _write_xlsx(connection: duckdb.DuckDBPyConnection, export: Export, target: Path) -> None:
    from xlsxwriter.exceptions import FileCreateError

    from pipelines.publishing.workbooks import write_workbook

    try:
        write_workbook(connection, "export", target, _descriptions(connection, export.mart), export.mart)
    except FileCreateError as error:
        raise ExportError(f"{export.target}: {error}") from None


def _descriptions(connection: duckdb.DuckDBPyConnection, mart: str) -> dict[str, str]:
    """What the columns of a table are, as far as the release says it."""
    query = "select column_name, any_value(comment) from duckdb_columns() where table_name = ? and comment is not null group by column_name"
    return dict(connection.execute(query, [mart]).fetchall())


def _write_parquet(connection: duckdb.DuckDBPyConnection, _export: Export, target: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(connection.execute("from export").to_arrow_table(), target, compression="zstd")


def _write_csv(connection: duckdb.DuckDBPyConnection, export: Export, target: Path) -> None:
    cursor = connection.execute("from export")
    encoding = "utf-8-sig" if export.semicolons else "utf-8"
    with target.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=";" if export.semicolons else ",", lineterminator="\n")
        writer.writerow([column[0] for column in cursor.description or ()])
        for row in _rows(cursor):
            writer.writerow([cell_text(value, decimal_comma=export.semicolons) for value in row])


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while batch := cursor.fetchmany(_BATCH):
        yield from batch


def cell_text(value: Any, *, decimal_comma: bool = False) -> str:
    """A value as CSV has it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return str(as_text(value))
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return text.replace(".", ",") if decimal_comma and not hasattr(value, "year") else text


_WRITERS = {".xlsx": _write_xlsx, ".csv": _write_csv, ".parquet": _write_parquet}
