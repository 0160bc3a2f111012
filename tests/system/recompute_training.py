"""The marts on training computed a second time, in pandas and fractions, from the facts and dimensions of the core.

Written from the rules as the marts and the regulations state them, with nothing of the models' SQL and nothing of their seeds:
the numbers that the rules consist of stand here again.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import pandas as pd

from simulation.training import REASONS
from tests.system.recompute_core import Core, by, half_up, on_day, on_day_or_near, ratio, records

GROUPS = {"budget": "BUDGET", "workload": "WORKLOAD", "permission": "NO_PERMISSION", "relevance": "NOT_RELEVANT", "health": "HEALTH", "none": "NO_REASON"}  # fmt: skip
REASON_GROUP = {text: GROUPS[kind] for kind, texts in REASONS.items() for text in texts}
GROUP_ORDER = ["BUDGET", "WORKLOAD", "NO_PERMISSION", "NOT_RELEVANT", "HEALTH", "OTHER", "NO_REASON"]
ACCEPTED, CAME = {"REGISTERED", "NO_SHOW", "ATTENDED", "COMPLETED", "FAILED"}, {"ATTENDED", "COMPLETED", "FAILED"}
NOT_TRAINING = {"PERSONEL", "PEMELIHARAAN"}
STRUCTURAL = {"PENGAWAS", "ADMINISTRATOR", "JPT_PRATAMA", "JPT_MADYA", "JPT_UTAMA"}
PREDICATES = {
    ("1", "1"): 1,
    ("1", "2"): 2,
    ("2", "1"): 2,
    ("2", "2"): 2,
    ("3", "1"): 3,
    ("3", "2"): 3,
    ("1", "3"): 4,
    ("2", "3"): 4,
    ("3", "3"): 5,
}


class Training(Core):
    """Everything that the marts on training say."""

    @cached_property
    def budgets(self) -> list[dict[str, Any]]:
        return records(self.connection, "select * from core.fct_training_budget")

    @cached_property
    def taught(self) -> dict[str, set[str]]:
        rows = records(
            self.connection,
            "select programme_id, competency_codes from staging.stg_evaluation__training_programmes order by last_delivery_on",
        )
        return {row["programme_id"]: {code.strip() for code in (row["competency_codes"] or "").split(";")} - {""} for row in rows}

    @cached_property
    def catalogue(self) -> dict[str, list[dict[str, Any]]]:
        return by(records(self.connection, "select * from core.dim_training_programme"), "programme_id")

    @cached_property
    def years(self) -> list[int]:
        facts = {p["invited_on"].year for p in self.participations} | {
            p["credited_year"] for p in self.participations if p["credited_year"]
        }
        facts |= {(p["ended_on"] or p["started_on"] or p["invited_on"]).year for p in self.participations}
        return sorted(facts | {b["year"] for b in self.budgets} | set(range(self.first_state.year, self.today.year + 1)))

    # --- participations ------------------------------------------------------------------------------------------------

    @cached_property
    def participations(self) -> list[dict[str, Any]]:
        rows = records(self.connection, "select * from core.fct_training_participation")
        rows.sort(key=lambda p: (p["delivery_on"], p["invited_on"]))
        last = {(p["employee_key"], p["programme_id"], p["batch"] or p["participation_id"], p["invited_on"].year): p for p in rows}
        for p in last.values():
            home = on_day_or_near(self.people.get(p["employee_key"], []), p["invited_on"])
            completed = p["status"] == "COMPLETED"
            p["unit_id"] = home and home["unit_id"]
            p["is_accepted"], p["is_declined"], p["is_no_show"] = (
                p["status"] in ACCEPTED,
                p["status"] == "DECLINED",
                p["status"] == "NO_SHOW",
            )
            p["is_attended"], p["is_completed"] = p["status"] in CAME, completed
            p["completed_on"] = (p["ended_on"] or p["started_on"] or p["invited_on"]) if completed else None
            p["credited_year"] = p["completed_on"].year if completed else None
            p["hours_jp"] = p["hours_jp"] if completed else None
            group = REASON_GROUP.get(p["reason"] or "", "OTHER")
            p["declined_reason_group"] = group if p["is_declined"] else None
            p["absence_reason_group"] = group if p["is_no_show"] else None
            before, after = p["pre_score"], p["post_score"]
            has_gain = before is not None and after is not None and before != 100
            gain = Fraction(after - before) / Fraction(100 - before) if has_gain else None
            p["normalised_gain"] = None if gain is None else (1 if gain >= 0 else -1) * half_up(abs(gain), 4)
            value = p["normalised_gain"]
            p["gain_band"] = None if value is None else "loss" if value < 0 else "low" if value < Decimal("0.3") else "medium" if value < Decimal("0.7") else "high"  # fmt: skip
        self._count_refusals(list(last.values()))
        return list(last.values())

    @staticmethod
    def _count_refusals(rows: list[dict[str, Any]]) -> None:
        refusals = by([p for p in rows if p["is_declined"]], "employee_key")
        for p in rows:
            p["n_refusals"], p["is_repeat_refusal"] = None, False
            if p["is_declined"]:
                a_year_before = (pd.Timestamp(p["invited_on"]) - pd.DateOffset(months=12)).date()
                p["n_refusals"] = sum(a_year_before < other["invited_on"] <= p["invited_on"] for other in refusals[p["employee_key"]])
                p["is_repeat_refusal"] = p["n_refusals"] >= 2

    # --- unit x year ---------------------------------------------------------------------------------------------------

    def participation_by_unit(self) -> dict[tuple[str, int], dict[str, Any]]:
        invited, heads = defaultdict(list), defaultdict(list)
        for p in self.participations:
            for unit in self.above(p["unit_id"], p["invited_on"].year):
                invited[unit, p["invited_on"].year].append(p)
        credited = by([p for p in self.participations if p["is_completed"]], "employee_key", "credited_year")
        for year in self.years:
            if year > self.today.year or date(year, 12, 31) < self.first_state:
                continue
            for key, versions in self.people.items():
                now = on_day(versions, self.state_day(year))
                if now and now["is_active"]:
                    done = credited.get((key, year), [])
                    head = (now["employment_status"], len(done), sum((p["hours_jp"] or Decimal(0) for p in done), Decimal(0)))
                    for unit in self.above(now["unit_id"], year):
                        heads[unit, year].append(head)
        return {place: self._row(invited.get(place, []), heads.get(place, [])) for place in {*invited, *heads}}

    @staticmethod
    def _row(invited: list[dict[str, Any]], heads: list[tuple[str, int, Decimal]]) -> dict[str, Any]:
        row: dict[str, Any] = {
            "n_employees": len(heads),
            "n_invited": len(invited),
            "n_people_invited": len({p["employee_key"] for p in invited}),
        }
        for stage in ("accepted", "declined", "no_show", "completed"):
            mine = [p["employee_key"] for p in invited if p[f"is_{stage}"]]
            row[f"n_{stage}"], row[f"n_people_{stage}"] = len(mine), len(set(mine))
        row["n_repeat_refusers"] = len({p["employee_key"] for p in invited if p["is_repeat_refusal"]})
        row["decline_rate"] = ratio(row["n_declined"], row["n_invited"])
        row["no_show_rate"] = ratio(row["n_no_show"], row["n_accepted"])
        reasons = pd.Series([p["declined_reason_group"] for p in invited if p["is_declined"]], dtype=object).value_counts().to_dict()
        stated = {group: n for group, n in reasons.items() if group not in {"OTHER", "NO_REASON"}} or reasons
        row["top_reason_group"] = min(stated, key=lambda group: (-stated[group], GROUP_ORDER.index(group))) if stated else None
        pns, pppk = ([hours for kind, _, hours in heads if kind == wanted] for wanted in ("PNS", "PPPK"))
        row["n_pns"], row["n_pppk"] = len(pns), len(pppk)
        row["hours_per_head"] = ratio(sum(hours for *_, hours in heads), len(heads)) if heads else None
        row["share_reaching_hours"] = ratio(sum(hours >= 20 for hours in pns), len(pns))
        row["hours_per_head_pppk"] = ratio(sum(pppk, Decimal(0)), len(pppk))
        row["share_over_ceiling"] = ratio(sum(hours > 24 for hours in pppk), len(pppk))
        row["completed_share"] = ratio(row["n_completed"], row["n_invited"])
        row["share_trained"] = ratio(sum(n > 0 for _, n, _ in heads), len(heads))
        parts = [row["completed_share"], row["share_trained"], row["share_reaching_hours"]]
        whole = None if None in parts else sum(Fraction(part) * weight for part, weight in zip(parts, (40, 30, 30), strict=True))
        row["learning_culture_index"] = half_up(whole, 2)
        return row

    def budget_by_unit(self) -> dict[tuple[str, int], dict[str, Any]]:
        totals = {b["year"]: b["total_regional_expenditure_idr"] for b in sorted(self.budgets, key=lambda b: b["delivery_on"])}
        held, done, levels, needs = defaultdict(list), defaultdict(list), defaultdict(list), defaultdict(list)
        for b in self.budgets:
            for unit in self.above(b["unit_id"], b["year"]):
                held[unit, b["year"]].append(b)
        for p in self.participations:
            for unit in self.above(p["unit_id"], p["credited_year"]) if p["is_completed"] else []:
                done[unit, p["credited_year"]].append(p)
        for year in self.years:
            for one in self.levels_closed(year):
                for unit in self.above(one["unit_id"], year):
                    levels[unit, year].append(one)
            for one in self.needs(self.state_day(year)):
                for unit in self.above(one["unit_id"], year):
                    needs[unit, year].append(one)
        holders = {(b["unit_id"], b["year"]) for b in self.budgets}
        others = {
            (unit, year)
            for unit, year in {*done, *levels, *needs}
            if year in totals and not any((above, year) in holders for above in self.above(unit, year))
        }
        return {
            (unit, year): self._costs(
                unit, year, held[unit, year], done[unit, year], levels[unit, year], needs[unit, year], totals.get(year)
            )
            for unit, year in {*held, *others}
        }

    def _costs(self, unit: str, year: int, held: list, done: list, levels: list, needs: list, total: int | None) -> dict[str, Any]:
        def spent(rows: list[dict[str, Any]]) -> int | None:
            given = [b["realised_idr"] for b in rows if b["realised_idr"] is not None]
            return sum(given) if given else None

        net = [b for b in held if b["component"] not in NOT_TRAINING]
        total = total if held else None
        row: dict[str, Any] = {"allocated_idr": sum(b["allocated_idr"] for b in held), "realised_idr": spent(held)}
        row |= {"net_allocated_idr": sum(b["allocated_idr"] for b in net), "net_realised_idr": spent(net)}
        for name in ("gross", "net"):
            source = "" if name == "gross" else "net_"
            row[f"{name}_share"] = ratio(row[f"{source}allocated_idr"], total, 6)
            row[f"realised_{name}_share"] = ratio(row[f"{source}realised_idr"], total, 6)
        row["floor_share"] = Decimal("0.0016") if year >= 2022 else None
        is_top = len(self.above(unit, year)) == 1
        row["is_floor_met"] = (
            row["net_allocated_idr"] >= row["floor_share"] * total
            if is_top and None not in (row["net_share"], row["floor_share"])
            else None
        )
        row["n_trained"] = len({p["employee_key"] for p in done})
        hours = sum((p["hours_jp"] for p in done if p["hours_jp"] is not None), Decimal(0)) or None
        costs = [p["cost_idr"] for p in done if p["cost_idr"] is not None]
        row["hours_jp"], row["direct_cost_idr"] = hours, sum(costs) if costs else None
        row["cost_per_hour_idr"] = ratio(row["net_realised_idr"], hours, 0)
        row["direct_cost_per_hour_idr"] = ratio(row["direct_cost_idr"], hours, 0)
        row["n_people_measured"] = len({one["employee_key"] for one in levels})
        row["levels_closed"] = sum(one["before"] - one["after"] for one in levels) if levels else None
        row["cost_per_level_closed_idr"] = (
            ratio(row["net_realised_idr"], row["levels_closed"], 0) if (row["levels_closed"] or 0) > 0 else None
        )
        row["n_people_in_need"] = len({one["employee_key"] for one in needs})
        row["share_needs_priced"] = ratio(sum(one["cost"] is not None for one in needs), len(needs))
        seats = {(one["employee_key"], one["programme"]): one["cost"] for one in needs if one["cost"] is not None}
        row["need_idr"] = sum(seats.values()) if date(year, 12, 31) >= self.first_state else None
        row["unfunded_need_idr"] = None if row["need_idr"] is None else max(0, row["need_idr"] - row["net_allocated_idr"])
        return row

    # --- needs ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _offers(self) -> dict[Any, tuple[str | None, int | None, str | None]]:
        return {}

    def offer(self, code: str, required: int, position_class: str | None, day: date) -> tuple[str | None, int | None, str | None]:
        """(programme, price, why there is none)"""
        place = (code, required, position_class, day)
        if place not in self._offers:
            teaching = [v for name, codes in self.taught.items() if code in codes and (v := on_day(self.catalogue[name], day))]
            enough = [v for v in teaching if v["target_level"] is not None and v["target_level"] >= required]
            fitting = [v for v in enough if self._is_for(v["training_type_code"], position_class)]
            none = (None, None, "NOT_TAUGHT" if not teaching else "LEVEL_NOT_OFFERED" if not enough else "NOT_FOR_POSITION")
            dear = Fraction(10**18)
            best = min(
                fitting,
                key=lambda v: (
                    Fraction(v["cost_per_participant_idr"]) / Fraction(v["hours_jp"]) if v["hours_jp"] and v["cost_per_participant_idr"] is not None else dear,
                    dear if v["cost_per_participant_idr"] is None else v["cost_per_participant_idr"],
                    v["programme_id"],
                ),
                default=None,
            )  # fmt: skip
            self._offers[place] = (best["programme_id"], best["cost_per_participant_idr"], None) if best else none
        return self._offers[place]

    @staticmethod
    def _is_for(kind: str, position_class: str | None) -> bool:
        if kind == "1":
            return position_class in STRUCTURAL
        return kind != "2" or (position_class or "").startswith("JF_")

    @cached_property
    def _completed(self) -> dict[str, list[dict[str, Any]]]:
        return by([p for p in self.participations if p["is_completed"]], "employee_key")

    def needs(self, day: date) -> list[dict[str, Any]]:
        found = []
        for one in self.gaps(day):
            if one["required"] <= one["level"]:
                continue
            trained = any(
                one["assessed_on"] <= p["completed_on"] <= day
                and one["code"] in self.taught.get(p["programme_id"], set())
                and (version := on_day_or_near(self.catalogue.get(p["programme_id"], []), p["completed_on"]))
                and (version["target_level"] or 0) >= one["required"]
                for p in self._completed.get(one["employee_key"], [])
            )
            offer = self.offer(one["code"], one["required"], one["position_class"], day)
            programme, cost, why = (None, None, "TRAINED_SINCE_ASSESSMENT") if trained else offer
            found.append({**one, "gap": one["required"] - one["level"], "programme": programme, "cost": cost, "why": why})
        return found

    def scored_needs(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What training_needs says, by employee and competency."""
        in_unit: dict[tuple[str, str], list[bool]] = defaultdict(list)
        for one in self.gaps(self.today):
            in_unit[one["unit_id"], one["code"]].append(one["required"] > one["level"])
        newest: dict[str, int | None] = {}
        query = "select * from core.fct_appraisal where period = 'TAHUNAN' and coalesce(is_acting_post, false) = false order by year, delivery_on"
        for a in records(self.connection, query):
            newest[a["employee_key"]] = PREDICATES[a["work_rating"], a["behaviour_rating"]] if a["year"] >= 2022 else None
        result = {}
        for one in self.needs(self.today):
            below = in_unit[one["unit_id"], one["code"]]
            unit = on_day(self.units[one["unit_id"]], self.today)
            predicate = newest.get(one["employee_key"])
            parts = {
                "gap_part": half_up(min(Fraction(1), Fraction(one["gap"], 3)), 4),
                "unit_part": half_up(Fraction(sum(below), len(below)), 4),
                "service_part": Decimal(1 if unit and unit["is_service_unit"] else 0),
                "performance_part": Decimal(1 if predicate is not None and predicate >= 3 else 0),
            }
            score = sum(Fraction(part) * weight for part, weight in zip(parts.values(), (40, 25, 20, 15), strict=True) if part is not None)
            result[one["employee_key"], one["code"]] = {
                **parts, "priority_score": half_up(score, 2), "recommended_programme": one["programme"], "estimated_cost_idr": one["cost"],
                "no_programme_reason": one["why"], "gap": one["gap"], "unit_id": one["unit_id"],
            }  # fmt: skip
        return result

    def levels_closed(self, year: int) -> list[dict[str, Any]]:
        day, before_day = self.state_day(year), date(year - 1, 12, 31)
        if before_day < self.first_state or year > self.today.year:
            return []
        now = {(one["employee_key"], one["code"]): one for one in self.gaps(day)}
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for key, mine in self._completed.items():
            done = [p for p in mine if p["credited_year"] == year]
            for code in {code for p in done for code in self.taught.get(p["programme_id"], set())}:
                trained_on = min(p["completed_on"] for p in done if code in self.taught.get(p["programme_id"], set()))
                after, before = now.get((key, code)), self.assessed(key, code, before_day)
                then = on_day(self.people[key], before_day)
                if after and before and then and then["is_active"] and after["assessed_on"] > trained_on:
                    required = after["required"]
                    found[key, code] = {"employee_key": key, "unit_id": after["unit_id"], "before": max(0, required - before["assessed_level"]),
                                        "after": max(0, required - after["level"])}  # fmt: skip
        return list(found.values())
