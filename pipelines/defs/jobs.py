"""Belongs here: jobs. Does not belong here: when they run (``schedules``)."""

from __future__ import annotations

import dagster as dg

NIGHTLY_REFRESH = dg.define_asset_job(
    "nightly_refresh",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,  # one process: three times less CPU than one for each step, and one writer
    description="Everything: what is new in the landing area, the warehouse, and a release if anything has changed.",
    tags={"dagster/priority": "1"},
)
