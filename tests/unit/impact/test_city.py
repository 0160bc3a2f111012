"""Panels of the warehouse as the step reads them: what becomes a panel, what ends it, and what is judged together."""

from __future__ import annotations

import base64
import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipelines.building.steps import TRAINING_IMPACT
from pipelines.impact.city import estimate_training
from pipelines.impact.report import a_known_effect_is_found, event_studies, every_estimate_has_a_verdict

OUTCOMES = pd.DataFrame(
    {
        "outcome": ["competence", "response_days", "reaction"], "kirkpatrick_level": [2, 4, 1], "unit_kind": ["person", "unit", "person"],
        "is_higher_better": [True, False, True], "ceiling": [5.0, None, 5.0],
    }
)  # fmt: skip
SPECIFICATION = pd.DataFrame(
    [
        {
            "rule_set": "declared", "anticipation": 0, "min_controls": 30, "max_share_outside_overlap": 0.1, "min_treated_persons": 30,
            "min_treated_clusters": 10, "min_effective_clusters": 5, "min_treated_service_units": 20, "min_cohort": 5, "max_attrition_difference": 0.05, "min_leads": 2,
            "tested_leads": 5, "pretrend_level": 0.05, "max_q": 0.1, "min_breakdown": 0.5,
        }
    ]
)  # fmt: skip
DESCRIBED = pd.DataFrame(
    {"programme_id": ["P"], "outcome": ["reaction"], "n_completed": [12], "n_measured": [9], "mean": [4.0], "standard_deviation": [0.6]}
)


def person(number: int, programme: str | None, first: int | None, censored: int | None = None, *, series: str, effect: float) -> list[Any]:
    rng = np.random.default_rng([number, len(series)])
    return [
        {
            "outcome": "competence", "series_programme_id": series, "observed_id": f"person {number}", "period_number": period,
            "measured": 2 + 0.1 * period + rng.normal(0, 0.3) + (effect if first is not None and period >= first else 0.0)
            + (9.0 if censored is not None and period >= censored else 0.0),
            "programme_id": programme, "first_treated": first, "censored_period": censored, "cluster_id": f"place {number % 40}",
            "stratum": "2/PNS" if number % 3 else "4/PNS", "education": 30.0 + number % 2, "tenure_years": float(number % 17),
            "age_years": 30.0 + number % 23, "holds_structural_post": 0.0, "holds_functional_post": float(number % 3 > 0),
            "works_by_contract": 0.0, "serves_citizens": float(number % 5 > 2),
        }
        for period in range(1, 9)
    ]  # fmt: skip


def city(**censored: int) -> pd.DataFrame:
    """Programmes P (effect 0.6) and Q (none), 60 people each in two cohorts, beside 400 who were never trained."""
    rows: list[Any] = []
    for series, effect in (("P", 0.6), ("Q", 0.0)):
        for number in range(460):
            first = None if number >= 60 else (4, 6)[number % 2]
            programme = None if first is None else series
            rows += person(number, programme, first, censored.get(series) if number < 10 else None, series=series, effect=effect)
    return pd.DataFrame(rows)


def frames(panel: pd.DataFrame) -> dict[str, Any]:
    parts = [rows for _, rows in panel.groupby(list(TRAINING_IMPACT.in_parts["panel"]), dropna=False)]
    return {"panel": parts, "described": DESCRIBED, "outcomes": OUTCOMES, "specification": SPECIFICATION}


@pytest.fixture(scope="module")
def estimated() -> dict[str, pd.DataFrame]:
    return estimate_training(frames(city()), 5)


def primary(tables: dict[str, pd.DataFrame], programme: str) -> pd.Series[Any]:
    estimates = tables["training_impact_estimates"]
    [row] = [row for _, row in estimates[estimates["is_primary"] & (estimates["programme_id"] == programme)].iterrows()]
    return row


def test_each_programme_is_estimated_on_its_own_series(estimated: dict[str, pd.DataFrame]) -> None:
    found = primary(estimated, "P")
    assert found["ci_low"] < 0.6 < found["ci_high"]
    assert found["verdict"] == "credible_positive"
    assert (found["n_treated"], found["n_control"], found["kirkpatrick_level"]) == (60, 430, 2)
    assert primary(estimated, "Q")["verdict"] == "inconclusive"


def test_all_programmes_of_an_outcome_share_the_false_discovery_rate(estimated: dict[str, pd.DataFrame]) -> None:
    """Each stands in a panel of its own; judged alone, every q-value would be the p-value."""
    p, q = primary(estimated, "P"), primary(estimated, "Q")
    assert p["q_value"] == pytest.approx(2 * p["p_value"])
    assert q["q_value"] == pytest.approx(q["p_value"])


