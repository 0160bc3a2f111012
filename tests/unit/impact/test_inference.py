"""Errors, intervals, joint tests and bands beside what is known of them by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pipelines.impact.inference import band_factor, covariance, joint_test, least_error, standard_error, t_interval
from tests.unit.impact.panels import panel, primary

CLUSTERS = np.array([[1.0, 0.0], [-1.0, 2.0], [0.0, -2.0]])
"""Influences of three clusters on two estimates: variances 2 and 8 and a covariance of -2, before the factor for few clusters."""
DRAWS = 40_000


def independent(n: int) -> np.ndarray:
    """Influences on ``n`` estimates with an error of 1 each, of 2 n clusters, without their factor."""
    return np.vstack([np.eye(n), -np.eye(n)]) / np.sqrt(2)


def test_few_clusters_make_errors_larger() -> None:
    assert covariance(CLUSTERS, 3) == pytest.approx(1.5 * np.array([[2, -2], [-2, 8]]))
    assert standard_error(CLUSTERS[:, 0], 3) == pytest.approx(np.sqrt(3))
    assert standard_error(CLUSTERS[:2, 0], 2) == pytest.approx(2)


def test_one_cluster_has_no_spread_and_what_does_not_vary_no_error() -> None:
    assert np.isnan(standard_error(np.array([1.0]), 1))
    assert np.isnan(standard_error(np.zeros(5), 5))
    assert covariance(np.ones((1, 1)), 1)[0, 0] == np.inf
    assert covariance(np.array([[1.0], [-1.0]]), 2)[0, 0] == 4


def test_an_interval_of_one_degree_of_freedom_is_that_of_cauchy() -> None:
    """Of Cauchy's law the upper quartile is 1: half of all intervals end at one standard error."""
    found = t_interval(2.0, 0.5, 1, 0.5)
    assert (found.low, found.high) == pytest.approx((1.5, 2.5))
    assert t_interval(0.5, 0.5, 1, 0.95).p_value == pytest.approx(0.5)
    assert t_interval(-0.5, 0.5, 1, 0.95).p_value == pytest.approx(0.5)


@pytest.mark.parametrize(("se", "df"), [(float("nan"), 5), (0.5, 0), (np.inf, 5)])
def test_without_an_error_or_a_degree_of_freedom_there_is_no_interval(se: float, df: float) -> None:
    found = t_interval(1.0, se, df, 0.95)
    assert np.isnan([found.low, found.high, found.p_value]).all()


def test_the_joint_test_of_one_estimate_is_its_t_test() -> None:
    found = joint_test(np.array([2.0]), CLUSTERS[:, :1], 3, 7)
    assert found.p_value == pytest.approx(t_interval(2.0, np.sqrt(3), 7, 0.95).p_value)
    assert (found.df_numerator, found.df) == (1, 7)


def test_the_joint_test_of_several_is_that_of_hotelling() -> None:
    """With two in the numerator the tail of F is (1 + 2 F / d) to the power of -d / 2."""
    att = np.array([1.0, 2.0])
    wald = att @ np.linalg.solve(covariance(CLUSTERS, 3), att)
    found = joint_test(att, CLUSTERS, 3, 7)
    assert (found.df_numerator, found.df) == (2, 6)
    assert found.p_value == pytest.approx((1 + wald / 7) ** -3)


@pytest.mark.parametrize(("df", "kept"), [(1, 1), (2, 1), (3, 1), (4, 2), (5.9, 2), (6, 3), (8, 4), (50, 4)])
def test_where_degrees_are_few_the_oldest_estimates_are_not_tested(df: float, kept: int) -> None:
    att, influence = np.array([9.0, 1.0, 2.0, 0.5]), independent(4)
    found, newest = joint_test(att, influence, 8, df), joint_test(att[-kept:], influence[:, -kept:], 8, df)
    assert found.p_value == pytest.approx(newest.p_value)
    assert (found.df_numerator, found.df) == (kept, df - kept + 1)


def test_the_degrees_of_a_joint_test_are_the_mean_of_those_behind_its_estimates() -> None:
    """Of the oldest lead only the last cohorts speak: 2, 9 and 13 clusters' worth make 8 and leave room for all three."""
    att, influence = np.array([1.0, 2.0, 0.5]), independent(3)
    found = joint_test(att, influence, 6, np.array([2.0, 9.0, 13.0]))
    assert found == joint_test(att, influence, 6, 8)
    assert (found.df_numerator, found.df) == (3, 6)


@pytest.mark.parametrize(("df", "kept", "d"), [([1.0, 3.0, 5.0], 2, 4.0), ([0.0, 0.0, 5.0], 1, 5.0), ([9.0, 1.0, 1.0], 1, 1.0)])
def test_an_old_lead_with_few_clusters_behind_it_is_not_tested(df: list[float], kept: int, d: float) -> None:
    att, influence = np.array([9.0, 1.0, 2.0]), independent(3)
    assert joint_test(att, influence, 6, np.array(df)) == joint_test(att[-kept:], influence[:, -kept:], 6, d)


def test_what_is_mere_rounding_depends_on_the_unit_of_the_outcome() -> None:
    outcome = np.array([[1.0, np.nan], [-4.0, 2.0]])
    assert least_error(outcome) == pytest.approx(256 * np.finfo(np.float64).eps)
    assert least_error(outcome * 1e9) == 1e9 * least_error(outcome)
    assert least_error(np.full((1, 1), np.nan)) == 0


