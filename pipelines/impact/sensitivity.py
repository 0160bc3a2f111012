"""How large a break of common trends the headline survives: relative magnitudes of Rambachan & Roth 2023 (doi 10.1093/restud/rdad018).

Suppose that from one period to the next the trained would have drifted from their controls by at most M times the largest drift seen
before training. A headline that averages people ``exposure`` steps after their base can then be off by M * exposure * the largest
drift. Each drift before training is estimated, so for every lead and sign there is an estimate of a bound with its own error; the
interval is the union of theirs, which holds the truth with the nominal chance without assuming which lead is the largest.
The conditional intervals of that paper are at most as wide; the break-down found here is therefore cautious.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from pipelines.impact.specification import Base

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.impact.aggregation import Aggregate, Series

_STEP = 0.01


def drifts(leads: Series, base: Base) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Change of the gap from one period before training to the next (L,), and its influence (C, L).

    With a varying base the leads are these changes; with a universal base they are differences of neighbouring leads, the reference
    among them.
    """
    if base is Base.VARYING:
        return leads.att, leads.influence
    return np.diff(leads.att), np.diff(leads.influence, axis=1)


def robust_interval(
    m: NDArray[np.float64], headline: Aggregate, drift: NDArray[np.float64], influence: NDArray[np.float64], exposure: float, width: float,
    factor: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Low and high ends (len(m),) for each M. ``width``: standard errors on each side; ``factor``: cluster factor of variances."""
    own = float(headline.influence @ headline.influence) * factor
    cross = headline.influence @ influence * factor
    drift_variance = (influence**2).sum(axis=0) * factor
    push = m[:, None] * exposure
    ends = []
    for sign in (-1.0, 1.0):
        centre = headline.att + sign * push * drift
        error = np.sqrt((own + 2 * sign * push * cross + push**2 * drift_variance).clip(0))
        ends.append((centre - width * error, centre + width * error))
    low = np.minimum(ends[0][0], ends[1][0]).min(axis=1)
    high = np.maximum(ends[0][1], ends[1][1]).max(axis=1)
    return np.minimum.accumulate(low), np.maximum.accumulate(high)


def breakdown(
    headline: Aggregate, drift: NDArray[np.float64], influence: NDArray[np.float64], exposure: float, *, n_clusters: int, df: float,
    confidence: float, largest: float,
) -> float:  # fmt: skip
    """Smallest M (to 0.01) whose interval holds zero: 0 for an estimate that is not different from zero, ``largest`` at most.

    NaN without a lead, a second cluster or a degree of freedom.
    """
    if len(drift) == 0 or n_clusters < 2 or df < 1:  # noqa: PLR2004 - one cluster has no spread
        return float("nan")
    m = np.arange(0.0, largest + _STEP / 2, _STEP)
    width = float(stats.t.ppf((1 + confidence) / 2, df))
    low, high = robust_interval(m, headline, drift, influence, exposure, width, n_clusters / (n_clusters - 1))
    held = (low <= 0) & (high >= 0)
    return round(float(m[held.argmax()]), 2) if held.any() else largest
