"""Predicates, job person match, professionalism index, talent boxes and gaps, computed anew in pandas.

Written from the regulations as the design notes quote them, with their numbers here in Python, and from the tables of the core.
It shares neither SQL nor rule tables with the warehouse, so that the two can contradict each other.

``python -m tests.system.recompute_people HOME`` compares a whole installation and prints what differs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd

PREDICATES = {
    ("1", "1"): "Sangat Baik", ("1", "2"): "Baik", ("1", "3"): "Kurang",
    ("2", "1"): "Baik", ("2", "2"): "Baik", ("2", "3"): "Kurang",
    ("3", "1"): "Butuh Perbaikan", ("3", "2"): "Butuh Perbaikan", ("3", "3"): "Sangat Kurang",
}  # fmt: skip
NINE = {*(f"M.{number}" for number in range(1, 9)), "SK.1"}
QUALIFICATION = {"50": 25, "45": 20, "40": 15, "35": 15, "30": 10, "25": 5, "20": 5, "18": 5, "17": 5, "15": 5, "12": 1, "10": 1, "05": 1}
PERFORMANCE = {"Sangat Baik": 30, "Baik": 25, "Butuh Perbaikan": 15, "Kurang": 5, "Sangat Kurang": 1}
PENALTIES = {**dict.fromkeys(("1", "2", "3", "21", "22"), 3), **dict.fromkeys(("4", "5", "6", "7", "8", "23", "24", "25"), 2),
             **dict.fromkeys(("9", "10", "11", "13", "14", "27", "28"), 1)}  # fmt: skip
SEMINARS = {"4", "7", "8", "9", "10"}
GROUPS = {"1": "structural", "2": "functional", "3": "structural", "4": "executor"}
LEADERSHIP_OF_CLASS = {"JPT_UTAMA": 1, "JPT_MADYA": 1, "JPT_PRATAMA": 2, "ADMINISTRATOR": 3, "PENGAWAS": 4}
LEADERSHIP = (
    (4, r"\b(pkp|kepemimpinan pengawas|sepala|adum|pim (tk |tingkat )?iv)\b"),
    (3, r"\b(pka|kepemimpinan administrator|sepadya|spama|pim (tk |tingkat )?iii)\b"),
    (2, r"\b(pkn (tk |tingkat )?ii|kepemimpinan nasional (tingkat )?ii|spamen|sespa|sespanas|pim (tk |tingkat )?ii)\b"),
    (1, r"\b(pkn (tk |tingkat )?i|kepemimpinan nasional (tingkat )?i|sepati|pim (tk |tingkat )?i)\b"),
)
WAIVED = re.compile(r"\b(dokter|guru|apoteker|perawat|bidan|asesor|psikolog)\b")
BOXES = {("above", "high"): 9, ("as", "high"): 8, ("above", "medium"): 7, ("below", "high"): 6, ("as", "medium"): 5, ("above", "low"): 4,
         ("below", "medium"): 3, ("as", "low"): 2, ("below", "low"): 1}  # fmt: skip
AXIS = {"Sangat Baik": "above", "Baik": "as", "Butuh Perbaikan": "below", "Kurang": "below", "Sangat Kurang": "below"}


class Difference(NamedTuple):
    """How many rows of a mart were compared, and which of them contradict the recomputation."""

    rows: int
    different: pd.DataFrame


def half_up(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


class City:
    """The core tables, and what follows from them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.today = pd.Timestamp(self.query("select max(delivery_on) as day from open.load_quality where status = 'accepted'")["day"][0])
        first = self.query("select extract, min(delivery_on) as first_on from open.load_quality where status = 'accepted' group by extract")
        self.first: dict[str, pd.Timestamp] = first.set_index("extract")["first_on"].to_dict()
        self.employees = self.query("select * from core.dim_employee").drop(columns="position_class")
        self.classes = self.query("select position_id, position_class, valid_from as day from core.dim_position")
        self.classes = self.classes.astype({"day": "datetime64[ns]"}).sort_values("day")
        self.standards = self.query("select * from core.fct_competency_standard")
        self.appraisals = self.query("select * from core.fct_appraisal")
        self.appraisals["predicate"] = [
            PREDICATES[pair] for pair in zip(self.appraisals["work_rating"], self.appraisals["behaviour_rating"], strict=True)
        ]
        self.match = self._match()

    def query(self, sql: str) -> pd.DataFrame:
        frame = self.connection.execute(sql).df()
        for column in frame.columns:
            if column.endswith(("_on", "_from", "_to", "_until")) or column == "quarter":
                frame[column] = pd.to_datetime(frame[column])
        return frame

    def on(self, day: pd.Timestamp) -> pd.DataFrame:
        """Active employees on a day."""
        people = self.employees
        here = (people["valid_from"] <= day) & (people["valid_to"].isna() | (people["valid_to"] > day)) & people["is_active"]
        return self.with_classes(people[here].assign(day=day))

    def with_classes(self, held: pd.DataFrame) -> pd.DataFrame:
        """Rows of (position_id, day) with the class that the position had last on that day; before it was known, its first."""
        found = pd.merge_asof(held.astype({"day": "datetime64[ns]"}).sort_values("day"), self.classes, on="day", by="position_id")
        first = self.classes.drop_duplicates("position_id").set_index("position_id")["position_class"]
        return found.assign(position_class=found["position_class"].fillna(found["position_id"].map(first)))

    def knows_trainings(self, day: pd.Timestamp) -> bool:
        """Participations had come by the day or tell of it or of one before, and their kinds are known."""
        parts = self.query("select * from core.fct_training_participation")
        told = parts["ended_on"].fillna(parts["started_on"]).fillna(parts["invited_on"]).min()
        came = self.first.get("training_participants", pd.NaT)
        return "training_programmes" in self.first and bool(came <= day or told <= day)

    def days(self, period: str) -> list[pd.Timestamp]:
        """The last day of each year or quarter since the first snapshot; today for the running one."""
        ends = pd.period_range(self.employees["valid_from"].min(), self.today, freq=period).end_time.normalize()
        return [min(end, self.today) for end in ends]

    def required(self, holders: pd.DataFrame) -> pd.DataFrame:
        """Standard for each (position_id, position_class, day) and competency: that of the post before that of the class, newest first."""
        parts = []
        for rank, column in enumerate(("position_id", "position_class")):
            merged = holders.merge(self.standards.dropna(subset=[column]), on=column, suffixes=("", "_standard"))
            parts.append(merged.assign(rank=rank))
        found = pd.concat(parts)
        found = found[(found["valid_from"] <= found["day"]) & (found["valid_to"].isna() | (found["valid_to"] > found["day"]))]
        key = ["position_id", "position_class", "day", "competency_code"]
        found = found.sort_values(["rank", "valid_from"], ascending=[True, False], kind="stable").drop_duplicates(key)
        return found[[*key, "required_level"]]

    def _match(self) -> pd.DataFrame:
        """JPM of each assessment: sum of levels over sum of standards, of the nine competencies with both."""
        done = self.query("select * from core.fct_assessment").rename(columns={"assessed_on": "day"})
        held = done[["assessment_key", "employee_key", "day"]].merge(self.employees, on="employee_key", how="left")
        held["then"] = (held["valid_from"] <= held["day"]) & (held["valid_to"].isna() | (held["valid_to"] > held["day"]))
        held = held.sort_values(["then", "valid_from"], ascending=[False, True]).drop_duplicates("assessment_key")
        held = self.with_classes(held)
        holders = held[["position_id", "position_class", "day"]].drop_duplicates()
        levels = self.query("select assessment_key, competency_code, assessed_level from core.fct_assessment_level").dropna()
        levels = levels[levels["competency_code"].isin(NINE)].merge(held[["assessment_key", "position_id", "position_class", "day"]])
        levels = levels.merge(self.required(holders))
        levels["capped"] = levels[["assessed_level", "required_level"]].min(axis=1)
        sums = levels.groupby("assessment_key")[["assessed_level", "required_level", "capped"]].sum()
        done = done.merge(sums, left_on="assessment_key", right_index=True, how="left")
        for name, column in (("jpm_raw", "assessed_level"), ("jpm_capped", "capped")):
            done[name] = [
                None if pd.isna(r) or not r else half_up(Decimal(100 * int(a)) / Decimal(int(r)), 2)
                for a, r in zip(done[column], done["required_level"], strict=True)
            ]
        done["category"] = [
            None if jpm is None else _jpm_category(*row) for *row, jpm in done[["purpose", "jpm_raw", "jpm_raw"]].to_numpy()
        ]
        return done


