"""Small Monte Carlo with fixed seeds: coverage, the test of the leads, and what becomes of programmes with known truth."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from pipelines.impact.specification import Thresholds
from tests.unit.impact.panels import panel, primary

pytestmark = pytest.mark.thorough

REPETITIONS = 30


def repeated(**given: object) -> tuple[Counter[str], float, float]:
    """Verdicts, share of intervals that hold the effect, share of tests of the leads that reject."""
    effect = float(given.get("effect", 1.0))
    rows = [primary(panel(seed, **given)) for seed in range(REPETITIONS)]
    held = np.mean([row["ci_low"] <= effect <= row["ci_high"] for row in rows])
    return Counter(row["verdict"] for row in rows), float(held), float(np.mean([row["pretrend_p"] < 0.05 for row in rows]))


def test_without_an_effect_none_is_found() -> None:
    verdicts, held, rejected = repeated(effect=0.0)
    assert verdicts["credible_positive"] + verdicts["credible_negative"] + verdicts["fragile"] <= 3
    assert verdicts["inconclusive"] >= 24
    assert held >= 0.9
    assert rejected <= 0.15


def test_a_large_effect_is_found_and_its_size_is_right() -> None:
    verdicts, held, _ = repeated(effect=1.5, treated=240, never=480)
    assert verdicts["credible_positive"] >= 24
    assert held >= 0.9


def test_a_false_trend_is_refused() -> None:
    verdicts, _, rejected = repeated(effect=0.0, drift=0.35, treated=240, never=480)
    assert rejected >= 0.95
    assert verdicts["refused_pretrend"] >= 28


@pytest.mark.parametrize("treated", [5, 10, 20])
def test_few_trained_are_refused_while_their_interval_is_honest(treated: int) -> None:
    few = Thresholds(min_cohort=1)
    rows = [primary(panel(seed, treated=treated, clusters=1000, never=150), thresholds=few) for seed in range(REPETITIONS)]
    assert {row["verdict"] for row in rows} == {"refused_small_sample"}
    assert np.mean([row["ci_low"] <= 1 <= row["ci_high"] for row in rows]) >= 0.9
    assert np.mean([row["pretrend_p"] < 0.05 for row in rows]) <= 0.15


def test_loss_that_follows_training_is_refused() -> None:
    frame = panel(1)
    after = frame["first_treated_period"].notna() & (frame["period"] >= frame["first_treated_period"])
    lost = after & (frame["person_id"].str.slice(1).astype(int) % 4 == 0)
    row = primary(frame[~lost])
    assert row["verdict"] == "refused_attrition"
    # Half of cohort 5, due six times each, and nobody of cohort 7, due four times each: 180 of 600 measurements.
    assert row["attrition_treated"] == pytest.approx(0.3)
    even = frame.sample(frac=0.9, random_state=1)
    assert primary(even)["verdict"] != "refused_attrition"


def test_one_period_before_training_leaves_the_trend_untested() -> None:
    frame = panel(1, cohorts=(6,))
    assert primary(frame[frame["period"] >= 4])["verdict"] == "untested_trend"
    assert primary(frame[frame["period"] >= 3])["verdict"] != "untested_trend"