def test_what_is_no_larger_than_rounding_does_not_vary() -> None:
    error = standard_error(CLUSTERS[:, 0], 3)
    assert standard_error(CLUSTERS[:, 0], 3, least=0.99 * error) == error
    assert np.isnan(standard_error(CLUSTERS[:, 0], 3, least=1.01 * error))
    att, small = np.array([1.0, 1e-6, 2.0]), CLUSTERS[:, [0, 0, 1]] * [1, 1e-6, 1]
    assert joint_test(att, small, 3, 7, 1e-5) == joint_test(att[[0, 2]], small[:, [0, 2]], 3, 7, 1e-5)
    assert np.isnan(joint_test(np.array([1.0, 1.0, 2.0]), small, 3, 7, 1e-5).p_value)
    assert band_factor(CLUSTERS * [1, 1e-6], 5, 0.9, 99, 1, 1e-5) == band_factor(CLUSTERS[:, :1], 5, 0.9, 99, 1)
    assert band_factor(CLUSTERS * 1e-30, 5, 0.9, 99, 1) == pytest.approx(band_factor(CLUSTERS, 5, 0.9, 99, 1))


@pytest.mark.parametrize(("n_clusters", "df"), [(3, 0), (3, 0.5), (1, 7)])
def test_there_is_no_joint_test_without_a_degree_or_a_second_cluster(n_clusters: int, df: float) -> None:
    found = joint_test(np.array([1.0, 2.0]), CLUSTERS, n_clusters, df)
    assert np.isnan([found.p_value, found.df]).all()
    assert found.df_numerator == 2


def test_two_clusters_and_one_degree_are_enough_for_a_joint_test() -> None:
    assert joint_test(np.array([2.0]), np.array([[1.0], [-1.0]]), 2, 1).p_value == pytest.approx(0.5)


def test_the_same_estimate_twice_is_tested_once_and_one_that_does_not_vary_not_at_all() -> None:
    once, twice = (joint_test(np.full(n, 2.0), np.repeat(CLUSTERS[:, :1], n, axis=1), 3, 7) for n in (1, 2))
    assert (twice.p_value, twice.df_numerator, twice.df) == pytest.approx((once.p_value, once.df_numerator, once.df))
    fixed = joint_test(np.array([1.0, 2.0]), CLUSTERS * [1, 0], 3, 7)
    assert np.isnan(fixed.p_value)
    assert fixed.df_numerator == 2


def test_leads_in_which_nobody_moved_do_not_stop_the_test_of_the_others() -> None:
    att, influence = np.array([1.0, 0.0, 2.0]), CLUSTERS[:, [0, 0, 1]] * [1, 0, 1]
    moved = joint_test(att[[0, 2]], influence[:, [0, 2]], 3, 7)
    assert joint_test(att, influence, 3, 7) == moved
    assert np.isfinite(moved.p_value)
    assert np.isnan(joint_test(np.zeros(2), np.zeros((3, 2)), 3, 7).p_value)


def test_the_trend_of_an_outcome_that_is_carried_forward_is_tested() -> None:
    frame = panel(4, cohorts=(6,), periods=12).sort_values(["person_id", "period"])
    rounds = frame["grade"].where(frame["period"] % 2 == 1)
    row = primary(frame.assign(grade=rounds.groupby(frame["person_id"]).ffill()))
    assert np.isfinite(row["pretrend_p"])
    assert row["verdict"] != "untested_trend"


@pytest.mark.parametrize("n", [1, 3, 10])
def test_a_band_of_independent_estimates_is_as_wide_as_that_of_sidak(n: int) -> None:
    """Each holds alone with the n-th root of the confidence; with many degrees of freedom by the normal law."""
    wanted = stats.norm.ppf((1 + 0.9 ** (1 / n)) / 2)
    assert band_factor(independent(n), 1e6, 0.9, DRAWS, 1) == pytest.approx(wanted, abs=0.03)


def test_a_band_is_wider_where_clusters_are_few_and_no_wider_for_the_same_estimate_twice() -> None:
    once, twice = (band_factor(np.repeat(CLUSTERS[:, :1], n, axis=1), 5, 0.9, DRAWS, 1) for n in (1, 2))
    assert once == pytest.approx(stats.t.ppf(0.95, 5), rel=0.03)
    assert twice == pytest.approx(once, rel=0.03)


def test_what_does_not_vary_has_no_say_in_a_band() -> None:
    assert band_factor(CLUSTERS * [1, 0], 5, 0.9, 99, 1) == band_factor(CLUSTERS[:, :1], 5, 0.9, 99, 1)
    assert np.isnan(band_factor(CLUSTERS * 0, 5, 0.9, 99, 1))
    assert np.isnan(band_factor(CLUSTERS, 0, 0.9, 99, 1))
    assert band_factor(CLUSTERS, 1, 0.9, 99, 1) > 0


def test_a_band_is_never_narrower_than_an_interval() -> None:
    factors = [band_factor(CLUSTERS[:, :1], 5, 0.9, 20, seed) for seed in range(20)]
    assert min(factors) == pytest.approx(stats.t.ppf(0.95, 5))