def _jpm_category(purpose: str, jpm: Decimal) -> str:
    if purpose == "FILLING":
        return "MS" if jpm >= 80 else "MMS" if jpm >= 68 else "KMS"
    return "OPTIMAL" if jpm >= 90 else "CUKUP_OPTIMAL" if jpm >= 78 else "KURANG_OPTIMAL"


def _index_category(total: Decimal | None) -> str | None:
    if total is None:
        return None
    bounds = ((90, "SANGAT_TINGGI"), (80, "TINGGI"), (70, "SEDANG"), (60, "RENDAH"))
    return next((name for bound, name in bounds if total > bound), "SANGAT_RENDAH")


def _leadership(name: str) -> int | None:
    words = re.sub(r"[^a-z0-9]+", " ", name.lower())
    return next((level for level, pattern in LEADERSHIP if re.search(pattern, words)), None)


def _in_force(frame: pd.DataFrame, key: str, versions: pd.DataFrame, on: str) -> pd.DataFrame:
    """Each row of the frame with the version of its day, else the earliest one."""
    both = frame.merge(versions, on=on)
    both["then"] = (both["valid_from"] <= both["day"]) & (both["valid_to"].isna() | (both["valid_to"] > both["day"]))
    return both.sort_values(["then", "valid_from"], ascending=[False, True], kind="stable").drop_duplicates(key)


