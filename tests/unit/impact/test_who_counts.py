"""Who carries an estimate: controls that have a weight, service units by their size, everybody that a programme was paid for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipelines.impact.comparisons import Method
from pipelines.impact.estimate import estimate_impact
from pipelines.impact.group_times import Plan, degrees_of_freedom, effective_number, estimate_group_times, of_both_sides
from pipelines.impact.panel import build_panel
from pipelines.impact.sample import programme_sample
from pipelines.impact.specification import Specification, UnitKind
from tests.unit.impact.panels import ROLES, estimated, panel, primary

PLAIN = replace(ROLES, covariates=())


def moved(frame: pd.DataFrame, share: float, unit: str, *, trained: bool) -> pd.DataFrame:
    """The panel with a share of its trained (or never trained) people in one service unit."""
    number = frame["person_id"].str[1:].astype(int)
    mine = frame["first_treated_period"].notna() == trained
    chosen = mine & (number % 100 < share * 100)
    return frame.assign(service_unit=frame["service_unit"].mask(chosen, unit))


@pytest.mark.parametrize(("sizes", "number"), [([7, 7, 7, 7], 4.0), ([10], 1.0), ([300, *[10] * 29], 590**2 / 92_900), ([], 0.0)])
def test_clusters_count_by_their_sizes(sizes: list[int], number: float) -> None:
    assert effective_number(np.repeat(np.arange(len(sizes)), sizes)) == pytest.approx(number)


@pytest.mark.parametrize(
    ("clusters", "cohorts", "df"),
    [
        ([1, 2, 3, 4, 5, 6], [1, 1, 1, 2, 2, 2], 4.0), ([1, 2, 3] * 2, [1, 1, 1, 2, 2, 2], 2.0), ([1, 2], [1, 2], 0.0),
        ([1] * 3 + [2], [1] * 4, 0.6), ([], [], 0.0),
    ],
    ids=["own clusters", "shared clusters", "one cluster each", "uneven", "nobody"],
)  # fmt: skip
def test_an_error_rests_on_contrasts_of_clusters(clusters: list[int], cohorts: list[int], df: float) -> None:
    assert degrees_of_freedom(np.array(clusters, dtype=int), np.array(cohorts, dtype=int)) == pytest.approx(df)


@pytest.mark.parametrize(
    ("control_clusters", "share", "df"),
    [
        (6.0, 0.9, 1 / (0.01 / 40 + 0.81 / 5)), (6.0, 1.0, 5.0), (6.0, 0.0, 40.0), (0.0, 0.0, 40.0), (1.0, 0.5, 0.0), (41.0, 0.5, 40.0),
        (400.0, 0.9, 40.0),
    ],
    ids=["few", "controls alone", "no share", "no controls", "one cluster", "as many", "many"],
)  # fmt: skip
def test_controls_of_few_clusters_leave_fewer_degrees(control_clusters: float, share: float, df: float) -> None:
    """Forty of the trained: never more than these, and as few as the controls leave where the variance is theirs."""
    assert of_both_sides(40.0, control_clusters, share) == pytest.approx(df)
    assert of_both_sides(0.0, control_clusters, share) == 0


def test_the_share_of_the_controls_is_that_of_their_variance() -> None:
    """Without covariates: variances of the changes by cluster on either side, over the number of people."""
    frame = panel(5, cohorts=(6,), treated=60, never=60, clusters=12)
    side = np.where(frame["first_treated_period"].notna(), "t", "c")
    frame = frame.assign(service_unit=side + frame["service_unit"])
    sample, _ = programme_sample(build_panel(frame, PLAIN), 0, PLAIN.outcomes, 1)
    cells = estimate_group_times(sample, Plan(Method.UNCONDITIONAL))["grade"]
    last = int(np.flatnonzero(cells.period == 9)[0])
    wide = frame.pivot(index=["person_id", "service_unit"], columns="period", values="grade")
    change = (wide[10] - wide[5]).reset_index(name="change")
    by_side = change.groupby(change["service_unit"].str[0])["change"]
    change["moved"] = (change["change"] - by_side.transform("mean")) / by_side.transform("size")
    variance = change.groupby("service_unit")["moved"].sum().pow(2).groupby(lambda unit: unit[0]).sum()
    assert cells.control_share[last] == pytest.approx(variance["c"] / variance.sum())
    assert cells.trained[last].tolist() == sample.cluster[sample.treated].tolist()


@pytest.mark.thorough
def test_controls_of_six_service_units_do_not_condemn_a_sound_programme() -> None:
    """Sixty units of trained people beside six of controls, each with its own good and bad years: with the degrees of the sixty 44 %."""
    rejected = []
    for seed in range(60):
        frame = panel(seed, treated=240, never=240, effect=0.0, cohorts=(6,), clusters=1000)
        number = frame["person_id"].str[1:].astype(int).to_numpy()
        unit = np.where(frame["first_treated_period"].notna(), number % 60, 60 + number % 6)
        year = np.random.default_rng(seed).normal(size=(66, 11))[unit, frame["period"]]
        row = primary(frame.assign(service_unit=unit, grade=frame["grade"] + year), PLAIN)
        assert row["df"] < 40
        rejected.append(row["pretrend_p"] < 0.05)
    assert np.mean(rejected) <= 0.12


def test_many_cohorts_out_of_the_same_service_units_are_no_small_sample() -> None:
    """Twelve units that send people every other month have eleven contrasts, not two: each is seen in every cohort."""
    frame = panel(3, treated=480, never=480, cohorts=tuple(range(3, 13)), clusters=1000, periods=14)
    unit = frame["person_id"].str[1:].astype(int) // 10 % 12
    row = primary(frame.assign(service_unit=unit), PLAIN)
    assert row["df"] == pytest.approx(11)
    assert row["verdict"] == "credible_positive"


def test_a_time_that_few_cohorts_reach_has_the_degrees_of_their_clusters() -> None:
    """Two cohorts of people who are their own clusters: 110 and 10 of them, of whom only the ten are seen so long before the training."""
    frame = panel(3, cohorts=(*[4] * 11, 8), clusters=1000)
    events = estimated(frame, replace(PLAIN, cluster=None), unit_kind=UnitKind.PERSON).events.set_index("event_time")
    factor = (events["ci_high"] - events["att"]) / events["se"]
    together, late, early = (float(stats.t.ppf(0.975, df)) for df in (118, 9, 109))
    assert factor[[-6, -5, -4, -3]].tolist() == pytest.approx([late] * 4)
    assert factor[[-2, -1, 0, 1, 2]].tolist() == pytest.approx([together] * 5)
    assert factor[[3, 4, 5, 6]].tolist() == pytest.approx([early] * 4)
    band = (events["band_high"] - events["att"]) / events["se"]
    assert (band / factor).tolist() == pytest.approx([band[0] / factor[0]] * len(band))
    assert band[0] > factor[0]


@pytest.mark.thorough
def test_few_people_in_many_cohorts_are_not_condemned_for_trends_they_do_not_have() -> None:
    """Forty people of seven cohorts, of service units of unlike size, rated yes or no each quarter: a lead of five is one of two cohorts."""
    rejected = []
    for seed in range(200):
        rng = np.random.default_rng([seed, 40])
        share = rng.lognormal(0, 1, 150)
        first = np.r_[rng.integers(2, 9, 40), np.zeros(400)]
        frame = pd.DataFrame({
            "person_id": np.repeat(np.arange(440), 8), "period": np.tile(np.arange(1, 9), 440), "grade": rng.random(3520) < 0.25,
            "first_treated_period": np.repeat(np.where(first > 0, first, np.nan), 8),
            "service_unit": np.repeat(rng.choice(150, 440, p=share / share.sum()), 8),
        })  # fmt: skip
        rejected.append(primary(frame.astype({"grade": float}), PLAIN)["pretrend_p"] < 0.05)
    assert np.mean(rejected) <= 0.07


@pytest.mark.thorough
def test_service_units_of_unlike_size_do_not_condemn_a_sound_programme() -> None:
    """Whole units are trained, one of each seven six times as large as the others; every period has an error of each unit."""
    rows, share = [], np.array([6.0, 1, 1, 1, 1, 1, 1]) / 12
    for seed in range(60):
        frame = panel(seed, treated=240, never=480, effect=0.0, cohorts=(4, 6, 8), clusters=1000)
        rng = np.random.default_rng(seed)
        number = frame["person_id"].str[1:].astype(int).to_numpy()
        side = number % 3 + 3 * frame["first_treated_period"].isna()
        unit = side * 7 + rng.choice(7, 720, p=share)[number]
        error = rng.normal(size=(42, 11))
        rows.append(primary(frame.assign(service_unit=unit, grade=frame["grade"] + error[unit, frame["period"]]), PLAIN))
    assert np.mean([row["pretrend_p"] < 0.05 for row in rows]) <= 0.1
    assert np.mean([row["ci_low"] <= 0 <= row["ci_high"] for row in rows]) >= 0.87


def test_one_service_unit_with_most_of_the_trained_is_too_few() -> None:
    """Thirty-nine others stand beside it, and the error by clusters would be half of what it is."""
    row = primary(moved(panel(), 0.6, "big", trained=True), PLAIN)
    assert row["n_treated_clusters"] > 10
    assert row["verdict"] == "refused_small_sample"
    assert "the trained are so unevenly spread" in row["verdict_reason"]
    assert primary(moved(panel(), 0.2, "big", trained=True), PLAIN)["verdict"] == "credible_positive"


@pytest.mark.parametrize("base", ["never", "last cohort"])
def test_controls_of_one_service_unit_are_no_controls(base: str) -> None:
    """Also where the first cohort could be compared with those trained later: the last one cannot."""
    frame = moved(panel(cohorts=(6,) if base == "never" else (5, 7)), 1.0, "big", trained=False)
    row = primary(frame, PLAIN)
    assert row["verdict"] == "refused_small_sample"
    assert "the controls of a comparison after training are so unevenly spread" in row["verdict_reason"]


def test_controls_without_weight_are_not_counted() -> None:
    """240 were never trained, but only twelve share the only kind of place in which anybody was trained."""
    frame = panel()
    number = frame["person_id"].str[1:].astype(int)
    frame = frame.assign(place=np.where(number < 132, "hospital", "school"))
    tables = estimated(frame, replace(ROLES, covariates=("place",)), secondary=False)
    [row] = tables.estimates.to_dict("records")
    assert row["verdict"] == "refused_no_comparison"
    assert "rests on 12 controls" in row["verdict_reason"]
    last = tables.group_times[tables.group_times["cohort"] == tables.group_times["cohort"].max()]
    assert set(last.loc[last["period"] == last["period"].max(), "n_control"]) == {12}


@pytest.mark.parametrize("order", [("days", "years"), ("years", "days")])
def test_the_same_covariate_in_another_unit_makes_nobody_incomparable(order: tuple[str, str]) -> None:
    """Days of service, and the same in years to four decimals: rounding is no difference between people."""
    frame = panel()
    days = (frame["tenure"] * 365.25).round()
    frame = frame.assign(days=days, years=(days / 365.25).round(4))
    both, alone = primary(frame, replace(ROLES, covariates=order)), primary(frame, replace(ROLES, covariates=("days",)))
    assert both["share_outside_overlap"] == alone["share_outside_overlap"] == 0
    assert both["att"] == pytest.approx(alone["att"], abs=1e-5)


def test_a_value_that_only_the_trained_have_is_still_outside() -> None:
    """The controls are all on a line that the trained leave by a thousandth of a year and more."""
    frame = panel()
    twice = frame["tenure"] * 2 + np.where(frame["first_treated_period"].notna(), 1.0, 0.0)
    row = primary(frame.assign(twice=twice), replace(ROLES, covariates=("tenure", "twice")))
    assert row["verdict"] == "refused_no_comparison"


@pytest.mark.parametrize("per_head", [{}, {"cost_per_head": np.nan}])
def test_the_cost_of_a_head_is_that_of_all_who_were_trained(per_head: dict[str, Any]) -> None:
    """A third were not measured, a quarter lack a covariate: their seats were paid too, and no outcome changes what one costs."""
    frame = panel()
    number = frame["person_id"].str[1:].astype(int)
    frame = frame.assign(second=frame["grade"].where(number % 3 > 0), tenure=frame["tenure"].where(number % 4 > 0))
    costs = pd.DataFrame([{"programme_id": "all", "cost_total": 120_000_000} | per_head])
    specification = Specification(replace(ROLES, outcomes=("grade", "second")), secondary=False)
    rows = estimate_impact(frame, specification, costs=costs).estimates
    assert rows["n_treated"].nunique() == 2
    assert list(rows["cost_per_head"]) == [1_000_000, 1_000_000]
    assert rows.loc[0, "cost_per_point"] == pytest.approx(1_000_000 / rows.loc[0, "att"])


@pytest.mark.parametrize(("periods", "base"), [((1, 2, 3, 4, 5, 6, 7, 8), 5), ((1, 2, 3, 4, 6, 8), 4)])
def test_drift_adds_up_from_the_base_also_across_rounds_that_were_left_out(periods: tuple[int, ...], base: int) -> None:
    """The trained drift by 0.1 a step and nothing else happens: a drift as large as before training explains everything."""
    frame = panel(cohorts=(6,), effect=0.0).sort_values(["person_id", "period"])
    frame = frame[frame["period"].isin(periods)]
    unlike = np.random.default_rng(1).normal(0, 1e-6, len(frame))
    frame = frame.assign(grade=unlike + 0.1 * frame["period"] * frame["first_treated_period"].notna())
    row = primary(frame, PLAIN)
    assert row["att"] == pytest.approx(np.mean([0.1 * (period - base) for period in periods if period >= 6]), abs=1e-4)
    assert row["honest_m_breakdown"] == pytest.approx(1.0, abs=0.011)
