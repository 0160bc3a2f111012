"""How much drift an estimate withstands: against the package diff-diff, against a published event study, and by repetition."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from pipelines.impact import aggregation
from pipelines.impact.aggregation import Aggregate
from pipelines.impact.comparisons import Method
from pipelines.impact.group_times import Plan, estimate_group_times
from pipelines.impact.panel import build_panel
from pipelines.impact.sample import programme_sample
from pipelines.impact.sensitivity import breakdown, drifts, robust_interval
from pipelines.impact.specification import Base, Controls, Roles
from tests.unit.impact.panels import panel

M = np.array([0.0, 0.5, 1.0, 1.5, 2.0])

# Event study of profits after a cut of the VAT on restaurants (Benzarti & Carloni 2019), as printed with the package HonestDiD:
# 2004-2007 before, 2008 the reference, 2009 the first year after.
BETA = np.array([0.006696352, 0.029345034, -0.006472972, 0.073014989, 0.195961118])
SIGMA = np.array([
    [8.428358e-04, 4.768687e-04, 2.618051e-04, 2.354220e-04, 1.676371e-04],
    [4.768687e-04, 6.425420e-04, 3.987425e-04, 2.435515e-04, 2.201960e-04],
    [2.618051e-04, 3.987425e-04, 5.229950e-04, 2.117686e-04, 1.840722e-04],
    [2.354220e-04, 2.435515e-04, 2.117686e-04, 3.089595e-04, 1.197866e-04],
    [1.676371e-04, 2.201960e-04, 1.840722e-04, 1.197866e-04, 3.599704e-04],
])  # fmt: skip


def test_the_identified_set_equals_that_of_diff_diff() -> None:
    diff_diff = pytest.importorskip("diff_diff")
    frame = panel(5, treated=150, never=300, cohorts=(6,))
    frame["first"] = frame["first_treated_period"].fillna(0).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = diff_diff.CallawaySantAnna(base_period="universal").fit(
            frame, outcome="grade", unit="person_id", time="period", first_treat="first", aggregate="event_study"
        )
        wanted = [diff_diff.HonestDiD(method="relative_magnitude", M=m).fit(theirs) for m in M]
    roles = Roles("person_id", "period", ("grade",), "first_treated_period")
    sample, _ = programme_sample(build_panel(frame, roles), 0, roles.outcomes, 1)
    cells = estimate_group_times(sample, Plan(Method.UNCONDITIONAL, Controls.NEVER))["grade"]
    headline = aggregation.group(cells)
    assert headline is not None
    series = aggregation.by_event_time(cells)
    drift, influence = drifts(series.select(series.at < 0), Base.VARYING)
    assert aggregation.headline_exposure(cells) == 3
    low, high = robust_interval(M, headline, drift, influence, 3.0, 0.0, 1.0)
    assert np.allclose(low, [w.lb for w in wanted], atol=1e-9)
    assert np.allclose(high, [w.ub for w in wanted], atol=1e-9)
    low, high = robust_interval(M, headline, drift, influence, 3.0, 1.959964, 1.0)
    assert (low[0], high[0]) == pytest.approx((wanted[0].ci_lb, wanted[0].ci_ub), rel=1e-4)
    # Theirs takes the drifts for known; the interval that does not is wider wherever drift is allowed.
    assert (low[1:] < [w.ci_lb for w in wanted[1:]]).all()


def published() -> tuple[Aggregate, np.ndarray, np.ndarray]:
    rows = np.linalg.cholesky(SIGMA).T
    before = np.column_stack([rows[:, :4], np.zeros(5)])
    return Aggregate(float(BETA[4]), rows[:, 4]), np.diff(np.append(BETA[:4], 0.0)), np.diff(before, axis=1)


def test_the_published_event_study() -> None:
    headline, drift, influence = published()
    low, high = robust_interval(M, headline, drift, influence, 1.0, 1.959964, 1.0)
    # Without drift the usual interval; with it, the largest drift (0.0795, from 2006 to 2007) and its error decide.
    assert (low[0], high[0]) == pytest.approx((0.1588, 0.2331), abs=1e-4)
    error = np.sqrt(SIGMA[4, 4] + influence[:, 2] @ influence[:, 2] - 2 * headline.influence @ influence[:, 2])
    assert low[2] == pytest.approx(0.195961 - 0.079488 - 1.96 * error, abs=1e-4)
    assert (np.diff(low) < 0).all()
    assert (np.diff(high) > 0).all()
    found = breakdown(headline, drift, influence, 1.0, n_clusters=100_000, df=99_990, confidence=0.95, largest=10.0)
    assert found == pytest.approx(1.52, abs=0.011)


def test_leads_of_a_universal_base_give_the_same_drifts() -> None:
    frame = panel(5, cohorts=(6,))
    roles = Roles("person_id", "period", ("grade",), "first_treated_period")
    sample, _ = programme_sample(build_panel(frame, roles), 0, roles.outcomes, 1)
    found = []
    for base in Base:
        cells = estimate_group_times(sample, Plan(Method.UNCONDITIONAL, Controls.NEVER, base))["grade"]
        series = aggregation.by_event_time(cells)
        found.append(drifts(series.select(series.at < 0), base)[0])
    assert np.allclose(*found, atol=1e-12)


def test_an_estimate_near_zero_breaks_at_once_and_a_huge_one_never() -> None:
    _, drift, influence = published()
    nothing = Aggregate(0.001, np.array([0.1, 0, 0, 0, 0]))
    huge = Aggregate(100.0, np.array([0.1, 0, 0, 0, 0]))
    settings = {"n_clusters": 50, "df": 30.0, "confidence": 0.95, "largest": 10.0}
    assert breakdown(nothing, drift, influence, 1.0, **settings) == 0
    assert breakdown(huge, drift, influence, 1.0, **settings) == 10
    assert breakdown(Aggregate(-100.0, huge.influence), drift, influence, 1.0, **settings) == 10
    assert np.isnan(breakdown(huge, drift[:0], influence[:, :0], 1.0, **settings))


def test_the_interval_holds_the_truth_under_drifts_it_allows() -> None:
    rng = np.random.default_rng(4)
    root = np.linalg.cholesky(SIGMA)
    truth = np.array([0.0, 0.03, 0.0, 0.08])
    drift_true = np.diff(np.append(truth, 0.0))
    held = 0
    for _ in range(400):
        estimate = np.append(truth, 0.2 + np.abs(drift_true).max()) + root @ rng.standard_normal(5)
        rows = root.T
        before = np.column_stack([rows[:, :4], np.zeros(5)])
        drift = np.diff(np.append(estimate[:4], 0.0))
        low, high = robust_interval(
            np.array([1.0]), Aggregate(float(estimate[4]), rows[:, 4]), drift, np.diff(before, axis=1), 1.0, 1.959964, 1.0
        )
        held += bool(low[0] <= 0.2 <= high[0])
    assert held >= 0.95 * 400
