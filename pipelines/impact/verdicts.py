"""Whether an estimate may be shown: rules in their order, the first that speaks is the verdict.

Every reason (``reasons``) is a sentence with the numbers it rests on. ``cannot tell`` is never written as ``no effect``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING

from pipelines.impact.reasons import reason
from pipelines.impact.specification import Thresholds, UnitKind

if TYPE_CHECKING:
    from collections.abc import Callable


class Verdict(StrEnum):
    """What may be said of an estimate. The last three are no judgement: rows that stand beside a headline."""

    NO_COMPARISON = "refused_no_comparison"
    SMALL_SAMPLE = "refused_small_sample"
    ATTRITION = "refused_attrition"
    UNTESTED_TREND = "untested_trend"
    PRETREND = "refused_pretrend"
    INCONCLUSIVE = "inconclusive"
    FRAGILE = "fragile"
    POSITIVE = "credible_positive"
    NEGATIVE = "credible_negative"
    BASELINE = "baseline"
    ROBUSTNESS = "robustness"
    NOT_ESTIMATED = "not_estimated"


@dataclass(frozen=True)
class Evidence:
    """What the rules look at. Shares and levels are fractions of one, numbers that could not be had are NaN.

    ``obstacle``: why there is nothing to compare at all, else empty. ``least_controls``, ``least_control_clusters``: of the comparisons
    after training. ``effective_clusters``: as how many clusters of one size those of the trained count.
    ``other_sign``: the estimate without the never trained has the other sign. ``family``: estimates that share the q-value.
    """

    kind: UnitKind
    obstacle: str
    n_treated: int
    n_treated_clusters: int
    effective_clusters: float
    n_small_cohorts: int
    n_in_small_cohorts: int
    n_always_treated: int
    n_without_covariates: int
    least_controls: int
    least_control_clusters: float
    share_outside: float
    attrition_treated: float
    attrition_control: float
    attrition_p: float
    n_leads: int
    pretrend_p: float
    pretrend_df: float
    att: float
    low: float
    high: float
    mde: float
    q: float
    family: int
    breakdown: float
    other_sign: bool
    lower_is_better: bool = False


def _no_comparison(e: Evidence, bound: Thresholds) -> str:
    if e.n_treated == 0:
        return ""
    if e.obstacle:
        return e.obstacle
    if e.least_controls < bound.min_controls:
        return reason("few_controls", n=e.least_controls, least=bound.min_controls)
    if e.share_outside > bound.max_share_outside_overlap:
        return reason("outside", share=e.share_outside, most=bound.max_share_outside_overlap)
    return ""


def _few_units(e: Evidence, bound: Thresholds) -> str:
    enough = e.n_treated >= bound.min_treated_service_units
    return "" if enough else reason("few_units", n=e.n_treated, least=bound.min_treated_service_units)


def _few_people(e: Evidence, bound: Thresholds) -> str:
    """An error by clusters asks for many of them on either side: one that holds most of the people speaks for all the others."""
    if e.n_treated < bound.min_treated_persons:
        return reason("few_people", n=e.n_treated, least=bound.min_treated_persons)
    if e.n_treated_clusters < bound.min_treated_clusters:
        return reason("few_clusters", n=e.n_treated_clusters, least=bound.min_treated_clusters)
    sides = {"uneven_trained": e.effective_clusters, "uneven_controls": e.least_control_clusters}
    for code, clusters in sides.items():
        if clusters < bound.min_effective_clusters:
            return reason(code, n=clusters, least=bound.min_effective_clusters)
    return ""


def _small_sample(e: Evidence, bound: Thresholds) -> str:
    lost = []
    if e.n_always_treated:
        lost.append(reason("lost_no_before", n=e.n_always_treated))
    if e.n_without_covariates:
        lost.append(reason("lost_no_covariate", n=e.n_without_covariates))
    if e.n_in_small_cohorts:
        lost.append(reason("lost_small_cohorts", n=e.n_in_small_cohorts, cohorts=e.n_small_cohorts, least=bound.min_cohort))
    few = _few_units(e, bound) if e.kind is UnitKind.SERVICE_UNIT else _few_people(e, bound)
    if not few and not (isfinite(e.low) and isfinite(e.high)):
        few = reason("no_error")
    return reason("small_sample", few=few, lost="; ".join(lost)) if few and lost else few


def _attrition(e: Evidence, bound: Thresholds) -> str:
    difference = abs(e.attrition_treated - e.attrition_control)
    if difference > bound.max_attrition_difference and e.attrition_p < bound.attrition_level:
        return reason("attrition", trained=e.attrition_treated, controls=e.attrition_control, p=e.attrition_p)
    return ""


def _untested(e: Evidence, bound: Thresholds) -> str:
    if e.n_leads < bound.min_leads:
        return reason("few_leads", n=e.n_leads, least=bound.min_leads)
    if not isfinite(e.pretrend_p):
        return reason("no_trend_test")
    return ""


def _pretrend(e: Evidence, bound: Thresholds) -> str:
    if e.pretrend_p < bound.pretrend_level:
        return reason("moved_apart", p=e.pretrend_p, df=e.pretrend_df)
    return ""


def _inconclusive(e: Evidence, bound: Thresholds) -> str:
    if e.low <= 0 <= e.high:
        return reason("contains_zero", low=e.low, high=e.high, mde=e.mde)
    if not e.q < bound.max_q:
        return reason("high_q", low=e.low, high=e.high, family=e.family, q=e.q, most=bound.max_q)
    return ""


def _fragile(e: Evidence, bound: Thresholds) -> str:
    if e.breakdown < bound.min_breakdown:
        return reason("small_drift", times=e.breakdown, att=e.att, least=bound.min_breakdown)
    if e.other_sign:
        return reason("other_sign", att=e.att)
    return ""


#: Checked in this order.
RULES: tuple[tuple[Verdict, Callable[[Evidence, Thresholds], str]], ...] = (
    (Verdict.NO_COMPARISON, _no_comparison),
    (Verdict.SMALL_SAMPLE, _small_sample),
    (Verdict.ATTRITION, _attrition),
    (Verdict.UNTESTED_TREND, _untested),
    (Verdict.PRETREND, _pretrend),
    (Verdict.INCONCLUSIVE, _inconclusive),
    (Verdict.FRAGILE, _fragile),
)


def _credible(e: Evidence) -> str:
    """The verdict says which way an outcome moved. Where less is better, that is the other way round from what it sounds like."""
    q = f"{e.q:.3g}" if not e.lower_is_better else reason("harm" if e.att > 0 else "benefit", q=e.q)
    return reason(
        "credible", n=e.n_treated, who=reason("people" if e.kind is UnitKind.PERSON else "units"), att=e.att, low=e.low, high=e.high,
        q=q, p=e.pretrend_p, drift=reason("largest_drift", times=e.breakdown) if isfinite(e.breakdown) else reason("no_drift"),
    )  # fmt: skip


def judge(evidence: Evidence, bound: Thresholds) -> tuple[Verdict, str]:
    """The verdict and its reason."""
    for verdict, rule in RULES:
        why = rule(evidence, bound)
        if why:
            return verdict, why
    return Verdict.POSITIVE if evidence.att > 0 else Verdict.NEGATIVE, _credible(evidence)


def has_enough_data(evidence: Evidence, bound: Thresholds) -> bool:
    """Whether an estimate counts among those that share a q-value: one refused for its trend still does."""
    return not _no_comparison(evidence, bound) and not _small_sample(evidence, bound) and isfinite(evidence.att)
