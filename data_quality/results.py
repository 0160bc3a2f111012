"""What a load found, as rows: one record of the load and one row for every check."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date, datetime

    from data_quality.contract import Contract, Rule

CheckStatus = Literal["pass", "warn", "fail", "not_applicable", "error"]
LoadStatus = Literal["accepted", "blocked"]

KIND_OF_DIMENSION = {
    "completeness": "completeness",
    "validity": "conformance",
    "conformity": "conformance",
    "consistency": "plausibility",
    "uniqueness": "plausibility",
    "accuracy": "plausibility",
    "timeliness": "plausibility",
}


@dataclass(frozen=True)
class CheckResult:
    """One check of one delivery. Counts are rows; ``threshold`` is the share of rows that may fail."""

    source: str
    extract: str
    delivery_on: date
    check_id: str
    kind: str
    level: Literal["row", "delivery"]
    severity: str
    n_tested: int
    n_failed: int
    threshold: float
    status: CheckStatus
    how_to_resolve: str
    description: str


@dataclass(frozen=True)
class LoadRecord:
    """What became of one delivery. ``rows_read`` is always the sum of the three fates.

    ``in_force_fingerprint`` and ``in_force_rows`` describe what lies in the lake for this delivery: another, earlier
    content where a correction was blocked, nothing (None, 0) where it never was accepted.
    """

    source: str
    extract: str
    delivery_on: date
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rows_duplicate: int
    cells_coerced: int
    columns_unknown: int
    unknown_columns: str
    is_corrected: bool
    is_late: bool
    fingerprint: str
    specification: str
    loaded_at: datetime
    status: LoadStatus
    status_reason: str
    in_force_fingerprint: str | None
    in_force_rows: int
    passes_own_rules: bool
    files: str
    detection: str
    checks: tuple[CheckResult, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if self.rows_read != self.rows_accepted + self.rows_rejected + self.rows_duplicate:
            raise AssertionError(
                f"{self.source}/{self.extract} {self.delivery_on}: {self.rows_read} rows read, but "
                f"{self.rows_accepted} accepted + {self.rows_rejected} rejected + {self.rows_duplicate} duplicate"
            )

    @property
    def rows_distinct(self) -> int:
        """Rows without repetitions: what a snapshot is compared by with the one before."""
        return self.rows_read - self.rows_duplicate

    def with_check(self, result: CheckResult) -> LoadRecord:
        others = tuple(check for check in self.checks if check.check_id != result.check_id)
        return replace(self, checks=(*others, result))


def row_check(contract: Contract, delivery_on: date, rule: Rule, n_tested: int, n_failed: int, *, tolerance: float) -> CheckResult:
    """The result of a rule on rows: rows that break an error rule are rejected, so within the tolerance it only warns."""
    if not n_tested:
        status: CheckStatus = "not_applicable"
    elif not n_failed:
        status = "pass"
    else:
        status = "fail" if rule.severity == "error" and n_failed > tolerance * n_tested else "warn"
    return _result(contract, delivery_on, rule, "row", n_tested, n_failed, tolerance, status)


def delivery_check(contract: Contract, delivery_on: date, rule: Rule, n_tested: int, n_failed: int, *, holds: bool | None) -> CheckResult:
    """The result of a rule on the delivery as a whole; ``holds`` None says that it had nothing to be held against."""
    broken: CheckStatus = "warn" if rule.severity == "warning" else "fail"
    status: CheckStatus = "not_applicable" if holds is None else "pass" if holds else broken
    return _result(contract, delivery_on, rule, "delivery", n_tested, n_failed, rule.bound or 0.0, status)


def _result(
    contract: Contract,
    delivery_on: date,
    rule: Rule,
    level: Literal["row", "delivery"],
    n_tested: int,
    n_failed: int,
    threshold: float,
    status: CheckStatus,
) -> CheckResult:
    return CheckResult(
        contract.source, contract.name, delivery_on, rule.check_id, KIND_OF_DIMENSION.get(rule.dimension, "plausibility"), level,
        rule.severity, n_tested, n_failed, threshold, status, rule.how_to_resolve, rule.description,
    )  # fmt: skip
