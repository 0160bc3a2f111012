"""How long the lake keeps what was delivered, by the contract of each extract.

``retention`` (years) counts from the date of a delivery: all of its rows go. ``retentionRejected`` (days) counts from the load: the text
of rejected rows goes, which is kept so that an office can mend it. Where the models read who was rejected, the key stays: a history in
which people had been away on the days of their rejected rows would be another one after these days. The load record stays, it holds
counts. The offices' own files are theirs; what has run out is not read from them again. A single delivery goes before its time when
somebody withdraws it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from data_quality.dbt_sources import REJECTED_EXTRACTS
from pipelines.clock import city_day
from pipelines.lake.migrations import replace_table
from pipelines.lake.people import LAYERS, subject
from pipelines.lake.store import delivery_folder

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from pathlib import Path

    from data_quality.contract import Contract
    from data_quality.results import LoadRecord
    from pipelines.lake.store import Lake


WITHOUT_TEXT = b"asn.without_text"
"""In the metadata of a file of rejected rows: only whose rows they were is left."""


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
        day
        for day, record in records.items()
        if day not in whole and _is_old(contract, record, now) and rejected_with_text(lake, contract, day)
    )
    return RunOut(whole, rejected)


def retain(lake: Lake, contract: Contract, now: datetime) -> RunOut:
    """Remove what has run out; returns what that was. What is cut off is done by the next run."""
    due = run_out(lake, contract, now)
    _take_out(lake, contract, due.deliveries)
    for day in due.rejected:
        _drop_text(lake, contract, day)
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


def rejected_with_text(lake: Lake, contract: Contract, day: date) -> list[Path]:
    """Files of a delivery's rejected rows whose text is there."""
    files = sorted((lake.table("rejected", contract.source, contract.name) / delivery_folder(day)).glob("*.parquet"))
    return [path for path in files if _has_text(pq.ParquetFile(path))]


def _has_text(file: pq.ParquetFile) -> bool:
    return bool(file.metadata.num_rows) and WITHOUT_TEXT not in (file.schema_arrow.metadata or {})


def _drop_text(lake: Lake, contract: Contract, day: date) -> None:
    """Remove what the office wrote in rejected rows, and what was understood of it but whom it is about."""
    if contract.extract not in REJECTED_EXTRACTS:
        lake.drop(contract, day, "rejected")
        return
    for path in rejected_with_text(lake, contract, day):
        table = pq.read_table(path, partitioning=None)
        about = [
            {name: value for name, value in json.loads(typed).items() if name == subject(contract)} for typed in table["typed"].to_pylist()
        ]
        for name, texts in {"raw": ["{}"] * table.num_rows, "typed": [json.dumps(one) for one in about]}.items():
            table = table.set_column(table.column_names.index(name), table.schema.field(name), pa.array(texts, pa.string()))
        replace_table(path, table.replace_schema_metadata({**(table.schema.metadata or {}), WITHOUT_TEXT: b"true"}))
