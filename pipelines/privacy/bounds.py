"""How far the withheld figures can be told from what is published: the exact interval of each, as an attacker would compute it.

Where the equations form a forest, interval propagation (the shuttle algorithm of Buzzigoli and Giusti 1999) gives the exact
bounds; where sums cross, linear programming does (HiGHS), for which a few feasible tables are enough as witnesses: a figure that
is 2 in one and 7 in another, both of which agree with everything published, is not told within less.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Places = NDArray[np.int64]
    Flags = NDArray[np.bool_]

MOST = 1e7
"""More people than there are anywhere: the bound of what nothing bounds."""
ROUNDS = 24
"""Random pairs of witnesses before what is left is bounded figure by figure."""
NEAR = 1e-6


@dataclass(frozen=True)
class Equations:
    """Each adds up to nothing: figure ``figure[i]`` stands in equation ``number[i]`` with ``factor[i]``, which is 1 or -1.

    ``rank`` is the order in which the figures of an equation give way to protect another.
    """

    number: Places
    figure: Places
    factor: Numbers
    rank: Numbers

    def of(self, chosen: Flags) -> Equations:
        """The equations with the chosen figures alone."""
        keep = chosen[self.figure]
        return Equations(self.number[keep], self.figure[keep], self.factor[keep], self.rank[keep])

    def sides(self, terms: Numbers, size: int) -> Numbers:
        """The sum of the terms in each equation."""
        return np.bincount(self.number, weights=terms, minlength=size)


def shuttle(equations: Equations, hidden: Flags, value: Numbers, low: Numbers, high: Numbers) -> tuple[Numbers, Numbers]:
    """Lower and upper bound of every hidden figure from those of the others, until no bound moves any more.

    What it gives is never narrower than the truth, and exact where the equations form a forest.
    """
    part = equations.of(hidden)
    low, high = np.where(hidden, low, value), np.where(hidden, high, value)
    if not len(part.number):
        return low, high
    size = int(part.number.max()) + 1
    side = part.sides(part.factor * value[part.figure], size)
    by_figure = np.argsort(part.figure, kind="stable")
    figures, starts = np.unique(part.figure[by_figure], return_index=True)
    positive = part.factor > 0
    while True:
        least, most = low[part.figure], high[part.figure]
        term_low, term_high = np.where(positive, least, -most), np.where(positive, most, -least)
        up = side[part.number] - part.sides(term_low, size)[part.number] + term_low
        down = side[part.number] - part.sides(term_high, size)[part.number] + term_high
        new_low = np.maximum(low[figures], np.maximum.reduceat(np.where(positive, down, -up)[by_figure], starts))
        new_high = np.minimum(high[figures], np.minimum.reduceat(np.where(positive, up, -down)[by_figure], starts))
        if (new_low <= low[figures] + NEAR).all() and (new_high >= high[figures] - NEAR).all():
            return low, high
        low[figures], high[figures] = new_low, new_high


def components(equations: Equations, hidden: Flags) -> tuple[Places, Flags]:
    """Which component each hidden figure belongs to (-1 for none), and whether sums cross in the component."""
    part = equations.of(hidden)
    label = np.full(len(hidden), -1)
    if not len(part.number):
        return label, np.zeros(0, dtype=bool)
    numbers, row = np.unique(part.number, return_inverse=True)
    figures, column = np.unique(part.figure, return_inverse=True)
    size = len(numbers) + len(figures)
    graph = sparse.coo_array((np.ones(len(row)), (row, len(numbers) + column)), shape=(size, size))
    n, of_node = sparse.csgraph.connected_components(graph, directed=False)
    label[figures] = of_node[len(numbers) :]
    edges, nodes = np.bincount(of_node[row], minlength=n), np.bincount(of_node, minlength=n)
    return label, edges > nodes - 1


def told(equations: Equations, hidden: Flags, value: Numbers, floor: Numbers, asked: Flags, width: float) -> Flags:
    """The asked figures whose interval is narrower than ``width``.

    Args:
        equations: everything that adds up.
        hidden: figures that the attacker does not see.
        value: all figures as they are.
        floor: the least that the attacker knows each figure to be.
        asked: which hidden figures are to be protected.
        width: of the interval, end less start.
    """
    low, high = shuttle(equations, hidden, value, floor, np.full(len(value), MOST))
    found = asked & (high - low < width - NEAR)
    label, crossed = components(equations, hidden)
    if found.any():
        return found  # mended first: the other bounds change with it
    part = equations.of(hidden)
    for one in np.flatnonzero(crossed):
        members = np.flatnonzero(label == one)
        mine = np.isin(part.figure, members)
        chosen = Equations(part.number[mine], part.figure[mine], part.factor[mine], part.rank[mine])
        system = _Program(chosen, members, value, low, high)
        found[members] = asked[members] & ~system.spread(asked[members], width)
    return found


class _Program:
    """The tables that agree with everything published, as a linear program over one component."""

    def __init__(self, equations: Equations, members: Places, value: Numbers, low: Numbers, high: Numbers) -> None:
        numbers, row = np.unique(equations.number, return_inverse=True)
        column = np.searchsorted(members, equations.figure)
        self.matrix = sparse.csr_array((equations.factor, (row, column)), shape=(len(numbers), len(members)))
        self.value = value[members]
        self.side = self.matrix @ self.value
        self.bounds = np.column_stack([low[members], high[members]])

    def spread(self, asked: Flags, width: float) -> Flags:
        """Which of the asked figures differ by so much in two feasible tables."""
        least, most = self.value.copy(), self.value.copy()
        for witness in self._witnesses(asked, least, most, width):
            np.minimum(least, witness, out=least)
            np.maximum(most, witness, out=most)
        return most - least >= width - NEAR

    def _witnesses(self, asked: Flags, least: Numbers, most: Numbers, width: float) -> Iterator[Numbers]:
        """Feasible tables at the ends: first in random directions for many figures at once, then for each that is left."""
        random = np.random.default_rng(1)
        for _ in range(ROUNDS):
            left = asked & (most - least < width - NEAR)
            if not left.any():
                return
            direction = np.where(left, random.choice([-1.0, 1.0], len(left)), 0.0)
            yield self._extreme(direction)
            yield self._extreme(-direction)
        for at in np.flatnonzero(asked & (most - least < width - NEAR)):
            direction = np.zeros(len(asked))
            direction[at] = 1.0
            yield self._extreme(direction)
            yield self._extreme(-direction)

    def _extreme(self, direction: Numbers) -> Numbers:
        found = linprog(direction, A_eq=self.matrix, b_eq=self.side, bounds=self.bounds, method="highs")
        if found.x is None:
            raise RuntimeError(f"a table of {len(direction)} withheld figures could not be bounded: {found.message}")
        return np.asarray(found.x)
