"""Belongs here: the dbt models as assets, and how dbt's names become asset keys. Does not belong here: SQL (``dbt_project``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets

from pipelines import recovery, steps, warehouse
from pipelines.settings import Settings


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
    )
    def dbt_models(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        if number == 0 and not context.is_subset:
            for line in recovery.heal(settings):
                context.log.info(line)
            digest = warehouse.build_digest(settings)
            if digest == warehouse.last_build_digest(settings):
                context.log.info("nothing has changed since the last build")
                return
            warehouse.begin_build(settings, digest)
        context.log.info(f"dbt build: {part.name}")
        steps.prepare_outputs(settings.build)
        os.environ.update(settings.dbt_environment())
        arguments = warehouse.build_arguments(settings)
        log = settings.home / "logs" / "dbt_output.log"
        with log.open("a" if number else "w", encoding="utf-8") as output, contextlib.redirect_stdout(output):
            yield from dbt.cli(arguments, context=context, target_path=settings.dbt_target).stream()
        if not context.is_subset:
            warehouse.keep_results(settings, part.name)
            warehouse.note_done(settings, part.name)

    return dbt_models
