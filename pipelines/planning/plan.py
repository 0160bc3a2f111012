"""The plan as a table: for each budget the rows (unit, competency, programme) in the order in which to fund them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipelines.planning.optimum import best_plan
from pipelines.planning.problem import VALUE_SCALE, alike, build_problem, scaled
from pipelines.settings import get_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.planning.optimum import Solution
    from pipelines.planning.problem import Integers, Problem

ROW = ["unit_id", "competency_code", "programme_id"]
FOUR = 10_000
"""Levels and weights have four decimals."""


def plan_training(frames: Mapping[str, pd.DataFrame], min_cell_size: int) -> pd.DataFrame:
    """The plans of all scenarios, one below the other.

    Args:
        frames: ``candidates``, ``limits`` and ``scenarios``, as the models int_planning__candidates, int_planning__seat_limits
            and int_planning__scenarios have them.
        min_cell_size: no row rests on fewer people than this, so that the open release can show it whole.
    """
    scenarios = frames["scenarios"].sort_values("budget_share", kind="stable")
    if frames["candidates"].empty or scenarios.empty:
        return pd.DataFrame(columns=[*COLUMNS])
    candidates = alike(frames["candidates"])
    least = max(min_cell_size, int(scenarios["least_people"].max()))
    problem = build_problem(candidates, frames["limits"], least)
    with ThreadPoolExecutor(get_settings().threads) as solvers:  # the solver lets go of the interpreter
        solutions = list(solvers.map(partial(best_plan, problem), [int(budget) for budget in scenarios["budget_idr"]]))
    plans = [
        plan_rows(candidates, problem, found).assign(scenario=str(name))
        for name, found in zip(scenarios["scenario"], solutions, strict=True)
    ]
    return pd.concat(plans, ignore_index=True)[[*COLUMNS]]


COLUMNS = (
    "scenario",
    "plan_rank",
    *ROW,
    "seats",
    "n_batches",
    "programme_seats",
    "cost_idr",
    "promised_levels",
    "gap_levels",
    "service_weight",
    "class_weight",
    "row_value",
    "greedy_rank",
    "plan_value",
    "greedy_value",
    "optimality_gap",
)
"""Columns of a plan; the source planning.training_plan_solution of the dbt project describes them."""


def plan_rows(candidates: pd.DataFrame, problem: Problem, solution: Solution) -> pd.DataFrame:
    """The rows of one plan, best value for the money first."""
    chosen = _ranked(candidates, problem, solution.seats)
    greedy = _ranked(candidates, problem, solution.greedy)
    rows = chosen.merge(greedy[[*ROW, "plan_rank"]].rename(columns={"plan_rank": "greedy_rank"}), on=ROW, how="left")
    rows["greedy_rank"] = rows["greedy_rank"].astype("Int64")
    of_plan = {
        "plan_value": _decimal(problem.worth(solution.seats), VALUE_SCALE),
        "greedy_value": _decimal(problem.worth(solution.greedy), VALUE_SCALE),
        "optimality_gap": Decimal(str(round(solution.gap(problem), 6))),
    }
    return rows.assign(**{name: pd.Series([value] * len(rows), dtype=object) for name, value in of_plan.items()})


def _ranked(candidates: pd.DataFrame, problem: Problem, seats: Integers) -> pd.DataFrame:
    taken = seats > 0
    number = seats[taken]
    frame = candidates.loc[taken, ROW].reset_index(drop=True)
    frame["seats"] = number
    frame["value"] = problem.value[taken] * number
    for column in ("promised_levels", "levels_per_seat", "service_weight", "class_weight"):
        frame[column] = scaled(candidates.loc[taken, column], FOUR) * number
    rows = frame.groupby(ROW, sort=True).sum().reset_index()
    n_batches, paid = problem.batches(seats), problem.batches(seats) * problem.batch_cost
    code = pd.Series(problem.programme, index=candidates["programme_id"]).groupby(level=0).first()
    programme = rows["programme_id"].map(code).to_numpy(dtype=np.int64)
    rows["n_batches"] = n_batches[programme]
    rows["programme_seats"] = rows.groupby("programme_id")["seats"].transform("sum")
    rows["cost_idr"] = _shares(rows, paid[programme])
    worth = [  # for each rupiah, by the exact share of the batches: rounding never decides on a rank
        Fraction(int(value) * int(total), int(bill) * int(number))
        for value, total, bill, number in zip(rows["value"], rows["programme_seats"], paid[programme], rows["seats"], strict=True)
    ]
    names = list(rows[ROW].itertuples(index=False, name=None))
    order = sorted(range(len(rows)), key=lambda at: (-worth[at], names[at]))
    rows = rows.loc[order].reset_index(drop=True)
    rows["plan_rank"] = np.arange(1, len(rows) + 1)
    rows["row_value"] = _decimals(rows["value"], VALUE_SCALE)
    rows["gap_levels"] = rows["levels_per_seat"]
    for column in ("promised_levels", "gap_levels", "service_weight", "class_weight"):
        rows[column] = _decimals(rows[column], FOUR)
    return rows


def _shares(rows: pd.DataFrame, paid: Integers) -> list[int]:
    """What each row pays of the batches of its programme: by seats, in whole rupiah, together exactly what is paid."""
    shares = [int(bill) * int(seats) // int(total) for bill, seats, total in zip(paid, rows["seats"], rows["programme_seats"], strict=True)]
    turn = list(zip(-rows["seats"], *(rows[name] for name in ROW), strict=True))
    for at in rows.groupby("programme_id", sort=True).groups.values():
        left = int(paid[at[0]]) - sum(shares[i] for i in at)
        for i in sorted(at, key=turn.__getitem__)[:left]:
            shares[i] += 1
    return shares


def _decimals(values: pd.Series[Any], scale: int) -> pd.Series[Any]:
    return pd.Series([_decimal(value, scale) for value in values], index=values.index, dtype=object)


def _decimal(value: Any, scale: int) -> Decimal:
    return Decimal(int(value)) / scale
