"""Each rule speaks at its bound and not beside it, in the declared order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pipelines.impact.inference import q_values
from pipelines.impact.money import cost_per_point
from pipelines.impact.specification import Thresholds, UnitKind
from pipelines.impact.verdicts import RULES, Evidence, has_enough_data, judge

SOUND = Evidence(
    kind=UnitKind.PERSON, obstacle="", n_treated=120, n_treated_clusters=30, effective_clusters=25.0, n_small_cohorts=0,
    n_in_small_cohorts=0, n_always_treated=0, n_without_covariates=0, least_controls=200, least_control_clusters=40.0, share_outside=0.0, attrition_treated=0.03, attrition_control=0.03, attrition_p=0.9, n_leads=4, pretrend_p=0.6,
    pretrend_df=20, att=0.5, low=0.3, high=0.7, mde=0.28, q=0.01, family=5, breakdown=1.4, other_sign=False,
)  # fmt: skip
UNIT: dict[str, Any] = {"kind": UnitKind.SERVICE_UNIT}
NAN = float("nan")

TABLE: list[tuple[dict[str, Any], str]] = [
    ({}, "credible_positive"),
    ({"att": -0.5, "low": -0.7, "high": -0.3}, "credible_negative"),
    ({"least_controls": 29}, "refused_no_comparison"),
    ({"least_controls": 30}, "credible_positive"),
    ({"least_control_clusters": 4.9}, "refused_small_sample"),
    ({"least_control_clusters": 5.0}, "credible_positive"),
    ({"share_outside": 0.101}, "refused_no_comparison"),
    ({"share_outside": 0.10}, "credible_positive"),
    ({"obstacle": "there are no controls"}, "refused_no_comparison"),
    ({"n_treated": 29}, "refused_small_sample"),
    ({"n_treated": 30}, "credible_positive"),
    ({"n_treated": 0, "obstacle": "nobody is left", "least_controls": 0}, "refused_small_sample"),
    ({"n_treated_clusters": 9}, "refused_small_sample"),
    ({"n_treated_clusters": 10}, "credible_positive"),
    ({"effective_clusters": 4.9}, "refused_small_sample"),
    ({"effective_clusters": 5.0}, "credible_positive"),
    (UNIT | {"n_treated": 19}, "refused_small_sample"),
    (UNIT | {"n_treated": 20, "n_treated_clusters": 20}, "credible_positive"),
    ({"low": NAN, "high": NAN}, "refused_small_sample"),
    ({"high": NAN}, "refused_small_sample"),
    ({"attrition_treated": 0.081, "attrition_p": 0.049}, "refused_attrition"),
    ({"attrition_treated": 0.08, "attrition_p": 0.001}, "credible_positive"),
    ({"attrition_treated": 0.2, "attrition_p": 0.05}, "credible_positive"),
    ({"n_leads": 1}, "untested_trend"),
    ({"n_leads": 2}, "credible_positive"),
    ({"pretrend_p": NAN}, "untested_trend"),
    ({"pretrend_p": 0.049}, "refused_pretrend"),
    ({"pretrend_p": 0.05}, "credible_positive"),
    ({"low": -0.01}, "inconclusive"),
    ({"low": 0.0}, "inconclusive"),
    ({"att": -0.5, "low": -0.7, "high": 0.0}, "inconclusive"),
    ({"q": 0.10}, "inconclusive"),
    ({"q": 0.099}, "credible_positive"),
    ({"breakdown": 0.49}, "fragile"),
    ({"breakdown": 0.5}, "credible_positive"),
    ({"other_sign": True}, "fragile"),
]


@pytest.mark.parametrize(("changes", "verdict"), TABLE)
def test_verdicts_at_their_bounds(changes: dict[str, Any], verdict: str) -> None:
    found, reason = judge(replace(SOUND, **changes), Thresholds())
    assert found == verdict, reason
    assert reason
    assert "no effect" not in reason


def test_the_first_rule_that_speaks_is_the_verdict() -> None:
    worst = {
        "least_controls": 3, "n_treated": 4, "attrition_treated": 0.5, "attrition_p": 0.0, "n_leads": 1, "pretrend_p": 0.001, "low": -1.0,
        "breakdown": 0.0,
    }  # fmt: skip
    mended = {
        "least_controls": 50, "n_treated": 50, "attrition_treated": 0.03, "n_leads": 3, "pretrend_p": 0.5, "low": 0.1, "breakdown": 1.0
    }  # fmt: skip
    evidence = replace(SOUND, **worst)
    order = []
    for name, value in mended.items():
        order.append(judge(evidence, Thresholds())[0])
        evidence = replace(evidence, **{name: value})
    assert order == [verdict for verdict, _ in RULES]
    assert judge(evidence, Thresholds())[0] == "credible_positive"


def test_bounds_come_from_the_specification() -> None:
    assert judge(replace(SOUND, n_treated=29), Thresholds(min_treated_persons=20))[0] == "credible_positive"


def test_an_inconclusive_estimate_says_what_could_have_been_found() -> None:
    _, reason = judge(replace(SOUND, low=-0.02, high=0.3), Thresholds())
    assert "-0.02 to 0.3" in reason
    assert "0.28" in reason


def test_a_small_sample_says_who_was_left_out_and_of_nobody_that_he_was() -> None:
    alone = judge(replace(SOUND, n_treated=9), Thresholds())[1]
    assert alone == "9 trained people can be used; at least 30 are needed"
    few = replace(SOUND, n_treated=9, n_always_treated=7, n_without_covariates=6, n_in_small_cohorts=5, n_small_cohorts=2)
    assert judge(few, Thresholds(min_cohort=4))[1] == (
        f"{alone} (7 trained in the first period have no before; 6 lack a covariate; 5 stand in 2 cohorts of fewer than 4)"
    )


def test_a_credible_estimate_says_of_whom_it_is_and_what_it_withstands() -> None:
    of_people, of_units = (judge(replace(SOUND, **changes), Thresholds())[1] for changes in ({}, UNIT | {"breakdown": NAN}))
    assert of_people.startswith("120 people: 0.5, ")
    assert of_people.endswith("the largest drift before training 1.40 times")
    assert of_units.startswith("120 units: 0.5, ")
    assert of_units.endswith("it withstands no drift")


def test_refusal_for_its_trend_lowers_nobody_elses_q() -> None:
    assert has_enough_data(replace(SOUND, pretrend_p=0.0), Thresholds())
    assert not has_enough_data(replace(SOUND, n_treated=5), Thresholds())
    assert not has_enough_data(replace(SOUND, least_controls=5), Thresholds())


def test_q_values_by_hand() -> None:
    # Sorted p times 4 / rank: 0.04, 0.04, 0.0533, 0.5; then the smallest of what follows.
    assert np.allclose(q_values(np.array([0.04, 0.01, np.nan, 0.5, 0.02])), [0.16 / 3, 0.04, np.nan, 0.5, 0.04], equal_nan=True)
    assert len(q_values(np.array([]))) == 0


@pytest.mark.parametrize(
    ("effect", "lower_is_better", "wanted"),
    [
        ((0.5, 0.25, 1.0), False, (200.0, 100.0, 400.0)),
        ((-0.5, -1.0, -0.25), True, (200.0, 100.0, 400.0)),
        ((0.5, -0.1, 1.0), False, (NAN,) * 3),
        ((-0.5, -1.0, -0.25), False, (NAN,) * 3),
        ((0.5, 0.25, 1.0), True, (NAN,) * 3),
        ((0.5, 0.0, 1.0), False, (NAN,) * 3),
    ],
)
def test_cost_of_a_point(effect: tuple[float, float, float], lower_is_better: bool, wanted: tuple[float, float, float]) -> None:
    assert cost_per_point(100.0, *effect, lower_is_better=lower_is_better) == pytest.approx(wanted, nan_ok=True)


def test_a_rise_where_lower_is_better_is_called_a_harm() -> None:
    rise, fall = (replace(SOUND, att=att, low=att - 0.2, high=att + 0.2, lower_is_better=True) for att in (0.5, -0.5))
    assert judge(rise, Thresholds())[0] == "credible_positive"
    assert "lower is better: a harm" in judge(rise, Thresholds())[1]
    assert judge(fall, Thresholds())[0] == "credible_negative"
    assert "lower is better: a benefit" in judge(fall, Thresholds())[1]
    assert "better" not in judge(SOUND, Thresholds())[1]
