"""Commands for those who read: what state all is in, a query, a table to take away, the site in a browser.

Nothing here writes into an installation, and nothing of the pipeline is loaded: each command starts in less than a second.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from pipelines.settings import get_settings
from pipelines.terminal import NOT_IN_ORDER, TO_DO, AsJson, answer, console, fail, plain, progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

app = typer.Typer(no_args_is_help=True, pretty_exceptions_show_locals=False)


class Form(StrEnum):
    """How the rows of a query are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


Restricted = Annotated[bool, typer.Option("--restricted", help="The restricted database too, for those with a duty.")]


@app.command()
def status(
    as_json: AsJson = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 3 where somebody has to do something.")] = False,
) -> None:
    """Say which release is current and how old it is, what was late or blocked, and what to do.

    Exit code 0: there is a release; 1: there is none; 3: with --strict, somebody has to do something.

    Examples: asn status; asn status --json; asn status --strict || mail ...
    """
    from pipelines.commands.state import state_of

    state = state_of(get_settings())
    if as_json:
        answer(state.as_dict())
    else:
        for line in _lines(state.as_dict()):
            console.print(line, soft_wrap=True, markup=False)  # [nama] is what a name is told as
    if state.release is None:
        raise typer.Exit(1)
    if strict and state.to_do:
        raise typer.Exit(TO_DO)


def _lines(state: dict[str, Any]) -> list[str]:
    if state["release"]:
        age = f"{state['age_hours']:.1f} h" if state["age_hours"] >= 0 else "made later than this clock"
        lines = [f"release {state['release']}, age {age}, {state['n_deliveries']} deliveries, in {state['place']}"]
    else:
        lines = ["no release yet"]
    lines += [state["held"]] if state["held"] else []
    lines += [f"being written by {state['written_by']}"] if state["written_by"] else []
    lines += [f"last run: {state['last_run']}"] if state["last_run"] else []
    lines += [f"blocked: {one['extract']} {one['delivery_on']}: {one['reason']}" for one in state["blocked"]]
    lines += [f"late: {one['extract']} {one['delivery_on']}" for one in state["late"]]
    if state["n_blocked_before"]:
        lines.append(f"{state['n_blocked_before']} more are blocked, but old or replaced by a later delivery (load_quality)")
    lines += [f"jump: {jump}" for jump in state["jumps"]]
    lines += ["deliveries and runs: only who runs the warehouse may look at them"] if state["is_partial"] else []
    return lines + ([f"to do: {one}" for one in state["to_do"]] or ([] if state["is_partial"] else ["nothing to do"]))


def _session(what: str, *, restricted: bool, table: str | None = None) -> duckdb.DuckDBPyConnection:
    """A session on the current release; that somebody reads rows of people is noted before they are read."""
    from pipelines.operations.access_log import log_access
    from pipelines.publishing.session import open_session

    settings = get_settings()
    try:
        connection = open_session(settings.releases / "current", restricted=restricted)
    except FileNotFoundError:
        fail(f"no release under {settings.releases}: run make refresh")
    except PermissionError:
        fail("this user may not read the restricted part of releases: it is for the group WAREHOUSE_RESTRICTED_GROUP")
    if restricted:
        log_access(settings.home, settings.clock(), what, table=table, release=(settings.releases / "current").resolve().name)
    return connection


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="A query; - reads it from the standard input.")],
    form: Annotated[Form, typer.Option("--format", help="Form of the rows.")] = Form.TABLE,
    limit: Annotated[int, typer.Option(min=0, help="Rows of a table that are shown; 0: all.")] = 50,
    restricted: Restricted = False,
    as_json: AsJson = False,
) -> None:
    """Ask the current release in SQL, read-only; no other file can be reached from a query.

    Exit code 0: done; 1: there is no release, or this user may not read it; 2: the query is wrong.

    Examples: asn query "from dim_unit limit 5"; asn query --json "select * from load_quality"; asn query - < question.sql
    """
    import duckdb

    with _session("query", restricted=restricted) as connection:
        try:
            cursor = connection.execute(sys.stdin.read() if sql == "-" else sql)
            if cursor is None:  # nothing but blanks and comments
                fail("there is no query: give one in quotes, or - and one on the standard input", NOT_IN_ORDER)
            columns = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchall()
        except duckdb.Error as error:
            fail(f"{type(error).__name__}: {error}", NOT_IN_ORDER)
    _print_rows(columns, rows, Form.JSON if as_json else form, limit)


def _tables(incomplete: str) -> list[str]:
    """Tables of the current release that begin so, for the completion of the shell; none where there is no release."""
    from pipelines.publishing.shelf import current_manifest

    rows = (current_manifest(get_settings().releases) or {}).get("rows", {})
    return sorted(name for name in {name for tables in rows.values() for name in tables} if name.startswith(incomplete))


@app.command()
def tables(
    name: Annotated[str | None, typer.Argument(help="A table: then its columns and what they mean.", autocompletion=_tables)] = None,
    restricted: Restricted = False,
    as_json: AsJson = False,
) -> None:
    """Say which tables the current release has, or what the columns of one of them mean.

    Exit code 0: done; 1: there is no release; 2: there is no such table.

    Examples: asn tables; asn tables service_quality
    """
    kind = "columns" if name else "tables"
    where = "table_name = $1" if name else "$1 is null"
    said = "column_name, data_type" if name else "table_name, max(estimated_size) as n_rows"
    order = "min(column_index)" if name else "table_name"
    with _session("tables", restricted=restricted, table=name) as connection:
        cursor = connection.execute(
            f"select {said}, any_value(comment) as comment from duckdb_{kind}() "  # noqa: S608 - names of this function
            f"where {where} and schema_name = 'main' and database_name in ('open', 'restricted') group by all order by {order}",
            [name],
        )
        columns, rows = [column[0] for column in cursor.description or ()], cursor.fetchall()
    if not rows:
        fail(f"there is no table {name}: asn tables shows which there are", NOT_IN_ORDER)
    short = [(*row[:-1], _first_sentences(row[-1] or "")) for row in rows]
    _print_rows(columns, rows if as_json else short, Form.JSON if as_json else Form.TABLE, 0)


