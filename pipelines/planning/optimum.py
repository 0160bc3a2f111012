"""The best plan, by mixed-integer programming (HiGHS), and how far from the proven optimum it can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from pipelines.planning.greedy import greedy_plan
from pipelines.planning.problem import unit_of_account

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.planning.problem import Integers, Problem

    Reals = NDArray[np.float64]

GAP = 0.001
"""The solver stops when the plan is proven to be within this share of the optimum."""
ROUNDS = 6
"""So often a plan is looked for near a relaxed one, before all plans are searched."""
SOLVED = 0
"""What the solver says of a plan that nothing within its limits is better than."""
SECONDS = 50.0
"""The solver stops then whatever it has: a safeguard, far above what a city needs, because a plan must not depend on the machine."""

WHOLE = 1e-4
"""A number of seats this near to a whole one is that."""

TOLERANCE = 1e-6
"""The solver takes a plan that costs this share more than the budget for one within it."""


@dataclass(frozen=True)
class Solution:
    """Seats by option, and the most that any plan can be worth (in millionths)."""

    seats: Integers
    bound: float
    greedy: Integers

    def gap(self, problem: Problem) -> float:
        """How far below the bound the plan is, as a share of the bound."""
        return max(0.0, 1 - problem.worth(self.seats) / self.bound) if self.bound > 0 else 0.0


def best_plan(problem: Problem, budget: int, *, gap: float = GAP, seconds: float = SECONDS) -> Solution:
    """The plan of most value within the budget; never worse than the greedy one."""
    greedy = greedy_plan(problem, budget)
    if not len(problem.value) or budget < problem.batch_cost.min():
        return Solution(greedy, 0.0, greedy)
    model = _Model(problem, budget)
    seats, bound = model.near_relaxed(gap, seconds)
    for whole_seats in (False, True):
        if seats is None or problem.faults(seats, budget):
            seats, bound = model.best(gap, seconds, whole_seats=whole_seats)
    if seats is not None and problem.faults(seats, budget):
        # Of a large budget the tolerance is thousands of rupiah: what is dearer by less than that is left out with so much less to spend.
        seats, _ = _Model(problem, int(budget * (1 - 2 * TOLERANCE))).best(gap, seconds, whole_seats=True)
    if seats is None or problem.faults(seats, budget) or problem.worth(seats) < problem.worth(greedy):
        seats = greedy
    return Solution(seats, bound, greedy)


class _Model:
    """Variables in this order: seats of each option, batches of each programme, whether a row has any seat.

    With batches and rows decided, what is left for the seats is a flow from groups to programmes, which is whole by itself in
    all but rare cases; so seats are asked to be whole only where they turn out not to be. That there is no seat where a row is not
    decided for is said of each of its options: of their sum it would say the same of whole rows, and of rows in part so much less
    that a relaxed plan is worth two in a hundred more than the best one, instead of one in a thousand.
    """

    def __init__(self, problem: Problem, budget: int) -> None:
        self.problem = problem
        self.sizes = (len(problem.value), len(problem.capacity), problem.n_rows)
        n_options, n_programmes, n_rows = self.sizes
        self._batches, self._decided = slice(n_options, n_options + n_programmes), slice(n_options, None)
        most = problem.people[problem.group].astype(float)
        batches = -(-np.bincount(problem.programme, weights=most, minlength=n_programmes) // problem.capacity)
        self.scale = float(problem.value.max())
        self.objective = np.concatenate([-problem.value / self.scale, np.zeros(n_programmes + n_rows)])
        self.most = np.concatenate([most, batches, np.ones(n_rows)])
        costs, money = unit_of_account(problem, budget)
        in_group, in_programme, in_row = (
            sparse.csr_array((np.ones(n_options), (index, np.arange(n_options))), shape=(size, n_options))
            for index, size in ((problem.group, len(problem.people)), (problem.programme, n_programmes), (problem.row, n_rows))
        )
        self.constraints = [
            self._at_most(problem.people, seats=in_group),
            self._at_most(0, seats=in_programme, batches=sparse.diags_array(-problem.capacity.astype(float))),
            self._at_most(1, batches=sparse.csr_array(costs[None, :] / money)),
            self._at_most(0, seats=sparse.eye_array(n_options), rows=-(in_row * most).T),
            self._at_most(0, seats=-in_row, rows=sparse.diags_array(np.full(n_rows, float(problem.least_seats)))),
        ]
        if len(problem.limit):
            self.constraints.append(self._at_most(problem.limit, seats=problem.limited.astype(float)))

    def _at_most(self, bound: Any, **parts: Any) -> LinearConstraint:
        """Parts of the variables, each with its matrix; the others have no say."""
        n_lines = next(iter(parts.values())).shape[0]
        names = ("seats", "batches", "rows")
        matrices = [parts.get(name, sparse.csr_array((n_lines, size))) for name, size in zip(names, self.sizes, strict=True)]
        return LinearConstraint(sparse.hstack(matrices, format="csr"), ub=bound)

    def near_relaxed(self, gap: float, seconds: float) -> tuple[Integers | None, float]:
        """Seats by option, if a plan near a relaxed one is proven to be good enough, and the bound in millionths.

        A relaxed plan has nearly all rows wholly in or out, so around it there is little to search. With the batches of what is found
        there the rows are relaxed once more, and so on while that gives better plans. It takes a fifth of the time in which all plans are
        searched.
        """
        seconds /= ROUNDS
        relaxed = self._answer(Bounds(0, self.most), gap, seconds)
        if relaxed.status != SOLVED:  # what was cut off is no bound
            return None, float("inf")
        bound, best = -float(relaxed.fun) * self.scale, -1
        for _ in range(ROUNDS):
            found = None if relaxed.x is None else self._answer(self._around(relaxed.x), gap / 2, seconds, whole="decisions")
            if found is None or found.x is None:
                break
            seats = self._seats(found)
            worth = -1 if seats is None else self.problem.worth(seats)
            if worth >= (1 - gap) * bound:
                return seats, bound
            if worth <= best:
                break
            best = worth
            relaxed = self._answer(self._with_batches_of(found.x), gap, seconds)
        return None, bound

    def _around(self, plan: Reals) -> Bounds:
        """One batch of each programme more or less, and no other rows but those that the plan has in part."""
        low, high = np.zeros(len(plan)), self.most.copy()
        low[self._decided] = np.floor(plan[self._decided] + TOLERANCE)
        high[self._decided] = np.ceil(plan[self._decided] - TOLERANCE)
        low[self._batches] -= 1
        high[self._batches] += 1
        return Bounds(np.maximum(low, 0), np.minimum(high, self.most))

    def _with_batches_of(self, plan: Reals) -> Bounds:
        low, high = np.zeros(len(plan)), self.most.copy()
        low[self._batches] = high[self._batches] = np.rint(plan[self._batches])
        return Bounds(low, high)

    def best(self, gap: float, seconds: float, *, whole_seats: bool) -> tuple[Integers | None, float]:
        """Seats by option, if a plan was found, and the proven bound in millionths."""
        found = self._answer(Bounds(0, self.most), gap, seconds, whole="all" if whole_seats else "decisions")
        bound = float("inf") if found.mip_dual_bound is None else -float(found.mip_dual_bound) * self.scale
        return self._seats(found), bound

    def _answer(self, bounds: Bounds, gap: float, seconds: float, *, whole: str = "nothing") -> OptimizeResult:
        n_options, *decisions = self.sizes
        return milp(
            self.objective,
            integrality=np.repeat([whole == "all", whole != "nothing"], [n_options, sum(decisions)]).astype(float),
            bounds=bounds,
            constraints=self.constraints,
            options={"mip_rel_gap": gap, "time_limit": seconds},
        )

    def _seats(self, found: OptimizeResult) -> Integers | None:
        """The seats of what was found, if they are whole."""
        if found.x is None:
            return None
        seats = found.x[: self.sizes[0]]
        whole: Integers = np.rint(seats).astype(np.int64)
        return whole if np.abs(seats - whole).max() < WHOLE else None
