"""Belongs here: the assets of the extracts, all made by one factory from their contracts.

Does not belong here: how a delivery is read, validated or stored (``pipelines.loading.ingest``).
"""
# Annotations here are read by Dagster when the module is loaded, so they are not postponed.

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import dagster as dg
from pydantic import Field

from data_quality.contract import CONTRACTS_DIR, Contract, Rule, load_contracts
from data_quality.dbt_sources import CHECKS as CHECK_COLUMNS
from data_quality.dbt_sources import LOADS as RECORDS
from data_quality.dbt_sources import REJECTED, Described
from data_quality.results import CheckResult, LoadRecord
from pipelines.defs.origin import PLATFORM, PROJECT, code, owners
from pipelines.defs.partitions import DELIVERY_DATES
from pipelines.defs.resources import CREW, LOCK
from pipelines.defs.retries import RETRY, OnlyTransientIsRetried
from pipelines.defs.run_facts import log_facts
from pipelines.landing.deliveries import discover
from pipelines.loading.delivery_load import KEY_CONFLICT, NOT_EARLY, UNEXPECTED_COLUMNS, UNREADABLE_FILE
from pipelines.loading.freshness import Freshness, freshness
from pipelines.loading.ingest import ExtractOutcome, refresh_extract
from pipelines.settings import Settings

LOADS = dg.AssetKey(["quality", "loads"])
CHECKS = dg.AssetKey(["quality", "checks"])


IN_TIME = "delivered_in_time"


class Deliveries(dg.Config):
    """Which deliveries a run looks at; without anything, at all, and it loads those that are new or changed."""

    first_on: str = Field(default="", description="First delivery date (YYYY-MM-DD); empty: from the first.")
    last_on: str = Field(default="", description="Last delivery date (YYYY-MM-DD); empty: to the last.")
    again: bool = Field(default=False, description="Read deliveries again although nothing about them has changed.")
    nothing: bool = Field(default=False, description="Leave the landing area alone: the lake stays as it is.")

    complete_only: bool = Field(
        default=False, description="Leave out, for the next run, deliveries of which a file was changed within the quiet time."
    )

    def days(self) -> Collection[date] | None:
        """The dates as a collection that holds any of them; None for all."""
        if self.nothing:
            return frozenset()
        return DateRange(self.first_on, self.last_on) if self.first_on or self.last_on else None


class DateRange(Collection[date]):
    """Every date from the first to the last, both included; an empty bound is none."""

    def __init__(self, first: str, last: str) -> None:
        self.first = date.fromisoformat(first) if first else date.min
        self.last = date.fromisoformat(last) if last else date.max
        if self.last < self.first:
            raise ValueError(f"the range ends on {self.last}, before it begins on {self.first}")

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(len(self)))


def op_name(contract: Contract) -> str:
    return f"{contract.source}_{contract.name}"


def deliveries_config(**chosen: Any) -> dict[str, Any]:
    """Run configuration that gives every extract the same ``Deliveries``."""
    return {"ops": {op_name(contract): {"config": chosen} for contract in load_contracts()}}


def check_name(check_id: str) -> str:
    """A rule's id as Dagster allows it for the name of a check."""
    return re.sub(r"\W", "__", check_id)


def all_rules(contract: Contract) -> tuple[Rule, ...]:
    return (*contract.row_rules, *contract.delivery_rules, KEY_CONFLICT, NOT_EARLY, UNREADABLE_FILE, UNEXPECTED_COLUMNS)


def accepted_keys(contract: Contract) -> list[dg.AssetKey]:
    names = [contract.name, *([str(contract.melted.into)] if contract.melted else [])]
    return [dg.AssetKey([contract.source, name]) for name in names]


def rejected_key(contract: Contract) -> dg.AssetKey:
    return dg.AssetKey([contract.source, f"{contract.name}_rejected"])


