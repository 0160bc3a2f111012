"""From estimates to the rows of the three tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipelines.impact.aggregation import Aggregate, Series, by_event_time, headline_degrees, headline_exposure
from pipelines.impact.estimators import PRIMARY, Estimated
from pipelines.impact.inference import (
    Interval,
    JointTest,
    band_factor,
    joint_test,
    least_error,
    q_values,
    standard_error,
    t_interval,
    t_quantile,
)
from pipelines.impact.money import add_costs
from pipelines.impact.reasons import reason
from pipelines.impact.sensitivity import breakdown, drifts
from pipelines.impact.verdicts import Evidence, Verdict, has_enough_data, judge

if TYPE_CHECKING:
    from pipelines.impact.description import Description
    from pipelines.impact.group_times import GroupTimes
    from pipelines.impact.periods import Calendar
    from pipelines.impact.sample import Sample
    from pipelines.impact.specification import Specification

NAN = float("nan")
ESTIMATE_COLUMNS = (
    "programme_id", "outcome", "kirkpatrick_level", "scope_type", "scope_id", "estimator", "control_group", "is_baseline", "is_primary",
    "spec_version", "data_as_of", "n_treated", "n_control", "n_clusters", "n_treated_clusters", "n_cohorts", "n_pre_periods",
    "n_post_periods", "n_dropped_always_treated", "n_dropped_small_cohorts", "n_in_small_cohorts", "n_censored", "share_outside_overlap",
    "attrition_treated", "attrition_control", "share_at_ceiling", "att", "se", "df", "ci_low", "ci_high", "p_value", "q_value", "att_sd",
    "mde_80", "pretrend_p", "pretrend_df", "max_abs_lead", "honest_m_breakdown", "sql_vs_python_gap_se", "sign_agrees_baselines",
    "verdict", "verdict_reason", "cost_total", "cost_per_head", "cost_per_point", "cost_per_point_low", "cost_per_point_high",
)  # fmt: skip
EVENT_COLUMNS = (
    "programme_id", "outcome", "event_time", "att", "se", "ci_low", "ci_high", "band_low", "band_high", "n_treated", "is_reference",
)  # fmt: skip
CELL_COLUMNS = ("programme_id", "outcome", "cohort", "period", "att", "se", "n_treated", "n_control")


@dataclass(frozen=True)
class Context:
    """One programme and outcome: its sample as the estimators and, ``loosely``, as the baselines see it."""

    calendar: Calendar
    specification: Specification
    programme: str
    outcome: str
    sample: Sample
    described: Description
    loosely: Description

    @cached_property
    def least(self) -> float:
        """The smallest error of this outcome that is not mere rounding."""
        return least_error(self.sample.outcomes[self.outcome])


@dataclass(frozen=True)
class Made:
    """Rows of the estimates (with the evidence of the primary one under ``_evidence``), and the detail of the primary estimator."""

    rows: list[dict[str, Any]]
    events: pd.DataFrame
    cells: pd.DataFrame


@dataclass(frozen=True)
class _Primary:
    """What is known of the primary estimate only."""

    row: dict[str, Any]
    evidence: Evidence
    events: Series | None


def joined(frames: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    """All frames one below the other, with these columns."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True)[list(columns)] if filled else pd.DataFrame(columns=list(columns))


def make(context: Context, found: dict[str, Estimated]) -> Made:
    """The rows of one programme and outcome."""
    intervals = {name: _interval(context, estimated) for name, estimated in found.items()}
    rows = [_row(context, estimated, intervals[name]) for name, estimated in found.items()]
    primary = _primary(context, found, intervals[PRIMARY])
    for row in rows:
        if row["is_primary"]:
            row.update(primary.row, _evidence=primary.evidence)
    cells = found[PRIMARY].cells
    events = _events(context, primary.events, intervals[PRIMARY].df)
    return Made(rows, events, _cells(context, cells) if cells is not None else pd.DataFrame())


def _n_cohorts(estimated: Estimated, sample: Sample) -> int:
    if estimated.cells is None:
        return len(sample.cohorts) if estimated.headline is not None else 0
    return len(np.unique(estimated.cells.cohort[estimated.cells.estimated & (estimated.cells.event >= 0)]))


def _interval(context: Context, estimated: Estimated) -> Interval:
    if estimated.headline is None:
        return Interval(NAN, NAN, NAN, NAN, NAN)
    described = context.loosely if estimated.estimator.is_baseline else context.described
    se = standard_error(estimated.headline.influence, len(estimated.headline.influence), least=context.least)
    df = described.df if estimated.cells is None else headline_degrees(estimated.cells, described.df)
    return t_interval(estimated.headline.att, se, df, context.specification.thresholds.confidence)