def _first_sentences(comment: str) -> str:
    """What a table or column is, without its grain and rules."""
    return " ".join(comment.removeprefix("## Overview").partition("\n\n")[0].split())


def _print_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], form: Form, limit: int) -> None:
    if form is Form.JSON:
        answer([dict(zip(columns, row, strict=True)) for row in rows])
    elif form is Form.CSV:
        import csv

        from pipelines.publishing.exports import cell_text

        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow([cell_text(column) for column in columns])
        writer.writerows([cell_text(value) for value in row] for row in rows)
    else:
        table = Table(*map(plain, columns), box=None)
        shown = rows[:limit] if limit else rows
        for row in shown:
            table.add_row(*("" if value is None else plain(value) for value in row))
        console.print(table)
        if len(shown) < len(rows):
            console.print(f"{len(shown)} of {len(rows):,} rows; --limit 0 shows all")


@app.command()
def export(
    mart: Annotated[str, typer.Argument(help="A table of the release, such as competency_gap_by_unit.", autocompletion=_tables)],
    to: Annotated[Path | None, typer.Option("--to", help="The new file: .xlsx, .csv or .parquet; else MART.xlsx here.")] = None,
    where: Annotated[str, typer.Option(help="Only rows for which this holds, in SQL.")] = "",
    labels: Annotated[bool, typer.Option("--labels", help="Indonesian labels in place of names of columns (open tables).")] = False,
    semicolons: Annotated[bool, typer.Option("--semicolons", help="CSV with ; and decimal commas, for an Indonesian Excel.")] = False,
    restricted: Restricted = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a table of the current release away as a workbook, CSV or Parquet. A file with restricted rows is readable by you alone.

    Exit code 0: done; 1: there is no release; 2: there is no such table, or the file cannot be written.

    Examples: asn export training_plan; asn export service_quality --to ikm.csv --semicolons --where "quarter >= '2026-01-01'"
    """
    from pipelines.publishing.exports import Export, ExportError, write_export

    target = to or Path(f"{mart}.xlsx")
    with _session("export", restricted=restricted, table=mart) as connection:
        try:
            with progress(f"writing {target}"):
                n_rows = write_export(connection, Export(mart, target, where, labels, semicolons, restricted, force))
        except ExportError as error:
            fail(error, NOT_IN_ORDER)
    if as_json:
        answer({"table": mart, "rows": n_rows, "file": target})
    else:
        console.print(f"{n_rows:,} rows of {mart} in {target}", soft_wrap=True)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on this machine; 0: any that is free.")] = 8080,
) -> None:
    """Show the site of the current release in a browser, on this machine alone; Ctrl-C ends it.

    Nothing has to be served: the file site/index.html of a release can be opened as it is.

    Exit code 0: ended; 1: there is no release with a site, or the port is taken.

    Examples: asn serve; asn serve --port 9000
    """
    from pipelines.publishing.server import site_server

    releases = get_settings().releases
    if not (releases / "current" / "site" / "index.html").is_file():
        fail(f"no release with a site under {releases}: run make refresh")
    try:
        started = site_server(releases / "current", port)
    except OSError as error:
        fail(f"port {port} cannot be had ({error.strerror}): --port names another, 0 any that is free")
    with started as server:
        console.print(f"http://127.0.0.1:{server.server_address[1]}/ shows the site; Ctrl-C ends it", soft_wrap=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.print("ended")


@app.command("publish-postgres")
def publish_postgres(
    schema: Annotated[str, typer.Option(help="Schema that holds the tables; made where it is not there.")] = "competency",
    as_json: AsJson = False,
) -> None:
    """Put the open tables of the current release into PostgreSQL, all in one transaction; WAREHOUSE_POSTGRES_URL names the database.

    Exit code 0: done; 1: there is no release; 2: no database is named, or it did not take the tables and is as it was.

    Examples: WAREHOUSE_POSTGRES_URL=postgresql://bi@localhost/city asn publish-postgres
    """
    settings = get_settings()
    if settings.postgres_url is None:
        fail("WAREHOUSE_POSTGRES_URL names no database, such as postgresql://user@host/name", NOT_IN_ORDER)
    try:
        from pipelines.publishing.postgres import PublicationError, publish
    except ImportError:
        fail("the driver is missing: pip install 'asn-competency-warehouse[postgres]'", NOT_IN_ORDER)
    with _session("publish-postgres", restricted=False):
        pass
    try:
        with progress("publishing") as told:
            counts = publish(settings.releases / "current", settings.postgres_url.get_secret_value(), schema, told)
    except PublicationError as error:
        fail(error, NOT_IN_ORDER)
    if as_json:
        answer({"schema": schema, "rows": counts})
    else:
        console.print(f"{sum(counts.values()):,} rows of {len(counts)} tables are in the schema {schema}", soft_wrap=True)


def register(parent: typer.Typer) -> None:
    """Show these commands among the others."""
    for command in (status, tables, query, export, serve):
        parent.command()(command)
    parent.command("publish-postgres")(publish_postgres)
