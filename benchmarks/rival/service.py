"""``service_quality`` in pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmarks.rival.lake import calendar, in_force, ratio, rules

if TYPE_CHECKING:
    from benchmarks.rival.lake import Lake

ELEMENTS = [f"u{number}" for number in range(1, 10)]
POOLED, UNNAMED = "Semua layanan", "Tidak disebutkan"
PLACE = ["unit_id", "service_name", "is_all_services", "quarter"]
SUMS = ["n_responses", "n_incomplete", *(f"n_{e}" for e in ELEMENTS), *(f"sum_{e}" for e in ELEMENTS), "n_own", "sum_own", "sum_squared"]
TERM, LAST = 10**12, 10**10
"""Decimals to which a term of the index is kept, and to which their sum is brought before it is rounded."""


def compute(lake: Lake) -> pd.DataFrame:
    """Surveys and complaints of each quarter, beside each other where both are of all services of a unit."""
    surveyed, complained = _surveyed(lake), _complained(lake)
    found = surveyed.merge(complained, on=PLACE, how="outer")
    whole = found["is_all_services"].astype(bool)
    columns: dict[str, object] = {name: found[name] for name in PLACE}
    columns |= {name: found[name].fillna(0).astype("int64") for name in ("n_responses", "n_incomplete")}
    columns |= {name: found[name] for name in surveyed.columns if name not in {*columns, *PLACE}}
    columns |= {name: found[name].fillna(0).where(whole).astype("Int64") for name in ("n_complaints", "n_open")}
    columns |= {name: found[name] for name in complained.columns if name not in {*columns, *PLACE}}
    return pd.DataFrame({**columns, "is_suppressed": False, "suppression_reason": None})


def _surveyed(lake: Lake) -> pd.DataFrame:
    totals = _totals(_answers(lake))
    found = totals[[*PLACE, "n_responses", "n_incomplete"]].copy()
    for element in ELEMENTS:
        found[f"nrr_{element}"] = ratio(totals[f"sum_{element}"], totals[f"n_{element}"])
    published = rules("rule_survey_publication")["published_weight"].iloc[0]
    weights = rules("rule_survey_weight")
    for name, rule_set in (("exact", "1/9"), ("011", "0.11"), ("published", published)):
        found[f"ikm_{name}"] = _index(totals, weights[weights["rule_set"] == rule_set])
    found["published_weight"] = published
    _grade(found)
    _precision(found, totals)
    return found


def _answers(lake: Lake) -> pd.DataFrame:
    """The last state of each answer of the survey with nine elements, its service under the spelling that is most common."""
    rows = lake.latest(
        "accepted/feedback/survey_responses", ["response_id"], ["instrument", "unit_id", "service_name", "responded_on", *ELEMENTS]
    )
    rows = rows[(rows["instrument"] == "SKM 9") & rows["unit_id"].notna()].copy()
    rows["spelling"] = rows["service_name"].str.replace(r"[ \t\n\v\f\r]+", " ", regex=True).str.strip(" ")
    rows["service"] = rows["spelling"].str.lower()
    spelled = rows.groupby(["unit_id", "service", "spelling"], as_index=False).size()
    spelled = spelled.sort_values(["size", "spelling"], ascending=[False, True]).drop_duplicates(["unit_id", "service"])
    named = rows.merge(spelled[["unit_id", "service", "spelling"]], on=["unit_id", "service"], how="left", suffixes=("_own", ""))
    for element in ELEMENTS:
        named[element] = pd.to_numeric(named[element])
    quarter = named["responded_on"].dt.to_period("Q").dt.start_time
    return named.assign(quarter=quarter, service_name=named["spelling"].fillna(UNNAMED))


def _totals(answers: pd.DataFrame) -> pd.DataFrame:
    complete = answers[ELEMENTS].notna().all(axis=1)
    own = answers[ELEMENTS].sum(axis=1).where(complete)  # with a weight of 1 for each element
    columns = {"n_responses": 1, "n_incomplete": ~complete, "n_own": complete, "sum_own": own, "sum_squared": own**2}
    columns |= {f"n_{element}": answers[element].notna() for element in ELEMENTS}
    columns |= {f"sum_{element}": answers[element] for element in ELEMENTS}
    counted = answers[["unit_id", "service_name", "quarter"]].assign(**columns)
    counted[SUMS] = counted[SUMS].fillna(0).astype("int64")
    single = counted.groupby(["unit_id", "service_name", "quarter"], as_index=False)[SUMS].sum()
    pooled = single.groupby(["unit_id", "quarter"], as_index=False)[SUMS].sum().assign(service_name=POOLED)
    return pd.concat([single.assign(is_all_services=False), pooled.assign(is_all_services=True)], ignore_index=True)


def _index(totals: pd.DataFrame, weights: pd.DataFrame) -> pd.Series:
    """Sum of mean answer x weight x conversion, in whole numbers of any length, half up; empty where an element has no answer."""
    answered = (totals[[f"n_{element}" for element in ELEMENTS]] > 0).all(axis=1)
    terms = pd.Series(0, index=totals.index[answered], dtype=object)
    for rule in weights.itertuples():
        top = totals.loc[answered, f"sum_{rule.element}"].astype(object) * rule.weight_numerator * rule.conversion_factor
        below = totals.loc[answered, f"n_{rule.element}"].astype(object) * rule.weight_denominator
        terms += (2 * TERM * top + below) // (2 * below)
    whole = (2 * terms + 100) // 200
    return ((200 * whole + LAST) // (2 * LAST)).astype("int64").div(100).reindex(totals.index)


def _grade(found: pd.DataFrame) -> None:
    """The grade that the index gives at the end of the quarter."""
    found[["mutu", "mutu_label_id", "band_rule_set"]] = None
    ends = found["quarter"] + pd.offsets.QuarterEnd(0)
    for band in rules("rule_survey_band").itertuples():
        holds = (ends >= band.valid_from) & (pd.isna(band.valid_to) | (ends < band.valid_to))
        within = (pd.isna(band.lower_bound) | (found["ikm_published"] >= band.lower_bound)) & (
            pd.isna(band.upper_bound) | (found["ikm_published"] < band.upper_bound)
        )
        here = holds & within & found["ikm_published"].notna()
        found.loc[here, ["mutu", "mutu_label_id", "band_rule_set"]] = [band.mutu, band.label_id, band.rule_set]


def _precision(found: pd.DataFrame, totals: pd.DataFrame) -> None:
    """The interval around the published index, and how many answers a sample needs."""
    (rule,) = rules("rule_sample_size").itertuples()
    n, sums = totals["n_own"].astype(float), totals["sum_own"]
    several = n > 1
    spread = (totals["n_own"] * totals["sum_squared"] - sums * sums).astype(float).where(several) / n / (n - 1).where(several)
    half_width = (np.sqrt(rule.chi_square * spread / n) * (25.0 / 9.0)).mul(10**6).round()
    centre = found["ikm_published"].mul(10**6).round()
    for name, edge in (("ci_low", centre - half_width), ("ci_high", centre + half_width)):
        found[name] = np.floor(edge / 10**4 + 0.5) / 100
    population, spread_units = rule.population_default, round(rule.chi_square * rule.proportion * (1 - rule.proportion) * 10**7)
    below = round(rule.margin**2 * 10**7) * (population - 1) + spread_units
    required = (2 * spread_units * population + below) // (2 * below)
    found["sample_population"], found["sample_required"] = population, required
    found["sample_sufficient"], found["sample_rule_set"] = found["n_responses"] >= required, rule.rule_set


def _complained(lake: Lake) -> pd.DataFrame:
    rows = lake.latest("accepted/feedback/complaints", ["tracking_id"], ["unit_id", "received_at", "responded_at", "closed_at", "status"])
    rows = rows.dropna(subset=["unit_id", "received_at"])
    numbers = calendar().set_index("day")["working_day_number"]
    received, responded, closed = (
        rows[name].dt.normalize().map(numbers) for name in ("received_at", "responded_at", "closed_at")
    )  # fmt: skip
    sla = rules("rule_complaint_sla")
    (sla,) = sla[sla["is_default"] & (sla["measure"] == "first_response")].itertuples()
    to_response, to_close = responded - received, closed - received
    answer, waited = to_response.fillna(to_close), numbers[lake.today] - received
    within = pd.Series(np.where(answer <= sla.working_days, 1.0, np.where(answer > sla.working_days, 0.0, np.nan)), rows.index)
    within = within.mask(answer.isna() & (waited > sla.working_days), 0.0)
    states = rules("rule_complaint_status")
    states = states[in_force(states, lake.today)].set_index("status")["is_open"]
    is_open = rows["closed_at"].isna() & rows["status"].map(states).fillna(value=True).astype(bool)
    facts = rows[["unit_id"]].assign(
        quarter=rows["received_at"].dt.to_period("Q").dt.start_time, response=to_response, close=to_close, within=within, is_open=is_open
    )
    known = facts[received.notna()].groupby(["unit_id", "quarter"], as_index=False)
    found = known.agg(
        n_complaints=("is_open", "size"), median_working_days_to_first_response=("response", "median"),
        median_working_days_to_close=("close", "median"), n_within=("within", "sum"), n_judged=("within", "count"),
        n_open=("is_open", "sum"),
    )  # fmt: skip
    found["share_within_sla"] = ratio(found.pop("n_within"), found.pop("n_judged"))
    return found.assign(sla_rule_set=sla.rule_set, service_name=POOLED, is_all_services=True)
