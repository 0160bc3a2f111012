"""Which figures are withheld besides those of too few people, until nothing withheld can be told closely.

The choice is the usual heuristic of cell suppression (Willenborg and de Waal 2001, chapter 8; Castro 2012): in the equation that
tells most, the smallest figure gives way, a total last. The check is exact, so a poor choice costs a figure, never a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.privacy.bounds import MOST, Proofs, components, told
from pipelines.privacy.figures import NONE

if TYPE_CHECKING:
    from pipelines.privacy.bounds import Flags, Numbers, Places, Told
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


def withheld_figures(system: System, minimum: int, before: Before | None = None, proofs: Proofs | None = None) -> Flags:
    """The figures that an open release does not show.

    Args:
        system: figures and equations of all open tables.
        minimum: k, the minimum cell size.
        before: of the release that readers have.
        proofs: what was shown when it was made, and is now; None: nothing is known.
    """
    proofs = Proofs() if proofs is None else proofs
    width = least_width(minimum)
    withheld = system.sensitive & system.published
    given = np.zeros(len(withheld), dtype=bool)
    if before is not None:
        withheld |= before.withheld
        given = before.shown
    while withheld.any() or system.sensitive.any():
        withheld = _implied(system, withheld)
        hidden = withheld | ~system.published
        asked, floor, least = _asked_for(system, withheld, width)
        open_ones = told(system.equations, hidden, system.value, floor, asked, least, system.layer, proofs)
        also = _beside(system, hidden, open_ones, given)
        if not also.any():
            break
        withheld |= also
    return withheld


def _asked_for(system: System, withheld: Flags, width: float) -> tuple[Flags, Numbers, Numbers]:
    """Which figures are to be protected, what readers know each to be at least, and how wide its interval must be.

    Where the whole is withheld, so is a part of it that is nobody; and not even somebody who knew the whole may tell the part.
    That all or none are in a part says something only where it is known how many all are.
    """
    of_withheld = (system.whole != NONE) & withheld[system.whole]
    asked = np.where(of_withheld, withheld & (system.value > 0), withheld | (system.sensitive & ~system.published))
    most = np.where(of_withheld, system.value[system.whole], MOST)
    return asked, np.where(of_withheld, 0.0, system.floor), np.minimum(width, most)


def _implied(system: System, withheld: Flags) -> Flags:
    withheld = withheld.copy()
    first, second = system.implies.T
    while True:
        more = second[withheld[first]]
        if withheld[more].all():
            return withheld
        withheld[more] = True


def _beside(system: System, hidden: Flags, found: Told, given: Flags) -> Flags:
    """For each figure that is told, one more to withhold: from an equation that tells it and shows anything.

    Where sums cross, from the equations that tell it together; else from the equation with the fewest withheld figures. What
    readers know from the release before protects nothing and is taken last.
    """
    also = np.zeros(len(hidden), dtype=bool)
    if not found.figures.any() or not len(system.equations.number):
        return also
    equations = system.equations
    n = int(equations.number.max()) + 1
    shown = np.flatnonzero(~hidden[equations.figure])
    figure = equations.figure[shown]
    shown = shown[np.lexsort((figure, system.value[figure], equations.rank[shown], given[figure], equations.number[shown]))]
    _, first = np.unique(equations.number[shown], return_index=True)
    gives_way = np.full(n, NONE)
    gives_way[equations.number[shown[first]]] = equations.figure[shown[first]]
    for together in found.behind:
        candidates = gives_way[together]
        candidates = candidates[candidates != NONE]
        if len(candidates):
            also[candidates[np.lexsort((candidates, system.value[candidates], given[candidates]))[0]]] = True
    if also.any():
        return also
    n_hidden = np.bincount(equations.number, weights=hidden[equations.figure], minlength=n)
    at = np.flatnonzero(found.figures[equations.figure] & (gives_way[equations.number] != NONE))
    at = at[np.lexsort((equations.number[at], n_hidden[equations.number[at]], equations.figure[at]))]
    _, first = np.unique(equations.figure[at], return_index=True)
    chosen = equations.number[at[first]]
    if not len(chosen):
        chosen = _nearest(system, hidden, found.figures, gives_way)
    also[gives_way[chosen]] = True
    return also


def _nearest(system: System, hidden: Flags, figures: Flags, gives_way: Places) -> Places:
    """Where the equations of what is told show nothing: the one that hangs together with it and shows the smallest figure."""
    equations = system.equations
    label, _ = components(equations, hidden)
    mine = np.isin(label[equations.figure], np.unique(label[figures])) & hidden[equations.figure]
    around = np.unique(equations.number[mine])
    around = around[gives_way[around] != NONE]
    return np.asarray(around[np.argsort(system.value[gives_way[around]], kind="stable")[:1]])