def professionalism(city: City) -> pd.DataFrame:
    """The index of every active employee at the end of every year."""
    parts = city.query("select * from core.fct_training_participation").sort_values(
        ["delivery_on", "invited_on", "participation_key"], ascending=[True, True, False], kind="stable"
    )
    parts["place"] = parts["batch"].fillna(parts["participation_id"])
    parts["year"] = [day.year for day in parts["invited_on"]]
    parts = parts.drop_duplicates(["employee_key", "programme_id", "place", "year"], keep="last")
    parts = parts[parts["status"] == "COMPLETED"]
    parts["day"] = parts["ended_on"].fillna(parts["started_on"]).fillna(parts["invited_on"])
    programmes = city.query(
        "select programme_id, programme_name, training_type_code, valid_from, valid_to from core.dim_training_programme"
    )
    trainings = _in_force(parts.dropna(subset=["day"]), "participation_key", programmes, "programme_id")
    trainings["leadership"] = trainings["programme_name"].map(_leadership)
    actions = city.query("select * from core.fct_disciplinary_action")
    actions["points"] = actions["penalty_code"].map(PENALTIES)
    actions = actions.dropna(subset=["points"])
    positions = city.query("select position_id, position_name, valid_from, valid_to from core.dim_position")
    annual = city.appraisals[(city.appraisals["period"] == "TAHUNAN") & ~city.appraisals["is_acting_post"]]
    return pd.concat([_year(city, day, trainings, actions, positions, annual) for day in city.days("Y")], ignore_index=True)


