"""Covariates as a design matrix: numbers as they are, everything else as one column for each value but one.

A number that has two values is a yes or no, whoever wrote it as 0 and 1: as a value it can be seen that nobody who was trained has it,
where the logit would run after a coefficient without end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipelines.impact.numbers import with_points
from pipelines.impact.specification import ImpactError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_LEVELS = 60
_YES_OR_NO = 2
_MIN_SPREAD = 1e-12


@dataclass(frozen=True)
class Design:
    """``matrix``: (n, k) with a leading column of ones, numbers standardised (which changes no estimate). ``levels``: codes (n,) of each
    covariate that is not a number. ``missing``: units (n,) of which a covariate is not known.
    """

    matrix: NDArray[np.float64]
    levels: tuple[NDArray[np.int64], ...]
    missing: NDArray[np.bool_]

    def rows(self, keep: NDArray[np.intp]) -> Design:
        """The design of some of the units."""
        return Design(self.matrix[keep], tuple(level[keep] for level in self.levels), self.missing[keep])


def build_design(frame: pd.DataFrame) -> Design:
    """Design of one row per unit and one column per covariate.

    :raises ImpactError: if a covariate has infinite values or so many distinct texts that it names units.
    """
    n = len(frame)
    columns, levels, missing = [np.ones(n)], [], np.zeros(n, dtype=bool)
    for name in frame.columns:
        series = with_points(frame[name])
        if _is_discrete(series):
            codes, values = pd.factorize(series.astype("object"), sort=False)
            missing |= codes < 0
            if len(values) > MAX_LEVELS:
                raise ImpactError(
                    f"covariate {name!r} has {len(values):,} different values; one that is not a number may have {MAX_LEVELS}"
                )
            order = np.argsort(values if pd.api.types.is_numeric_dtype(series) else [str(value) for value in values])
            rank = np.empty(len(values), dtype=np.int64)
            rank[order] = np.arange(len(values))
            coded = np.where(codes >= 0, rank[np.maximum(codes, 0)], -1) if len(values) else codes.astype(np.int64)
            levels.append(coded)
            columns += [(coded == level).astype(np.float64) for level in range(1, len(values))]
        else:
            numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
            if np.isinf(numbers).any():
                raise ImpactError(f"covariate {name!r} has {int(np.isinf(numbers).sum()):,} infinite values")
            missing |= np.isnan(numbers)
            columns += _standardised(numbers)
    return Design(np.column_stack(columns), tuple(levels), missing)


def _is_discrete(series: pd.Series[Any]) -> bool:
    return series.dtype == bool or not pd.api.types.is_numeric_dtype(series) or series.nunique() == _YES_OR_NO


def _standardised(numbers: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    known = numbers[~np.isnan(numbers)]
    spread = known.std() if len(known) else 0.0
    if spread <= _MIN_SPREAD * max(1.0, np.abs(known).max(initial=0.0)):
        return []
    return [np.nan_to_num((numbers - known.mean()) / spread)]
