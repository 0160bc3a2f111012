"""How old an extract is, against the rhythm of its contract."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from data_quality.contract import load_contracts
from data_quality.results import LoadRecord
from pipelines.loading.freshness import freshness

if TYPE_CHECKING:
    from data_quality.contract import Contract

EXTRACTS = {contract.extract: contract for contract in load_contracts()}
DAY = date(2026, 11, 20)
BEGIN = datetime(2026, 11, 19, 17, tzinfo=UTC)
"""00:00 of DAY in Medan."""


def record(contract: Contract, day: date, *, accepted: bool = True) -> LoadRecord:
    return LoadRecord(
        contract.source, contract.name, day, 1, 1, 0, 0, 0, 0, "", False, False, "f", "s", datetime(2026, 11, 21),
        "accepted" if accepted else "blocked", "", "f" if accepted else None, 1 if accepted else 0, accepted, "{}", "[]",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "state", "since"),
    [(36, "pass", None), (36.01, "warn", 36), (72, "warn", 36), (72.01, "fail", 72)],
)
def test_a_nightly_extract_may_miss_one_night(hours: float, state: str, since: float | None) -> None:
    contract = EXTRACTS["hr/employees"]
    found = freshness(contract, {DAY: record(contract, DAY)}, BEGIN + timedelta(hours=hours))
    assert found.state == state
    assert found.newest_on == DAY
    assert found.age_hours == pytest.approx(hours)
    assert found.since == (BEGIN + timedelta(hours=since) if since else None)


def test_a_blocked_delivery_makes_nothing_fresh() -> None:
    contract = EXTRACTS["hr/employees"]
    records = {DAY: record(contract, DAY), DAY + timedelta(days=3): record(contract, DAY + timedelta(days=3), accepted=False)}
    assert freshness(contract, records, BEGIN + timedelta(hours=80)).state == "fail"


def test_without_a_rhythm_or_a_delivery_there_is_nothing_to_become_old() -> None:
    contract = EXTRACTS["hr/positions"]
    assert contract.freshness_hours == {}
    assert freshness(contract, {DAY: record(contract, DAY)}, BEGIN + timedelta(days=900)).state == "not_applicable"
    assert freshness(EXTRACTS["hr/employees"], {}, BEGIN).state == "not_applicable"


@pytest.mark.parametrize("contract", EXTRACTS.values(), ids=lambda contract: contract.extract)
def test_every_contract_with_a_rhythm_has_bounds_that_are_longer_than_it(contract: Contract) -> None:
    """A bound that a punctual office breaks would be an alert that nobody reads."""
    longest = {"nightly": 25, "daily": 73, "weekly": 8 * 24, "monthly": 32 * 24, "per_round": 92 * 24}
    if contract.cadence == "on_change":
        assert contract.freshness_hours == {}
        return
    assert longest[contract.cadence] < contract.freshness_hours["warning"] < contract.freshness_hours["error"]


def test_a_contract_without_a_warning_has_an_error_alone() -> None:
    contract = dataclasses.replace(EXTRACTS["hr/employees"], freshness_hours={"error": 10.0})
    assert freshness(contract, {DAY: record(contract, DAY)}, BEGIN + timedelta(hours=9)).state == "pass"
    assert freshness(contract, {DAY: record(contract, DAY)}, BEGIN + timedelta(hours=11)).state == "fail"
