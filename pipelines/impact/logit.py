"""Linear algebra of one comparison: which columns carry information, least squares, and the logit of being trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COLLINEAR = 1e-9
# Newton's error is squared with every step: the step that changes the deviance by this share leaves nothing that could be seen.
_CONVERGED = 1e-9
_MAX_STEPS, _MAX_HALVINGS = 100, 12
# The log odds of nobody move farther in one step: of a small group, whose share is far from that of all, a whole step may lead to where
# everybody seems certain, and from there none leads back. The rest of the people gain by such a step, so halving alone does not see it.
_FARTHEST = 8.0
_CLOSEST_TO_ONE = 1 - 1e-6


def independent_columns(gram: NDArray[np.float64]) -> NDArray[np.intp]:
    """Columns (in order) that are no combination of those before them, judged on their cross products (k, k)."""
    k = len(gram)
    size = np.sqrt(np.diag(gram))
    alive = size > 0
    if alive.all():
        scaled = gram / np.outer(size, size)
        try:
            if np.diag(np.linalg.cholesky(scaled)).min() ** 2 > _COLLINEAR:
                return np.arange(k)
        except np.linalg.LinAlgError:
            pass
    kept: list[int] = []
    for j in np.flatnonzero(alive):
        if kept:
            inner = gram[np.ix_(kept, kept)]
            explained = gram[j, kept] @ np.linalg.solve(inner, gram[kept, j])
            if gram[j, j] - explained <= _COLLINEAR * gram[j, j]:
                continue
        kept.append(int(j))
    return np.array(kept, dtype=np.intp)


@dataclass(frozen=True)
class Propensity:
    """``probability`` of being trained (r,); ``bread``: inverse of the information (k, k); ``columns`` of the design that were used."""

    probability: NDArray[np.float64]
    bread: NDArray[np.float64]
    columns: NDArray[np.intp]
    converged: bool


def fit_propensity(x: NDArray[np.float64], treated: NDArray[np.bool_], possible: NDArray[np.bool_]) -> Propensity:
    """Maximum likelihood logit by Newton steps, none of them too far, with halving.

    ``possible`` (r,): rows whose group holds a trained person at all; the others have probability 0, which is where the likelihood
    of their own dummy would drive them, without the steps that never end.
    """
    whole = bool(possible.all())
    inner, d = (x, treated) if whole else (x[possible], treated[possible])
    columns = independent_columns(inner.T @ inner)
    z = inner if len(columns) == x.shape[1] else inner[:, columns]
    share = min(max(d.mean(), 1e-6), _CLOSEST_TO_ONE)
    beta = np.zeros(z.shape[1])
    beta[0] = np.log(share / (1 - share))
    p, deviance = _evaluate(z, d, beta)
    converged = False
    information = np.eye(z.shape[1])
    for _ in range(_MAX_STEPS):
        information = (z * (p * (1 - p))[:, None]).T @ z
        try:
            step = np.linalg.solve(information, z.T @ (d - p))
        except np.linalg.LinAlgError:
            break
        reach = float(np.abs(z @ step).max())
        scale = _FARTHEST / reach if reach > _FARTHEST else 1.0
        for _ in range(_MAX_HALVINGS):
            candidate, new = _evaluate(z, d, beta + scale * step)
            if new <= deviance * (1 + 1e-10) + 1e-12:
                break
            scale /= 2
        else:
            break
        beta, p, change, deviance = beta + scale * step, candidate, abs(deviance - new), new
        if change <= _CONVERGED * (deviance + 0.1):
            converged = True
            break
    information = (z * (p * (1 - p))[:, None]).T @ z
    probability = np.zeros(len(x))
    probability[possible] = np.minimum(p, _CLOSEST_TO_ONE)
    bread = np.asarray(np.linalg.pinv(information, hermitian=True, rcond=1e-13), dtype=np.float64)
    return Propensity(probability, bread, columns, converged)


def _evaluate(z: NDArray[np.float64], d: NDArray[np.bool_], beta: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    p: NDArray[np.float64] = expit(z @ beta)
    likelihood = np.abs(p - ~d)
    np.maximum(likelihood, 1e-300, out=likelihood)
    return p, float(-2 * np.log(likelihood, out=likelihood).sum())
