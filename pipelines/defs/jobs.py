"""Belongs here: jobs. Does not belong here: when they run (``schedules``, ``sensors``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

import logging
import warnings
from typing import Any

import dagster as dg

from data_quality.contract import contract_for, load_contracts
from pipelines.defs.extract_assets import LOADS, accepted_keys, deliveries_config, op_name, rejected_key
from pipelines.defs.resources import LOCK, lock_resource
from pipelines.loading.replay import replay_extract
from pipelines.logs import json_handler
from pipelines.settings import Settings

WRITES = {"asn/writes": "warehouse"}
"""On every run that writes; ``dagster.yaml`` lets one such run start at a time, and the lock holds where that is not asked."""
ARRIVAL = {"asn/part": "deliveries"}
"""On runs that load deliveries alone; the marts may follow them, see ``MARTS_AFTER_DELIVERIES``."""
BY_COMMAND = "asn/by-command"
"""Tag of runs whose record and alerts the command itself sees to."""
_HOURS = {"dagster/max_runtime": str(6 * 3600)}

EXTRACTS = dg.AssetSelection.groups(*sorted({contract.source for contract in load_contracts()}), "quality")

NIGHTLY_REFRESH = dg.define_asset_job(
    "nightly_refresh",
    selection=dg.AssetSelection.all(),
    description="Everything: what is new in the landing area, the warehouse, and a release if anything has changed.",
    tags={"dagster/priority": "1", **WRITES, **_HOURS},
)

LOAD_DELIVERIES = dg.define_asset_job(
    "load_deliveries",
    selection=EXTRACTS,
    description="Deliveries into the lake, without the marts: what is wrong with one is known when it arrives, not the morning after.",
    tags={**WRITES, **ARRIVAL, **_HOURS},
)


def _marts_after_deliveries() -> Any:
    """One run of the whole warehouse after deliveries were loaded by day: the condition is that of the job, not of each mart.

    Conditions of single marts would build them in runs of their own, and a release between two of them would hold half a day.
    """
    condition = dg.AutomationCondition
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # conditions of jobs are a preview; docs/decisions/0006 says why it is used all the same
        loaded_by_day = condition.newly_updated() & condition.any_new_update_has_run_tags(tag_values=ARRIVAL)
        return dg.define_asset_job(
            "marts_after_deliveries",
            selection=dg.AssetSelection.all() - EXTRACTS,
            automation_condition=condition.any_job_root_assets_match(condition.asset_matches(LOADS, loaded_by_day)),
            description="The warehouse and a release from what lies in the lake.",
            tags={**WRITES, **_HOURS},
        )


MARTS_AFTER_DELIVERIES = _marts_after_deliveries()


def run_config(settings: Settings, config: dict[str, Any] | None = None) -> dict[str, Any]:
    """The configuration of a run, with the log as the installation wants it."""
    lines: dict[str, Any] = {"loggers": {"lines": {}}} if settings.log_format == "json" else {}
    return {**(config or {}), **lines}


@dg.logger
def json_lines(_: dg.InitLoggerContext) -> logging.Logger:
    logger = logging.getLogger("asn.lines")
    if not logger.handlers:
        logger.addHandler(json_handler())
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger


def load_request(settings: Settings, extract: str, day: str, run_key: str) -> dg.RunRequest:
    """A run of ``load_deliveries`` for one delivery."""
    contract = contract_for(extract)
    config = {"ops": {op_name(contract): {"config": {"first_on": day, "last_on": day}}}}
    return dg.RunRequest(
        run_key=run_key,
        run_config=run_config(settings, config),
        asset_selection=[*accepted_keys(contract), rejected_key(contract), LOADS, dg.AssetKey(["quality", "checks"])],
        tags={"asn/extract": extract, "asn/delivery": day},
    )


def refresh_config(*, first_on: str = "", last_on: str = "", rebuild: str = "", complete_only: bool = False) -> dict[str, Any]:
    """Configuration of ``nightly_refresh``: a range of deliveries read again, or everything built anew from ``lake`` or ``landing``.

    ``complete_only`` leaves out what may still be on its way: for runs that start at an hour and not when somebody says so.
    """
    chosen: dict[str, Any] = {}
    if first_on or last_on:
        chosen = {"first_on": first_on, "last_on": last_on, "again": True}
    if rebuild:
        chosen = {"nothing": True} if rebuild == "lake" else {**chosen, "again": True}
    if complete_only:
        chosen["complete_only"] = True
    config = deliveries_config(**chosen) if chosen else {"ops": {}}
    if rebuild:
        config["ops"]["warehouse"] = {"config": {"anew": True}}
    return config


class ReplayConfig(dg.Config):
    """Which extract; empty: every one."""

    extract: str = ""


def build_replay_job(settings: Settings) -> dg.JobDefinition:
    """The job ``replay``: rejected rows once more. The marts follow with the next refresh."""

    @dg.op(name="replay_rejected_rows", pool="lake", required_resource_keys={LOCK})
    def replay_rejected_rows(context: dg.OpExecutionContext, config: ReplayConfig) -> None:
        contracts = [contract_for(config.extract)] if config.extract else load_contracts()
        work = settings.workplace(context.log.info)
        for contract in contracts:
            outcome = replay_extract(contract, work)
            if outcome.has_news:
                rejected = outcome.total("rows_rejected")
                context.log.info(f"{contract.extract}: {len(outcome.records)} deliveries replayed, {rejected} rows are still rejected")

    @dg.job(name="replay", description="Type and validate rejected rows again, after a mapping or a rule was mended.",
            tags=WRITES, resource_defs={LOCK: lock_resource(settings)})  # fmt: skip
    def replay() -> None:
        replay_rejected_rows()

    return replay
