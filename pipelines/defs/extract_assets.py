"""Belongs here: the assets of the twelve extracts, all made by one factory from their contracts.

Does not belong here: how a delivery is read, validated or stored (``pipelines.ingest``).
"""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import dagster as dg

from data_quality.contract import Contract, Rule, load_contracts
from data_quality.results import CheckResult, LoadRecord
from pipelines.defs.partitions import DELIVERY_DATES
from pipelines.delivery_load import KEY_CONFLICT, UNEXPECTED_COLUMNS, UNREADABLE_FILE
from pipelines.ingest import ExtractOutcome, Workplace, refresh_extract
from pipelines.settings import Settings

LOADS = dg.AssetKey(["quality", "loads"])
CHECKS = dg.AssetKey(["quality", "checks"])


def check_name(check_id: str) -> str:
    """A rule's id as Dagster allows it for the name of a check."""
    return re.sub(r"\W", "__", check_id)


def all_rules(contract: Contract) -> tuple[Rule, ...]:
    return (*contract.row_rules, *contract.delivery_rules, KEY_CONFLICT, UNREADABLE_FILE, UNEXPECTED_COLUMNS)


def accepted_keys(contract: Contract) -> list[dg.AssetKey]:
    names = [contract.name, *([str(contract.melted.into)] if contract.melted else [])]
    return [dg.AssetKey([contract.source, name]) for name in names]


def rejected_key(contract: Contract) -> dg.AssetKey:
    return dg.AssetKey([contract.source, f"{contract.name}_rejected"])


def workplace(settings: Settings, log: Any) -> Workplace:
    lake = settings.lake
    lake.prepare(load_contracts())
    return Workplace(
        settings.landing, lake, settings.profiles(), settings.pseudonym(), settings.batch_rows, settings.limits, progress=log.info
    )


def build_extract_asset(contract: Contract, settings: Settings) -> dg.AssetsDefinition:
    """The assets ``<source>/<extract>`` and ``<source>/<extract>_rejected`` with a check for every rule of the contract."""
    accepted = accepted_keys(contract)
    kinds = {"python", "parquet", "pandas"}
    metadata = {
        "landing folder": contract.folder,
        "key": ", ".join(contract.key),
        "dagster/column_schema": dg.TableSchema(
            [
                dg.TableColumn(c.name, c.parser, description=c.description, constraints=dg.TableColumnConstraints(nullable=not c.required))
                for c in contract.stored_columns
            ]
        ),
    }
    specs = [
        dg.AssetSpec(key, partitions_def=DELIVERY_DATES, group_name=contract.source, kinds=kinds, description=text, metadata=metadata,
                     tags={"cadence": contract.cadence, "kind": contract.kind})
        for key, text in zip(accepted, (contract.purpose, f"Melted columns of {contract.extract}."), strict=False)
    ]  # fmt: skip
    specs.append(
        dg.AssetSpec(rejected_key(contract), partitions_def=DELIVERY_DATES, group_name=contract.source, kinds=kinds,
                     description=f"Rows of {contract.extract} that a rule kept out, with every reason. Restricted.")
    )  # fmt: skip
    checks = [
        dg.AssetCheckSpec(check_name(rule.check_id), asset=accepted[0], description=f"{rule.description} {rule.how_to_resolve}".strip())
        for rule in {rule.check_id: rule for rule in all_rules(contract)}.values()
    ]

    @dg.multi_asset(name=f"{contract.source}_{contract.name}", specs=specs, check_specs=checks, pool="lake")
    def load_extract(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        days = _asked_for(context)
        outcome = refresh_extract(contract, workplace(settings, context.log), only=days, force=days is not None)
        for record in outcome.records:
            _log_partition(context, contract, record)
        yield from (_check_result(contract, outcome, rule_id) for rule_id in dict.fromkeys(r.check_id for r in all_rules(contract)))
        summary = _summary(outcome)
        for key in (*accepted, rejected_key(contract)):
            yield dg.MaterializeResult(asset_key=key, metadata=summary)

    return load_extract


def _asked_for(context: dg.AssetExecutionContext) -> set[date] | None:
    """The delivery dates of a backfill, or None for whatever is new."""
    if not context.has_partition_key and not context.has_partition_key_range:
        return None
    keys = context.partition_keys
    return {DELIVERY_DATES.time_window_for_partition_key(key).start.date() for key in keys}


def _log_partition(context: dg.AssetExecutionContext, contract: Contract, record: LoadRecord) -> None:
    if record.status != "accepted":
        context.log.error(f"{contract.extract} {record.delivery_on} is blocked: {record.status_reason}")
        return
    counts = {name: getattr(record, name) for name in ("rows_read", "rows_accepted", "rows_rejected", "rows_duplicate", "cells_coerced")}
    partition = record.delivery_on.isoformat()
    if not DELIVERY_DATES.has_partition_key(partition):
        return
    for key in (*accepted_keys(contract), rejected_key(contract)):
        context.log_event(dg.AssetMaterialization(key, partition=partition, metadata=counts))


def _check_result(contract: Contract, outcome: ExtractOutcome, check_id: str) -> dg.AssetCheckResult:
    """One rule over every delivery of the run. A blocked delivery fails its check but stops nothing else."""
    found: list[CheckResult] = [c for record in outcome.records for c in record.checks if c.check_id == check_id]
    failed = [c for c in found if c.status == "fail"]
    warned = [c for c in found if c.status == "warn"]
    severity = dg.AssetCheckSeverity.ERROR if failed else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        asset_key=accepted_keys(contract)[0],
        check_name=check_name(check_id),
        passed=not failed and not warned,
        severity=severity,
        metadata={
            "rows tested": sum(c.n_tested for c in found),
            "rows failed": sum(c.n_failed for c in found),
            "deliveries failed": ", ".join(str(c.delivery_on) for c in failed) or "none",
        },
    )


def _summary(outcome: ExtractOutcome) -> dict[str, Any]:
    names = ("rows_read", "rows_accepted", "rows_rejected", "rows_duplicate")
    return {
        "deliveries loaded": len(outcome.records),
        "deliveries unchanged": outcome.unchanged,
        **{name: outcome.total(name) for name in names},
        "files not recognised": ", ".join(outcome.strangers) or "none",
    }


def build_record_asset(settings: Settings) -> dg.AssetsDefinition:
    """The tables of load records and check results, which exist when every extract has been looked at."""
    upstream = [key for contract in load_contracts() for key in accepted_keys(contract)]
    specs = [
        dg.AssetSpec(LOADS, deps=upstream, group_name="quality", kinds={"parquet"}, description="One record for each delivery."),
        dg.AssetSpec(CHECKS, deps=upstream, group_name="quality", kinds={"parquet"}, description="One result for each rule and delivery."),
    ]

    @dg.multi_asset(name="quality_records", specs=specs)
    def quality_records() -> Iterator[dg.MaterializeResult[Any]]:
        n_records = sum(len(settings.lake.records(contract)) for contract in load_contracts())
        for key in (LOADS, CHECKS):
            yield dg.MaterializeResult(asset_key=key, metadata={"deliveries": n_records})

    return quality_records


def build_extract_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    return [*(build_extract_asset(contract, settings) for contract in load_contracts()), build_record_asset(settings)]
