"""The comparisons that are usual and biased, kept beside the estimate to show by how much: never a headline.

``prepost`` and ``post_only`` are cells without controls and without a base (see ``estimators``); here are the two that are not made
of cells. Each gives the estimate and what every cluster moves in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.impact.aggregation import Aggregate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.impact.sample import Sample

_SMALLEST = 1e-12
_NULL = 1e-10
"""The constants of the periods are known but for one: the eigenvalue of that direction is nothing but rounding, on each machine another."""


def _by_cluster(values: NDArray[np.float64], sample: Sample) -> NDArray[np.float64]:
    return np.asarray(np.bincount(sample.cluster, weights=values, minlength=sample.n_clusters))


def _mean(outcome: NDArray[np.float64], seen: NDArray[np.bool_]) -> NDArray[np.float64]:
    count = seen.sum(axis=1)
    return np.where(count > 0, np.where(seen, outcome, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)


def two_by_two(sample: Sample, outcome: NDArray[np.float64]) -> Aggregate | None:
    """Each person's mean after the last cohort began less the mean before the first did: trained less never trained."""
    cohorts = sample.cohorts
    if len(cohorts) == 0:
        return None
    seen, at = np.isfinite(outcome), np.arange(sample.n_periods)[None, :]
    change = _mean(outcome, seen & (at >= cohorts.max())) - _mean(outcome, seen & (at < cohorts.min()))
    known = np.isfinite(change)
    treated, never = sample.treated & known, sample.never & known
    if not treated.any() or not never.any():
        return None
    of_treated, of_never = change[treated].mean(), change[never].mean()
    moved = np.zeros(len(change))
    moved[treated] = (change[treated] - of_treated) / treated.sum()
    moved[never] = -(change[never] - of_never) / never.sum()
    return Aggregate(float(of_treated - of_never), _by_cluster(moved, sample))


def two_way_fixed_effects(sample: Sample, outcome: NDArray[np.float64]) -> Aggregate | None:
    """Least squares of the outcome on being trained, a constant for each person and one for each period.

    The persons' constants are swept out by demeaning, the periods' by regression on their demeaned columns (Frisch-Waugh-Lovell), so
    that gaps are handled exactly. The influence carries (N - 1) / (N - K) with K = periods + 1, as regression packages do when persons
    are nested in clusters.
    """
    seen = np.isfinite(outcome)
    seen &= seen.sum(axis=1, keepdims=True) > 1
    after = sample.treated[:, None] & (np.arange(sample.n_periods)[None, :] >= sample.cohort[:, None])
    count = np.maximum(seen.sum(axis=1), 1).astype(np.float64)
    periods = np.flatnonzero(seen.any(axis=0))
    mask = seen[:, periods].astype(np.float64)
    gram = np.diag(mask.sum(axis=0)) - mask.T @ (mask / count[:, None])
    inverse = np.linalg.pinv(gram, rcond=_NULL, hermitian=True)

    def sweep(values: NDArray[np.float64]) -> NDArray[np.float64]:
        own = (values - ((values * mask).sum(axis=1) / count)[:, None]) * mask
        common = inverse @ own.sum(axis=0)
        return np.asarray((own - (common[None, :] - (mask @ common / count)[:, None])) * mask)

    d = sweep(after[:, periods].astype(np.float64))
    total = float((d * d).sum())
    if total <= _SMALLEST * max(1.0, mask.sum()):
        return None
    y = sweep(np.where(seen, outcome, 0.0)[:, periods])
    att = float((d * y).sum() / total)
    n, k = mask.sum(), len(periods) + 1
    scale = np.sqrt((n - 1) / (n - k)) if n > k else 1.0
    return Aggregate(att, _by_cluster((d * (y - att * d)).sum(axis=1), sample) * (scale / total))