def test_what_a_person_is_worth_after_a_second_programme_says_nothing_of_the_first(estimated: dict[str, pd.DataFrame]) -> None:
    """Ten people jump by nine levels when their second programme begins."""
    censored = estimate_training(frames(city(P=7)), 5)
    found = primary(censored, "P")
    assert found["n_censored"] == 10
    assert abs(found["att"] - primary(estimated, "P")["att"]) < 0.1
    unseen = city(P=7)
    gone = unseen[~((unseen["censored_period"] == 7) & (unseen["period_number"] >= 7))]
    again = primary(estimate_training(frames(gone), 5), "P")
    assert again["n_censored"] == 10, "also where nothing was measured any more"
    assert again["att"] == pytest.approx(found["att"])


def test_a_programme_whose_people_were_first_measured_after_a_second_one_stops_nobody(estimated: dict[str, pd.DataFrame]) -> None:
    """Of R one person knows a score, and that from a time when another programme had begun."""
    rows = pd.DataFrame(person(9_000, "R", 3, 5, series="R", effect=0.0))
    alone = pd.DataFrame([row for number in range(9_001, 9_080) for row in person(number, None, None, series="R", effect=0.0)])
    with_r = pd.concat([city(), rows[rows["period_number"] >= 5], alone], ignore_index=True)
    tables = estimate_training(frames(with_r), 5)
    assert "R" not in set(tables["training_impact_estimates"]["programme_id"])
    assert primary(tables, "P")["att"] == primary(estimated, "P")["att"]


def test_what_no_office_delivers_keeps_nobody_out() -> None:
    without = primary(estimate_training(frames(city().assign(tenure_years=float("nan"))), 5), "P")
    assert without["n_treated"] == 60
    assert without["att"] == pytest.approx(0.6, abs=0.2)


def test_described_rows_are_no_estimates(estimated: dict[str, pd.DataFrame]) -> None:
    rows = estimated["training_impact_estimates"]
    [row] = [row for _, row in rows[rows["outcome"] == "reaction"].iterrows()]
    assert (row["estimator"], row["is_primary"], row["n_measured"], row["verdict"]) == ("described", False, 9, "described")
    assert row["ci_high"] - row["att"] == pytest.approx(2.306004 * 0.6 / 3, abs=1e-6)


def test_without_people_every_table_is_empty() -> None:
    nobody = {name: frame.iloc[:0] for name, frame in frames(city()).items() if name != "panel"} | {"panel": []}
    tables = TRAINING_IMPACT.compute(nobody, 5)
    assert {name: table.num_rows for name, table in tables.items()} == dict.fromkeys(TRAINING_IMPACT.outputs, 0)


def test_the_checks_of_the_asset(estimated: dict[str, pd.DataFrame]) -> None:
    tables = {name: pa.Table.from_pandas(frame, preserve_index=False) for name, frame in estimated.items()}
    assert every_estimate_has_a_verdict(tables)[0]
    assert a_known_effect_is_found(tables)[0]
    studies = event_studies(tables, 5)
    assert set(studies) == {"event study P", "event study Q"}
    assert studies["event study P"].startswith("**credible_positive**: 60 people")
    estimates = estimated["training_impact_estimates"]
    refused = estimates["verdict"].mask(estimates["programme_id"] == "P", "refused_pretrend")
    refused = refused.mask(estimates["programme_id"] == "Q", "refused_small_sample")
    shown = event_studies(
        tables | {"training_impact_estimates": pa.Table.from_pandas(estimates.assign(verdict=refused), preserve_index=False)}, 5
    )
    [drawn] = [base64.b64decode(page.split("base64,")[1].rstrip(")")).decode() for page in shown.values()]
    assert re.findall(r"([+-]?\d+): ", drawn.split("with interval:")[1].split("</desc>")[0]), "the trend that refuses it is drawn"
    assert "+0: " not in drawn, "and nothing after the training"
    assert "+0: " in base64.b64decode(studies["event study P"].split("base64,")[1].rstrip(")")).decode()
    silent = estimated["training_impact_estimates"].assign(verdict_reason="")
    passed, facts = every_estimate_has_a_verdict(tables | {"training_impact_estimates": pa.Table.from_pandas(silent, preserve_index=False)})
    assert not passed
    assert facts["silent"] == len(silent)


def test_a_city_of_which_nothing_can_be_estimated_yet_has_its_described_rows() -> None:
    """In the first months people have been asked and tested, but nobody was assessed twice."""
    tables = TRAINING_IMPACT.compute(frames(city().iloc[:0]) | {"panel": []}, 5)
    [row] = tables["training_impact_estimates"].to_pylist()
    assert (row["estimator"], row["n_measured"], row["scope_id"], row["n_clusters"], row["q_value"]) == ("described", 9, None, None, None)
    assert tables["training_impact_events"].num_rows == tables["training_impact_group_times"].num_rows == 0
