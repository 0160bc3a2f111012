"""What is made of the answers of the solver: whole seats, within the rules, and never worse than the list of the best for the money."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.optimize import OptimizeResult, milp

from pipelines.planning import optimum
from pipelines.planning.greedy import greedy_plan
from pipelines.planning.optimum import GAP, SECONDS, Solution, _Model, best_plan
from pipelines.planning.problem import build_problem
from tests.unit.planning.test_plan import candidate, in_order, limits_of, plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.planning.problem import Problem

BUDGET = 1_000
NO_LIMITS = limits_of([])


def two_programmes() -> Problem:
    """One batch of either can be paid: the cheap one is worth more for its money, the dear one more."""
    rows = [candidate("A", "M.1", "cheap", 1, 1, 600, "1.0"), candidate("A", "M.2", "dear", 1, 1, 1_000, "1.5")]
    return build_problem(in_order(rows), NO_LIMITS, 1)


def answered(monkeypatch: pytest.MonkeyPatch, seats: Callable[[bool], list[float] | None]) -> Solution:
    """The plan of two programmes where the solver's seats are these, by whether it was asked for whole ones; None: it says what it finds."""

    def solver(objective: np.ndarray, *, integrality: np.ndarray, **others: Any) -> OptimizeResult:
        result = milp(objective, integrality=integrality, **others)
        wanted = seats(bool(integrality[0]))
        if wanted is not None:
            result.x = np.array([*wanted, *result.x[2:]]) if wanted else None
        return result

    monkeypatch.setattr(optimum, "milp", solver)
    return best_plan(two_programmes(), BUDGET)


@pytest.mark.parametrize("first", [[0.4, 0.6], [1.0, 1.0], []])
def test_where_seats_are_not_whole_or_break_a_rule_or_are_none_whole_ones_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, first: list[float]
) -> None:
    assert answered(monkeypatch, lambda whole: None if whole else first).seats.tolist() == [0, 1]


def test_seats_that_are_whole_but_for_the_last_digits_are_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(monkeypatch, lambda whole: [] if whole else [1e-6, 1 - 1e-6]).seats.tolist() == [0, 1]


def test_a_plan_that_costs_a_rupiah_more_than_a_large_budget_makes_way_for_the_best_within_it() -> None:
    budget = 50_000_000_000
    prices = {"too dear by a rupiah": (budget + 1, "10.0"), "best": (46_000_000_007, "5.0"), "best for its money": (5_000_000_003, "1.0")}
    rows = [candidate("A", f"M.{number}", name, 1, 1, cost, value) for number, (name, (cost, value)) in enumerate(prices.items())]
    problem = build_problem(in_order(rows), NO_LIMITS, 1)
    found = best_plan(problem, budget)
    assert (problem.worth(found.seats), problem.worth(found.greedy)) == (5_000_000, 1_000_000)


@pytest.mark.parametrize("always", [[0.4, 0.6], [1.0, 1.0], [0.0, 0.0], []])
def test_where_the_solver_has_nothing_better_the_plan_is_the_list_of_the_best_for_the_money(
    monkeypatch: pytest.MonkeyPatch, always: list[float]
) -> None:
    found = answered(monkeypatch, lambda _: always)
    assert found.seats.tolist() == found.greedy.tolist() == greedy_plan(two_programmes(), BUDGET).tolist() == [1, 0]
    assert found.bound == pytest.approx(1.5e6, rel=1e-6)
    assert found.gap(two_programmes()) == pytest.approx(1 / 3)


def test_the_best_plan_knows_that_nobody_sits_in_a_programme_twice() -> None:
    """One person lacks both competencies of the cheap programme, of which one seat is worth less than one of the dear."""
    rows = [
        candidate("A", "M.1", "cheap", 1, 2, 300, "1.0"),
        candidate("A", "M.8", "cheap", 1, 2, 300, "1.0"),
        candidate("A", "M.2", "dear", 1, 1, 1_000, "1.5"),
    ]
    found = plan(rows, BUDGET, limits_of([("A", "cheap", ("M.1", "M.8"), 1)]))
    assert list(found["programme_id"]) == ["dear"]
    assert found["greedy_value"].iloc[0] == Decimal(1)


def city(seed: int, units: int = 30, competencies: int = 8, programmes: int = 12) -> Problem:
    """Each unit has people for each competency, and of the programmes three teach it."""
    random = np.random.default_rng(seed)
    prices, sizes = random.integers(1_000, 9_000, programmes), random.integers(20, 40, programmes)
    rows = [
        candidate(
            f"U{unit:02d}", f"C{code}", f"P{programme:02d}", int(people), int(sizes[programme]), int(prices[programme]),
            str(random.integers(1, 200) / 100),
        )
        for unit in range(units)
        for code in range(competencies)
        for people in [random.integers(3, 25)]
        for programme in random.choice(programmes, 3, replace=False)
    ]  # fmt: skip
    return build_problem(in_order(rows), NO_LIMITS, 5)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("seats", [800, 2_400])
def test_near_the_relaxed_plan_lies_one_that_is_proven_to_be_good_enough(seed: int, seats: int) -> None:
    """The search of all plans is for small problems and odd ones: of a city it is not needed, and what it finds is within the bound."""
    problem, budget = city(seed), seats * 5_000
    found, bound = _Model(problem, budget).near_relaxed(0.01, SECONDS)
    assert found is not None
    assert problem.faults(found, budget) == []
    assert problem.worth(found) >= 0.99 * bound
    searched, proven = _Model(problem, budget).best(0.01, SECONDS, whole_seats=False)
    assert searched is not None
    assert problem.worth(searched) <= bound * (1 + 1e-6)
    assert problem.worth(found) <= proven * (1 + 1e-6)


def test_what_is_not_proven_to_be_good_enough_is_not_taken() -> None:
    """Of one batch that can be paid the relaxed plan has parts of two: nothing whole comes near it."""
    found, bound = _Model(two_programmes(), BUDGET).near_relaxed(GAP, SECONDS)
    assert found is None
    assert bound == pytest.approx(1.6e6)
    assert best_plan(two_programmes(), BUDGET).bound == pytest.approx(1.5e6, rel=1e-6)


def test_a_relaxed_plan_that_was_cut_off_is_no_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    def solver(objective: np.ndarray, *, integrality: np.ndarray, **others: Any) -> OptimizeResult:
        result = milp(objective, integrality=integrality, **others)
        result.status = result.status if integrality.any() else 1
        return result

    monkeypatch.setattr(optimum, "milp", solver)
    assert _Model(two_programmes(), BUDGET).near_relaxed(GAP, SECONDS) == (None, float("inf"))
    assert best_plan(two_programmes(), BUDGET).seats.tolist() == [0, 1]
