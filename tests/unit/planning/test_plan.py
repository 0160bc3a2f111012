"""Plans hold to budget, batches and people, and nothing better exists: held against every plan there is, on small problems."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.planning.greedy import greedy_plan
from pipelines.planning.optimum import best_plan
from pipelines.planning.plan import COLUMNS, plan_training
from pipelines.planning.problem import alike, build_problem, unit_of_account

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.thorough

LIMIT_COLUMNS = ["unit_id", "programme_id", "competency_set", "competency_code", "n_people"]
EFFORT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def candidate(
    unit: str, code: str, programme: str, people: int, capacity: int, price: int, levels: str, weight: str = "1", **others: Any
) -> dict[str, Any]:
    """A row of int_planning__candidates; the group is the unit, the competency and, where it matters, the level."""
    row = {
        "demand_key": f"{unit}/{code}/{others.get('group', '')}", "unit_id": unit, "competency_code": code, "programme_id": programme,
        "n_people": people, "capacity": capacity, "cost_per_seat_idr": price, "promised_levels": 2, "levels_per_seat": Decimal(levels),
        "service_weight": Decimal(weight), "class_weight": Decimal(1), "value_per_seat": Decimal(levels) * Decimal(weight),
    }  # fmt: skip
    return row | {key: value for key, value in others.items() if key != "group"}


def limits_of(rows: list[tuple[str, str, tuple[str, ...], int]]) -> pd.DataFrame:
    """Rows of int_planning__seat_limits for sets of competencies of a programme in a unit."""
    return pd.DataFrame([(unit, p, "+".join(codes), code, n) for unit, p, codes, n in rows for code in codes], columns=LIMIT_COLUMNS)


def scenarios_of(*budgets: int, least: int = 1) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"scenario": f"S{n}", "budget_share": Decimal(n), "budget_idr": budget, "least_people": least}
            for n, budget in enumerate(budgets, start=1)
        ]
    )


def plan(candidates: list[dict[str, Any]], budget: int, limits: pd.DataFrame | None = None, least: int = 1) -> pd.DataFrame:
    frames = {
        "candidates": pd.DataFrame(candidates),
        "limits": limits_of([]) if limits is None else limits,
        "scenarios": scenarios_of(budget, least=least),
    }
    return plan_training(frames, 1)


@st.composite
def problems(draw: st.DrawFn, programmes: int = 3, groups: int = 4, people: int = 4) -> dict[str, Any]:
    """Candidates, limits, a budget and the least number of seats, as the warehouse could hand them over."""
    catalogue = {
        f"P{n}": (
            draw(st.integers(1, 4)),
            draw(st.integers(1, 12)) * 1_000 + draw(st.integers(0, 2)),
            draw(st.sets(st.sampled_from(["M.1", "M.2"]), min_size=1)),
        )
        for n in range(draw(st.integers(1, programmes)))
    }
    demands = draw(
        st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["M.1", "M.2"]), st.integers(1, people)), min_size=1, max_size=groups)
    )
    rows = []
    for number, (unit, code, n) in enumerate(demands):
        weight = {"A": "1.0000", "B": "1.7000"}[unit]
        rows += [
            candidate(unit, code, name, n, capacity, price, f"{draw(st.integers(1, 30)) / 10:.1f}", weight, group=str(number))
            for name, (capacity, price, codes) in catalogue.items()
            if code in codes and draw(st.integers(0, 4))
        ]
    limits = []
    for unit, (name, (_, _, codes)) in product("AB", catalogue.items()):
        short = [sum(n for u, c, n in demands if (u, c) == (unit, code)) for code in sorted(codes)]
        if len(codes) > 1 and min(short) > 0:  # between all the same people and all of them others
            limits.append((unit, name, tuple(sorted(codes)), draw(st.integers(max(short), sum(short)))))
    return {"rows": rows, "limits": limits_of(limits), "budget": draw(st.integers(0, 60)) * 1_000, "least": draw(st.integers(1, 3))}


def broken_rules(rows: list[dict[str, Any]], limits: pd.DataFrame, budget: int, least: int, seats: Mapping[int, int]) -> list[str]:
    """The rules in plain words, written from their description and not from the code: seats by number of the candidate."""
    found = []
    taken = [(rows[number], n) for number, n in seats.items() if n]
    if any(n < 0 for _, n in taken):
        found.append("negative")
    groups = {row["demand_key"]: row["n_people"] for row, _ in taken}
    if any(sum(n for row, n in taken if row["demand_key"] == key) > people for key, people in groups.items()):
        found.append("people")
    for (unit, programme, _), members in limits.groupby(["unit_id", "programme_id", "competency_set"]):
        codes = set(members["competency_code"])
        n = sum(n for row, n in taken if (row["unit_id"], row["programme_id"]) == (unit, programme) and row["competency_code"] in codes)
        if n > members["n_people"].iloc[0]:
            found.append("twice")
    sent = Counter[tuple[str, str, str]]()
    for row, n in taken:
        sent[row["unit_id"], row["competency_code"], row["programme_id"]] += n
    if any(n < least for n in sent.values()):
        found.append("least")
    if price_of(rows, seats) > budget:
        found.append("budget")
    return found


def price_of(rows: list[dict[str, Any]], seats: Mapping[int, int]) -> int:
    price = 0
    for programme in {row["programme_id"] for row in rows}:
        n = sum(n for number, n in seats.items() if rows[number]["programme_id"] == programme)
        row = next(row for row in rows if row["programme_id"] == programme)
        price += -(-n // row["capacity"]) * row["capacity"] * row["cost_per_seat_idr"]
    return price


def worth_of(rows: list[dict[str, Any]], seats: Mapping[int, int]) -> Decimal:
    return sum((rows[number]["value_per_seat"] * n for number, n in seats.items()), Decimal(0))


def best_by_trying(rows: list[dict[str, Any]], limits: pd.DataFrame, budget: int, least: int) -> Decimal:
    """The worth of the best plan among all that there are."""
    best = Decimal(0)
    for choice in product(*(range(row["n_people"] + 1) for row in rows)):
        seats = dict(enumerate(choice))
        if worth_of(rows, seats) > best and not broken_rules(rows, limits, budget, least, seats):
            best = worth_of(rows, seats)
    return best


def in_order(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows).sort_values(["unit_id", "competency_code", "programme_id", "demand_key"], ignore_index=True)


@EFFORT
@given(problems(programmes=2, groups=3, people=3))
def test_no_plan_is_better_on_small_problems(drawn: dict[str, Any]) -> None:
    if not drawn["rows"] or len(drawn["rows"]) > 6:
        return
    frame = in_order(drawn["rows"])
    rows = frame.to_dict("records")
    problem = build_problem(frame, drawn["limits"], drawn["least"])
    found = best_plan(problem, drawn["budget"], gap=0.0)
    best = best_by_trying(rows, drawn["limits"], drawn["budget"], drawn["least"])
    assert worth_of(rows, dict(enumerate(found.seats.tolist()))) == best
    assert found.bound / 1e6 == pytest.approx(float(best), rel=1e-6, abs=1e-9)
    loose = best_plan(problem, drawn["budget"])
    assert float(worth_of(rows, dict(enumerate(loose.seats.tolist())))) >= 0.99 * float(best)
    assert loose.bound / 1e6 >= float(best) - 1e-6, "the bound that the gap is measured from is below the optimum"


@EFFORT
@given(problems(programmes=5, groups=9, people=20))
def test_every_plan_can_be_carried_out_and_is_no_worse_than_the_greedy_one(drawn: dict[str, Any]) -> None:
    if not drawn["rows"]:
        return
    frame = in_order(drawn["rows"])
    rows = frame.to_dict("records")
    problem = build_problem(frame, drawn["limits"], drawn["least"])
    found = best_plan(problem, drawn["budget"])
    plans = {name: dict(enumerate(seats.tolist())) for name, seats in (("best", found.seats), ("greedy", found.greedy))}
    for name, seats in plans.items():
        assert broken_rules(rows, drawn["limits"], drawn["budget"], drawn["least"], seats) == [], name
        assert all(type(n) is int for n in seats.values())
    assert worth_of(rows, plans["best"]) >= worth_of(rows, plans["greedy"])
    assert found.gap(problem) <= 0.01


@EFFORT
@given(problems(programmes=4, groups=6, people=9), st.integers(2, 9))
def test_another_currency_gives_the_same_plan(drawn: dict[str, Any], factor: int) -> None:
    if not drawn["rows"]:
        return
    once = plan(drawn["rows"], drawn["budget"], drawn["limits"], drawn["least"])
    dearer = [row | {"cost_per_seat_idr": row["cost_per_seat_idr"] * factor} for row in drawn["rows"]]
    again = plan(dearer, drawn["budget"] * factor, drawn["limits"], drawn["least"])
    pd.testing.assert_frame_equal(once.drop(columns="cost_idr"), again.drop(columns="cost_idr"))
    assert sum(again["cost_idr"]) == factor * sum(once["cost_idr"])


@EFFORT
@given(problems(programmes=4, groups=6, people=9), st.randoms())
def test_the_order_of_the_rows_does_not_matter(drawn: dict[str, Any], random: Any) -> None:
    if not drawn["rows"]:
        return
    shuffled = list(drawn["rows"])
    random.shuffle(shuffled)
    once, again = (plan(rows, drawn["budget"], drawn["limits"], drawn["least"]) for rows in (drawn["rows"], shuffled))
    pd.testing.assert_frame_equal(once, again)


@EFFORT
@given(problems(programmes=4, groups=6, people=9))
def test_rows_of_a_plan_add_up(drawn: dict[str, Any]) -> None:
    """Money in whole rupiah, ranks without a hole by value for the money, batches paid for whole."""
    if not drawn["rows"]:
        return
    rows = plan(drawn["rows"], drawn["budget"], drawn["limits"], drawn["least"])
    prices = {row["programme_id"]: (row["capacity"], row["cost_per_seat_idr"]) for row in drawn["rows"]}
    assert sum(rows["cost_idr"]) <= drawn["budget"]
    assert list(rows["plan_rank"]) == list(range(1, len(rows) + 1))
    assert all(isinstance(cost, int) or cost == int(cost) for cost in rows["cost_idr"])
    bills = [n * prices[p][0] * prices[p][1] for n, p in zip(rows["n_batches"], rows["programme_id"], strict=True)]
    shares = [Fraction(bill * n, total) for bill, n, total in zip(bills, rows["seats"], rows["programme_seats"], strict=True)]
    worth = [Fraction(value) / share for value, share in zip(rows["row_value"], shares, strict=True)]
    assert worth == sorted(worth, reverse=True)
    assert all(abs(cost - share) < 1 for cost, share in zip(rows["cost_idr"], shares, strict=True))
    assert (rows["seats"] >= drawn["least"]).all()
    for programme, members in rows.groupby("programme_id"):
        capacity, price = prices[programme]
        batches = members["n_batches"].iloc[0]
        assert (members["n_batches"] == batches).all()
        assert (batches - 1) * capacity < sum(members["seats"]) <= batches * capacity
        assert sum(members["cost_idr"]) == batches * capacity * price
    if len(rows):
        assert sum(rows["row_value"]) == rows["plan_value"].iloc[0]
        assert rows["plan_value"].iloc[0] >= rows["greedy_value"].iloc[0]


def test_the_greedy_plan_can_be_worse() -> None:
    """One batch of either: the better value for the money leaves money over."""
    rows = [candidate("A", "M.1", "cheap", 1, 1, 600, "1.0"), candidate("A", "M.2", "dear", 1, 1, 1_000, "1.5")]
    found = plan(rows, 1_000)
    assert list(found["programme_id"]) == ["dear"]
    assert (found["plan_value"].iloc[0], found["greedy_value"].iloc[0]) == (Decimal("1.5"), Decimal(1))
    assert pd.isna(found["greedy_rank"].iloc[0])


def test_the_list_buys_whole_batches_and_first_fills_the_seats_that_are_paid() -> None:
    rows = in_order(
        [
            candidate("A", "M.1", "P", 5, 2, 100, "3.0"),
            candidate("B", "M.1", "P", 3, 2, 100, "2.0"),
            candidate("C", "M.1", "P", 4, 2, 100, "1.0"),
        ]
    )
    problem = build_problem(rows, limits_of([]), 1)
    for budget, seats in {199: [0, 0, 0], 200: [2, 0, 0], 799: [5, 1, 0], 800: [5, 3, 0], 1_199: [5, 3, 2], 10_000: [5, 3, 4]}.items():
        assert greedy_plan(problem, budget).tolist() == seats
        assert problem.faults(np.array(seats), budget) == []
    assert problem.faults(np.array([5, 3, 4]), 1_199) == ["over the budget"]
    assert problem.faults(np.array([6, 0, -1]), 10_000) == ["seats below zero", "more seats than people who need them"]


def test_the_list_buys_no_batch_that_nobody_needs() -> None:
    rows = in_order(
        [
            candidate("A", "M.1", "P", 5, 2, 100, "3.0"),
            candidate("B", "M.1", "P", 3, 2, 100, "2.0"),
            candidate("C", "M.2", "Q", 2, 2, 100, "1.0"),
        ]
    )
    assert greedy_plan(build_problem(rows, limits_of([]), 1), 1_000).tolist() == [5, 3, 2]


def test_a_batch_is_paid_whole_and_shared() -> None:
    """Ten seats at 100: neither unit alone can pay the batch from what it would be worth to the other plan."""
    rows = [candidate("A", "M.1", "P", 3, 10, 100, "1"), candidate("B", "M.1", "P", 4, 10, 100, "1")]
    assert plan(rows, 999).empty
    found = plan(rows, 1_000)
    assert dict(zip(found["unit_id"], found["seats"], strict=True)) == {"A": 3, "B": 4}
    assert dict(zip(found["unit_id"], found["cost_idr"], strict=True)) == {"A": 428, "B": 572}
    assert set(found["n_batches"]) == {1}


def test_nobody_sits_in_a_programme_twice() -> None:
    """Three people lack both competencies that one programme teaches: three seats, not six."""
    rows = [candidate("A", "M.1", "P", 3, 1, 100, "1"), candidate("A", "M.8", "P", 3, 1, 100, "1")]
    assert plan(rows, 10_000)["seats"].sum() == 6
    assert plan(rows, 10_000, limits_of([("A", "P", ("M.1", "M.8"), 3)]))["seats"].sum() == 3


def test_small_groups_are_left_out_rather_than_shown() -> None:
    rows = [candidate("A", "M.1", "P", 4, 1, 100, "9"), candidate("B", "M.1", "P", 5, 1, 100, "1")]
    frames = {"candidates": pd.DataFrame(rows), "limits": limits_of([]), "scenarios": scenarios_of(10_000, least=1)}
    assert list(plan_training(frames, 5)["unit_id"]) == ["B"]
    assert set(plan_training(frames, 4)["unit_id"]) == {"A", "B"}


def test_people_for_whom_all_seats_count_the_same_are_one_group() -> None:
    rows = [
        candidate("A", "M.1", "P", 2, 5, 100, "1", group="PELAKSANA"),
        candidate("A", "M.1", "P", 3, 5, 100, "1", group="JF_MAHIR"),
        candidate("A", "M.1", "P", 4, 5, 100, "2", group="PENGAWAS"),
        candidate("B", "M.1", "P", 5, 5, 100, "1"),
    ]
    found = alike(pd.DataFrame(rows))
    assert sorted(zip(found["unit_id"], found["n_people"], strict=True)) == [("A", 4), ("A", 5), ("B", 5)]


def test_no_candidates_and_no_money_give_an_empty_plan() -> None:
    empty = pd.DataFrame([candidate("A", "M.1", "P", 2, 5, 100, "1")]).iloc[:0]
    frames = {"candidates": empty, "limits": limits_of([]), "scenarios": scenarios_of(1_000)}
    assert list(plan_training(frames, 5).columns) == list(COLUMNS)
    assert plan([candidate("A", "M.1", "P", 9, 5, 100, "1")], 0).empty


def test_costs_are_counted_in_the_largest_unit_that_divides_them() -> None:
    frame = in_order([candidate("A", "M.1", "P", 2, 5, 600, "1"), candidate("A", "M.1", "Q", 2, 2, 900, "1")])
    costs, money = unit_of_account(build_problem(frame, limits_of([]), 1), 10_000)
    assert (sorted(costs.tolist()), money) == ([3, 5], 16)


def test_larger_budgets_are_never_worth_less() -> None:
    rows = [
        candidate(unit, code, programme, people, capacity, price, levels)
        for unit, people in (("A", 7), ("B", 12), ("C", 30))
        for code, programme, capacity, price, levels in (
            ("M.1", "P", 10, 300, "0.6"),
            ("M.3", "Q", 8, 550, "1.3"),
            ("M.3", "R", 25, 200, "0.4"),
        )
    ]
    frames = {"candidates": pd.DataFrame(rows), "limits": limits_of([]), "scenarios": scenarios_of(4_000, 8_000, 16_000, 64_000, least=2)}
    found = plan_training(frames, 2)
    values = found.groupby("scenario")["plan_value"].first()
    assert list(values) == sorted(values)
    assert list(values.index) == ["S1", "S2", "S3", "S4"]


def test_the_page_of_the_plan_says_what_each_budget_buys_and_names_no_unit() -> None:
    import pyarrow as pa

    from pipelines.planning.report import budgets

    rows = [("50%", 10, 2_000_000, 4, 0.0), ("50%", 5, 1_000_000, 1, 0.01), ("100%", 30, 9_000_000, 10, 0.0)]
    names = ("scenario", "seats", "cost_idr", "gap_levels", "optimality_gap")
    table = pa.table({**{name: [row[at] for row in rows] for at, name in enumerate(names)}, "unit_id": ["U1", "U2", "U3"]})
    (said,) = budgets({"training_plan_solution": table}, 5).values()
    assert said.splitlines()[2:] == [
        f"| 50% | 15 | 3 | 5 | {'█' * 10} | 1.00% |",
        f"| 100% | 30 | 9 | 10 | {'█' * 20} | 0.00% |",
    ]
    assert "U1" not in said
    assert budgets({"training_plan_solution": table.slice(0, 0)}, 5) == {}
