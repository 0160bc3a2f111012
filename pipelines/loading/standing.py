"""Which deliveries of an extract are in force, decided for all of them together after some were loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data_quality.results import CheckResult, LoadRecord, delivery_check
from pipelines.loading.delivery_load import NOT_EARLY, UNEXPECTED_COLUMNS, is_blocking

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from data_quality.contract import Contract
    from pipelines.lake.store import Lake
    from pipelines.landing.profiles import Profile

RETENTION = "retention"
"""Why a delivery is passed over that is older than rows may be kept; no check of one, for nothing of it is read."""
NEVER_BY_HAND = frozenset({"columns_present", "unreadable_file", NOT_EARLY.check_id, RETENTION})
"""Rules without which there are no rows to accept."""


@dataclass(frozen=True)
class Verdict:
    """The record of a delivery as it is to be, and whether its rows come into force or go out of it for that."""

    record: LoadRecord
    enters: bool = False
    leaves: bool = False


def judge(contract: Contract, lake: Lake, profiles: tuple[Profile, ...]) -> set[date]:
    """Decide, in the order of delivery dates, which deliveries are in force; returns those whose standing changed.

    A rule that compares with the delivery before is decided anew for every delivery, so that the outcome depends on the
    set of deliveries and not on the order in which they came. What was in force stays so while its correction is blocked.
    """
    verdicts: list[Verdict] = []
    records = lake.records(contract)
    previous_rows: int | None = None
    seen_columns: set[str] = set()
    accepted_by_hand = {day for p in profiles if p.extract == contract.extract for day in p.accept_deliveries}
    share_rule = next((rule for rule in contract.delivery_rules if rule.check_id == "min_share_of_previous"), None)
    for day, record in sorted(records.items()):
        unknown = {name for name in record.unknown_columns.split("; ") if name}
        n_new = len(unknown - seen_columns)
        seen_columns |= unknown
        verdict = record.with_check(delivery_check(contract, day, UNEXPECTED_COLUMNS, len(unknown), n_new, holds=not n_new))
        if share_rule and record.passes_own_rules:
            least = (share_rule.bound or 0.0) * (previous_rows or 0)
            holds = None if previous_rows is None else record.rows_distinct >= least
            check = delivery_check(contract, day, share_rule, previous_rows or 0, 0 if holds is not False else 1, holds=holds)
            verdict = verdict.with_check(check)
        blocking = [c for c in verdict.checks if is_blocking(c) and not (day in accepted_by_hand and c.check_id not in NEVER_BY_HAND)]
        verdicts.append(_stand(record, verdict, blocking))
        if verdicts[-1].record.in_force_fingerprint:
            previous_rows = verdicts[-1].record.in_force_rows
    in_force = [day for day, record in records.items() if record.in_force_fingerprint]
    enter = [verdict.record.delivery_on for verdict in verdicts if verdict.enters]
    lake.bring(contract, in_force, enter, [verdict.record.delivery_on for verdict in verdicts if verdict.leaves])
    changed = [verdict.record for verdict in verdicts if verdict.record != records[verdict.record.delivery_on]]
    for record in changed:
        lake.write_record(record)
    lake.settle(contract, [verdict.record.delivery_on for verdict in verdicts if verdict.record.status == "accepted"])
    return {record.delivery_on for record in changed}


def _stand(before: LoadRecord, record: LoadRecord, blocking: Iterable[CheckResult]) -> Verdict:
    """Whether a delivery is in force by what its checks say; what was in force before stays while its correction is blocked."""
    reasons = [f"{check.check_id}: {check.description}" for check in blocking]
    if reasons:
        leaves = before.status == "accepted" and before.in_force_fingerprint == before.fingerprint
        if leaves:
            record = replace(record, in_force_fingerprint=None, in_force_rows=0)
        reason = record.status_reason if record.status == "blocked" and record.status_reason else "; ".join(reasons)
        return Verdict(replace(record, status="blocked", status_reason=reason), leaves=leaves)
    if record.status == "accepted":
        return Verdict(record)
    in_force = replace(
        record, status="accepted", status_reason="", in_force_fingerprint=record.fingerprint, in_force_rows=record.rows_distinct
    )
    return Verdict(in_force, enters=True)
