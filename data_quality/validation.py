"""A typed frame held against the rules of its contract, by Great Expectations.

Great Expectations is imported inside the function: the import costs seconds, and on a night with nothing new nobody needs it.
"""

from __future__ import annotations

import logging
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from data_quality.contract import MELTED_MARK
from data_quality.event_times import CALENDAR_START, DELIVERY_LIMIT, calendar_start
from data_quality.suites import build_suite

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from data_quality.contract import Contract


class ValidationError(RuntimeError):
    """An expectation could not be evaluated at all: an error of the contract or of the environment, not of the data."""


def bounded(frame: pd.DataFrame, delivery_on: date) -> pd.DataFrame:
    """The frame with what the dates of its delivery are held against: an export is made at the latest on the day after its date."""
    end_of_next_day = np.datetime64(delivery_on, "us") + np.timedelta64(2, "D") - np.timedelta64(1, "us")
    return frame.assign(**{DELIVERY_LIMIT: end_of_next_day, CALENDAR_START: np.datetime64(calendar_start(), "us")})


def melted_columns(contract: Contract, frame: pd.DataFrame) -> dict[str, list[str]]:
    """Melted column -> the frame's columns that it stands for."""
    if contract.melted is None:
        return {}
    prefix = f"{contract.melted.name}{MELTED_MARK}"
    return {contract.melted.name: [name for name in frame.columns if str(name).startswith(prefix)]}


@lru_cache(maxsize=1)
def _context() -> Any:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.execution_engine import pandas_execution_engine

    # A fingerprint of every value of smaller batches, which nobody reads, costs half as much as the rules.
    pandas_execution_engine.HASH_THRESHOLD = 0
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


@lru_cache(maxsize=64)
def _batch_definition(name: str) -> Any:
    source = _context().data_sources.add_pandas(name)
    return source.add_dataframe_asset(name).add_batch_definition_whole_dataframe(name)


def failing_rows(contract: Contract, frame: pd.DataFrame) -> dict[str, np.ndarray[Any, Any]]:
    """Check id -> positions of the rows that break it, for every row rule that applies to the frame.

    Args:
        contract: whose ``row_rules`` are evaluated.
        frame: typed rows with a RangeIndex; melted columns are named ``level:<competency>``.

    Raises:
        ValidationError: an expectation raised instead of answering.
    """
    melted = melted_columns(contract, frame)
    suite = build_suite(contract.extract, contract.row_rules, frozenset(map(str, frame.columns)), melted)
    failing: dict[str, np.ndarray[Any, Any]] = {}
    if frame.empty:
        return failing
    batch = _batch_definition(contract.extract).get_batch({"dataframe": frame})
    outcome = batch.validate(suite, result_format={"result_format": "COMPLETE", "include_unexpected_rows": False})
    for result in outcome.results:
        check_id = result.expectation_config.meta["check_id"]
        if result.exception_info and any(_raised(info) for info in _infos(result.exception_info)):
            raise ValidationError(f"{contract.extract}: the rule {check_id} could not be evaluated; see its kwargs in the contract")
        rows = np.asarray(result.result.get("unexpected_index_list") or [], dtype=np.int64)
        failing[check_id] = np.union1d(failing[check_id], rows) if check_id in failing else np.unique(rows)
    return failing


def _infos(exception_info: dict[str, Any]) -> list[dict[str, Any]]:
    nested = [info for info in exception_info.values() if isinstance(info, dict)]
    return nested or [exception_info]


def _raised(info: dict[str, Any]) -> bool:
    return bool(info.get("raised_exception"))
