"""Belongs here: what the event log of Dagster knows of a run, as plain records.

Does not belong here: how they are kept (``pipelines.lake.runs``).
"""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

from datetime import UTC, datetime
from typing import Any

import dagster as dg

from pipelines.lake.runs import StepRun

FACTS = "operations"
"""First part of the asset key under which a step notes its rows and bytes."""
STATES = {"SUCCESS": "success", "FAILURE": "failure", "SKIPPED": "skipped"}


def log_facts(
    context: dg.AssetExecutionContext, *, rows_in: int | None = None, rows_out: int | None = None, size: int | None = None
) -> None:
    """Note what a step read and wrote, as metadata of an observation; the run record is made from it."""
    noted = {"rows in": rows_in, "rows out": rows_out, "bytes": size}
    metadata = {name: value for name, value in noted.items() if value is not None}
    context.log_event(dg.AssetObservation(dg.AssetKey([FACTS, context.op_execution_context.op.name]), metadata=metadata))


def steps_of_run(instance: dg.DagsterInstance, run_id: str, release: str | None) -> list[StepRun]:
    """One record for each step of a run that has ended (the step, not the run); ``release`` is the one that it made, if any."""
    run = instance.get_run_by_id(run_id)
    if run is None:
        return []
    facts = _facts(instance, run_id)
    found = []
    for stats in instance.get_run_step_stats(run_id):
        state = STATES.get(stats.status.value if stats.status else "")
        if state is None:
            continue
        noted = facts.get(stats.step_key, {})
        seconds = (stats.end_time or 0) - (stats.start_time or 0) if stats.start_time and stats.end_time else None
        started = datetime.fromtimestamp(stats.start_time, UTC) if stats.start_time else None
        found.append(
            StepRun(
                run_id=run_id,
                job=run.job_name,
                step=stats.step_key,
                started_at=started.replace(tzinfo=None, microsecond=0) if started else None,
                status=state,
                seconds=round(seconds, 1) if seconds is not None else None,
                rows_in=noted.get("rows in"),
                rows_out=noted.get("rows out"),
                bytes=noted.get("bytes"),
                attempts=max(1, stats.attempts or 1),
                release=release if stats.step_key == "release" and state == "success" else None,
            )
        )
    return found


def _facts(instance: dg.DagsterInstance, run_id: str) -> dict[str, dict[str, Any]]:
    facts: dict[str, dict[str, Any]] = {}
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_OBSERVATION):
        event = entry.dagster_event
        observed = event.asset_observation_data.asset_observation if event else None
        if observed and observed.asset_key.path[0] == FACTS and event and event.step_key:
            facts[event.step_key] = {name: value.value for name, value in observed.metadata.items()}
    return facts
