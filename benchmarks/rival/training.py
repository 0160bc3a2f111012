"""``training_participation_by_unit`` in pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmarks.rival.lake import in_force, ratio, rules, surrogate
from benchmarks.rival.people import ancestors, employees, units

if TYPE_CHECKING:
    from benchmarks.rival.lake import Lake

STAGES = ["invited", "accepted", "declined", "no_show", "completed"]
TURN = ["year", "unit_id"]
COLUMNS = ["programme_id", "employee_key", "batch", "invited_on", "status", "reason", "started_on", "ended_on", "hours_jp"]
PARTS = ["completed_share", "share_trained", "share_reaching_hours"]
FROM_YEAR, TO_YEAR = 2010, 2035


def compute(lake: Lake) -> pd.DataFrame:
    """What becomes of invitations and how many hours people learn, in each unit and all above it, year by year."""
    people = employees(lake)
    invited = _invitations(lake, people)
    years = _years(lake, invited, people["valid_from"].min())
    tree = _trees(ancestors(units(lake, people["unit_id"])), years)
    funnel, reasons, hours = _funnel(invited, tree), _top_reasons(invited, tree), _hours(people, invited, years, tree)
    found = hours.merge(funnel, on=TURN, how="outer").merge(reasons, on=TURN, how="left").merge(years[["year", "state_on"]], on="year")
    counts = ["n_employees", "n_pns", "n_pppk", *(f"n_{kind}{stage}" for stage in STAGES for kind in ("people_", ""))]
    shares = {
        "decline_rate": ratio(found["n_declined"], found["n_invited"]),
        "no_show_rate": ratio(found["n_no_show"], found["n_accepted"]),
        "hours_per_head": ratio(found["hours"], found["n_employees"] * 10**4),
        "share_reaching_hours": ratio(found["n_reached"], found["n_with_floor"]),
        "hours_per_head_pppk": ratio(found["hours_pppk"], found["n_pppk_ceiling"] * 10**4),
        "share_over_ceiling": ratio(found["n_over"], found["n_pppk_ceiling"]),
        "completed_share": ratio(found["n_completed"], found["n_invited"]),
        "share_trained": ratio(found["n_trained"], found["n_employees"]),
    }
    culture = rules("rule_learning_culture")
    weighed = sum((shares[part] * 10**4).round() * weight for part, weight in zip(culture["part"], culture["weight"], strict=True))
    counted = {name: found[name].fillna(0).astype("int64") for name in [*counts, "n_repeat_refusers"]}
    return pd.DataFrame({
        "unit_id": found["unit_id"], "year": found["year"], **counted, **shares, "top_reason_group": found["top_reason_group"],
        "learning_culture_index": ratio(weighed, pd.Series(10**4, weighed.index), 2),
        "floor_rule_set": found["floor_rule_set"], "ceiling_rule_set": found["ceiling_rule_set"],
        "index_rule_set": culture["rule_set"].iloc[0], "is_suppressed": False, "suppression_reason": None,
    })  # fmt: skip


def _invitations(lake: Lake, people: pd.DataFrame) -> pd.DataFrame:
    """Each invitation once, with its state, the group of its reason and the unit of the person on its day."""
    rows = lake.latest("accepted/evaluation/training_participants", ["participation_id"], COLUMNS)
    rows["seat"] = rows["batch"].fillna(rows["participation_id"])
    seat = ["employee_key", "programme_id", "seat"]
    twice = rows.duplicated(seat, keep=False)
    rows["tie"] = ""
    rows.loc[twice, "tie"] = surrogate(rows[twice], ["participation_id"])
    rows["year_known"] = rows["ended_on"].fillna(rows["started_on"]).fillna(rows["invited_on"]).dt.year
    years_of_all = np.union1d(rows["invited_on"].dt.year.unique(), rows["year_known"].unique())
    rows = rows.sort_values(["delivery_on", "invited_on", "tie"], ascending=[False, False, True]).drop_duplicates(seat)
    states = rules("rule_training_status")
    rows = rows.merge(states[["status", *(c for c in states if c.startswith("is_"))]], on="status", how="left").sort_values("invited_on")
    stays = people[["employee_key", "valid_from", "unit_id"]].sort_values("valid_from")
    rows = pd.merge_asof(rows, stays, left_on="invited_on", right_on="valid_from", by="employee_key")
    earliest = stays.drop_duplicates("employee_key").set_index("employee_key")["unit_id"]
    rows["unit_id"] = rows["unit_id"].where(rows["valid_from"].notna(), rows["employee_key"].map(earliest))
    stages = [f"is_{stage}" for stage in STAGES]
    rows["is_invited"] = True
    rows[stages] = rows[stages].fillna(value=False).astype(bool)
    rows["reason_group"] = _groups(rows["reason"]).where(rows["is_declined"])
    rows["is_repeat"] = _repeated(rows)
    found = rows.assign(year=rows["invited_on"].dt.year)
    found.attrs["years"] = years_of_all
    return found


def _groups(reasons: pd.Series) -> pd.Series:
    """Group of each reason that people write; each text is looked up once."""
    texts = reasons.fillna("").str.lower().str.replace(r"[^a-z0-9]+", " ", regex=True).str.strip(" ")
    known = rules("rule_refusal_reason").sort_values("match_order")

    def group(text: str) -> str | None:
        for rule in known.itertuples():
            kind, pattern = rule.match_kind, rule.pattern
            fits = {"ANY": True, "EMPTY": not text, "CODE": text == pattern, "WORD": f" {pattern}" in f" {text}"}[kind]
            if fits:
                return str(rule.reason_group)
        return None

    return texts.map({text: group(text) for text in texts.unique()})


def _repeated(rows: pd.DataFrame) -> pd.Series:
    """Which refusals are at least the second of a person within a year."""
    (rule,) = rules("rule_repeat_refusal").itertuples()
    refused = rows.loc[rows["is_declined"], ["employee_key", "invited_on"]].reset_index()
    pairs = refused.merge(refused, on="employee_key", suffixes=("", "_earlier"))
    near = pairs["invited_on_earlier"] > pairs["invited_on"] - pd.DateOffset(months=rule.months)
    counted = pairs[near & (pairs["invited_on_earlier"] <= pairs["invited_on"])].groupby("index").size()
    return (counted >= rule.refusals).reindex(rows.index, fill_value=False)


def _years(lake: Lake, invited: pd.DataFrame, first: pd.Timestamp) -> pd.DataFrame:
    """Years of which anything is known, with the day that shows their state and whether the staff of it is known."""
    budgets = lake.read("accepted/evaluation/training_budgets", ["year"])["year"].unique()
    every = np.union1d(np.union1d(invited.attrs["years"], budgets), np.arange(first.year, lake.today.year + 1)).astype(int)
    years = pd.DataFrame({"year": every[(every >= FROM_YEAR) & (every <= TO_YEAR)]})
    begin, end = (pd.to_datetime(years["year"].astype(str) + day) for day in ("-01-01", "-12-31"))
    return years.assign(state_on=end.clip(upper=lake.today), is_staffed=(end >= first) & (begin <= lake.today))


def _trees(tree: pd.DataFrame, years: pd.DataFrame) -> pd.DataFrame:
    """Units and those above them, as the newest version before the end of each year shows them, else as the first one does."""
    parts = []
    for year, day in zip(years["year"], years["state_on"], strict=True):
        begun = tree["valid_from"].where(tree["valid_from"] <= day)
        chosen = begun.groupby(tree["unit_id"]).transform("max").fillna(tree.groupby("unit_id")["valid_from"].transform("min"))
        parts.append(tree.loc[tree["valid_from"] == chosen, ["unit_id", "ancestor"]].assign(year=year))
    return pd.concat(parts, ignore_index=True)


def _above(rows: pd.DataFrame, tree: pd.DataFrame) -> pd.DataFrame:
    return rows.merge(tree, on=TURN).drop(columns="unit_id").rename(columns={"ancestor": "unit_id"})


def _funnel(invited: pd.DataFrame, tree: pd.DataFrame) -> pd.DataFrame:
    """Invitations and people at each stage."""
    stages = {f"is_{stage}": f"n_{stage}" for stage in STAGES}
    here = _above(invited[[*TURN, "employee_key", *stages, "is_repeat"]], tree)
    found = here.groupby(TURN)[list(stages)].sum().rename(columns=stages)
    for column, name in {**{f"is_{stage}": f"n_people_{stage}" for stage in STAGES}, "is_repeat": "n_repeat_refusers"}.items():
        found[name] = here[here[column]].groupby(TURN)["employee_key"].nunique().reindex(found.index, fill_value=0)
    return found.reset_index()


def _top_reasons(invited: pd.DataFrame, tree: pd.DataFrame) -> pd.DataFrame:
    groups = rules("ref_refusal_reason_group").rename(columns={"reason_group": "top_reason_group"})
    refused = invited.dropna(subset=["reason_group"])[[*TURN, "reason_group"]].rename(columns={"reason_group": "top_reason_group"})
    counted = _above(refused, tree).groupby([*TURN, "top_reason_group"], as_index=False).size().merge(groups, on="top_reason_group")
    ranked = counted.sort_values(["is_stated", "size", "group_order"], ascending=[False, False, True])
    return ranked.drop_duplicates(TURN)[[*TURN, "top_reason_group"]]


def _hours(people: pd.DataFrame, invited: pd.DataFrame, years: pd.DataFrame, tree: pd.DataFrame) -> pd.DataFrame:
    """Staff at the end of each year and the hours that they completed in it, in ten-thousandths of an hour."""
    done = invited[invited["is_completed"]].groupby(["employee_key", "year_known"]).agg(n=("hours_jp", "size"), hours=("hours_jp", "sum"))
    done = done.reset_index().rename(columns={"year_known": "year"})
    bounds = rules("rule_training_hours").set_index("bound_kind")
    parts = []
    for year in years[years["is_staffed"]].itertuples():
        here = people[people["is_active"] & in_force(people, year.state_on)][["employee_key", "unit_id", "employment_status"]]
        parts.append(here.assign(year=year.year).merge(done, on=["employee_key", "year"], how="left"))
    staff = pd.concat(parts, ignore_index=True).fillna({"n": 0, "hours": 0})
    of_floor, of_ceiling = (staff["employment_status"] == bounds.loc[kind, "employment_status"] for kind in ("FLOOR", "CEILING"))
    hours = (staff["hours"] * 10**4).round()
    facts = staff[TURN].assign(
        n_employees=1, n_pns=staff["employment_status"] == "PNS", n_pppk=staff["employment_status"] == "PPPK", n_trained=staff["n"] > 0,
        n_with_floor=of_floor, n_reached=of_floor & (staff["hours"] >= bounds.loc["FLOOR", "hours_jp"]), hours=hours,
        n_pppk_ceiling=of_ceiling, n_over=of_ceiling & (staff["hours"] > bounds.loc["CEILING", "hours_jp"]),
        hours_pppk=hours.where(of_ceiling, 0),
    )  # fmt: skip
    columns = facts.columns.drop(TURN)
    found = _above(facts.astype(dict.fromkeys(columns, "int64")), tree).groupby(TURN, as_index=False)[list(columns)].sum()
    found["floor_rule_set"] = np.where(found["n_with_floor"] > 0, bounds.loc["FLOOR", "rule_set"], None)
    found["ceiling_rule_set"] = np.where(found["n_pppk_ceiling"] > 0, bounds.loc["CEILING", "rule_set"], None)
    return found
