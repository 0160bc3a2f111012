"""The estimate of training impact as a step of the warehouse: the panels of the city in, tables for the marts out.

What is estimated and how is in the other modules; here only how the relations of the warehouse become panels.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd
from scipy import stats

from pipelines.impact.estimate import Found, find, judged
from pipelines.impact.reasons import reason
from pipelines.impact.specification import Roles, Specification, Thresholds, UnitKind
from pipelines.impact.tables import CELL_COLUMNS, ESTIMATE_COLUMNS, EVENT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

COVARIATES = (
    "education", "tenure_years", "age_years", "holds_structural_post", "holds_functional_post", "works_by_contract", "serves_citizens",
)  # fmt: skip
_ANOTHER = "another"
"""Stands for whatever second programme ends what a person can say about the first."""


def estimate_training(frames: Mapping[str, Any], min_cell_size: int) -> dict[str, pd.DataFrame]:
    """The tables ``training_impact_estimates``, ``_events`` and ``_group_times`` of every programme and outcome of the city.

    Args:
        frames: ``described``, ``outcomes`` and ``specification``, as the relations that the step reads have them, and ``panel`` as one
            frame for each outcome and, where it means something else in each programme, programme.
        min_cell_size: not needed: the specification refuses small samples, and small cells are hidden when the release is built.
    """
    outcomes = frames["outcomes"].set_index("outcome")
    found: dict[str, list[Found]] = defaultdict(list)
    for part in frames["panel"]:
        outcome, series = part.iloc[0][["outcome", "series_programme_id"]]
        # What no office delivers, as the day of appointment, which may be absent: who lacks it would be everybody.
        known = tuple(name for name in COVARIATES if part[name].notna().any())
        specification = _specification(frames, outcomes.loc[outcome], outcome, known)
        rows = _with_second_programmes(part).rename(columns={"measured": outcome})
        del part  # it is as large as what came of it
        programmes = _programmes(rows, series)
        if programmes:
            found[outcome].append(find(rows, specification, programmes, [outcome]))
        del rows  # or it would be there while the next one is read
    tables = [judged(of_outcome, _specification(frames, outcomes.loc[outcome], outcome)) for outcome, of_outcome in found.items()]
    estimates = [one.estimates for one in tables]
    return {
        "training_impact_estimates": _joined([*estimates, _described(frames)], (*ESTIMATE_COLUMNS, "n_measured")),
        "training_impact_events": _joined([one.events for one in tables], EVENT_COLUMNS),
        "training_impact_group_times": _joined([one.group_times for one in tables], CELL_COLUMNS),
    }


def _programmes(rows: pd.DataFrame, series: Any) -> list[str]:
    """Programmes of a panel in which somebody is trained and a change can be seen: all, or the one whose series of measurements it is.

    A programme is left out of whose people none was measured before a second one began.
    """
    if rows["period_number"].nunique() == 1:
        return []
    return sorted(name for name in set(rows["programme_id"].dropna()) - {_ANOTHER} if pd.isna(series) or name == series)


def _with_second_programmes(rows: pd.DataFrame) -> pd.DataFrame:
    """The panel, in which the rows from a second programme on name it; who was not measured then gets an empty row that does."""
    rows = rows.assign(censored_period=pd.to_numeric(rows["censored_period"]), programme_id=rows["programme_id"].astype("str"))
    late = rows["period_number"] >= rows["censored_period"]
    rows.loc[late, "programme_id"] = _ANOTHER
    rows.loc[late, "first_treated"] = rows.loc[late, "censored_period"]
    censored = rows[rows["censored_period"].notna()]
    unseen = censored[~censored["observed_id"].isin(rows.loc[late, "observed_id"])].drop_duplicates("observed_id").copy()
    unseen["period_number"] = unseen["first_treated"] = unseen["censored_period"]
    unseen["programme_id"], unseen["measured"] = _ANOTHER, float("nan")
    return pd.concat([rows, unseen], ignore_index=True) if len(unseen) else rows


def _specification(
    frames: Mapping[str, pd.DataFrame], of_outcome: Any, outcome: str, covariates: tuple[str, ...] = COVARIATES
) -> Specification:
    rules = frames["specification"].iloc[0]
    is_person = of_outcome["unit_kind"] == "person"
    roles = Roles(
        unit="observed_id", period="period_number", outcomes=(outcome,), first_treated="first_treated", programme="programme_id",
        cluster="cluster_id", covariates=covariates if is_person else (), strata="stratum",
    )  # fmt: skip
    ceiling = of_outcome["ceiling"]
    return Specification(
        roles,
        unit_kind=UnitKind.PERSON if is_person else UnitKind.SERVICE_UNIT,
        anticipation_default=int(rules["anticipation"]),
        lower_is_better=frozenset() if of_outcome["is_higher_better"] else frozenset({outcome}),
        ceiling={} if pd.isna(ceiling) else {outcome: float(ceiling)},
        kirkpatrick_level={outcome: int(of_outcome["kirkpatrick_level"])},
        thresholds=_thresholds(rules),
        version=str(rules["rule_set"]),
    )


def _thresholds(rules: Any) -> Thresholds:
    return Thresholds(
        min_controls=int(rules["min_controls"]),
        max_share_outside_overlap=float(rules["max_share_outside_overlap"]),
        min_treated_persons=int(rules["min_treated_persons"]),
        min_treated_clusters=int(rules["min_treated_clusters"]),
        min_effective_clusters=int(rules["min_effective_clusters"]),
        min_treated_service_units=int(rules["min_treated_service_units"]),
        min_cohort=int(rules["min_cohort"]),
        max_attrition_difference=float(rules["max_attrition_difference"]),
        min_leads=int(rules["min_leads"]),
        tested_leads=int(rules["tested_leads"]),
        pretrend_level=float(rules["pretrend_level"]),
        max_q=float(rules["max_q"]),
        min_breakdown=float(rules["min_breakdown"]),
    )


def _described(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Reactions and test gains with a t interval: what is described only, in the columns of the estimates."""
    level = frames["outcomes"].set_index("outcome")["kirkpatrick_level"]
    rules, described = frames["specification"], frames["described"].copy()
    if described.empty or rules.empty:
        return pd.DataFrame()
    n, mean = described["n_measured"], described["mean"]
    se = described["standard_deviation"] / n**0.5
    half = stats.t.ppf(1 - (1 - Thresholds().confidence) / 2, (n - 1).clip(lower=1)) * se
    return pd.DataFrame(
        {
            "programme_id": described["programme_id"], "outcome": described["outcome"],
            "kirkpatrick_level": described["outcome"].map(level), "scope_type": "all", "estimator": "described",
            "control_group": "none", "is_baseline": False, "is_primary": False, "spec_version": str(rules.iloc[0]["rule_set"]),
            "n_measured": n, "n_treated": described["n_completed"], "n_control": 0,
            "att": mean, "se": se, "df": n - 1.0, "ci_low": mean - half, "ci_high": mean + half, "verdict": "described",
            "verdict_reason": [
                reason("described", n=seen, completed=completed)
                for seen, completed in zip(n, described["n_completed"], strict=True)
            ],
        }
    )  # fmt: skip


def _joined(frames: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    """All frames one below the other, with these columns: empty where none has one, as in a city of which nothing can be estimated yet."""
    filled = [frame for frame in frames if len(frame)]
    whole = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(columns))
    return whole.assign(**{name: None for name in columns if name not in whole})[list(columns)]