def build_extract_asset(contract: Contract, settings: Settings) -> dg.AssetsDefinition:
    """The assets ``<source>/<extract>`` and ``<source>/<extract>_rejected`` with a check for every rule of the contract."""
    accepted = accepted_keys(contract)
    kinds = {"python", "parquet", "pandas"}
    files = code([CONTRACTS_DIR / contract.source / f"{contract.name}.odcs.yaml", PROJECT / "pipelines" / "loading" / "ingest.py"])
    metadata = {
        **files,
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
                     owners=owners(contract.owner), tags={"cadence": contract.cadence, "kind": contract.kind})
        for key, text in zip(accepted, (contract.purpose, f"Melted columns of {contract.extract}."), strict=False)
    ]  # fmt: skip
    specs.append(
        dg.AssetSpec(rejected_key(contract), partitions_def=DELIVERY_DATES, group_name=contract.source, kinds=kinds,
                     owners=owners(contract.owner), metadata={**files, "dagster/column_schema": _columns_of(REJECTED)},
                     description=f"Rows of {contract.extract} that a rule kept out, with every reason. Restricted.")
    )  # fmt: skip

    @dg.multi_asset(name=op_name(contract), specs=specs, check_specs=_check_specs(contract), pool="lake", retry_policy=RETRY,
                    required_resource_keys={LOCK, CREW})  # fmt: skip
    def load_extract(context: dg.AssetExecutionContext, config: Deliveries) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        days = _asked_for(context)
        with OnlyTransientIsRetried():
            work = settings.workplace(context.log.info, getattr(context.resources, CREW))
            outcome = refresh_extract(
                contract, work, only=config.days() if days is None else days, force=config.again or days is not None,
                quiet=timedelta(minutes=settings.quiet_minutes) if config.complete_only else None,
            )  # fmt: skip
        for record in outcome.records:
            _log_partition(context, contract, record)
        log_facts(context, rows_in=outcome.total("rows_read"), rows_out=outcome.total("rows_accepted"), size=_bytes(outcome, settings))
        yield from (_check_result(contract, outcome, rule_id) for rule_id in dict.fromkeys(r.check_id for r in all_rules(contract)))
        yield _in_time_result(contract, freshness(contract, settings.lake.records(contract), settings.clock()))
        summary = _summary(outcome)
        for key in (*accepted, rejected_key(contract)):
            yield dg.MaterializeResult(asset_key=key, metadata=summary)

    return load_extract


def _check_specs(contract: Contract) -> list[dg.AssetCheckSpec]:
    asset = accepted_keys(contract)[0]
    specs = [
        dg.AssetCheckSpec(check_name(rule.check_id), asset=asset, description=f"{rule.description} {rule.how_to_resolve}".strip())
        for rule in {rule.check_id: rule for rule in all_rules(contract)}.values()
    ]
    rhythm = (
        f"Comes {contract.cadence.replace('_', ' ')}; see slaProperties of the contract. When late, ask {contract.owner} for the export."
    )
    return [*specs, dg.AssetCheckSpec(IN_TIME, asset=asset, description=rhythm)]


def _in_time_result(contract: Contract, found: Freshness) -> dg.AssetCheckResult:
    """Whether the newest accepted delivery is as young as the contract promises."""
    severity = dg.AssetCheckSeverity.ERROR if found.state == "fail" else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        asset_key=accepted_keys(contract)[0],
        check_name=IN_TIME,
        passed=found.state in {"pass", "not_applicable"},
        severity=severity,
        metadata={
            "newest delivery": str(found.newest_on or "none"),
            "age in hours": round(found.age_hours, 1) if found.age_hours is not None else "unknown",
            "state": found.state,
        },
    )


def _bytes(outcome: ExtractOutcome, settings: Settings) -> int:
    """Size of the files that were read."""
    days = {record.delivery_on for record in outcome.records}
    deliveries, _ = discover(settings.landing, outcome.contract)
    return sum(path.stat().st_size for delivery in deliveries if delivery.delivery_on in days for path in delivery.files)


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
        fate = "rows_rejected" if key == rejected_key(contract) else "rows_accepted"
        facts = {**counts, "dagster/partition_row_count": counts[fate]}
        context.log_event(dg.AssetMaterialization(key, partition=partition, metadata=facts))


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
        "deliveries left for the next run": ", ".join(map(str, outcome.unfinished)) or "none",
        "files not recognised": ", ".join(outcome.strangers) or "none",
    }


def _columns_of(described: Iterable[Described]) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(name, kind, description=text) for name, kind, text in described])


def _described(columns: Iterable[Described]) -> dict[str, Any]:
    return {"dagster/column_schema": _columns_of(columns), **code([PROJECT / "data_quality" / "results.py"])}


def build_record_asset(settings: Settings) -> dg.AssetsDefinition:
    """The tables of load records and check results, which exist when every extract has been looked at."""
    upstream = [key for contract in load_contracts() for key in accepted_keys(contract)]
    every_night = dg.FreshnessPolicy.cron(deadline_cron="0 6 * * *", lower_bound_delta=timedelta(hours=12), timezone="Asia/Jakarta")
    specs = [
        dg.AssetSpec(LOADS, deps=upstream, group_name="quality", kinds={"parquet"}, description="One record for each delivery.",
                     freshness_policy=every_night, owners=owners(PLATFORM), metadata=_described(RECORDS)),
        dg.AssetSpec(CHECKS, deps=upstream, group_name="quality", kinds={"parquet"}, description="One result for each rule and delivery.",
                     owners=owners(PLATFORM), metadata=_described(CHECK_COLUMNS)),
    ]  # fmt: skip

    @dg.multi_asset(name="quality_records", specs=specs, required_resource_keys={CREW})
    def quality_records(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        getattr(context.resources, CREW).dismiss()
        n_records = sum(len(settings.lake.records(contract)) for contract in load_contracts())
        log_facts(context, rows_out=n_records)
        for key in (LOADS, CHECKS):
            yield dg.MaterializeResult(asset_key=key, metadata={"deliveries": n_records})

    return quality_records


def build_extract_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    return [*(build_extract_asset(contract, settings) for contract in load_contracts()), build_record_asset(settings)]
