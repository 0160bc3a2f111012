"""Belongs here: when jobs run. Does not belong here: what they do (``jobs``), and what runs when something happens (``sensors``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from pipelines.clock import CITY
from pipelines.defs.jobs import LOAD_DELIVERIES, NIGHTLY_REFRESH, load_request, refresh_config, run_config
from pipelines.defs.sensors import watch
from pipelines.loading.arrivals import Cursor
from pipelines.settings import Settings

LOOK_BACK = timedelta(days=31)


def build_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    nightly = dg.ScheduleDefinition(
        name="nightly",
        job=NIGHTLY_REFRESH,
        cron_schedule="0 1 * * *",
        execution_timezone="Asia/Jakarta",
        run_config=run_config(settings, refresh_config(complete_only=True)),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night at 01:00 in Medan, after the offices' exports have arrived.",
    )
    return [nightly, _late_deliveries(settings)]


def _late_deliveries(settings: Settings) -> dg.ScheduleDefinition:
    @dg.schedule(
        name="late_deliveries",
        job=LOAD_DELIVERIES,
        cron_schedule="0 12 * * *",
        execution_timezone="Asia/Jakarta",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="At noon: complete deliveries of the last 31 days that are not in the lake as they are. Unlike the sensor it remembers "
        "nothing, so it also finds those whose run failed.",
    )
    def late_deliveries(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        first = settings.clock().astimezone(CITY).date() - LOOK_BACK
        arrivals, _ = watch(settings).look(Cursor(), settings.clock(), at_most=100, not_before=first)
        if not arrivals:
            yield dg.SkipReason(f"every complete delivery since {first} is in the lake")
        for arrival in arrivals:
            yield load_request(settings, arrival.extract, str(arrival.delivery_on), arrival.run_key)

    return late_deliveries
