"""The one ``defs`` of the code location, built by a function so that tests build the same graph with other parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

from pipelines.defs.executors import executor
from pipelines.defs.extract_assets import build_extract_assets
from pipelines.defs.jobs import LOAD_DELIVERIES, MARTS_AFTER_DELIVERIES, NIGHTLY_REFRESH, build_replay_job, json_lines
from pipelines.defs.release_assets import build_release_asset
from pipelines.defs.resources import CREW, LOCK, crew_resource, lock_resource
from pipelines.defs.schedules import build_schedules
from pipelines.defs.sensors import build_sensors
from pipelines.defs.step_assets import build_step_assets
from pipelines.defs.warehouse_assets import RECORDS_OF_RUNS, build_warehouse_assets, dbt_resource
from pipelines.settings import get_settings

if TYPE_CHECKING:
    from pipelines.settings import Settings


def build_definitions(settings: Settings, **overrides: Any) -> dg.Definitions:
    """The graph for an installation; ``overrides`` replace arguments of ``Definitions``."""
    parts: dict[str, Any] = {
        "assets": [
            *build_extract_assets(settings),
            *build_warehouse_assets(settings),
            *RECORDS_OF_RUNS,
            *build_step_assets(settings),
            build_release_asset(settings),
        ],
        "jobs": [NIGHTLY_REFRESH, LOAD_DELIVERIES, MARTS_AFTER_DELIVERIES, build_replay_job(settings)],
        "schedules": build_schedules(settings),
        "sensors": build_sensors(settings),
        "resources": {"dbt": dbt_resource(), LOCK: lock_resource(settings), CREW: crew_resource(settings)},
        "loggers": {"lines": json_lines},
        "executor": executor(settings),
    }
    return dg.Definitions(**{**parts, **overrides})


@dg.definitions
def defs() -> dg.Definitions:
    """Load the graph of the installation that the environment describes; built when Dagster asks, not on import."""
    return build_definitions(get_settings())