def _row(context: Context, estimated: Estimated, interval: Interval) -> dict[str, Any]:
    specification, estimator, dropped = context.specification, estimated.estimator, context.sample.dropped
    described = context.loosely if estimator.is_baseline else context.described
    # A figure of which nobody can say how sure it is is no estimate: one cluster, or nothing that varies.
    att = estimated.headline.att if estimated.headline is not None and np.isfinite(interval.se) else NAN
    if estimated.headline is None:
        verdict, why = Verdict.NOT_ESTIMATED, reason("cannot_be_run", why=estimated.why_not)
    else:
        verdict = Verdict.BASELINE if estimator.is_baseline else Verdict.ROBUSTNESS
        why = reason("baseline" if estimator.is_baseline else "robustness")
    after = _after(estimated.cells)
    return {
        "programme_id": context.programme, "outcome": context.outcome,
        "kirkpatrick_level": specification.kirkpatrick_level.get(context.outcome), "scope_type": "all", "scope_id": None,
        "estimator": estimator.name, "control_group": str(estimator.control_group), "is_baseline": estimator.is_baseline,
        "is_primary": estimator.is_primary, "spec_version": specification.version, "data_as_of": specification.data_as_of,
        "n_treated": described.n_treated, "n_control": described.n_control if estimator.control_group != "none" else 0,
        "n_clusters": described.n_clusters, "n_treated_clusters": described.n_treated_clusters,
        "n_cohorts": _n_cohorts(estimated, context.sample), "n_pre_periods": None,
        "n_post_periods": len(np.unique(estimated.cells.event[after])) if estimated.cells is not None else None,
        "n_dropped_always_treated": dropped["always_treated"],
        "n_dropped_small_cohorts": 0 if estimator.is_baseline else dropped["small_cohorts"],
        "_n_trained": dropped["trained"],
        "n_in_small_cohorts": 0 if estimator.is_baseline else dropped["in_small_cohorts"], "n_censored": dropped["censored"],
        "share_outside_overlap": _outside(estimated.cells) if not estimator.is_baseline else NAN,
        "attrition_treated": described.attrition_treated, "attrition_control": described.attrition_control,
        "share_at_ceiling": described.share_at_ceiling, "att": att, "se": interval.se, "df": interval.df, "ci_low": interval.low,
        "ci_high": interval.high, "p_value": interval.p_value,
        "att_sd": att / described.control_sd if described.control_sd > 0 else NAN,
        "mde_80": specification.thresholds.mde_factor * interval.se, "verdict": str(verdict), "verdict_reason": why,
    }  # fmt: skip


def _after(cells: GroupTimes | None) -> Any:
    return np.empty(0, dtype=bool) if cells is None else cells.estimated & (cells.event >= 0)


def _outside(cells: GroupTimes | None) -> float:
    if cells is None:
        return NAN
    after = cells.event >= 0
    eligible = cells.n_eligible[after].sum()
    return float(cells.n_outside[after].sum() / eligible) if eligible else NAN


def _leads(context: Context, series: Series) -> tuple[Series, int]:
    """The leads that are tested, oldest first, and how many can be estimated at all."""
    ahead = context.specification.anticipation_of(context.programme)
    before = (series.at <= -1 - ahead) & ~series.is_reference
    return series.select(before & (series.at >= -ahead - context.specification.thresholds.tested_leads)), int(before.sum())


def _primary(context: Context, found: dict[str, Estimated], interval: Interval) -> _Primary:
    estimated, specification = found[PRIMARY], context.specification
    bound, cells = specification.thresholds, estimated.cells
    series = by_event_time(cells) if cells is not None and cells.estimated.any() else None
    test, leads, n_leads, breaks = JointTest(NAN, 0, NAN), None, 0, NAN
    if series is not None and estimated.headline is not None and cells is not None:
        leads, n_leads = _leads(context, series)
        test = joint_test(leads.att, leads.influence, len(leads.influence), leads.df, context.least)
        if np.isfinite(interval.se):
            breaks = _breakdown(context, series, estimated.headline, cells, interval.df)
    baselines = [e.headline.att for e in found.values() if e.estimator.is_baseline and e.headline is not None]
    att = estimated.headline.att if estimated.headline is not None else NAN
    other = found["cs_dr_nyt_only"].headline if "cs_dr_nyt_only" in found else None
    strata = found["cs_strata"].headline if "cs_strata" in found else None
    row = {
        "n_pre_periods": n_leads, "pretrend_p": test.p_value, "pretrend_df": test.df,
        "max_abs_lead": float(np.abs(leads.att).max()) if leads is not None and len(leads.att) else NAN, "honest_m_breakdown": breaks,
        "sql_vs_python_gap_se": (strata.att - att) / interval.se if strata is not None and interval.se > 0 else NAN,
        "sign_agrees_baselines": _same_sign(att, baselines),
    }  # fmt: skip
    described, dropped = context.described, context.sample.dropped
    least_controls, least_clusters = _least(cells)
    evidence = Evidence(
        kind=specification.kind, obstacle=_obstacle(context, estimated), n_treated=described.n_treated if estimated.headline else
        int(context.sample.treated.sum()), n_treated_clusters=described.n_treated_clusters,
        effective_clusters=described.effective_treated_clusters, n_small_cohorts=dropped["small_cohorts"],
        n_in_small_cohorts=dropped["in_small_cohorts"], n_always_treated=dropped["always_treated"],
        n_without_covariates=dropped["without_covariates"],
        least_controls=least_controls, least_control_clusters=least_clusters, share_outside=_outside(cells),
        attrition_treated=described.attrition_treated, attrition_control=described.attrition_control, attrition_p=described.attrition_p,
        n_leads=n_leads, pretrend_p=test.p_value, pretrend_df=test.df, att=att, low=interval.low, high=interval.high,
        mde=bound.mde_factor * interval.se, q=NAN, family=0, breakdown=breaks,
        other_sign=other is not None and np.isfinite(other.att) and bool(other.att * att < 0),
        lower_is_better=context.outcome in specification.lower_is_better,
    )  # fmt: skip
    return _Primary(row, evidence, series)


