"""``competency_gap_by_unit`` in pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from benchmarks.rival.lake import in_force, ratio, rules, surrogate
from benchmarks.rival.people import BEFORE_ALL, ancestors, employees, units

if TYPE_CHECKING:
    from benchmarks.rival.lake import Lake

KEY = ["employee_key", "assessed_on", "purpose"]
PLACE = ["delivery_on", "source_file", "source_row"]
SUBJECT = ["position_class", "position_id", "competency_code"]
COUNTS = ["n_employees", "n_assessed", "n_below", "n_expired", "sum_required", "sum_assessed", "sum_gap"]


def compute(lake: Lake) -> pd.DataFrame:
    """Quarter by quarter: who is there, what their work asks for, what they were last found to have; then up the tree of units."""
    people = employees(lake)
    first, active = people["valid_from"].min(), people[people["is_active"]]
    levels, required, tree = assessed(lake), standards(lake), ancestors(units(lake, people["unit_id"]))
    parts = []
    for quarter in pd.period_range(first, lake.today, freq="Q"):
        day = min(quarter.end_time.normalize(), lake.today)
        if day >= first:
            part = _up(_totals(active[in_force(active, day)], levels, required, day), tree[in_force(tree, day)])
            parts.append(part.assign(quarter=quarter.start_time))
    found = pd.concat(parts, ignore_index=True)
    return pd.DataFrame({
        "unit_id": found["ancestor"], "competency_code": found["competency_code"], "quarter": found["quarter"],
        "n_employees": found["n_employees"], "n_assessed": found["n_assessed"],
        "coverage": ratio(found["n_assessed"], found["n_employees"]),
        "mean_required": ratio(found["sum_required"], found["n_employees"]),
        "mean_assessed": ratio(found["sum_assessed"], found["n_assessed"]),
        "mean_gap": ratio(found["sum_gap"], found["n_assessed"]),
        "share_below_standard": ratio(found["n_below"], found["n_assessed"]),
        "share_expired": ratio(found["n_expired"], found["n_employees"]),
        "is_suppressed": False, "suppression_reason": None,
    })  # fmt: skip


def _totals(here: pd.DataFrame, levels: pd.DataFrame, required: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Counts and sums for each unit and competency with a standard, on one day."""
    held = here[["employee_key", "unit_id", "position_id", "position_class"]].dropna(subset=["unit_id"])
    asked = held.merge(_asked(held, required, day), on=["position_id", "position_class"])
    newest = levels[(levels["assessed_on"] <= day) & (levels["superseded_on"].isna() | (levels["superseded_on"] > day))]
    found = asked.merge(newest, on=["employee_key", "competency_code"], how="left")
    old = found["valid_until"] < day
    level = found["assessed_level"].where(~old)
    gap = found["required_level"] - level
    columns = {
        "n_employees": 1, "n_assessed": gap.notna(), "n_below": gap > 0, "n_expired": old,
        "sum_required": found["required_level"], "sum_assessed": level.fillna(0), "sum_gap": gap.fillna(0),
    }  # fmt: skip
    sums = found[["unit_id", "competency_code"]].assign(**columns).astype(dict.fromkeys(COUNTS, "int64"))
    return sums.groupby(["unit_id", "competency_code"], as_index=False)[COUNTS].sum()


def _up(totals: pd.DataFrame, tree: pd.DataFrame) -> pd.DataFrame:
    found = totals.merge(tree[["unit_id", "ancestor"]], on="unit_id")
    return found.groupby(["ancestor", "competency_code"], as_index=False)[COUNTS].sum()


