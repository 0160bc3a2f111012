"""Belongs here: jobs. Does not belong here: when they run (``schedules``)."""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

import dagster as dg

from data_quality.contract import contract_for, load_contracts
from pipelines.defs.extract_assets import workplace
from pipelines.replay import replay_extract
from pipelines.settings import Settings

NIGHTLY_REFRESH = dg.define_asset_job(
    "nightly_refresh",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,  # one process: three times less CPU than one for each step, and one writer
    description="Everything: what is new in the landing area, the warehouse, and a release if anything has changed.",
    tags={"dagster/priority": "1"},
)


class ReplayConfig(dg.Config):
    """Which extract; empty: every one."""

    extract: str = ""


def build_replay_job(settings: Settings) -> dg.JobDefinition:
    """The job ``replay``: rejected rows once more. The marts follow with the next refresh."""

    @dg.op(name="replay_rejected_rows", pool="lake")
    def replay_rejected_rows(context: dg.OpExecutionContext, config: ReplayConfig) -> None:
        contracts = [contract_for(config.extract)] if config.extract else load_contracts()
        work = workplace(settings, context.log)
        for contract in contracts:
            outcome = replay_extract(contract, work)
            if outcome.has_news:
                rejected = outcome.total("rows_rejected")
                context.log.info(f"{contract.extract}: {len(outcome.records)} deliveries replayed, {rejected} rows are still rejected")

    @dg.job(name="replay", description="Type and validate rejected rows again, after a mapping or a rule was mended.",
            executor_def=dg.in_process_executor)  # fmt: skip
    def replay() -> None:
        replay_rejected_rows()

    return replay
