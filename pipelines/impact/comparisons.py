"""The effect in one comparison of trained people with controls, by each method, with the influence of every person on it.

Many comparisons that rest on the same people are made at once: ``change`` is (r, m), one column for each. ``influence`` is such that
the variance of an estimate is the sum of its squares (over clusters, after adding within them).

Sources: Sant'Anna & Zhao 2020 (doi 10.1016/j.jeconom.2020.06.003), estimators with normalised (Hajek) weights; the unconditional and the
stratified form are those of Callaway & Sant'Anna 2021 with none, or only discrete, covariates.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from pipelines.impact.logit import fit_propensity, independent_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.impact.covariates import Design

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Codes = NDArray[np.int64]


_ON_THE_LINE = 1e-3
"""Of a standard deviation. A column is dropped as a combination of others where a share of 1e-9 of its variance is its own, which is a
deviation of 3e-5; somebody must leave the line by far more than that to be unlike every control.
"""


class Method(StrEnum):
    """How trained and untrained are made comparable."""

    UNCONDITIONAL = "unconditional"
    REGRESSION = "regression"
    WEIGHTING = "weighting"
    DOUBLY_ROBUST = "doubly_robust"
    STRATA = "strata"
    TREATED_ONLY = "treated_only"


@dataclass(frozen=True)
class Comparison:
    """``att`` (m,), ``influence`` (r, m); the ``trained`` (r,) used, the ``controls`` (r,) that have a weight, and trained people outside
    the overlap, be they used or not.
    """

    att: Floats
    influence: Floats
    trained: Mask
    controls: Mask
    n_outside: int

    @property
    def n_treated(self) -> int:
        """How many trained people are used."""
        return int(np.count_nonzero(self.trained))

    @property
    def n_control(self) -> int:
        """How many controls have a weight."""
        return int(np.count_nonzero(self.controls))


@dataclass(frozen=True)
class Overlap:
    """From which propensity on a control is dropped, and a trained person counts as outside the overlap."""

    trim: float = 0.995
    max_treated: float = 0.95


def compare(
    method: Method,
    change: Floats,
    treated: Mask,
    design: Design,
    strata: Codes | None,
    overlap: Overlap,
) -> Comparison | None:
    """The comparison by ``method``; None where nobody is left to compare."""
    if method is Method.TREATED_ONLY:
        return _treated_only(change, treated)
    if method is Method.STRATA:
        assert strata is not None
        return _by_strata(change, treated, strata)
    if method is Method.UNCONDITIONAL or design.matrix.shape[1] == 1:
        return _by_strata(change, treated, np.zeros(len(treated), dtype=np.int64))
    return _conditional(method, change, treated, design, overlap)


def _treated_only(change: Floats, treated: Mask) -> Comparison | None:
    n = int(treated.sum())
    if n == 0:
        return None
    att = change[treated].mean(axis=0)
    return Comparison(att, np.where(treated[:, None], (change - att) / n, 0.0), treated, np.zeros_like(treated), 0)


def _by_strata(change: Floats, treated: Mask, strata: Codes) -> Comparison | None:
    """Mean difference within strata, weighted by the trained of each; with one stratum the plain difference of means."""
    if strata.any():
        _, strata = np.unique(strata, return_inverse=True)
    n_strata = int(strata.max(initial=-1)) + 1
    n_treated = np.bincount(strata[treated], minlength=n_strata)
    n_control = np.bincount(strata[~treated], minlength=n_strata)
    both = (n_treated > 0) & (n_control > 0)
    total = int(n_treated[both].sum())
    if total == 0:
        return None
    m = change.shape[1]
    controls = change[~treated]
    mean = np.empty((n_strata, m))
    for j in range(m):
        mean[:, j] = np.bincount(strata[~treated], weights=controls[:, j], minlength=n_strata) / np.maximum(n_control, 1)
    residual = change - (mean[0] if n_strata == 1 else mean[strata])
    used_treated = treated & both[strata]
    att = residual[used_treated].sum(axis=0) / total
    weight = np.where(both, n_treated / total / np.maximum(n_control, 1), 0.0)[strata]
    influence = residual * np.where(treated, 0.0, -weight)[:, None]
    influence[used_treated] = (residual[used_treated] - att) / total
    return Comparison(att, influence, used_treated, ~treated & both[strata], int(n_treated[~both].sum()))


def _conditional(method: Method, change: Floats, treated: Mask, design: Design, overlap: Overlap) -> Comparison | None:
    inside, possible = _support(treated, design)
    x = design.matrix
    controls = ~treated
    xc = x[controls]
    gram = xc.T @ xc
    columns = independent_columns(gram)
    if len(columns) < x.shape[1]:
        inside &= _in_span(x, gram, columns, treated)
    n_outside = int((treated & ~inside).sum())
    used = treated & inside
    if not used.any() or not controls.any():
        return None
    fits = None if method is Method.REGRESSION else fit_propensity(x, used, possible & (controls | used))
    if fits is not None:
        beyond = fits.probability[used] > overlap.max_treated
        n_outside += int(beyond.sum())
        if beyond.all():
            return None
        if np.count_nonzero(controls & (fits.probability > 0) & (fits.probability < overlap.trim)) == 0:
            return None
    total = _Total(change, used, controls, x)
    if method is not Method.WEIGHTING:
        total.regress(x[:, columns], columns, gram)
    weighted = controls
    if fits is None:
        att, influence = total.by_regression()
    else:
        weight = np.where(controls & (fits.probability < overlap.trim), fits.probability / (1 - fits.probability), 0.0)
        score = np.where(used | (controls & possible), used - fits.probability, 0.0)
        att, influence = total.by_weighting(weight, score, x[:, fits.columns], fits.bread)
        weighted = weight > 0
    return Comparison(att, influence, used, weighted, n_outside)


class _Total:
    """The sums of one comparison. Left alone, the prediction of the controls is zero and only weights speak."""

    def __init__(self, change: Floats, used: Mask, controls: Mask, x: Floats) -> None:
        self.change, self.used, self.controls, self.x = change, used, controls, x
        self.residual = change
        self.slope: Floats | None = None
        self.z = x

    def regress(self, z: Floats, columns: NDArray[np.intp], gram: Floats) -> None:
        """Predict the change of the controls by least squares on ``z`` (r, k) and take the residual of everybody."""
        self.z = z
        slope: Floats = np.asarray(np.linalg.inv(gram[np.ix_(columns, columns)]), dtype=np.float64)
        self.slope = slope
        beta = slope @ (z[self.controls].T @ self.change[self.controls])
        self.residual = self.change - z @ beta

    def _through_prediction(self, towards: Floats) -> Floats:
        """What each control moves in the average prediction for people with summed covariates ``towards`` (k,): (r, m)."""
        if self.slope is None:
            return np.zeros_like(self.change)
        pull = np.where(self.controls, self.z @ (self.slope @ towards), 0.0)
        moved: Floats = self.residual * pull[:, None]
        return moved

    def by_regression(self) -> tuple[Floats, Floats]:
        n = self.used.sum()
        att = self.residual[self.used].sum(axis=0) / n
        own = np.where(self.used[:, None], self.residual - att, 0.0)
        return att, (own - self._through_prediction(self.z[self.used].sum(axis=0))) / n

    def by_weighting(self, weight: Floats, score: Floats, z: Floats, bread: Floats) -> tuple[Floats, Floats]:
        """``weight`` (r,) of the controls, ``score`` (r,) of the propensity, its design ``z`` (r, k) and inverse information (k, k)."""
        n, total = self.used.sum(), weight.sum()
        of_treated = self.residual[self.used].sum(axis=0) / n
        of_controls = weight @ self.residual / total
        own = np.where(self.used[:, None], (self.residual - of_treated) / n, 0.0)
        weighted = weight[:, None] * (self.residual - of_controls)
        through_weights = (z * score[:, None]) @ (bread @ (z.T @ weighted))
        towards = self.z[self.used].sum(axis=0) / n - weight @ self.z / total
        return of_treated - of_controls, own - (weighted + through_weights) / total - self._through_prediction(towards)


def _support(treated: Mask, design: Design) -> tuple[Mask, Mask]:
    """Rows whose every discrete covariate has a control of the same value, and rows where it has a trained person."""
    inside, possible = np.ones(len(treated), dtype=bool), np.ones(len(treated), dtype=bool)
    for level in design.levels:
        size = int(level.max(initial=0)) + 1
        has_control = np.bincount(level[~treated], minlength=size) > 0
        has_treated = np.bincount(level[treated], minlength=size) > 0
        if not has_control.all():
            inside &= has_control[level]
        if not has_treated.all():
            possible &= has_treated[level]
    return inside, possible


def _in_span(x: Floats, gram: Floats, columns: NDArray[np.intp], treated: Mask) -> Mask:
    """Whether the covariates of a trained person follow the same linear relations that hold among all controls."""
    dropped = np.setdiff1d(np.arange(x.shape[1]), columns)
    relation = np.linalg.solve(gram[np.ix_(columns, columns)], gram[np.ix_(columns, dropped)])
    distance = np.abs(x[:, dropped] - x[:, columns] @ relation).max(axis=1)
    return np.asarray(~treated | (distance < _ON_THE_LINE))
