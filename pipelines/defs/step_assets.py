"""Belongs here: the Python steps between the parts of the dbt build as assets. Does not belong here: what they do (``pipelines.steps``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

from typing import Any

import dagster as dg

from pipelines import steps, warehouse
from pipelines.defs.resources import LOCK
from pipelines.defs.retries import RETRY, OnlyTransientIsRetried
from pipelines.defs.run_facts import log_facts
from pipelines.settings import Settings


def build_step_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """One asset for each step, under the key that dbt's source has."""
    return [_build_step(settings, step) for step in steps.STEPS]


def _build_step(settings: Settings, step: steps.Step) -> dg.AssetsDefinition:
    @dg.asset(key=dg.AssetKey([step.schema, step.name]), deps=[dg.AssetKey(name.split(".")) for name in step.reads.values()],
              group_name=step.schema, kinds={"python", "parquet"}, description=step.description, pool="warehouse",
              retry_policy=RETRY, required_resource_keys={LOCK})  # fmt: skip
    def step_output(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        with OnlyTransientIsRetried():
            found = steps.run_step(step, settings.warehouse_file, settings.build, settings.min_cell_size)
        warehouse.note_done(settings, step.name)
        context.log.info(f"{step.name}: {found['rows']} rows in {found['seconds']} s")
        log_facts(context, rows_in=found["rows_read"], rows_out=found["rows"], size=step.path(settings.build).stat().st_size)
        columns = [dg.TableColumn(field.name, str(field.type)) for field in step.output]
        return dg.MaterializeResult(
            metadata={"rows": found["rows"], "seconds": found["seconds"], "dagster/column_schema": dg.TableSchema(columns)}
        )

    return step_output
