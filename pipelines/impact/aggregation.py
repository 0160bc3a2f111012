"""From effects by cohort and period to one number, to cohorts, to time since training.

The shares of cohorts are estimated too, and their uncertainty is part of every influence (Callaway & Sant'Anna 2021, section 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.impact.group_times import degrees_of_freedom, of_both_sides

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.impact.group_times import GroupTimes


@dataclass(frozen=True)
class Aggregate:
    """One number and what each cluster moves in it (C,)."""

    att: float
    influence: NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """Aggregates in order of ``at`` (Q,): event times, or positions of cohorts or periods. ``influence`` (C, Q).

    ``df`` (Q,): degrees of freedom of each by the clusters of the trained people behind it, who need not be all of them.
    """

    at: NDArray[np.int64]
    att: NDArray[np.float64]
    influence: NDArray[np.float64]
    df: NDArray[np.float64]
    n_treated: NDArray[np.int64]
    is_reference: NDArray[np.bool_]

    def select(self, keep: NDArray[np.bool_]) -> Series:
        """Some of the aggregates."""
        influence = self.influence[:, keep]
        return Series(self.at[keep], self.att[keep], influence, self.df[keep], self.n_treated[keep], self.is_reference[keep])


def _average(cells: GroupTimes, chosen: NDArray[np.bool_]) -> Aggregate:
    """Mean of the chosen cells, weighted by the size of their cohorts, which is estimated."""
    size = cells.cohort_size[chosen].astype(np.float64)
    total = size.sum()
    att = float(cells.att[chosen] @ size / total)
    surplus = np.zeros(len(cells.cohorts))
    np.add.at(surplus, np.searchsorted(cells.cohorts, cells.cohort[chosen]), cells.att[chosen] - att)
    return Aggregate(att, cells.influence[:, chosen] @ (size / total) + cells.members @ (surplus / total))


def _degrees(cells: GroupTimes, chosen: NDArray[np.bool_]) -> float:
    """Degrees of freedom of the chosen cells: by their trained people, each once, and by their controls."""
    behind = np.flatnonzero(chosen)
    largest = {int(g): max(behind[cells.cohort[behind] == g], key=lambda k: len(cells.trained[k])) for g in np.unique(cells.cohort[behind])}
    clusters = [cells.trained[k] for k in largest.values()]
    cohorts = [np.full(len(of_cohort), g) for g, of_cohort in zip(largest, clusters, strict=True)]
    return _with_controls(cells, chosen, degrees_of_freedom(np.concatenate(clusters), np.concatenate(cohorts)))


def _with_controls(cells: GroupTimes, chosen: NDArray[np.bool_], df: float) -> float:
    known = chosen & ~cells.reference
    if not known.any():
        return df
    share = float(np.average(cells.control_share[known], weights=cells.cohort_size[known]))
    return of_both_sides(df, float(cells.control_clusters[known].min()), share)


def _series(cells: GroupTimes, key: NDArray[np.int64], chosen: NDArray[np.bool_]) -> Series:
    at = np.unique(key[chosen])
    parts = [_average(cells, chosen & (key == value)) for value in at]
    return Series(
        at, np.array([part.att for part in parts]),
        np.column_stack([part.influence for part in parts]) if parts else np.empty((len(cells.members), 0)),
        np.array([_degrees(cells, chosen & (key == value)) for value in at]),
        np.array([cells.n_treated[chosen & (key == value)].sum() for value in at], dtype=np.int64),
        np.array([bool(cells.reference[chosen & (key == value)].all()) for value in at], dtype=bool),
    )  # fmt: skip


def _after(cells: GroupTimes) -> NDArray[np.bool_]:
    return cells.estimated & (cells.event >= 0)


def by_cohort(cells: GroupTimes) -> Series:
    """Mean effect of each cohort over its periods after training."""
    chosen = _after(cells)
    at = np.unique(cells.cohort[chosen])
    own = [chosen & (cells.cohort == g) for g in at]
    return Series(
        at, np.array([cells.att[cell].mean() for cell in own]),
        np.column_stack([cells.influence[:, cell].mean(axis=1) for cell in own]) if own else np.empty((len(cells.members), 0)),
        np.array([_degrees(cells, cell) for cell in own]), np.array([cells.n_treated[cell].max() for cell in own], dtype=np.int64),
        np.zeros(len(at), dtype=bool),
    )  # fmt: skip


def by_event_time(cells: GroupTimes) -> Series:
    """Mean effect by steps since training; before training these are the leads."""
    return _series(cells, cells.event, cells.estimated)


def group(cells: GroupTimes) -> Aggregate | None:
    """The headline: the cohorts' effects weighted by their size; each trained person counts once, however long observed."""
    cohorts = by_cohort(cells)
    if len(cohorts.at) == 0:
        return None
    where = np.searchsorted(cells.cohorts, cohorts.at)
    size = cells.members.sum(axis=0)[where]
    share = size / size.sum()
    att = float(cohorts.att @ share)
    return Aggregate(att, cohorts.influence @ share + cells.members[:, where] @ ((cohorts.att - att) / size.sum()))


def headline_degrees(cells: GroupTimes, of_trained: float) -> float:
    """Degrees of freedom of the headline, of which the trained have so many."""
    return _with_controls(cells, _after(cells), of_trained)


def headline_exposure(cells: GroupTimes) -> float:
    """Mean number of steps from the base to the periods behind the headline: how often one step of drift would be added to it."""
    chosen = _after(cells)
    at = np.unique(cells.cohort[chosen])
    size = np.array([cells.cohort_size[chosen & (cells.cohort == g)][0] for g in at], dtype=np.float64)
    lasting = np.array([cells.exposure[chosen & (cells.cohort == g)].mean() for g in at])
    return float(lasting @ size / size.sum())
