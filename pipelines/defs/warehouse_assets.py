"""Belongs here: the dbt models as assets, and how dbt's names become asset keys. Does not belong here: SQL (``dbt_project``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets
from pydantic import Field

from pipelines import recovery, steps, warehouse
from pipelines.defs.resources import LOCK
from pipelines.defs.retries import RETRY, OnlyTransientIsRetried
from pipelines.defs.run_facts import log_facts, steps_of_run
from pipelines.lake.runs import write_run
from pipelines.settings import Settings


class Build(dg.Config):
    """How the warehouse is built."""

    anew: bool = Field(default=False, description="Begin with an empty warehouse, even when nothing has changed.")


class WarehouseTranslator(DagsterDbtTranslator):
    """Sources are the extract assets; models stand under their layer."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return {"open": "marts_open", "restricted": "marts_restricted", "reference": "rules", "rules": "rules"}.get(
            dbt_resource_props["schema"], f"warehouse_{dbt_resource_props['schema']}"
        )


def dbt_resource(settings: Settings) -> DbtCliResource:
    return DbtCliResource(
        project_dir=str(warehouse.DBT_PROJECT), profiles_dir=str(warehouse.DBT_PROJECT), dbt_executable=warehouse.dbt_executable()
    )


def build_warehouse_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Every dbt model, in the parts that the Python steps leave, each part one asset definition."""
    return [_build_part(settings, number, part) for number, part in enumerate(steps.parts())]


def _build_part(settings: Settings, number: int, part: steps.Part) -> dg.AssetsDefinition:
    """One part. Only the first looks whether anything has changed: if not it builds nothing, and then nothing after it runs."""

    @dbt_assets(
        manifest=warehouse.manifest_path(settings),
        dagster_dbt_translator=WarehouseTranslator(),
        select=part.select,
        exclude=part.exclude or None,
        name=part.name,
        pool="warehouse",
        retry_policy=RETRY,
        required_resource_keys={"dbt", LOCK},
    )
    def dbt_models(context: dg.AssetExecutionContext, config: Build) -> Iterator[Any]:
        if number == 0 and not context.is_subset and not _begin(context, settings, anew=config.anew):
            return
        context.log.info(f"dbt build: {part.name}")
        steps.prepare_outputs(settings.build)
        os.environ.update(settings.dbt_environment())
        arguments = warehouse.build_arguments(settings)
        log = settings.home / "logs" / "dbt_output.log"
        dbt: DbtCliResource = context.resources.dbt
        with OnlyTransientIsRetried(), log.open("a" if number else "w", encoding="utf-8") as output, contextlib.redirect_stdout(output):
            yield from dbt.cli(arguments, context=context, target_path=settings.dbt_target).stream()
        if not context.is_subset:
            warehouse.keep_results(settings, part.name)
            warehouse.note_done(settings, part.name)
        log_facts(context, rows_out=_table_rows(settings), size=settings.warehouse_file.stat().st_size)

    return dbt_models


def _begin(context: dg.AssetExecutionContext, settings: Settings, *, anew: bool) -> bool:
    """Whether there is anything to build; then the build has begun, and what the run has loaded is noted for the mart of runs."""
    for line in recovery.heal(settings):
        context.log.info(line)
    digest = warehouse.build_digest(settings)
    if not anew and digest == warehouse.last_build_digest(settings):
        context.log.info("nothing has changed since the last build")
        return False
    warehouse.begin_build(settings, digest)
    write_run(settings.lake.root, settings.clock(), steps_of_run(context.instance, context.run_id, None))
    if anew:
        settings.warehouse_file.unlink(missing_ok=True)
        settings.warehouse_file.with_suffix(".duckdb.wal").unlink(missing_ok=True)
    return True


def _table_rows(settings: Settings) -> int:
    """Rows of all tables of the warehouse, as the engine counts them without reading any."""
    with duckdb.connect(str(settings.warehouse_file), read_only=True) as connection:
        return int(connection.execute("select coalesce(sum(estimated_size), 0) from duckdb_tables()").fetchall()[0][0])
