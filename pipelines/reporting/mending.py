"""What is wrong and how it is mended, in Indonesian. The marts say it in English; here it is found again by what it is about.

The words of rules stand with their contracts (``data_quality.wording``), those of files that cannot be read with the reader
(``landing.refusals``), those of verdicts with the estimate (``impact.reasons``); only tests of the warehouse that warn have theirs here
(``texts/mending.yaml``): one that fails never reaches a page, because it keeps the release back.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from data_quality.contract import ContractError, contract_for
from data_quality.wording import wording
from pipelines.impact import reasons
from pipelines.landing import refusals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data_quality.contract import Contract

_TEXTS = Path(__file__).parent / "texts" / "mending.yaml"


def in_indonesian(row: Mapping[str, Any], column: str) -> str:
    """The Indonesian words for ``how_to_resolve``, ``status_reason`` or ``verdict_reason`` of a row; empty where there are none."""
    if column == "verdict_reason":
        return reasons.in_indonesian(row[column])
    if column == "how_to_resolve" and row.get("source") is None:
        return warehouse_mends().get(row[column], "")
    contract = _contract(row)
    if contract is None:
        return ""
    if column == "status_reason":
        return _reason(contract, row[column])
    return _mend(contract, row["check_id"]) if column == "how_to_resolve" else ""


@cache
def warehouse_mends() -> dict[str, str]:
    """How tests of the warehouse that warn are mended: English -> Indonesian."""
    return dict(yaml.safe_load(_TEXTS.read_text(encoding="utf-8")))


def _contract(row: Mapping[str, Any]) -> Contract | None:
    try:
        return contract_for(f"{row['source']}/{row['extract']}")
    except (ContractError, KeyError):
        return None


def _mend(contract: Contract, check_id: str) -> str:
    try:
        return wording(contract, check_id, "id").mend
    except KeyError:  # a rule that the contract had when the delivery was loaded, and has no longer
        return ""


def _reason(contract: Contract, reason: str) -> str:
    """Why a delivery is kept out: a file that cannot be read, or rules on the delivery, each as ``id: description``."""
    found = refusals.in_indonesian(reason)
    if found:
        return found
    broken = [rule for rule in contract.delivery_rules if f"{rule.check_id}: {rule.description}" in reason]
    is_all = reason == "; ".join(f"{rule.check_id}: {rule.description}" for rule in broken)
    return " ".join(wording(contract, rule.check_id, "id").problem for rule in broken) if is_all else ""
