"""The warehouse where Spark builds it: what the steps and the release read is fetched into the file that they always read.

Only with ``WAREHOUSE_ENGINE=spark``. dbt builds on the cluster (docs/spark.md); after each part of the build the small tables of that part
come into ``build/warehouse.duckdb`` under the same names, with the types that the models declare. The file and the schemas on the cluster
go together: where one is gone, the other is dropped, and the next build begins from nothing.

Belongs here: the ways between the cluster and this machine. Does not belong here: SQL of the models (``dbt_project``), how a cluster of
one's own is started (``deploy/spark``).
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.building import steps

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from pipelines.settings import Settings

SCHEMAS = ("staging", "intermediate", "core", "open", "restricted", "reference", "rules", "quality")
"""What dbt builds into. Everything in them is derived from the lake."""
TEST_RESULTS = "quality.refresh_test_results"
_READ_BY_SPARK = ("lake/accepted", "lake/rejected", "lake/loads", "lake/meta", "build/python")
"""Below the home: what the models read."""


def is_used(settings: Settings) -> bool:
    """Whether Spark builds the warehouse of this installation."""
    return settings.engine == "spark"


@dataclass(frozen=True)
class Fetched:
    """A relation that comes from the cluster, with the types that its columns are declared to have."""

    types: Mapping[str, str]
    is_view: bool


def fetched(manifest: Mapping[str, Any]) -> dict[str, Fetched]:
    """The relations that Python reads after dbt has built them, by name.

    Seeds, what is public (marts and dimensions), what the steps read, and what headlines are counted from. Everything else stays on the
    cluster.
    """
    read = {relation for step in steps.STEPS for relation in step.reads.values()}
    read |= {"{schema_name}.{alias}".format(**model["node_relation"]) for model in manifest.get("semantic_models", {}).values()}
    found = {}
    for node in manifest["nodes"].values():
        relation = f"{node.get('schema')}.{node.get('alias') or node.get('name')}"
        is_public = node["resource_type"] == "model" and node.get("access") == "public"
        if node["resource_type"] == "seed" or is_public or relation in read:
            types = {name: column["data_type"] for name, column in node["columns"].items() if column.get("data_type")}
            found[relation] = Fetched(types, node.get("config", {}).get("materialized") == "view")
    return found


def fetch(settings: Settings, manifest: Mapping[str, Any], built: Collection[str]) -> list[str]:
    """Put what was ``built`` and is read by Python into the warehouse file; returns the names.

    With the results of the tests, and with what is a view there and a table here, whose rows a later part may have changed.
    """
    settings.build.mkdir(parents=True, exist_ok=True)
    with _session(settings) as spark, duckdb.connect(str(settings.warehouse_file)) as connection:
        connection.execute("set timezone = 'Asia/Jakarta'")
        names: dict[str, Mapping[str, str]] = {TEST_RESULTS: {}}
        for relation, facts in fetched(manifest).items():
            if relation in built or (facts.is_view and spark.catalog.tableExists(relation)):
                names[relation] = facts.types
        for relation, types in names.items():
            _store(connection, relation, types, spark.table(relation).toArrow())
    return list(names)


def _store(connection: duckdb.DuckDBPyConnection, relation: str, types: Mapping[str, str], table: Any) -> None:
    schema, name = relation.split(".")
    columns = ", ".join(f'cast("{column}" as {types[column]}) as "{column}"' if column in types else f'"{column}"'
                        for column in table.column_names)  # fmt: skip
    connection.execute(f'create schema if not exists "{schema}"')
    connection.register("fetched", table)
    connection.execute(f'create or replace table "{schema}"."{name}" as select {columns} from fetched')  # noqa: S608 - own names
    connection.unregister("fetched")


def is_there(settings: Settings) -> bool:
    """Whether the cluster still has what the night before built; a catalog in memory forgets it."""
    with _session(settings) as spark:
        return bool(spark.catalog.tableExists(TEST_RESULTS))


def drop(settings: Settings) -> None:
    """Drop everything that dbt has built on the cluster. The lake is not among it."""
    with _session(settings) as spark:
        for schema in SCHEMAS:
            spark.sql(f"drop schema if exists {schema} cascade")


def mirror(settings: Settings) -> int:
    """Copy what the models read to ``WAREHOUSE_SPARK_HOME``, where that is another place than the home; returns how many files were copied.

    Any address that fsspec has a driver for. A file of the same size that is not older stays; what is no longer here goes there too.
    """
    if not settings.spark_home or settings.spark_home == str(settings.home.resolve()):
        return 0
    import fsspec

    target, root = fsspec.core.url_to_fs(_for_fsspec(settings.spark_home))
    here = {str(path.relative_to(settings.home)): path for path in _files(settings.home)}
    there = _listed(target, root)
    for name, path in here.items():
        if not _is_same(path, there.get(name)):
            target.makedirs(os.path.dirname(f"{root}/{name}"), exist_ok=True)  # noqa: PTH120 - an address, not a path
            target.put_file(str(path), f"{root}/{name}")
    for name in there.keys() - here.keys():
        target.rm_file(f"{root}/{name}")
    return sum(not _is_same(path, there.get(name)) for name, path in here.items())


def _files(home: Path) -> Iterator[Path]:
    for folder in _READ_BY_SPARK:
        yield from (path for path in sorted((home / folder).rglob("*.parquet")))


def _listed(target: Any, root: str) -> dict[str, dict[str, Any]]:
    """What is there by its name below the root."""
    found: dict[str, dict[str, Any]] = {}
    for folder in _READ_BY_SPARK:
        if target.exists(f"{root}/{folder}"):
            listed = target.find(f"{root}/{folder}", detail=True)
            found |= {name[name.index(f"{folder}/") :]: facts for name, facts in listed.items()}
    return found


def _is_same(path: Path, there: Mapping[str, Any] | None) -> bool:
    if there is None or there["size"] != path.stat().st_size:
        return False
    changed: Any = there.get("mtime") or there.get("LastModified") or there.get("created") or 0
    return float(changed.timestamp() if isinstance(changed, datetime) else changed) >= path.stat().st_mtime


def _for_fsspec(address: str) -> str:
    """Hadoop says s3a where everybody else says s3."""
    return address.rstrip("/").replace("s3a://", "s3://", 1)


@contextmanager
def _session(settings: Settings) -> Iterator[Any]:
    """A session of the Connect server, in which a timestamp has no zone, as in the lake."""
    try:
        from pyspark.sql.connect.session import SparkSession
    except ImportError as error:
        raise RuntimeError("WAREHOUSE_ENGINE=spark needs the extra `spark`: uv sync --extra spark") from error
    spark = SparkSession.builder.remote(settings.spark_remote.get_secret_value()).create()
    try:
        spark.conf.set("spark.sql.session.timeZone", "Asia/Jakarta")
        spark.conf.set("spark.sql.timestampType", "TIMESTAMP_NTZ")
        yield spark
    finally:
        spark.stop()
