"""What one point of effect costs, where there is an effect that may be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.impact.specification import ImpactError, Specification, UnitKind
from pipelines.impact.verdicts import Verdict

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("cost_total", "cost_per_head", "cost_per_point", "cost_per_point_low", "cost_per_point_high")


def cost_per_point(cost: float, att: float, low: float, high: float, *, lower_is_better: bool) -> tuple[float, float, float]:
    """Cost of one point of benefit with its interval; NaN unless the whole interval lies on the side of the benefit."""
    if lower_is_better:
        att, low, high = -att, -high, -low
    if not (np.isfinite(cost) and low > 0):
        return (float("nan"),) * 3
    return cost / att, cost / high, cost / low


def add_costs(estimates: pd.DataFrame, specification: Specification, costs: pd.DataFrame | None) -> pd.DataFrame:
    """Add the columns of money; per point for the primary estimate of people or units whose verdict is credible.

    A point of a person costs the cost per head, a point of each of all units the whole cost divided by the units. Both are of all who
    were trained by the last period (``_n_trained``): what was paid for those who cannot be compared was paid too.

    :raises ImpactError: if the table of costs lacks its columns or names a programme twice.
    """
    for name in _COLUMNS:
        estimates[name] = np.nan
    if costs is None:
        return estimates
    if not {"programme_id", "cost_total"} <= set(costs.columns):
        raise ImpactError("the table of costs needs the columns programme_id and cost_total")
    if costs["programme_id"].duplicated().any():
        raise ImpactError("the table of costs names a programme more than once")
    known = {str(row["programme_id"]): row for row in costs.to_dict("records")}
    for index, row in estimates.iterrows():
        cost = known.get(str(row["programme_id"]))
        if cost is None:
            continue
        total, head = (float("nan") if cost.get(name) is None else float(cost[name]) for name in ("cost_total", "cost_per_head"))
        trained = row["_n_trained"]
        head = head if np.isfinite(head) else total / trained if trained else np.nan
        estimates.loc[index, ["cost_total", "cost_per_head"]] = total, head
        if row["is_primary"] and row["verdict"] in {Verdict.POSITIVE, Verdict.NEGATIVE}:
            each = head if specification.kind is UnitKind.PERSON else total / max(trained, 1)
            better = row["outcome"] in specification.lower_is_better
            values = cost_per_point(each, row["att"], row["ci_low"], row["ci_high"], lower_is_better=better)
            estimates.loc[index, ["cost_per_point", "cost_per_point_low", "cost_per_point_high"]] = values
    return estimates
