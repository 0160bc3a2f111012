"""Which unknowns of a system of equations have one value only, whatever the others are.

Hiding two cells wherever something adds up is not enough where sums cross: down the tree of units and along the columns of a
row, three equations can give away what none of them does alone. So the equations are solved, as an attacker would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

Cell = tuple[int, str]
Vector = np.ndarray[Any, np.dtype[np.float64]]

STILL = 1e-6
"""What moves less than this does not move: draws are of the order of one."""
EXACT = 1e-10
"""How well a direction must keep all equations before it is trusted."""


class AuditError(RuntimeError):
    """The equations could not be solved, so nobody knows what they give away."""


def given_away(equations: Sequence[dict[Cell, int]], hidden: set[Cell]) -> dict[Cell, list[int]]:
    """Hidden cells that the shown ones fix, each with the numbers of the equations that fix it.

    Args:
        equations: each maps the cells of a sum to their coefficients; they add up to nothing.
        hidden: the cells that an attacker does not see.

    A direction drawn at random, less what breaks an equation, is a random one among those in which the hidden cells can move
    together. It moves every cell that can move at all; the others are fixed.
    """
    unknown = [{cell: factor for cell, factor in equation.items() if cell in hidden} for equation in equations]
    cells = sorted({cell for row in unknown for cell in row})
    if not cells:
        return {}
    system = _System(unknown, cells)
    moves = np.random.default_rng(1).standard_normal(len(cells))
    for _ in range(50):
        moves -= system.back(system.solve(system.apply(moves)))
        if np.abs(system.apply(moves)).max() < EXACT:
            return {cells[at]: system.behind(int(at)) for at in np.flatnonzero(np.abs(moves) < STILL)}
    raise AuditError(f"{len(unknown)} equations in {len(cells)} hidden cells could not be solved")


class _System:
    """Equations as places and factors of their unknowns; most of the matrix is zero."""

    def __init__(self, rows: Sequence[dict[Cell, int]], cells: Sequence[Cell]) -> None:
        number = {cell: at for at, cell in enumerate(cells)}
        self.row = np.array([at for at, row in enumerate(rows) for _ in row])
        self.column = np.array([number[cell] for row in rows for cell in row])
        self.factor = np.array([factor for row in rows for factor in row.values()], dtype=float)
        self.shape = (len(rows), len(cells))

    def apply(self, unknowns: Vector) -> Vector:
        sides = np.zeros(self.shape[0])
        np.add.at(sides, self.row, self.factor * unknowns[self.column])
        return sides

    def back(self, sides: Vector) -> Vector:
        unknowns = np.zeros(self.shape[1])
        np.add.at(unknowns, self.column, self.factor * sides[self.row])
        return unknowns

    def behind(self, at: int) -> list[int]:
        """The equations that, each taken some times, add up to one unknown."""
        one = np.zeros(self.shape[1])
        one[at] = 1
        return [int(number) for number in np.flatnonzero(np.abs(self.solve(self.apply(one))) > STILL)]

    def solve(self, sides: Vector) -> Vector:
        """Conjugate gradients on the matrix times its transpose, which may be singular; to be repeated on what is left."""
        answer, left = np.zeros_like(sides), sides.copy()
        step, size = left.copy(), float(left @ left)
        for _ in range(2 * len(sides)):
            if size < EXACT**2 / 100:
                break
            moved = self.apply(self.back(step))
            length = size / float(step @ moved)
            answer += length * step
            left -= length * moved
            size, before = float(left @ left), size
            step = left + size / before * step
        return answer
