"""What a reader must know of the people behind an estimate: how many, who was lost, who could not rise any further."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from pipelines.impact.group_times import degrees_of_freedom, effective_number, last_before

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.impact.sample import Sample

_SMALLEST = 1e-12


@dataclass(frozen=True)
class Description:
    """Counts of people who take part in a comparison after training; shares of lost measurements and their test; baseline figures.

    ``df``: degrees of freedom of errors by clusters.
    """

    n_treated: int
    n_control: int
    n_clusters: int
    n_treated_clusters: int
    effective_treated_clusters: float
    df: float
    attrition_treated: float
    attrition_control: float
    attrition_p: float
    share_at_ceiling: float
    control_sd: float


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def describe(
    sample: Sample, outcome: NDArray[np.float64], anticipation: int, ceiling: float | None, cohorts: NDArray[np.int64]
) -> Description:
    """Describe one outcome (n, T) of a sample, as far as it concerns ``cohorts``.

    A measurement after a second programme began is not lost, it is left out.
    """
    n, n_periods = outcome.shape
    seen = np.isfinite(outcome)
    at = np.arange(n_periods)
    taking_part, controlling = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    lost, due = np.zeros(n), np.zeros(n)
    lost_control, due_control = np.zeros(n), np.zeros(n)
    base_values, variances = [], []
    top = ceiling if ceiling is not None else float(np.nanmax(outcome, initial=-np.inf))
    for g in (int(cohort) for cohort in cohorts):
        base = last_before(sample.steps, g, anticipation)
        if base < 0:
            continue
        after = (at >= g)[None, :] & (at[None, :] < sample.censored[:, None])
        mine = (sample.cohort == g) & seen[:, base]
        until = sample.steps[g] + anticipation
        theirs = (sample.exposed > until) & (sample.cohort != g) & seen[:, base]
        still = after & (sample.exposed[:, None] > (sample.steps + anticipation)[None, :]) & theirs[:, None]
        taking_part |= mine & (after & seen).any(axis=1)
        controlling |= (still & seen).any(axis=1)
        lost += mine * (after & ~seen).sum(axis=1)
        due += mine * after.sum(axis=1)
        lost_control += (still & ~seen).sum(axis=1) * mine.sum()
        due_control += still.sum(axis=1) * mine.sum()
        base_values.append(outcome[mine, base])
        if theirs.sum() > 1:
            variances.append((float(outcome[theirs, base].var(ddof=1)), int(mine.sum())))
    values = np.concatenate(base_values) if base_values else np.empty(0)
    weight = sum(size for _, size in variances)
    p = _difference_p(sample, (lost, due), (lost_control, due_control))
    return Description(
        int(taking_part.sum()), int(controlling.sum()), sample.n_clusters, len(np.unique(sample.cluster[taking_part])),
        effective_number(sample.cluster[taking_part]), degrees_of_freedom(sample.cluster[taking_part], sample.cohort[taking_part]),
        _share(float(lost.sum()), float(due.sum())), _share(float(lost_control.sum()), float(due_control.sum())), p,
        float((values >= top).mean()) if len(values) else float("nan"),
        float(np.sqrt(sum(v * size for v, size in variances) / weight)) if weight else float("nan"),
    )  # fmt: skip


def _difference_p(
    sample: Sample, treated: tuple[NDArray[np.float64], NDArray[np.float64]], control: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> float:
    """p-value that trained and controls lose the same share of measurements, by clusters (ratio of sums)."""
    shares, moved = [], np.zeros(sample.n_clusters)
    for sign, (lost, due) in ((1, treated), (-1, control)):
        if due.sum() <= 0:
            return float("nan")
        share = lost.sum() / due.sum()
        shares.append(share)
        moved += sign * np.bincount(sample.cluster, weights=(lost - share * due) / due.sum(), minlength=sample.n_clusters)
    difference = shares[0] - shares[1]
    if sample.n_clusters < 2:  # noqa: PLR2004 - one cluster has no spread
        return float("nan")
    error = np.sqrt(moved @ moved * sample.n_clusters / (sample.n_clusters - 1))
    if error <= _SMALLEST:
        return 0.0 if abs(difference) > _SMALLEST else 1.0
    df = max(degrees_of_freedom(sample.cluster[sample.treated], sample.cohort[sample.treated]), 1.0)
    return float(2 * stats.t.sf(abs(difference) / error, df))