def _asked(held: pd.DataFrame, required: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The level that counts for each position and competency: that of the position before that of its class, the newest first."""
    holders = held[["position_id", "position_class"]].drop_duplicates()
    now, parts = required[in_force(required, day)], []
    for breadth, column in enumerate(("position_id", "position_class")):
        mine = now.dropna(subset=[column])[[column, "competency_code", "required_level", "valid_from"]]
        parts.append(holders.dropna(subset=[column]).merge(mine, on=column).assign(breadth=breadth))
    found = pd.concat(parts).sort_values(["breadth", "valid_from"], ascending=[True, False], kind="stable")
    return found.drop_duplicates(["position_id", "position_class", "competency_code"])[
        ["position_id", "position_class", "competency_code", "required_level"]
    ]


def assessed(lake: Lake) -> pd.DataFrame:
    """Levels of people with the days between which each is the newest."""
    rounds = lake.latest("accepted/evaluation/assessments", KEY, [])
    validity = rules("rule_assessment_validity")
    for rule in validity.itertuples():
        from_then = rounds["assessed_on"] >= rule.valid_from
        rounds.loc[from_then, "valid_until"] = rounds.loc[from_then, "assessed_on"] + pd.DateOffset(years=rule.years)
    levels = lake.read("accepted/evaluation/assessment_levels", [*KEY, "competency_code", "assessed_level", *PLACE])
    levels = levels.merge(rounds, on=[*KEY, *PLACE]).dropna(subset=["assessed_level"])
    levels = levels.sort_values("assessed_level").drop_duplicates([*KEY, "competency_code"])
    subject = ["employee_key", "competency_code", "assessed_on"]
    twice = levels.duplicated(subject, keep=False)
    levels["tie"] = ""
    levels.loc[twice, "tie"] = surrogate(levels[twice], KEY)
    levels = levels.sort_values(["delivery_on", "tie"], ascending=[False, True]).drop_duplicates(subject).sort_values(subject)
    levels["superseded_on"] = levels.groupby(subject[:2], sort=False)["assessed_on"].shift(-1)
    return levels[[*subject, "assessed_level", "valid_until", "superseded_on"]]


def standards(lake: Lake) -> pd.DataFrame:
    """Standards with the days between which they count: what was delivered, and for the days without, the rule table."""
    delivered = _delivered(lake)
    recalled = rules("rule_standard_level")
    pairs = recalled[["position_class", "competency_code"]].drop_duplicates()
    of_class = delivered.dropna(subset=["position_class"])
    first = of_class.groupby(["position_class", "competency_code"], as_index=False)["valid_from"].min()
    before = pairs.merge(first, how="left").rename(columns={"valid_from": "to"}).assign(since=BEFORE_ALL)
    ended = of_class["valid_to"].notna() & (of_class["succeeded_on"].isna() | (of_class["valid_to"] < of_class["succeeded_on"]))
    between = of_class.loc[ended, ["position_class", "competency_code", "valid_to", "succeeded_on"]]
    between = between.rename(columns={"valid_to": "since", "succeeded_on": "to"})
    filled = recalled.merge(pd.concat([before, between]), on=["position_class", "competency_code"])
    filled["valid_from"] = filled[["valid_from", "since"]].max(axis=1)
    filled["valid_to"] = filled[["valid_to", "to"]].min(axis=1)
    filled = filled[filled["valid_to"].isna() | (filled["valid_from"] < filled["valid_to"])]
    return pd.concat([delivered, filled], ignore_index=True)[[*SUBJECT, "required_level", "valid_from", "valid_to"]]


def _delivered(lake: Lake) -> pd.DataFrame:
    days = lake.deliveries("hr/competency_standards")
    rows = lake.read("accepted/hr/competency_standards", [*SUBJECT, "required_level", "valid_from", "last_delivery_on"])
    rows = rows.sort_values("last_delivery_on", kind="stable").drop_duplicates([*SUBJECT, "valid_from"], keep="last")
    following = dict(zip(days, [*days[1:], pd.NaT], strict=True))
    rows["withdrawn_on"] = pd.to_datetime(rows["last_delivery_on"].map(following))
    rows = rows[rows["withdrawn_on"].isna() | (rows["withdrawn_on"] > rows["valid_from"])].sort_values("valid_from")
    rows["succeeded_on"] = rows.groupby(SUBJECT, dropna=False)["valid_from"].shift(-1)
    rows["valid_to"] = rows[["succeeded_on", "withdrawn_on"]].min(axis=1)
    return rows
