"""Invented panels with a planted effect, and the shortest way to estimate them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipelines.impact.estimate import ImpactTables, estimate_impact
from pipelines.impact.specification import Roles, Specification, Thresholds
from tests import real

PERIODS = 10
ROLES = Roles("person_id", "period", ("grade",), "first_treated_period", cluster="service_unit", covariates=("tenure", "education"))
REAL = real.REAL / "impact"


def panel(
    seed: int = 0, treated: int = 120, never: int = 240, effect: float = 1.0, cohorts: tuple[int, ...] = (5, 7), *, drift: float = 0.0,
    clusters: int = 40, growing: float = 0.0, periods: int = PERIODS,
) -> pd.DataFrame:  # fmt: skip
    """AR(1) outcomes; ``drift``: what the trained gain each period without training; ``growing``: what the effect gains each period."""
    rng = np.random.default_rng(seed)
    n = treated + never
    start = np.zeros(n)
    start[:treated] = np.array(cohorts)[np.arange(treated) % len(cohorts)]
    time = np.arange(1, periods + 1)
    noise = np.zeros((n, periods))
    noise[:, 0] = rng.normal(size=n)
    for t in range(1, periods):
        noise[:, t] = 0.5 * noise[:, t - 1] + rng.normal(size=n)
    is_treated = start > 0
    after = is_treated[:, None] & (time[None, :] >= start[:, None])
    tenure = rng.gamma(4, 2, n) + is_treated
    outcome = rng.normal(size=(n, 1)) + 0.1 * time + noise + drift * time * is_treated[:, None]
    outcome += 0.02 * tenure[:, None] * time + after * (effect + growing * (time[None, :] - start[:, None]))
    frame = pd.DataFrame({
        "person_id": np.repeat([f"p{i:04d}" for i in range(n)], periods), "period": np.tile(time, n), "grade": outcome.ravel(),
        "first_treated_period": np.repeat(np.where(is_treated, start, np.nan), periods),
        "service_unit": np.repeat([f"u{i % clusters:02d}" for i in range(n)], periods), "tenure": np.repeat(tenure, periods),
        "education": np.repeat(np.array(["S1", "S2", "SMA"])[rng.integers(0, 3, n)], periods),
    })  # fmt: skip
    return frame.sample(frac=1, random_state=seed).reset_index(drop=True)


def estimated(frame: pd.DataFrame, roles: Roles = ROLES, **changes: Any) -> ImpactTables:
    return estimate_impact(frame, Specification(roles, **changes))


def primary(frame: pd.DataFrame, roles: Roles = ROLES, **changes: Any) -> dict[str, Any]:
    """The primary row, without the secondary estimators."""
    tables = estimated(frame, roles, secondary=False, **changes)
    [row] = tables.estimates.to_dict("records")
    return {str(name): value for name, value in row.items()}


def small_cohorts_kept() -> Thresholds:
    return Thresholds(min_cohort=1)
