"""Headline figures of the whole city, and whether they are continuous with the release before.

A figure that moves further overnight than people or offices can is more often a fault in the data than news. It is a warning, not
a reason to publish nothing: the manifest of the release says it, and the asset check of the release.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import duckdb

    from pipelines.publishing.metrics import Definitions, Metric

PERIOD_COLUMNS = ("quarter", "year", "invited_year")
PERIODS = 8
"""Quarters (or years) that a manifest keeps."""

Headlines = dict[str, dict[str, dict[str, float]]]
"""Metric -> period (first day of a quarter, year, or `all`) -> value and n, what it rests on."""


@dataclass(frozen=True)
class Bound:
    """How far a headline may move, a row of `rule_headline_jump`."""

    metric: str
    max_change: float
    least_n: int


def headlines(connection: duckdb.DuckDBPyConnection, known: Definitions, min_cell_size: int) -> Headlines:
    """Every headline by quarter or year, where it has them in its grain.

    Values are rounded and counts keep two digits: the manifest is open, and from exact figures of two nights one could
    compute the result of the one person who came between.
    """
    figures: Headlines = {}
    chosen = [metric for metric in known.metrics.values() if metric.is_headline]
    read = {}
    for model in dict.fromkeys(known.model_of(metric.name) for metric in chosen):
        # Several figures rest on one view: what it gives is computed once.
        read[model] = f'"headlines_of_{model}"'
        connection.execute(f"create or replace temp table {read[model]} as from {known.relation_of(model)}")
    known = replace(known, relations=read)
    for metric in chosen:
        values, counts = _by_period(connection, known, metric.name), _by_period(connection, known, metric.meta["rests_on"])
        shown = {
            period: {"value": _rounded(metric, value), "n": _two_digits(counts.get(period))}
            for period, value in sorted(values.items())
            if value is not None and math.isfinite(value) and (counts.get(period) or 0) >= min_cell_size
        }
        figures[metric.name] = dict(list(shown.items())[-PERIODS:])
    return figures


def bounds(connection: duckdb.DuckDBPyConnection, day: date) -> list[Bound]:
    """The bounds in force on a day."""
    rows = connection.execute(
        "select metric, max_change, least_n from rules.rule_headline_jump "
        "where valid_from <= $day and (valid_to is null or valid_to > $day)",
        {"day": day},
    ).fetchall()
    return [Bound(metric, float(change), int(least)) for metric, change, least in rows]


def jumps(before: Mapping[str, Any], now: Headlines, limits: Iterable[Bound]) -> list[dict[str, Any]]:
    """Headlines that moved beyond their bound, period by period."""
    found = []
    for limit in limits:
        for period, figure in now.get(limit.metric, {}).items():
            earlier = before.get(limit.metric, {}).get(period)
            if earlier is None or min(earlier["n"], figure["n"]) < limit.least_n:
                continue
            if abs(figure["value"] - earlier["value"]) > limit.max_change:
                found.append(
                    {
                        "metric": limit.metric,
                        "period": period,
                        "before": earlier["value"],
                        "now": figure["value"],
                        "bound": limit.max_change,
                    }
                )
    return found


def _by_period(connection: duckdb.DuckDBPyConnection, known: Definitions, name: str) -> dict[str, float | None]:
    by = [column for column in known.metrics[name].meta["grain"] if column in PERIOD_COLUMNS]
    rows = connection.execute(known.sql(name, by)).fetchall()
    return {str(row[0]) if by else "all": None if row[-1] is None else float(row[-1]) for row in rows if not by or row[0] is not None}


def _rounded(metric: Metric, value: float) -> float:
    return round(value, 3 if metric.meta["unit"] == "share of one" else 1 if abs(value) >= 10 else 2)  # noqa: PLR2004 - two or three digits


def _two_digits(count: float | None) -> int:
    """Count with its first two digits, the others zero."""
    n = int(count or 0)
    size: int = 10 ** max(0, len(str(n)) - 2)
    return n // size * size
