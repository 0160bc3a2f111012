"""Belongs here: what is done when a run has ended, from the event log of Dagster. Does not belong here: what is told, and to whom
(``pipelines.alerts``).
"""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

from datetime import UTC, datetime
from typing import Any

import dagster as dg

from pipelines.alerts.night import Outcome, after_run
from pipelines.defs.jobs import BY_COMMAND, NIGHTLY_REFRESH
from pipelines.defs.run_facts import steps_of_run
from pipelines.lake.runs import write_run
from pipelines.run_lock import holder
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


def end_dead_runs(settings: Settings, instance: dg.DagsterInstance) -> list[str]:
    """Runs of the command whose process was killed count as failed, which is told; returns their ids.

    A run of the command holds the lock while it lasts. So when the lock is free, none is alive, and what the instance still calls
    started would keep every other run waiting in the queue.
    """
    going = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=going, tags={BY_COMMAND: "true"}))
    if not runs or holder(settings.lock_file):
        return []
    for run in runs:
        instance.report_run_failed(run, "its process is gone")
        after_dagster_run(settings, instance, run.run_id)  # the command, which would have told it, is gone too
    return [run.run_id for run in runs]


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
