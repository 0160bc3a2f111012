"""The people who speak about one programme: its own, and the never trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.impact.histories import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.impact.covariates import Design
    from pipelines.impact.panel import Panel

FAR = 1 << 40


@dataclass(frozen=True)
class Sample:
    """n people of one programme and the never trained, sorted by cluster.

    ``cohort``: as in the panel. ``exposed``: step in which a person stops being a control (n,), FAR if never. ``cluster``: codes
    0..C-1. ``dropped`` counts the people of the programme who cannot speak (treated from the start, cohorts too small), beside
    all who were ``trained`` by the last period.
    """

    outcomes: dict[str, NDArray[np.float64]]
    steps: NDArray[np.int64]
    cohort: NDArray[np.int64]
    never: NDArray[np.bool_]
    exposed: NDArray[np.int64]
    exposed_with_unit: NDArray[np.int64]
    cluster: NDArray[np.int64]
    n_clusters: int
    design: Design
    strata: NDArray[np.int64] | None
    censored: NDArray[np.int64]
    dropped: dict[str, int]

    @property
    def n_periods(self) -> int:
        return len(self.steps)

    @property
    def treated(self) -> NDArray[np.bool_]:
        """People trained within the window, in cohorts that are used."""
        return np.asarray((self.cohort != NEVER) & (self.cohort < self.n_periods))

    @property
    def cohorts(self) -> NDArray[np.int64]:
        return np.unique(self.cohort[self.treated])


def programme_sample(panel: Panel, programme: int, outcomes: tuple[str, ...], min_cohort: int) -> tuple[Sample, Sample]:
    """Sample for the estimators and, second, the one for baselines, which keep the cohorts that are too small for a cell of their own.

    Trained in the first observed period: dropped, for nothing is known of before. People of other programmes are no controls.
    """
    own = (panel.programme == programme) & ~panel.excluded
    never = (panel.programme < 0) & (panel.cohort == NEVER) & ~panel.excluded
    always = own & (panel.cohort == 0)
    within = own & (panel.cohort > 0) & (panel.cohort < panel.n_periods)
    sizes = np.bincount(panel.cohort[within], minlength=panel.n_periods)
    small = within & (sizes < min_cohort)[np.where(within, panel.cohort, 0)]
    dropped = {
        "trained": int(((panel.programme == programme) & (panel.cohort < panel.n_periods)).sum()),
        "always_treated": int(always.sum()),
        "small_cohorts": int(((sizes > 0) & (sizes < min_cohort)).sum()),
        "in_small_cohorts": int(small.sum()),
        "without_covariates": int(((panel.programme == programme) & (panel.cohort < panel.n_periods) & panel.design.missing).sum()),
        "censored": int((own & (panel.censored < panel.n_periods)).sum()),
    }
    everyone = _sample(panel, (own & ~always) | never, outcomes, dropped)
    return (_sample(panel, (own & ~always & ~small) | never, outcomes, dropped) if small.any() else everyone), everyone


def _sample(panel: Panel, keep: NDArray[np.bool_], outcomes: tuple[str, ...], dropped: dict[str, int]) -> Sample:
    rows = np.flatnonzero(keep)
    rows = rows[np.argsort(panel.cluster[rows], kind="stable")]
    labels, cluster = np.unique(panel.cluster[rows], return_inverse=True)
    cohort = panel.cohort[rows]
    within = (cohort >= 0) & (cohort < panel.n_periods)
    exposed = np.where(within, panel.calendar.steps[np.minimum(np.maximum(cohort, 0), panel.n_periods - 1)], FAR)
    earliest = np.full(len(labels), FAR, dtype=np.int64)
    np.minimum.at(earliest, cluster, exposed)
    return Sample(
        {name: panel.outcomes[name][rows] for name in outcomes}, panel.calendar.steps, cohort, cohort == NEVER, exposed, earliest[cluster],
        cluster.astype(np.int64), len(labels), panel.design.rows(rows), None if panel.strata is None else panel.strata[rows],
        panel.censored[rows], dropped,
    )  # fmt: skip
