"""Which figures are withheld besides those of too few people, until nothing withheld can be told closely.

The choice is the usual heuristic of cell suppression (Willenborg and de Waal 2001, chapter 8; Castro 2012): in the equation that
tells most, the smallest figure gives way, a total last. The check is exact, so a poor choice costs a figure, never a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.privacy.bounds import MOST, components, shuttle, told

if TYPE_CHECKING:
    from pipelines.privacy.bounds import Flags
    from pipelines.privacy.figures import System


def least_width(minimum: int) -> float:
    """The declared protection: the interval of a withheld figure is as wide as that from 1 to k - 1, all that is small.

    So nobody learns more of a small figure than that it is small.
    """
    return float(max(minimum - 2, 1))


@dataclass(frozen=True)
class Before:
    """What the release before says: figures it withheld that stay so, and figures that it showed as they are now."""

    withheld: Flags
    shown: Flags


def withheld_figures(system: System, minimum: int, before: Before | None = None) -> Flags:
    """The figures that an open release does not show.

    Args:
        system: figures and equations of all open tables.
        minimum: k, the minimum cell size.
        before: of the release that readers have.
    """
    width = least_width(minimum)
    withheld = system.sensitive & system.published
    given = np.zeros(len(withheld), dtype=bool)
    if before is not None:
        withheld |= before.withheld
        given = before.shown
    while True:
        withheld = _implied(system, withheld)
        hidden = withheld | ~system.published
        asked = withheld | (system.sensitive & ~system.published)
        open_ones = told(system.equations, hidden, system.value, system.floor, asked, width)
        also = _beside(system, hidden, open_ones, given)
        if not also.any():
            return withheld
        withheld |= also


def _implied(system: System, withheld: Flags) -> Flags:
    withheld = withheld.copy()
    first, second = system.implies.T
    while True:
        more = second[withheld[first]]
        if withheld[more].all():
            return withheld
        withheld[more] = True


def _beside(system: System, hidden: Flags, told_ones: Flags, given: Flags) -> Flags:
    """For each figure that is told, one more to withhold: from the equation that tells most of it and shows anything.

    What readers know from the release before protects nothing and is taken last.
    """
    also = np.zeros(len(hidden), dtype=bool)
    if not told_ones.any():
        return also
    equations = system.equations
    rank = equations.rank + np.where(given[equations.figure], 1e6, 0.0)
    is_shown = ~hidden[equations.figure]
    has_shown = np.zeros(int(equations.number.max()) + 1, dtype=bool)
    has_shown[equations.number[is_shown]] = True
    at = np.flatnonzero(told_ones[equations.figure] & has_shown[equations.number])
    low, high = shuttle(equations, hidden, system.value, system.floor, np.full(len(hidden), MOST))
    slack = np.bincount(equations.number, weights=np.where(hidden[equations.figure], (high - low)[equations.figure], 0.0))
    tightness = slack[equations.number[at]] - (high - low)[equations.figure[at]]
    at = at[np.lexsort((equations.number[at], tightness, equations.figure[at]))]
    _, first = np.unique(equations.figure[at], return_index=True)
    chosen = np.unique(equations.number[at[first]])
    if not len(chosen):
        chosen = _around(system, hidden, told_ones, has_shown)
    candidates = np.flatnonzero(is_shown & np.isin(equations.number, chosen))
    order = np.lexsort((equations.figure[candidates], system.value[equations.figure[candidates]], rank[candidates], equations.number[candidates]))
    candidates = candidates[order]
    _, first = np.unique(equations.number[candidates], return_index=True)
    also[equations.figure[candidates[first]]] = True
    return also


def _around(system: System, hidden: Flags, told_ones: Flags, has_shown: Flags) -> np.ndarray:
    """Where the equations of a figure show nothing any more: those that hang together with it."""
    label, _ = components(system.equations, hidden)
    mine = np.isin(label[system.equations.figure], np.unique(label[told_ones])) & hidden[system.equations.figure]
    numbers = np.unique(system.equations.number[mine])
    return numbers[has_shown[numbers]]
