"""How far the withheld figures can be told from what is published: the exact interval of each, as an attacker would compute it.

Where the equations form a forest, interval propagation (the shuttle algorithm of Buzzigoli and Giusti 1999) gives the exact
bounds; where sums cross, linear programming does (HiGHS), for which a few feasible tables are enough as witnesses: a figure that
is 2 in one and 7 in another, both of which agree with everything published, is not told within less.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
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
ROUNDS = 16
"""Pairs of witnesses in random directions."""
SINGLE = 40
"""Figures of a component that are asked for one by one; any others left count as told."""
NEAR = 1e-6
REMAINDER = -1
HOPS = 3
"""How far from a figure others move with it when a witness is sought."""


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
        return np.asarray(np.bincount(self.number, weights=terms, minlength=size), dtype=float)


@dataclass(frozen=True)
class Told:
    """``figures`` that are told, and, where sums cross, sets of the equations that together tell one of them."""

    figures: Flags
    behind: tuple[Places, ...]


@dataclass
class Proofs:
    """Marks of the programs in which nothing is told: those ``before`` this, and those that were ``held`` in it, found anew or met again.

    The figures of a quarter that is over are the same each night, and what protects them is shown once.
    """

    before: frozenset[bytes] = frozenset()
    held: set[bytes] = field(default_factory=set)

    def have(self, mark: bytes) -> bool:
        """Whether nothing is told in a program with this mark."""
        if mark in self.before:
            self.held.add(mark)
        return mark in self.held


@cache
def _code() -> bytes:
    return hashlib.sha256(Path(__file__).read_bytes()).digest()


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


def told(
    equations: Equations, hidden: Flags, value: Numbers, floor: Numbers, asked: Flags, width: Numbers, layer: Places, proofs: Proofs
) -> Told:
    """The asked figures of which it is not certain that their interval is as wide as their ``width``.

    Args:
        equations: everything that adds up.
        hidden: figures that the attacker does not see.
        value: all figures as they are.
        floor: the least that the attacker knows each figure to be.
        asked: which hidden figures are to be protected.
        width: of the interval, end less start.
        proofs: programs of which it is known that nothing in them is told; added to.
        layer: figures of one number and the remainders (`REMAINDER`) form a forest when all other figures are held.

    First the bounds of all together: what is narrow there is told. Where sums cross, these may be too wide, and witnesses are
    asked for: tables that agree with everything published, in which one layer moves and the rest stays as it is; then whatever
    stands near the few figures that no layer has shown to be free.
    """
    low, high = shuttle(equations, hidden, value, floor, np.full(len(value), MOST))
    narrow = asked & (high - low < width - NEAR)
    if narrow.any():
        return Told(narrow, ())  # mended first: the other bounds change with it
    label, crossed = components(equations, hidden)
    doubtful = asked & (label >= 0)
    doubtful[doubtful] = crossed[label[doubtful]]
    for one in np.unique(layer[doubtful & (layer != REMAINDER)]):
        moving = hidden & ((layer == one) | (layer == REMAINDER))
        least, most = shuttle(equations, moving, value, floor, np.full(len(value), MOST))
        doubtful &= ~moving | (most - least < width - NEAR)
    return _without_witness(equations, hidden, value, low, high, doubtful, width, proofs)


def _without_witness(
    equations: Equations,
    hidden: Flags,
    value: Numbers,
    low: Numbers,
    high: Numbers,
    doubtful: Flags,
    width: Numbers,
    proofs: Proofs,
) -> Told:
    """Of the doubtful figures those that stay within less than ``width`` while all that is further away stays as it is."""
    near = doubtful.copy()
    part = equations.of(hidden)
    for _ in range(HOPS):
        touched = np.zeros(int(part.number.max(initial=0)) + 1, dtype=bool)
        touched[part.number[near[part.figure]]] = True
        near[part.figure[touched[part.number]]] = True
    part = equations.of(near)
    label, _ = components(part, near)
    found = doubtful.copy()
    behind: list[Places] = []
    entries, figures = np.argsort(label[part.figure], kind="stable"), np.argsort(label, kind="stable")
    of_entries, of_figures = label[part.figure][entries], label[figures]
    for one in np.unique(label[doubtful]):
        members = figures[slice(*np.searchsorted(of_figures, [one, one + 1]))]
        mine = entries[slice(*np.searchsorted(of_entries, [one, one + 1]))]
        chosen = Equations(part.number[mine], part.figure[mine], part.factor[mine], part.rank[mine])
        program = _Program(chosen, members, value, low, high)
        if proofs.have(mark := program.mark(doubtful[members], width[members])):
            found[members] = False
            continue
        found[members] = doubtful[members] & ~program.spread(doubtful[members], width[members])
        behind += program.behind
        if not found[members].any():
            proofs.held.add(mark)
    return Told(found, tuple(behind))


class _Program:
    """The tables that agree with everything published, as a linear program over one component."""

    def __init__(self, equations: Equations, members: Places, value: Numbers, low: Numbers, high: Numbers) -> None:
        self.numbers, row = np.unique(equations.number, return_inverse=True)
        column = np.searchsorted(members, equations.figure)
        self.matrix = sparse.csr_array((equations.factor, (row, column)), shape=(len(self.numbers), len(members)))
        self.behind: list[Places] = []
        self.value = value[members]
        self.side = self.matrix @ self.value
        self.low, self.high = low[members], high[members]

    def mark(self, asked: Flags, width: Numbers) -> bytes:
        """Of everything that decides what ``spread`` finds, this code included: nothing of it says which figures they are."""
        matrix = self.matrix
        parts = (matrix.indptr, matrix.indices, matrix.data, self.value, self.low, self.high, asked, width)
        return hashlib.sha256(_code() + b"|".join(part.dtype.str.encode() + part.tobytes() for part in parts)).digest()

    def spread(self, asked: Flags, width: Numbers) -> Flags:
        """Which of the asked figures differ by so much in two feasible tables."""
        least, most = self.value.copy(), self.value.copy()
        for witness in self._witnesses(asked, least, most, width):
            np.minimum(least, witness, out=least)
            np.maximum(most, witness, out=most)
        return most - least >= width - NEAR

    def _witnesses(self, asked: Flags, least: Numbers, most: Numbers, width: Numbers) -> Iterator[Numbers]:
        """Feasible tables: first near the true one, where many figures move a little at once; then one by one for some that are left.

        The multipliers of an extreme say which equations it rests on.
        """
        dice = np.random.default_rng(1)
        step = float(width.max(initial=0))
        near = np.column_stack([np.maximum(self.low, self.value - step), np.minimum(self.high, self.value + step)])
        for _ in range(ROUNDS):
            left = asked & (most - least < width - NEAR)
            if not left.any():
                return
            direction = np.where(left, dice.choice([-1.0, 1.0], len(left)), 0.0)
            yield self._extreme(direction, near)
            yield self._extreme(-direction, near)
        anywhere = np.column_stack([self.low, self.high])
        for at in np.flatnonzero(asked & (most - least < width - NEAR))[:SINGLE]:
            direction = np.zeros(len(asked))
            direction[at] = 1.0
            before = len(self.behind)
            down, up = self._extreme(direction, anywhere, at), self._extreme(-direction, anywhere, at)
            if up[at] - down[at] >= width[at] - NEAR:
                del self.behind[before:]
            yield down
            yield up

    def _extreme(self, direction: Numbers, bounds: Numbers, single: int | None = None) -> Numbers:
        found = linprog(direction, A_eq=self.matrix, b_eq=self.side, bounds=bounds, method="highs")
        if found.x is None:
            raise RuntimeError(f"a table of {len(direction)} withheld figures could not be bounded: {found.message}")
        if single is not None:
            self.behind.append(self.numbers[np.abs(found.eqlin.marginals) > NEAR])
        return np.asarray(found.x)
