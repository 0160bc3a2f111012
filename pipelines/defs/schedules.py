"""Belongs here: when jobs run. Does not belong here: what they do (``jobs``)."""

from __future__ import annotations

import dagster as dg

from pipelines.defs.jobs import NIGHTLY_REFRESH

NIGHTLY = dg.ScheduleDefinition(
    name="nightly",
    job=NIGHTLY_REFRESH,
    cron_schedule="0 1 * * *",
    execution_timezone="Asia/Jakarta",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night at 01:00 in Medan, after the offices' exports have arrived.",
)
