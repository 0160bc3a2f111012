"""Effects by cohort and period, ATT(g, t) of Callaway & Sant'Anna 2021 (doi 10.1016/j.jeconom.2020.12.001).

Who enters a comparison is settled per cell: whoever was seen in both its periods. Cells that rest on the same people share the
covariate work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pipelines.impact.comparisons import Comparison, Method, Overlap, compare
from pipelines.impact.specification import Base, Controls

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from numpy.typing import NDArray

    from pipelines.impact.sample import Sample


_NOBODY = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Cell:
    """Cohort, period and base as positions of periods; ``base`` is -1 where levels are compared and not changes."""

    cohort: int
    period: int
    base: int


@dataclass(frozen=True)
class Plan:
    """How the cells of one estimator are made."""

    method: Method
    controls: Controls = Controls.NEVER_AND_NOT_YET
    base: Base = Base.VARYING
    anticipation: int = 0
    spare_units: bool = False
    levels: bool = False
    only_after: bool = False
    overlap: Overlap = field(default_factory=Overlap)


@dataclass(frozen=True)
class GroupTimes:
    """K cells and what each cluster moves in them.

    ``cohort``, ``period``: positions (K,). ``event``: steps since the cohort began (K,). ``exposure``: steps since the base (K,), without
    meaning where levels are compared. ``att``: NaN where it cannot be estimated (K,). ``influence``: (C, K), variance = sum of squares.
    ``n_outside`` of the ``n_eligible`` trained have no comparable control; where all have none, the cell has no estimate.
    ``control_clusters``: how many clusters of one size tell as much as those of the controls (K,); ``control_share``: how much of the
    variance comes from the controls (K,). ``trained``: clusters of the trained people of each cell. ``cohort_size``: people per cell's
    cohort (K,). ``members``: people of each cohort in each cluster (C, G), ``cohorts`` their positions (G,). ``reference``: cells that
    are zero by construction.
    """

    cohort: NDArray[np.int64]
    period: NDArray[np.int64]
    event: NDArray[np.int64]
    exposure: NDArray[np.int64]
    att: NDArray[np.float64]
    influence: NDArray[np.float64]
    n_treated: NDArray[np.int64]
    n_control: NDArray[np.int64]
    n_outside: NDArray[np.int64]
    n_eligible: NDArray[np.int64]
    control_clusters: NDArray[np.float64]
    control_share: NDArray[np.float64]
    trained: tuple[NDArray[np.int64], ...]
    cohort_size: NDArray[np.int64]
    cohorts: NDArray[np.int64]
    members: NDArray[np.float64]
    reference: NDArray[np.bool_]

    @property
    def estimated(self) -> NDArray[np.bool_]:
        return np.isfinite(self.att)


def last_before(steps: NDArray[np.int64], cohort: int, anticipation: int) -> int:
    """Position of the last observed period before a cohort begins to react; -1 if there is none."""
    return int(np.searchsorted(steps, steps[cohort] - anticipation, side="left")) - 1


def effective_number(cluster: NDArray[np.int64]) -> float:
    """How many clusters of one size tell as much as those that people (r,) belong to: (sum n)^2 / sum n^2, Kish's effective number."""
    sizes = np.bincount(cluster).astype(np.float64)
    return float(sizes.sum() ** 2 / (sizes @ sizes)) if len(cluster) else 0.0


def degrees_of_freedom(cluster: NDArray[np.int64], cohort: NDArray[np.int64]) -> float:
    """On how many independent contrasts of clusters an error rests, of trained people (r,) by cluster and cohort.

    Each cohort has its own mean and gives one cluster less than it has; clusters that sent people in several cohorts are shared between
    them and lost once only. All count by their sizes: an error that rests on a few large clusters is less sure than their number says.
    """
    own = sum(effective_number(cluster[cohort == g]) - 1 for g in np.unique(cohort))
    return max(min(effective_number(cluster) - 1, own), 0.0)


def of_both_sides(df: float, control_clusters: float, control_share: float) -> float:
    """Degrees of freedom where the controls' share of a variance rests on few clusters: those of Welch and Satterthwaite.

    ``df``: of the trained, and the most there are. Where controls are many and everywhere their share is small, and nothing changes.
    """
    if control_share <= 0 or df <= 0:
        return df
    if control_clusters <= 1:
        return 0.0
    return min(df, 1 / ((1 - control_share) ** 2 / df + control_share**2 / (control_clusters - 1)))


def _squares(cluster: NDArray[np.int64], influence: NDArray[np.float64]) -> float:
    """Sum of squares over clusters of the influence of some people (r,)."""
    moved = np.bincount(cluster, weights=influence)
    return float(moved @ moved)


def plan_cells(sample: Sample, plan: Plan) -> list[Cell]:
    """The cells that can exist: a base period is there, and is not the period itself (but for the reference of a universal base)."""
    steps, cells = sample.steps, []
    for g in (int(cohort) for cohort in sample.cohorts):
        before = last_before(steps, g, plan.anticipation)
        for t in range(sample.n_periods):
            after = t >= g
            if plan.levels:
                base = -1
            else:
                base = before if after or plan.base is Base.UNIVERSAL else t - 1
                if base < 0:
                    continue
            if after or not (plan.levels or plan.only_after):
                cells.append(Cell(g, t, base))
    return cells


