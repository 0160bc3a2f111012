"""What must not matter does not, and what must matter does so exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.impact.specification import Base
from tests.unit.impact.panels import ROLES, estimated, panel, primary

pytestmark = pytest.mark.thorough

LAWS = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SEEDS = st.integers(0, 10_000)
NUMBERS = ["att", "se", "ci_low", "ci_high", "p_value", "pretrend_p", "honest_m_breakdown", "att_sd"]


def small(seed: int) -> pd.DataFrame:
    return panel(seed, treated=60, never=90, cohorts=(4, 6), periods=7, clusters=25)


def numbers(frame: pd.DataFrame, **changes: object) -> pd.DataFrame:
    return estimated(frame, **changes).estimates.set_index("estimator")[NUMBERS].astype(float)


def assert_same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, wanted, rtol=1e-6, atol=1e-9)


@LAWS
@given(SEEDS)
def test_neither_names_nor_order_of_rows_matter(seed: int) -> None:
    frame = small(seed)
    names = pd.Series(np.random.default_rng(seed).permutation(frame["person_id"].unique()), index=frame["person_id"].unique())
    renamed = frame.assign(person_id=frame["person_id"].map(names), service_unit="x" + frame["service_unit"])
    assert_same(numbers(renamed.sample(frac=1, random_state=seed + 1)), numbers(frame))


@LAWS
@given(SEEDS, st.floats(-50, 50), st.floats(0.1, 20))
def test_a_shift_of_the_outcome_changes_nothing_and_a_scale_scales(seed: int, shift: float, scale: float) -> None:
    frame = small(seed)
    before, after = numbers(frame), numbers(frame.assign(grade=shift + scale * frame["grade"]))
    for name in ("att", "se", "ci_low", "ci_high"):
        assert np.allclose(after[name].drop("post_only"), scale * before[name].drop("post_only"), rtol=1e-6, atol=1e-8, equal_nan=True)
    for name in ("p_value", "pretrend_p", "att_sd"):
        assert np.allclose(after[name].drop("post_only"), before[name].drop("post_only"), rtol=1e-5, atol=1e-8, equal_nan=True)


@pytest.mark.parametrize("scale", [2.0**-60, 2.0**-40, 2.0**30, 2.0**80])
def test_what_is_said_does_not_depend_on_the_unit_of_the_outcome(scale: float) -> None:
    """A power of two changes no digit: amounts in billions and shares in billionths get the same numbers to the last one."""
    frame = panel(3)
    before, after = estimated(frame), estimated(frame.assign(grade=scale * frame["grade"]))
    for name in ("att", "se", "ci_low", "ci_high", "mde_80", "max_abs_lead"):
        assert after.estimates[name].tolist() == pytest.approx((scale * before.estimates[name]).tolist(), rel=1e-12, nan_ok=True)
    for name in ("p_value", "q_value", "pretrend_p", "honest_m_breakdown", "att_sd"):
        assert after.estimates[name].tolist() == pytest.approx(before.estimates[name].tolist(), rel=1e-9, nan_ok=True)
    assert after.estimates["verdict"].tolist() == before.estimates["verdict"].tolist()
    assert after.events["band_low"].tolist() == pytest.approx((scale * before.events["band_low"]).tolist(), rel=1e-12)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e9])
def test_rounding_is_no_sure_knowledge(scale: float) -> None:
    """Everybody rises by 0.1 and the trained by 0.7 more: the last digits differ, and look like an error of a billionth of a billionth."""
    frame = panel(3)
    risen = 0.1 * frame["period"] + 0.7 * (frame["period"] >= frame["first_treated_period"])
    row = primary(frame.assign(grade=scale * risen))
    assert row["verdict"] == "refused_small_sample"
    assert "nothing varies" in row["verdict_reason"]
    assert np.isnan([row["att"], row["se"], row["pretrend_p"], row["honest_m_breakdown"]]).all()


@LAWS
@given(SEEDS, st.floats(-3, 3))
def test_a_path_that_all_share_changes_nothing(seed: int, slope: float) -> None:
    frame = small(seed)
    moved = numbers(frame.assign(grade=frame["grade"] + slope * frame["period"] ** 2))
    assert_same(moved.drop("prepost"), numbers(frame).drop("prepost"))


@LAWS
@given(SEEDS)
def test_what_each_person_always_has_changes_nothing(seed: int) -> None:
    frame = small(seed)
    level = frame["person_id"].str.slice(1).astype(int) * 3.0
    columns = ["att", "se", "p_value", "pretrend_p"]
    found, wanted = numbers(frame.assign(grade=frame["grade"] + level)), numbers(frame)
    assert_same(found.drop("post_only")[columns], wanted.drop("post_only")[columns])


@LAWS
@given(SEEDS, st.floats(-2, 2))
def test_what_is_added_after_training_is_found_again(seed: int, extra: float) -> None:
    frame = small(seed)
    after = frame["period"] >= frame["first_treated_period"]
    before, more = numbers(frame), numbers(frame.assign(grade=frame["grade"] + extra * after))
    for name in ("prepost", "post_only", "did_2x2", "twfe", "cs_uncond", "cs_dr"):
        assert more.loc[name, "att"] - before.loc[name, "att"] == pytest.approx(extra, abs=1e-8), name
    assert more.loc["cs_dr", "se"] == pytest.approx(before.loc["cs_dr", "se"], rel=1e-6)
    assert more.loc["cs_dr", "pretrend_p"] == pytest.approx(before.loc["cs_dr", "pretrend_p"], rel=1e-5)


@LAWS
@given(SEEDS)
def test_a_copy_of_everybody_in_the_same_cluster_adds_no_knowledge(seed: int) -> None:
    frame = small(seed)
    twice = pd.concat([frame, frame.assign(person_id="copy" + frame["person_id"])])
    assert_same(numbers(twice)[["att", "se", "p_value"]].drop("twfe"), numbers(frame)[["att", "se", "p_value"]].drop("twfe"))


@LAWS
@given(SEEDS)
def test_a_period_long_before_changes_no_headline(seed: int) -> None:
    frame = small(seed)
    earlier = frame[frame["period"] == 1].assign(period=0, grade=99.0)
    columns = ["att", "se"]
    kept = ["post_only", "cs_uncond", "cs_dr"]
    assert_same(numbers(pd.concat([frame, earlier])).loc[kept, columns], numbers(frame).loc[kept, columns])


@LAWS
@given(SEEDS, st.floats(-5, 5), st.floats(0.5, 5))
def test_units_of_a_covariate_do_not_matter(seed: int, shift: float, scale: float) -> None:
    frame = small(seed)
    assert_same(numbers(frame.assign(tenure=shift + scale * frame["tenure"])), numbers(frame))


@LAWS
@given(SEEDS)
def test_a_covariate_that_says_nothing_new_changes_nothing(seed: int) -> None:
    frame = small(seed).assign(again=lambda f: 2 * f["tenure"] + 1, always=1.0)
    more = replace(ROLES, covariates=("tenure", "education", "again", "always"))
    assert_same(numbers(frame, roles=more), numbers(frame))


def test_without_covariates_all_methods_are_one() -> None:
    rows = numbers(panel(3), roles=replace(ROLES, covariates=()))
    assert rows.loc["cs_dr", "att"] == pytest.approx(rows.loc["cs_uncond", "att"], abs=1e-12)
    assert rows.loc["cs_dr", "se"] == pytest.approx(rows.loc["cs_uncond", "se"], abs=1e-12)


def test_saturated_strata_and_double_robustness_are_one() -> None:
    roles = replace(ROLES, covariates=("education",), strata="education")
    rows = numbers(panel(3), roles=roles)
    assert rows.loc["cs_dr", "att"] == pytest.approx(rows.loc["cs_strata", "att"], abs=1e-10)
    assert rows.loc["cs_dr", "se"] == pytest.approx(rows.loc["cs_strata", "se"], abs=1e-10)


def test_clusters_are_not_ignored() -> None:
    frame = panel(3)
    shock = frame["service_unit"].str.slice(1).astype(int) % 2 * (frame["period"] > 5)
    frame = frame.assign(grade=frame["grade"] + shock)
    alone = primary(frame, replace(ROLES, cluster=None))
    assert alone["n_clusters"] == 360
    assert primary(frame)["n_clusters"] == 40
    assert alone["se"] != pytest.approx(primary(frame)["se"], rel=1e-3)


def test_the_base_moves_leads_and_no_headline() -> None:
    varying, universal = estimated(panel(3), secondary=False), estimated(panel(3), secondary=False, base=Base.UNIVERSAL)
    assert varying.estimates["att"].tolist() == pytest.approx(universal.estimates["att"].tolist(), abs=1e-12)
    reference = universal.events[universal.events["is_reference"]]
    assert reference["event_time"].tolist() == [-1]
    assert reference["att"].tolist() == [0.0]
    assert not varying.events["is_reference"].any()


def test_growing_effects_deceive_two_way_fixed_effects_only() -> None:
    frame = panel(1, treated=600, never=200, cohorts=(3, 6), effect=1.0, growing=0.5)
    rows = numbers(frame)
    # Cohort 3 is observed 8 periods (mean effect 2.75), cohort 6 five (2.0): each person counts once.
    assert rows.loc["cs_dr", "att"] == pytest.approx(2.375, abs=3 * rows.loc["cs_dr", "se"])
    assert rows.loc["twfe", "att"] < rows.loc["cs_dr", "att"] - 0.3


def test_colleagues_of_the_trained_can_be_left_out() -> None:
    frame = panel(2, treated=100, never=300, clusters=50)
    person = frame["person_id"].str.slice(1).astype(int)
    frame = frame.assign(service_unit=np.where(person % 4 == 3, "far" + (person % 20).astype(str), frame["service_unit"]))
    taught = ~frame["service_unit"].str.startswith("far") & frame["first_treated_period"].isna() & (frame["period"] >= 7)
    rows = numbers(frame.assign(grade=frame["grade"] + 1.0 * taught))
    assert rows.loc["cs_dr_drop_same_unit", "att"] == pytest.approx(1.0, abs=4 * rows.loc["cs_dr_drop_same_unit", "se"])
    assert rows.loc["cs_dr", "att"] < rows.loc["cs_dr_drop_same_unit", "att"] - 0.2


def test_the_same_panel_gives_the_same_bytes() -> None:
    first, second = estimated(panel(3)), estimated(panel(3))
    pd.testing.assert_frame_equal(first.events, second.events, check_exact=True)
    assert (first.events["band_low"] <= first.events["ci_low"]).all()
