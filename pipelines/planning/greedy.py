"""The plan that somebody would make with a list: the best value for the money first, until the money is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pipelines.planning.problem import Integers, Problem


def greedy_plan(problem: Problem, budget: int) -> Integers:
    """Seats by option. Rows that end with fewer seats than the least are taken out, and the list is gone through once more."""
    shut = np.zeros(problem.n_rows, dtype=bool)
    while True:
        seats = _fill(problem, budget, shut)
        by_row = np.bincount(problem.row, weights=seats, minlength=problem.n_rows)
        small = (by_row > 0) & (by_row < problem.least_seats)
        if not small.any():
            return seats
        shut |= small


def greedy_order(problem: Problem) -> Integers:
    """Options by value for the money, best first; of equals the cheaper seat, then the order of the candidates."""
    cost = problem.seat_cost[problem.programme]
    return np.lexsort((np.arange(len(cost)), cost, -problem.value / cost))


def _fill(problem: Problem, budget: int, shut: np.ndarray) -> Integers:
    seats = np.zeros(len(problem.value), dtype=np.int64)
    people, limit = problem.people.copy(), problem.limit.copy()
    taken = np.zeros(len(problem.capacity), dtype=np.int64)
    open_seats = np.zeros(len(problem.capacity), dtype=np.int64)
    limits_of = problem.limited.tocsc()
    for option in greedy_order(problem):
        if shut[problem.row[option]]:
            continue
        programme = problem.programme[option]
        bound = limits_of.indices[limits_of.indptr[option] : limits_of.indptr[option + 1]]
        wanted = min(int(people[problem.group[option]]), int(limit[bound].min(initial=np.iinfo(np.int64).max)))
        free = int(open_seats[programme] - taken[programme])
        if wanted > free:
            cost = int(problem.batch_cost[programme])
            more = min(-(-(wanted - free) // int(problem.capacity[programme])), budget // cost)
            budget -= more * cost
            open_seats[programme] += more * problem.capacity[programme]
            wanted = min(wanted, free + more * int(problem.capacity[programme]))
        if wanted <= 0:
            continue
        seats[option] = wanted
        taken[programme] += wanted
        people[problem.group[option]] -= wanted
        limit[bound] -= wanted
    return seats