def _points(group: str, person: str, technical: set[str], seminar: set[str], functional: set[str], led: set[str]) -> dict[str, Any]:
    """Points of each kind of training; None where the group of posts is not asked for it."""
    return {
        "leadership": Decimal(15 * (person in led)) if group == "structural" else None,
        "functional": Decimal(15 * (person in functional)) if group == "functional" else None,
        "technical": Decimal("22.5" if group == "executor" else 15) * (person in technical),
        "seminar": Decimal("17.5" if group == "executor" else 10) * (person in seminar),
    }


# Over 50 lines: the index of a year as one reads it in the regulation, dimension by dimension.
def _year(
    city: City, day: pd.Timestamp, trainings: pd.DataFrame, actions: pd.DataFrame, positions: pd.DataFrame, annual: pd.DataFrame
) -> pd.DataFrame:
    people = city.on(day).assign(year=day.year, day=day)
    names = _in_force(people[["employee_key", "position_id", "day"]], "employee_key", positions, "position_id")
    waived = set(names.loc[names["position_name"].map(lambda name: bool(WAIVED.search(name.lower()))), "employee_key"])

    def who(years: int | None, condition: pd.Series[bool]) -> set[str]:
        since = pd.Timestamp.min if years is None else day - pd.DateOffset(years=years)
        return set(trainings.loc[(trainings["day"] > since) & (trainings["day"] <= day) & condition, "employee_key"])

    kind = trainings["training_type_code"]
    technical = who(1, (kind == "3") & (trainings["hours_jp"] >= 20))
    seminar = who(2, kind.isin(SEMINARS))
    functional = who(None, kind == "2") | waived
    led = {level: who(None, (kind == "1") & (trainings["leadership"] == level)) for level in (1, 2, 3, 4)}
    recent = actions[(actions["decided_on"] <= day) & (actions["decided_on"] > day - pd.DateOffset(years=5))]
    worst = recent.groupby("employee_key")["points"].min()
    before = annual[annual["year"] == day.year - 1].set_index("employee_key")["predicate"]
    trainings_are_known = city.knows_trainings(day)
    rows = []
    for person, position_type, level, education in people[
        ["employee_key", "position_type_code", "position_class", "education_level_code"]
    ].to_numpy():
        points = _points(GROUPS[position_type], person, technical, seminar, functional, led.get(LEADERSHIP_OF_CLASS.get(level, 0), set()))
        competence: Decimal | None = sum((value for value in points.values() if value is not None), Decimal(0))
        if not trainings_are_known:
            points = {kind: value if kind == "functional" and person in waived else None for kind, value in points.items()}
            competence = None
        performance = None if before.empty else PERFORMANCE[before[person]] if person in before.index else 0
        discipline = int(worst.get(person, 5)) if "disciplinary_actions" in city.first else None
        total = None
        if performance is not None and discipline is not None and competence is not None:
            total = Decimal(QUALIFICATION[education] + performance + discipline) + competence
        rows.append(
            (
                person,
                day.year,
                QUALIFICATION[education],
                *points.values(),
                competence,
                performance,
                discipline,
                total,
                _index_category(total),
            )
        )
    columns = ["employee_key", "year", "qualification_score", "leadership_training_score", "functional_training_score",
               "technical_training_score", "seminar_training_score", "competence_score", "performance_score", "discipline_score", "total",
               "category"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _levels(city: City, people: pd.DataFrame) -> pd.DataFrame:
    """Each row of people (unit_id, day) once for its unit and once for every unit above, in the tree of that day."""
    units = city.query("select unit_id, path, valid_from, valid_to from core.dim_unit")
    both = people.merge(units, on="unit_id")
    both = both[(both["valid_from"] <= both["day"]) & (both["valid_to"].isna() | (both["valid_to"] > both["day"]))]
    return both.drop(columns="unit_id").assign(unit_id=both["path"].str.split("/")).explode("unit_id")


def professionalism_by_unit(city: City, index: pd.DataFrame) -> pd.DataFrame:
    held = pd.concat([city.on(day).assign(year=day.year, day=day)[["employee_key", "year", "day", "unit_id"]] for day in city.days("Y")])
    everywhere = _levels(city, index.merge(held, on=["employee_key", "year"]))
    rows = []
    for (unit, year), group in everywhere.groupby(["unit_id", "year"]):
        means = []
        for column in ("qualification_score", "competence_score", "performance_score", "discipline_score", "total"):
            counted = group[group["total"].notna()] if column == "performance_score" else group
            known = [Decimal(value) for value in counted[column] if not pd.isna(value)]
            means.append(half_up(sum(known, Decimal(0)) / len(known), 4) if known else None)
        rows.append((unit, year, len(group), *means, _index_category(means[-1])))
    columns = ["unit_id", "year", "n", "mean_qualification", "mean_competence", "mean_performance", "mean_discipline", "total", "category"]
    return pd.DataFrame(rows, columns=columns)


def talent(city: City) -> pd.DataFrame:
    """Axes and box of every active employee at the end of every year."""
    annual = city.appraisals[(city.appraisals["period"] == "TAHUNAN") & ~city.appraisals["is_acting_post"]]
    assessed = city.match.dropna(subset=["jpm_raw"])
    found = []
    for day in city.days("Y"):
        people = city.on(day)[["employee_key", "unit_id"]].assign(year=day.year, day=day)
        recent = annual[annual["year"].isin([day.year, day.year - 1])].sort_values("year").drop_duplicates("employee_key", keep="last")
        valid = assessed[(assessed["day"] <= day) & (assessed["valid_until"] >= day)]
        valid = valid.assign(maps=valid["purpose"] == "MAPPING")
        newest = valid.sort_values(["day", "maps"]).drop_duplicates("employee_key", keep="last").set_index("employee_key")["jpm_raw"]
        people["performance_axis"] = people["employee_key"].map(recent.set_index("employee_key")["predicate"]).map(AXIS)
        people["jpm_raw"] = people["employee_key"].map(newest)
        people["potential_axis"] = [
            None if pd.isna(j) else "high" if j >= 90 else "medium" if j >= 70 else "low" for j in people["jpm_raw"]
        ]
        people["box"] = [BOXES.get(pair) for pair in zip(people["performance_axis"], people["potential_axis"], strict=True)]
        people["in_talent_pool"] = [None if pd.isna(box) else box >= 7 for box in people["box"]]
        found.append(people)
    return pd.concat(found, ignore_index=True)


def gaps(city: City) -> pd.DataFrame:
    """Gap and status of every active employee in every competency at the end of every quarter."""
    levels = city.query(
        "select l.employee_key, l.competency_code, l.assessed_on, l.assessed_level, a.valid_until, l.purpose = 'MAPPING' as maps"
        " from core.fct_assessment_level l join core.fct_assessment a using (assessment_key)"
    ).dropna(subset=["assessed_level"])
    levels = levels.sort_values(["assessed_on", "maps"])
    found = []
    for day in city.days("Q"):
        people = city.on(day)[["employee_key", "position_id", "position_class"]].assign(day=day)
        wanted = people.merge(city.required(people[["position_id", "position_class", "day"]].drop_duplicates()))
        known = levels[levels["assessed_on"] <= day].drop_duplicates(["employee_key", "competency_code"], keep="last")
        known = known[known["employee_key"].isin(people["employee_key"])]
        both = wanted[["employee_key", "competency_code", "required_level"]].merge(
            known, on=["employee_key", "competency_code"], how="outer"
        )
        gap = both["required_level"] - both["assessed_level"]
        both["gap"] = gap.where(both["valid_until"] >= day)
        status = pd.Series("met", index=both.index).mask(gap > 0, "gap").mask(gap < 0, "surplus").mask(both["valid_until"] < day, "expired")
        status = status.mask(both["assessed_level"].isna(), "not_assessed").mask(both["required_level"].isna(), "no_standard")
        both["gap_status"] = status
        found.append(both.assign(quarter=day.to_period("Q").start_time))
    return pd.concat(found, ignore_index=True)


def _same(left: Any, right: Any) -> bool:
    if pd.isna(left) or pd.isna(right):
        return bool(pd.isna(left) and pd.isna(right))
    return bool(left == right)


def compare(city: City, mart: str, key: list[str], expected: pd.DataFrame, columns: list[str], where: str = "true") -> Difference:
    """The mart against the recomputed rows: rows that only one of them has, and rows of which any column differs."""
    found = city.query(f"select {', '.join([*key, *columns])} from {mart} where {where}")
    both = found.merge(expected[[*key, *columns]], on=key, how="outer", suffixes=("", "_expected"), indicator=True)
    different = both["_merge"] != "both"
    for column in columns:
        pairs = zip(both[column].astype(object), both[f"{column}_expected"].astype(object), strict=True)
        different |= pd.Series([not _same(left, right) for left, right in pairs], index=both.index)
    return Difference(len(found), both[different])


def _exact(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Numbers of a mart arrive as float; each has few digits, so that the recomputed Decimal as float is the same number."""
    return frame.assign(**{column: [None if pd.isna(v) else float(v) for v in frame[column]] for column in columns})


def compare_all(connection: duckdb.DuckDBPyConnection) -> dict[str, Difference]:
    """Every mart about people against its recomputation."""
    city = City(connection)
    folded = city.appraisals["predicate_delivered"].str.strip().str.lower()
    appraisals = city.appraisals.assign(
        is_consistent=(folded == city.appraisals["predicate"].str.lower()).astype(object).where(folded.notna())
    )
    index = professionalism(city)
    scores = [column for column in index.columns if column.endswith("_score") or column == "total"]
    units = professionalism_by_unit(city, index)
    boxes = talent(city)
    placed = _levels(city, boxes.dropna(subset=["box"])).groupby(["unit_id", "year", "box"]).size().rename("n").reset_index()
    means = ["mean_qualification", "mean_competence", "mean_performance", "mean_discipline", "total"]
    steps: dict[str, Callable[[], Difference]] = {
        "appraisal": lambda: compare(city, "restricted.appraisal", ["appraisal_key"], appraisals, ["predicate", "is_consistent"]),
        "job_person_match": lambda: compare(
            city, "restricted.job_person_match", ["assessment_key"], _exact(city.match, ["jpm_raw", "jpm_capped"]),
            ["jpm_raw", "jpm_capped", "category"],
        ),
        "professionalism_index": lambda: compare(
            city, "restricted.professionalism_index", ["employee_key", "year"], _exact(index, scores), [*scores, "category"]
        ),
        "professionalism_index_by_unit": lambda: compare(
            city, "open.professionalism_index_by_unit", ["unit_id", "year"], _exact(units, means), ["n", *means, "category"]
        ),
        "talent_box": lambda: compare(
            city, "restricted.talent_box", ["employee_key", "year"], boxes, ["performance_axis", "potential_axis", "box", "in_talent_pool"]
        ),
        "talent_box_by_unit": lambda: compare(city, "open.talent_box_by_unit", ["unit_id", "year", "box"], placed, ["n"]),
        "competency_gap_history": lambda: compare(
            city, "restricted.competency_gap_history", ["employee_key", "competency_code", "quarter"], gaps(city),
            ["required_level", "assessed_level", "gap", "gap_status"],
        ),
    }  # fmt: skip
    return {name: step() for name, step in steps.items()}


def main(home: str) -> int:
    with duckdb.connect(str(Path(home) / "build" / "warehouse.duckdb"), read_only=True) as connection:
        found = compare_all(connection)
    for mart, difference in found.items():
        print(f"{mart}: {difference.rows:,} rows, {len(difference.different):,} different")
    return int(any(len(difference.different) for difference in found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