def _least(cells: GroupTimes | None) -> tuple[int, float]:
    """Controls, and how many clusters these count as, of the comparison after training that has fewest."""
    after = _after(cells)
    return (
        (int(cells.n_control[after].min()), float(cells.control_clusters[after].min())) if cells is not None and after.any() else (0, 0.0)
    )


def _same_sign(att: float, baselines: list[float]) -> bool | None:
    return all(bool(np.sign(value) == np.sign(att)) for value in baselines) if baselines and np.isfinite(att) else None


def _obstacle(context: Context, estimated: Estimated) -> str:
    if estimated.headline is None:
        return estimated.why_not
    values = context.sample.outcomes[context.outcome]
    spread = np.nanmax(values, axis=0, initial=-np.inf) - np.nanmin(values, axis=0, initial=np.inf)
    return "" if (spread > 0).any() else reason("all_the_same")


def _breakdown(context: Context, series: Series, headline: Aggregate, cells: GroupTimes, df: float) -> float:
    ahead = context.specification.anticipation_of(context.programme)
    bound = context.specification.thresholds
    near = (series.at <= -1 - ahead) & (series.at >= -ahead - bound.tested_leads)
    drift, influence = drifts(series.select(near), context.specification.base)
    return breakdown(
        headline, drift, influence, headline_exposure(cells), n_clusters=len(headline.influence), df=df,
        confidence=bound.confidence, largest=bound.max_breakdown,
    )  # fmt: skip


def _events(context: Context, series: Series | None, df: float) -> pd.DataFrame:
    if series is None:
        return pd.DataFrame()
    bound = context.specification.thresholds
    factor = band_factor(series.influence, df, bound.confidence, bound.band_draws, bound.seed, context.least)
    plain = t_quantile(df, bound.confidence)
    rows = []
    for j, event in enumerate(series.at):
        att, se = float(series.att[j]), standard_error(series.influence[:, j], len(series.influence), least=context.least)
        # Fewer clusters are behind a time that only some cohorts reach: its interval is wider by their own degrees, and the band with it.
        own = float(series.df[j])
        interval = t_interval(att, se, own, bound.confidence)
        reach = factor * t_quantile(own, bound.confidence) / plain * se
        rows.append({
            "programme_id": context.programme, "outcome": context.outcome, "event_time": int(event), "att": att, "se": se,
            "ci_low": interval.low, "ci_high": interval.high, "band_low": att - reach, "band_high": att + reach,
            "n_treated": int(series.n_treated[j]), "is_reference": bool(series.is_reference[j]),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _cells(context: Context, cells: GroupTimes) -> pd.DataFrame:
    labels = np.array(context.calendar.labels, dtype=object)
    known = cells.estimated
    n = cells.influence.shape[0]
    return pd.DataFrame({
        "programme_id": context.programme, "outcome": context.outcome, "cohort": labels[cells.cohort[known]],
        "period": labels[cells.period[known]], "att": cells.att[known],
        "se": [standard_error(cells.influence[:, k], n, least=context.least) for k in np.flatnonzero(known)],
        "n_treated": cells.n_treated[known], "n_control": cells.n_control[known],
    })  # fmt: skip


def finish(estimates: pd.DataFrame, specification: Specification, costs: pd.DataFrame | None) -> pd.DataFrame:
    """Add what needs all programmes: q-values within the outcome, the verdicts that rest on them, and the costs of what may be shown."""
    from dataclasses import replace

    bound = specification.thresholds
    estimates = estimates.copy()
    estimates["q_value"] = NAN
    for _, rows in estimates[estimates["is_primary"]].groupby("outcome", sort=False):
        enough = rows[[has_enough_data(evidence, bound) for evidence in rows["_evidence"]]]
        q = q_values(enough["p_value"].to_numpy(dtype=np.float64))
        estimates.loc[enough.index, "q_value"] = q
        found = dict(zip(enough.index, q, strict=True))
        for index, evidence in rows["_evidence"].items():
            verdict, why = judge(replace(evidence, q=found.get(index, NAN), family=len(enough)), bound)
            estimates.loc[index, ["verdict", "verdict_reason"]] = str(verdict), why
    whole = [name for name in ESTIMATE_COLUMNS if name.startswith("n_")] + ["kirkpatrick_level"]
    finished = add_costs(estimates, specification, costs).reindex(columns=list(ESTIMATE_COLUMNS))
    return finished.astype(dict.fromkeys(whole, "Int64"))
