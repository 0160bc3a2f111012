"""Belongs here: what runs when something happens.

Does not belong here: how it is found out (``pipelines.loading.arrivals``), what is told (``pipelines.alerts``).
"""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

from datetime import timedelta
from typing import Any

import dagster as dg

from data_quality.contract import load_contracts
from pipelines.clock import CITY
from pipelines.defs.after_run import after_dagster_run, tell_dead_runs
from pipelines.defs.jobs import BY_COMMAND, LOAD_DELIVERIES, MARTS_AFTER_DELIVERIES, NIGHTLY_REFRESH, load_request
from pipelines.loading.arrivals import Cursor, Watch
from pipelines.settings import Settings

AT_MOST = 20
"""Deliveries asked for at one look; the others come with the next."""
WATCHED = timedelta(days=92)
"""Deliveries of an earlier date wait for the night, so that a look stays short however many years lie in the landing area."""
WATCHED_JOBS: list[Any] = [NIGHTLY_REFRESH, LOAD_DELIVERIES, MARTS_AFTER_DELIVERIES]


def watch(settings: Settings) -> Watch:
    quiet = timedelta(minutes=settings.quiet_minutes)
    return Watch(settings.landing, settings.lake, load_contracts(), settings.profiles(), quiet, settings.limits)


def build_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """Sensors of our own. That which judges the condition of ``MARTS_AFTER_DELIVERIES`` is Dagster's, and off unless turned on."""
    return [_landing(settings), _after_failure(settings), _after_success(settings)]


def _landing(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="landing",
        job=LOAD_DELIVERIES,
        minimum_interval_seconds=120,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Loads a delivery when it is complete: the same size and time at two looks, or untouched for the quiet time.",
    )
    def landing(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        tell_dead_runs(settings, context.instance)
        now = settings.clock()
        first = now.astimezone(CITY).date() - WATCHED
        arrivals, after = watch(settings).look(Cursor.from_text(context.cursor), now, at_most=AT_MOST, not_before=first)
        requests = [load_request(settings, one.extract, str(one.delivery_on), one.run_key) for one in arrivals]
        waiting = f"{len(after.seen)} files are not complete yet" if after.seen else "nothing new in the landing area"
        return dg.SensorResult(run_requests=requests, cursor=after.to_text(), skip_reason=None if requests else dg.SkipReason(waiting))

    return landing


def _after_failure(settings: Settings) -> dg.SensorDefinition:
    @dg.run_failure_sensor(
        name="after_failure",
        monitored_jobs=WATCHED_JOBS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Keeps the record of a run that failed, and tells it.",
    )
    def after_failure(context: dg.RunFailureSensorContext) -> None:
        if BY_COMMAND not in context.dagster_run.tags:
            after_dagster_run(settings, context.instance, context.dagster_run.run_id)

    return after_failure


def _after_success(settings: Settings) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="after_success",
        monitored_jobs=WATCHED_JOBS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Keeps the record of a run, tells what is wrong with the data and what is over, and asks for the heartbeat address.",
    )
    def after_success(context: dg.RunStatusSensorContext) -> None:
        if BY_COMMAND not in context.dagster_run.tags:
            after_dagster_run(settings, context.instance, context.dagster_run.run_id)

    return after_success
