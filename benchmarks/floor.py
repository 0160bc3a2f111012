"""The floor: what reading the same files and running the same SQL costs with DuckDB alone, without Dagster, dbt or Great Expectations.

``read`` reads every file as it lies in the landing area and writes it as Parquet: text columns, header and delimiter as found,
nothing typed, checked, made pseudonymous or rejected. ``models`` runs the SQL that dbt compiled for the night, in the order of its
dependencies, each as the view or table that it is, into a database of its own. It begins from the accepted Parquet of the lake and
not from what ``read`` wrote: which rows count, and as what type, is what ingestion is for, and doing it again here would
raise the floor. So the floor is lower than any program that gives the same marts, and a ratio to it is not flattering.

Taken as they are, and not measured: codes and rules (seeds of the project), the results of dbt's tests and the outputs of
the two Python steps. ``steps`` calls the functions of those two steps by themselves; it stands beside the floor and is no part of it.

``python -m benchmarks.floor HOME --at FOLDER`` does all of this for an installation whose night has ended; with ``--mart`` only
that mart with everything it depends on, without ``read``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from benchmarks.raw_files import read_raw

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parent.parent / "dbt_project"
OF_THE_NIGHT = {"refresh_runs"}
"""Models that tell of the run itself, so that a night after it gives other rows."""
PARTS = ("read", "models", "steps")


class Model(NamedTuple):
    """A model as dbt has compiled it."""

    name: str
    relation: str
    materialized: str
    sql: str


def plan(home: Path, mart: str | None = None) -> list[Model]:
    """The models in the order of their dependencies; with ``mart`` only that one and what it depends on."""
    target = home / "build" / "dbt"
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    names = [unique for unique, node in nodes.items() if node["resource_type"] == "model" and mart in {None, node["name"]}]
    found: dict[str, Model] = {}

    def add(unique: str) -> None:
        node = nodes.get(unique, {})
        if unique in found or node.get("resource_type") != "model":
            return
        for parent in node["depends_on"]["nodes"]:
            add(parent)
        sql = (target / "compiled" / "asn" / node["original_file_path"]).read_text(encoding="utf-8")
        found[unique] = Model(node["name"], f"{node['schema']}.{node['name']}", node["config"]["materialized"], sql)

    for unique in names:
        add(unique)
    return list(found.values())


def prepare(home: Path, at: Path) -> None:
    """Put aside what is taken as it is: seeds and results of tests, as Parquet. Not measured."""
    given = at / "given"
    shutil.rmtree(given, ignore_errors=True)
    given.mkdir(parents=True)
    with duckdb.connect(str(home / "build" / "warehouse.duckdb"), read_only=True) as warehouse:
        tables = warehouse.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name in ('reference', 'rules') "
            "or table_name = 'refresh_test_results'"
        ).fetchall()
        for schema, table in tables:
            warehouse.execute(f"copy {schema}.{table} to '{given / f'{schema}.{table}.parquet'}'")


def build(models: list[Model], at: Path) -> Path:
    """Run the SQL of the models; returns the database. It is named as that of the night, because the SQL names it.

    What each model costs is written beside it, the dearest first: where to begin when the SQL is to become faster.
    """
    file, costs = at / "warehouse.duckdb", []
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file), config=settings_of_dbt()) as connection:
        connection.execute("set timezone = 'Asia/Jakarta'")
        for path in sorted((at / "given").iterdir()):
            schema, table = path.stem.split(".")
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {schema}.{table} as from read_parquet('{path}')")
        for model in models:
            began = time.process_time()
            connection.execute(f"create schema if not exists {model.relation.partition('.')[0]}")
            connection.execute(f"create {model.materialized} {model.relation} as {model.sql}")
            costs.append((round(time.process_time() - began, 2), model.name))
    (at / "models.json").write_text(json.dumps(sorted(costs, reverse=True), indent=0), encoding="utf-8")
    return file


def settings_of_dbt() -> dict[str, str | bool | int | float | list[str]]:
    """DuckDB as ``dbt_project/profiles.yml`` sets it for the job."""
    memory, threads = os.environ.get("WAREHOUSE_MEMORY", "2GB"), os.environ.get("WAREHOUSE_THREADS", "2")
    return {"memory_limit": memory, "threads": threads, "preserve_insertion_order": False}


def call_steps(home: Path, at: Path) -> None:
    """The functions of the two Python steps on the warehouse of the night; what they write goes aside."""
    from pipelines.building.steps import STEPS, run_step
    from pipelines.settings import Settings

    settings = Settings(home=home)
    for step in STEPS:
        run_step(step, settings.warehouse_file, at, settings.min_cell_size)


def different(home: Path, built: Path) -> list[str]:
    """Marts of the night, before suppression, whose rows are not those of the floor."""
    found = []
    with duckdb.connect(config={"memory_limit": "2GB"}) as connection:
        connection.execute(f"attach '{home / 'build' / 'warehouse.duckdb'}' as night (read_only)")
        connection.execute(f"attach '{built}' as floor (read_only)")
        marts = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'floor' "
            "and schema_name in ('open', 'restricted') order by 1"
        ).fetchall()
        for (mart,) in marts:
            both = f"(from night.{mart} except all from floor.{mart}) union all (from floor.{mart} except all from night.{mart})"
            if connection.execute(f"select count(*) from ({both})").fetchall()[0][0]:  # noqa: S608 - names of our own tables
                found.append(mart)
    return [mart for mart in found if mart.partition(".")[2] not in OF_THE_NIGHT]


@contextmanager
def timed(parts: list[dict[str, Any]], name: str) -> Iterator[None]:
    """Note when a part began and ended, and its CPU in this process."""
    began, cpu = time.time(), time.process_time()
    yield
    parts.append({"part": name, "began": began, "ended": time.time(), "cpu_s": round(time.process_time() - cpu, 2)})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.floor", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--at", type=Path, required=True, help="folder for what is written")
    parser.add_argument("--mart", help="only this mart, with everything it depends on")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    given = parser.parse_args()
    models = plan(given.home, given.mart)
    parts: list[dict[str, Any]] = []
    if "read" in given.parts and not given.mart:
        with timed(parts, "read"):
            read_raw(given.home / "landing", given.at / "read")
    if "models" in given.parts:
        with timed(parts, "models"):
            build(models, given.at)
    if "steps" in given.parts and not given.mart:
        with timed(parts, "steps"):
            call_steps(given.home, given.at / "steps")
    (given.at / "parts.json").write_text(json.dumps(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