class _Store:
    """What is found for one outcome, cell by cell."""

    def __init__(self, sample: Sample, cells: list[Cell]) -> None:
        self.reference = np.array([cell.period == cell.base for cell in cells], dtype=bool)
        self.att = np.where(self.reference, 0.0, np.nan)
        self.counts = np.zeros((len(cells), 4), dtype=np.int64)
        self.control_clusters = np.full(len(cells), np.nan)
        self.control_share = np.zeros(len(cells))
        self.trained = [_NOBODY] * len(cells)
        self.influence = np.zeros((sample.n_clusters, len(cells)))
        self.each_alone = sample.n_clusters == len(sample.cohort)

    def keep(self, k: int, result: Comparison, j: int, cluster: NDArray[np.int64]) -> None:
        """Column ``j`` of a comparison is cell ``k``; the people's influence is added up within their clusters (r,)."""
        self.att[k] = result.att[j]
        self.counts[k, :3] = result.n_treated, result.n_control, result.n_outside
        self.control_clusters[k] = effective_number(cluster[result.controls])
        self.trained[k] = cluster[result.trained]
        influence, controls = result.influence[:, j], ~result.trained
        if self.each_alone:
            self.influence[cluster, k] = influence
        else:
            self.influence[:, k] = np.bincount(cluster, weights=influence, minlength=len(self.influence))
        of_controls, of_trained = (_squares(cluster[side], influence[side]) for side in (controls, result.trained))
        self.control_share[k] = of_controls / (of_controls + of_trained) if of_controls > 0 else 0.0


def estimate_group_times(sample: Sample, plan: Plan) -> dict[str, GroupTimes]:
    """ATT(g, t) of every outcome of the sample under one plan. Outcomes measured for the same people share the fits."""
    cells = plan_cells(sample, plan)
    stores = {name: _Store(sample, cells) for name in sample.outcomes}
    for rows, treated, members in _groups(sample, plan, cells):
        change = np.column_stack([_change(sample.outcomes[name], cells[k], rows) for name, k in members])
        strata = None if sample.strata is None else sample.strata[rows]
        design = sample.design.rows(rows) if _uses_covariates(plan.method) else sample.design
        result = compare(plan.method, change, treated, design, strata, plan.overlap)
        n_treated = int(treated.sum())
        for j, (name, k) in enumerate(members):
            if len(rows) > n_treated or plan.method is Method.TREATED_ONLY:
                stores[name].counts[k, 2:] = n_treated
            if result is not None and np.isfinite(result.att).all():
                stores[name].keep(k, result, j, sample.cluster[rows])
    return {name: _collect(sample, cells, store) for name, store in stores.items()}


def _uses_covariates(method: Method) -> bool:
    return method in {Method.REGRESSION, Method.WEIGHTING, Method.DOUBLY_ROBUST}


def _change(outcome: NDArray[np.float64], cell: Cell, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    now: NDArray[np.float64] = outcome[rows, cell.period]
    return now if cell.base < 0 else now - outcome[rows, cell.base]


def _groups(sample: Sample, plan: Plan, cells: list[Cell]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.bool_], list[tuple[str, int]]]]:
    """Rows, who of them is treated, and the (outcome, cell) pairs that rest on exactly these rows."""
    seen = {name: np.isfinite(matrix) for name, matrix in sample.outcomes.items()}
    complete = {name: bool(mask.all()) for name, mask in seen.items()}
    exposed = sample.exposed_with_unit if plan.spare_units else sample.exposed
    groups: dict[Hashable, list[tuple[str, int]]] = {}
    masks: dict[Hashable, NDArray[np.bool_]] = {}
    for k, cell in enumerate(cells):
        if cell.period == cell.base:
            continue
        until = int(sample.steps[max(cell.period, cell.base)]) + plan.anticipation
        mine = sample.cohort == cell.cohort
        eligible = mine | (_control_pool(sample, plan) & (exposed > until) & ~mine) if plan.method is not Method.TREATED_ONLY else mine
        for name, mask in seen.items():
            key: Hashable
            if complete[name]:
                key, rows = (cell.cohort, until), eligible
            else:
                rows = eligible & mask[:, cell.period]
                if cell.base >= 0:
                    rows &= mask[:, cell.base]
                key = (cell.cohort, np.packbits(rows).tobytes())
            groups.setdefault(key, []).append((name, k))
            masks.setdefault(key, rows)
    for key, members in groups.items():
        rows_of = np.flatnonzero(masks.pop(key))
        yield rows_of, sample.cohort[rows_of] == cells[members[0][1]].cohort, members


def _control_pool(sample: Sample, plan: Plan) -> NDArray[np.bool_]:
    if plan.controls is Controls.NEVER:
        return sample.never
    return ~sample.never if plan.controls is Controls.NOT_YET else np.ones(len(sample.never), dtype=bool)


def _collect(sample: Sample, cells: list[Cell], store: _Store) -> GroupTimes:
    cohort = np.array([cell.cohort for cell in cells], dtype=np.int64)
    period = np.array([cell.period for cell in cells], dtype=np.int64)
    base = np.array([cell.base for cell in cells], dtype=np.int64)
    cohorts = sample.cohorts
    members = np.zeros((sample.n_clusters, len(cohorts)))
    for column, g in enumerate(cohorts):
        members[:, column] = np.bincount(sample.cluster[sample.cohort == g], minlength=sample.n_clusters)
    size = members.sum(axis=0).astype(np.int64)
    return GroupTimes(
        cohort, period, sample.steps[period] - sample.steps[cohort], sample.steps[period] - sample.steps[base], store.att, store.influence,
        store.counts[:, 0], store.counts[:, 1], store.counts[:, 2], store.counts[:, 3], store.control_clusters,
        store.control_share, tuple(store.trained), size[np.searchsorted(cohorts, cohort)], cohorts, members, store.reference,
    )  # fmt: skip
