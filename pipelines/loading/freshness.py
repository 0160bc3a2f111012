"""How old the newest accepted delivery of an extract is, held against the rhythm that its contract promises.

Dagster knows when an extract was last looked at, which is every night; what matters is of which day the data are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from pipelines.clock import CITY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data_quality.contract import Contract
    from data_quality.results import LoadRecord

State = Literal["pass", "warn", "fail", "not_applicable"]


@dataclass(frozen=True)
class Freshness:
    """Of one extract. ``since`` is when it became stale (UTC), None while it is not."""

    extract: str
    state: State
    newest_on: date | None = None
    age_hours: float | None = None
    since: datetime | None = None


def freshness(contract: Contract, records: Mapping[date, LoadRecord], now: datetime) -> Freshness:
    """Judge one extract; hours count from 00:00 in the city of the delivery date.

    Not applicable where the contract promises no rhythm, or nothing was ever accepted: then there is nothing to become old.
    """
    in_force = [day for day, record in records.items() if record.in_force_fingerprint]
    newest = max(in_force, default=None)
    if newest is None:
        return Freshness(contract.extract, "not_applicable")
    begin = datetime.combine(newest, time(), CITY)
    age = (now - begin).total_seconds() / 3600
    bounds = contract.freshness_hours
    for state, level in (("fail", "error"), ("warn", "warning")):
        bound = bounds.get(level)
        if bound is not None and age > bound:
            since = (begin + timedelta(hours=bound)).astimezone(UTC)
            return Freshness(contract.extract, "fail" if state == "fail" else "warn", newest, age, since)
    return Freshness(contract.extract, "pass" if bounds else "not_applicable", newest, age)
