"""Belongs here: the Python steps between the parts of the dbt build, as assets. Not here: what they do (``pipelines.building.steps``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import pyarrow as pa

from pipelines.building import steps, warehouse
from pipelines.defs.origin import PLATFORM, PROJECT, code, owners
from pipelines.defs.resources import LOCK
from pipelines.defs.retries import RETRY, OnlyTransientIsRetried
from pipelines.defs.run_facts import log_facts
from pipelines.settings import Settings


def build_step_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """One asset for each table that a step writes, under the key that dbt's source has."""
    sources = warehouse.read_manifest(settings)["sources"]
    return [_build_step(settings, step, sources) for step in steps.STEPS]


def _columns(schema: pa.Schema, source: Mapping[str, Any]) -> dg.TableSchema:
    """Columns with the words that dbt's source of the same name has for them."""
    words = {name: column["description"] for name, column in source["columns"].items()}
    return dg.TableSchema([dg.TableColumn(field.name, str(field.type), description=words.get(field.name)) for field in schema])


def _build_step(settings: Settings, step: steps.Step, sources: Mapping[str, Any]) -> dg.AssetsDefinition:
    deps = [dg.AssetKey(name.split(".")) for name in step.reads.values()]
    specs = [
        dg.AssetSpec(
            dg.AssetKey([step.schema, name]),
            deps=deps,
            group_name=step.schema,
            kinds={"python", "parquet"},
            description=step.description,
            owners=owners(PLATFORM),
            metadata={
                "dagster/column_schema": _columns(schema, sources[f"source.asn.{step.schema}.{name}"]),
                **code([PROJECT / f"{step.function.partition(':')[0].replace('.', '/')}.py"]),
            },
        )
        for name, schema in step.outputs.items()
    ]

    first = specs[0].key
    checks = [dg.AssetCheckSpec(name, asset=first, description=steps.load(function).__doc__) for name, function in step.checks.items()]

    @dg.multi_asset(specs=specs, check_specs=checks, name=step.name, pool="warehouse", retry_policy=RETRY, required_resource_keys={LOCK})
    def step_outputs(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        with OnlyTransientIsRetried():
            found = steps.run_step(step, settings.warehouse_file, settings.build, settings.min_cell_size, settings.memory, settings.threads)
        warehouse.note_done(settings, step.name)
        size = sum(step.path(settings.build, name).stat().st_size for name in step.outputs)
        log_facts(context, rows_in=found["rows_read"], rows_out=sum(found["rows"].values()), size=size)
        for name in step.outputs:
            kept = f", {found['kept']} of {found['parts']} parts as they were" if found["kept"] else ""
            context.log.info(f"{name}: {found['rows'][name]} rows in {found['seconds']} s{kept}")
            facts = {"dagster/row_count": found["rows"][name], "seconds": found["seconds"], "kept": f"{found['kept']} of {found['parts']}"}
            if step.report and name == specs[0].key.path[-1]:
                facts |= {
                    title: dg.MetadataValue.md(text)
                    for title, text in steps.load(step.report)(found["tables"], settings.min_cell_size).items()
                }
            yield dg.MaterializeResult(asset_key=dg.AssetKey([step.schema, name]), metadata=facts)
        for check, function in step.checks.items():
            passed, evidence = steps.load(function)(found["tables"])
            yield dg.AssetCheckResult(asset_key=first, check_name=check, passed=passed, metadata=evidence)

    return step_outputs
