"""Belongs here: what is done when a run has ended, from the event log of Dagster. Does not belong here: what is told, and to whom
(``pipelines.alerts``).
"""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

from datetime import UTC, datetime
from typing import Any

import dagster as dg

from pipelines.alerts.night import Outcome, after_run
from pipelines.defs.dead_runs import end_dead_runs
from pipelines.defs.jobs import NIGHTLY_REFRESH
from pipelines.defs.run_facts import steps_of_run
from pipelines.lake.runs import write_run
from pipelines.settings import Settings


def after_dagster_run(settings: Settings, instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """Keep the record of a run that has ended and tell what there is to tell; returns the titles of what was sent."""
    run = instance.get_run_by_id(run_id)
    if run is None:
        return []
    release = _release_of(instance, run_id)
    write_run(settings.lake.root, settings.clock(), steps_of_run(instance, run_id, release))
    failures = list(instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE))
    outcome = Outcome(
        run.job_name,
        run.status == dg.DagsterRunStatus.SUCCESS,
        datetime.fromtimestamp(instance.get_run_stats(run_id).start_time or settings.clock().timestamp(), UTC),
        tuple(entry.step_key for entry in failures if entry.step_key),
        next((_kind_of(entry) for entry in failures), "the run did not end by itself"),
    )
    return after_run(settings, outcome, is_night=run.job_name == NIGHTLY_REFRESH.name)


def tell_dead_runs(settings: Settings, instance: dg.DagsterInstance) -> list[str]:
    """Runs whose process is gone count as failed, and what their command would have told is told; returns their ids."""
    ended = end_dead_runs(instance)
    for run_id in ended:
        after_dagster_run(settings, instance, run_id)
    return ended


def _kind_of(entry: Any) -> str:
    """The kind of the error at the bottom. Its text is left out: it may quote data, and an alert leaves the house."""
    error = getattr(entry.dagster_event.event_specific_data, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    return str(error.cls_name) if error is not None and error.cls_name else "unknown error"


def _release_of(instance: dg.DagsterInstance, run_id: str) -> str | None:
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        made = entry.asset_materialization
        if made and made.asset_key == dg.AssetKey(["release"]) and "release" in made.metadata:
            return str(made.metadata["release"].value)
    return None
