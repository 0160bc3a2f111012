"""How long the lake keeps what was delivered, by the contract of each extract.

``retention`` (years) counts from the date of a delivery: all of its rows go. ``retentionRejected`` (days) counts from the load: the text
of rejected rows goes, which is kept so that an office can mend it. The load record stays, it holds counts. The offices' own files are
theirs; what has run out is not read from them again. A single delivery goes before its time when somebody withdraws it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from pipelines.clock import city_day
from pipelines.lake.people import LAYERS
from pipelines.lake.store import delivery_folder

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from data_quality.contract import Contract
    from data_quality.results import LoadRecord
    from pipelines.lake.store import Lake


@dataclass(frozen=True)
class RunOut:
    """Deliveries of an extract whose time has run out: all of it, or the text of its rejected rows alone."""

    deliveries: tuple[date, ...]
    rejected: tuple[date, ...]


def has_run_out(contract: Contract, day: date, now: datetime) -> bool:
    """Whether the rows of a delivery of this date may be kept no longer."""
    if contract.retention_years is None:
        return False
    today = city_day(now)
    return (day.year, day.month, day.day) < (today.year - contract.retention_years, today.month, today.day)


def run_out(lake: Lake, contract: Contract, now: datetime) -> RunOut:
    """What is due to be removed."""
    records = lake.records(contract)
    whole = tuple(day for day in records if has_run_out(contract, day, now) and _holds_rows(lake, contract, day))
    rejected = tuple(
        day for day, record in records.items() if day not in whole and _is_old(contract, record, now) and _n_rejected(lake, contract, day)
    )
    return RunOut(whole, rejected)


def retain(lake: Lake, contract: Contract, now: datetime) -> RunOut:
    """Remove what has run out; returns what that was. What is cut off is done by the next run."""
    due = run_out(lake, contract, now)
    _take_out(lake, contract, due.deliveries)
    for day in due.rejected:
        lake.drop(contract, day, "rejected")
    return due


def withdraw(lake: Lake, contract: Contract, day: date) -> None:
    """Remove a delivery from the lake as if it had never come. What is cut off is done by doing it again."""
    _take_out(lake, contract, [day])
    lake.drop_record(contract, day)


def _take_out(lake: Lake, contract: Contract, days: Collection[date]) -> None:
    """Remove the rows of deliveries; their records say first that they are in force no more."""
    records = lake.records(contract)
    for day in days:
        if records[day].in_force_fingerprint:
            lake.write_record(replace(records[day], in_force_fingerprint=None, in_force_rows=0))
    lake.forget(contract, [day for day, record in records.items() if record.in_force_fingerprint], days)


def facts(lake: Lake, contract: Contract, now: datetime) -> dict[str, Any]:
    """What a manifest says of an extract: its terms, the oldest that is there, how many deliveries went, and that nothing is due."""
    records = lake.records(contract)
    due = run_out(lake, contract, now)
    kept = [day for day in records if _holds_rows(lake, contract, day)]
    return {
        "years": contract.retention_years,
        "rejected_days": contract.rejected_days,
        "oldest_delivery": str(min(kept)) if kept else None,
        "deliveries_removed": sum(has_run_out(contract, day, now) for day in records if day not in kept),
        "due": len(due.deliveries) + len(due.rejected),
    }


def _is_old(contract: Contract, record: LoadRecord, now: datetime) -> bool:
    return contract.rejected_days is not None and now.replace(tzinfo=None) - record.loaded_at > timedelta(days=contract.rejected_days)


def _holds_rows(lake: Lake, contract: Contract, day: date) -> bool:
    return any(lake.n_rows(layer, contract, day) for layer in LAYERS)


def _n_rejected(lake: Lake, contract: Contract, day: date) -> int:
    folder = lake.table("rejected", contract.source, contract.name) / delivery_folder(day)
    return sum(pq.ParquetFile(path).metadata.num_rows for path in folder.glob("*.parquet"))
