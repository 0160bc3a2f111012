"""Whether an estimate may be shown: rules in their order, the first that speaks is the verdict.

Every reason is a sentence with the numbers it rests on. ``cannot tell`` is never written as ``no effect``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING

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


def _people(evidence: Evidence) -> str:
    return "people" if evidence.kind is UnitKind.PERSON else "units"


def _no_comparison(e: Evidence, bound: Thresholds) -> str:
    if e.n_treated == 0:
        return ""
    if e.obstacle:
        return e.obstacle
    if e.least_controls < bound.min_controls:
        return f"a comparison after training rests on {e.least_controls} controls; at least {bound.min_controls} are needed"
    if e.share_outside > bound.max_share_outside_overlap:
        return (
            f"{e.share_outside:.1%} of the trained have no comparable control (at most {bound.max_share_outside_overlap:.0%} may); "
            "a number would rest on extrapolation"
        )
    return ""


def _few_units(e: Evidence, bound: Thresholds) -> str:
    enough = e.n_treated >= bound.min_treated_service_units
    return "" if enough else f"{e.n_treated} treated units can be used; at least {bound.min_treated_service_units} are needed"


def _few_people(e: Evidence, bound: Thresholds) -> str:
    """An error by clusters asks for many of them on either side: one that holds most of the people speaks for all the others."""
    if e.n_treated < bound.min_treated_persons:
        return f"{e.n_treated} trained people can be used; at least {bound.min_treated_persons} are needed"
    if e.n_treated_clusters < bound.min_treated_clusters:
        return f"the trained come from {e.n_treated_clusters} service units; at least {bound.min_treated_clusters} are needed"
    sides = {"trained": e.effective_clusters, "controls of a comparison after training": e.least_control_clusters}
    for who, clusters in sides.items():
        if clusters < bound.min_effective_clusters:
            return (
                f"the {who} are so unevenly spread that their service units count as {clusters:.1f} of one size; "
                f"at least {bound.min_effective_clusters} are needed"
            )
    return ""


def _small_sample(e: Evidence, bound: Thresholds) -> str:
    lost = []
    if e.n_always_treated:
        lost.append(f"{e.n_always_treated} trained in the first period have no before")
    if e.n_without_covariates:
        lost.append(f"{e.n_without_covariates} lack a covariate")
    if e.n_in_small_cohorts:
        lost.append(f"{e.n_in_small_cohorts} stand in {e.n_small_cohorts} cohorts of fewer than {bound.min_cohort}")
    beside = f" ({'; '.join(lost)})" if lost else ""
    few = _few_units(e, bound) if e.kind is UnitKind.SERVICE_UNIT else _few_people(e, bound)
    if few:
        return f"{few}{beside}"
    if not (isfinite(e.low) and isfinite(e.high)):
        return f"no standard error can be had: too few clusters, or nothing varies{beside}"
    return ""


def _attrition(e: Evidence, bound: Thresholds) -> str:
    difference = abs(e.attrition_treated - e.attrition_control)
    if difference > bound.max_attrition_difference and e.attrition_p < bound.attrition_level:
        return (
            f"{e.attrition_treated:.1%} of the measurements of the trained are missing afterwards and {e.attrition_control:.1%} of the "
            f"controls' (p = {e.attrition_p:.3f}): who is still measured is not who was trained"
        )
    return ""


def _untested(e: Evidence, bound: Thresholds) -> str:
    if e.n_leads < bound.min_leads:
        return f"{e.n_leads} periods before training can be compared; {bound.min_leads} are needed to test the trend. Indicative only"
    if not isfinite(e.pretrend_p):
        return "the trends before training cannot be tested: they do not vary, or too few clusters were trained. Indicative only"
    return ""


def _pretrend(e: Evidence, bound: Thresholds) -> str:
    if e.pretrend_p < bound.pretrend_level:
        return f"trained and controls moved apart before the training (p = {e.pretrend_p:.3g}, {e.pretrend_df:.0f} degrees of freedom)"
    return ""


def _inconclusive(e: Evidence, bound: Thresholds) -> str:
    interval = f"the interval from {e.low:.3g} to {e.high:.3g}"
    if e.low <= 0 <= e.high:
        return f"cannot tell: {interval} contains 0; effects smaller than {e.mde:.3g} would most likely not have been found"
    if not e.q < bound.max_q:
        return (
            f"cannot tell: {interval} excludes 0, but among {e.family} estimates of this outcome q = {e.q:.3f} is not below {bound.max_q:g}"
        )
    return ""


def _fragile(e: Evidence, bound: Thresholds) -> str:
    if e.breakdown < bound.min_breakdown:
        return (
            f"a drift of {e.breakdown:.2f} times the largest one before training would undo the estimate of {e.att:.3g}; "
            f"{bound.min_breakdown:g} times must be withstood"
        )
    if e.other_sign:
        return f"compared with those trained later only, the estimate of {e.att:.3g} has the other sign"
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


def _whose_good(e: Evidence) -> str:
    """The verdict says which way an outcome moved. Where less is better, that is the other way round from what it sounds like."""
    return "" if not e.lower_is_better else " (lower is better: a harm)" if e.att > 0 else " (lower is better: a benefit)"


def judge(evidence: Evidence, bound: Thresholds) -> tuple[Verdict, str]:
    """The verdict and its reason."""
    for verdict, rule in RULES:
        reason = rule(evidence, bound)
        if reason:
            return verdict, reason
    verdict = Verdict.POSITIVE if evidence.att > 0 else Verdict.NEGATIVE
    held = f"the largest drift before training {evidence.breakdown:.2f} times" if isfinite(evidence.breakdown) else "no drift"
    return verdict, (
        f"{evidence.n_treated} {_people(evidence)}: {evidence.att:.3g}, interval from {evidence.low:.3g} to {evidence.high:.3g}, "
        f"q = {evidence.q:.3g}{_whose_good(evidence)}; trends before training agree (p = {evidence.pretrend_p:.2f}), "
        f"and it withstands {held}"
    )


def has_enough_data(evidence: Evidence, bound: Thresholds) -> bool:
    """Whether an estimate counts among those that share a q-value: one refused for its trend still does."""
    return not _no_comparison(evidence, bound) and not _small_sample(evidence, bound) and isfinite(evidence.att)
