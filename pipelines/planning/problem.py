"""The problem as plain arrays, what a plan is, and what every plan must hold to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

if TYPE_CHECKING:
    import pandas as pd

Integers = NDArray[np.int64]

VALUE_SCALE = 1_000_000
"""Value is counted in millionths: the figures of the candidates have six decimals."""


def alike(candidates: pd.DataFrame) -> pd.DataFrame:
    """The candidates with people of a unit for whom every seat counts the same as one group: fewer groups, the same plans."""
    keys = ["unit_id", "competency_code"]
    ordered = candidates.sort_values(["demand_key", "programme_id"], kind="stable")
    same = ["programme_id", "value_per_seat", "levels_per_seat", "promised_levels", "class_weight"]
    marks = ordered[same].astype(str).agg(":".join, axis=1)
    signature = marks.groupby(ordered["demand_key"]).agg(";".join).rename("signature")
    named = candidates.join(signature, on="demand_key")
    people = named.drop_duplicates("demand_key").groupby([*keys, "signature"])
    summed = people.agg(n_people=("n_people", "sum"), demand_key=("demand_key", "min")).reset_index()
    kept = named.merge(summed, on=[*keys, "signature", "demand_key"], suffixes=("_alone", ""))
    order = ["unit_id", "competency_code", "programme_id", "demand_key"]
    return kept.drop(columns=["signature", "n_people_alone"]).sort_values(order, kind="stable", ignore_index=True)


@dataclass(frozen=True)
class Problem:
    """Options (a group of people and a programme), and what binds them.

    ``group``, ``programme`` and ``row`` say of each option which group, which programme and which row of the plan (unit,
    competency, programme) it belongs to. ``limited`` has a line for each limit of several options together.
    """

    group: Integers
    programme: Integers
    row: Integers
    value: Integers
    people: Integers
    capacity: Integers
    seat_cost: Integers
    limited: sparse.csr_array
    limit: Integers
    least_seats: int

    @property
    def n_rows(self) -> int:
        return int(self.row.max(initial=-1)) + 1

    @property
    def batch_cost(self) -> Integers:
        return self.capacity * self.seat_cost

    def batches(self, seats: Integers) -> Integers:
        """Batches that the seats need, by programme."""
        return -(-_total(self.programme, seats, len(self.capacity)) // self.capacity)

    def cost(self, seats: Integers) -> int:
        """Rupiah for the batches that the seats need."""
        return int(self.batches(seats) @ self.batch_cost)

    def worth(self, seats: Integers) -> int:
        """Value of the seats, in millionths."""
        return int(self.value @ seats)

    def faults(self, seats: Integers, budget: int) -> list[str]:
        """What the seats break; empty for a plan that can be carried out."""
        by_row = _total(self.row, seats, self.n_rows)
        checks = {
            "seats below zero": (seats < 0).any(),
            "more seats than people who need them": (_total(self.group, seats, len(self.people)) > self.people).any(),
            "somebody twice in a programme": (self.limited @ seats > self.limit).any(),
            "fewer seats of a unit than the least": ((by_row > 0) & (by_row < self.least_seats)).any(),
            "over the budget": self.cost(seats) > budget,
        }
        return [fault for fault, holds in checks.items() if holds]


def _total(index: Integers, amounts: Integers, size: int) -> Integers:
    """Sums of whole amounts by index."""
    found = np.zeros(size, dtype=np.int64)
    np.add.at(found, index, amounts)
    return found


def unit_of_account(problem: Problem, budget: int) -> tuple[Integers, int]:
    """Costs of batches and the budget in the largest unit that divides all costs: a plan never depends on the currency."""
    costs = problem.batch_cost
    unit = math.gcd(*(int(cost) for cost in costs)) or 1
    return costs // unit, budget // unit


def build_problem(candidates: pd.DataFrame, limits: pd.DataFrame, least_seats: int) -> Problem:
    """Arrays from the frames of the warehouse, in the order of ``candidates``.

    Args:
        candidates: demand_key, unit_id, competency_code, programme_id, n_people, capacity, cost_per_seat_idr, value_per_seat.
        limits: unit_id, programme_id, competency_set, competency_code, n_people: a row for each competency of a set.
        least_seats: a unit sends so many people to a programme for a competency, or nobody.
    """
    group, _ = _numbered(candidates, ["demand_key"])
    programme, _ = _numbered(candidates, ["programme_id"])
    row, _ = _numbered(candidates, ["unit_id", "competency_code", "programme_id"])
    limited, limit = _limits(candidates, limits)
    return Problem(
        group=group,
        programme=programme,
        row=row,
        value=scaled(candidates["value_per_seat"]),
        people=_first(candidates["n_people"], group),
        capacity=_first(candidates["capacity"], programme),
        seat_cost=_first(candidates["cost_per_seat_idr"], programme),
        limited=limited,
        limit=limit,
        least_seats=max(1, least_seats),
    )


def scaled(values: pd.Series[Any], scale: int = VALUE_SCALE) -> Integers:
    """Decimals as whole numbers, exactly."""
    return np.array([int(value * scale) for value in values], dtype=np.int64)


def _numbered(frame: pd.DataFrame, keys: list[str]) -> tuple[Integers, int]:
    numbers: Integers = np.asarray(frame.groupby(keys, sort=True, observed=True).ngroup(), dtype=np.int64)
    return numbers, int(numbers.max(initial=-1)) + 1


def _first(values: pd.Series[Any], index: Integers) -> Integers:
    found = np.zeros(int(index.max(initial=-1)) + 1, dtype=np.int64)
    found[index] = values.to_numpy(dtype=np.int64)
    return found


def _limits(candidates: pd.DataFrame, limits: pd.DataFrame) -> tuple[sparse.csr_array, Integers]:
    """Options that a limit counts together. A limit that counts those of one competency alone says nothing new."""
    options = candidates[["unit_id", "programme_id", "competency_code"]].assign(option=np.arange(len(candidates)))
    joined = limits.merge(options, on=["unit_id", "programme_id", "competency_code"])
    sets = joined.groupby(["unit_id", "programme_id", "competency_set"], sort=True)
    joined = joined[sets["competency_code"].transform("nunique") > 1]
    number, size = _numbered(joined, ["unit_id", "programme_id", "competency_set"])
    ones = np.ones(len(joined), dtype=np.int64)
    matrix = sparse.csr_array((ones, (number, joined["option"].to_numpy())), shape=(size, len(candidates)), dtype=np.int64)
    return matrix, _first(joined["n_people"], number)
