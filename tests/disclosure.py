"""An attack on a table whose small cells are hidden: everything that adds up is written down as equations and solved."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Cell = tuple[int, str]


def equations(
    frame: pd.DataFrame, columns: list[str], tree: str | None, within: list[str], parent: pd.Series, sums: list[tuple[str, list[str]]]
) -> list[dict[Cell, float]]:
    """Each as cell -> coefficient, equal to zero. ``parent``: the unit above each row's unit.

    What a total has beyond its parts is shown nowhere; where it has nothing, the attacker is taken to know that.
    """
    found: list[dict[Cell, float]] = []
    if tree:
        place = {key: at for at, key in enumerate(zip(frame[tree], *(frame[column] for column in within), strict=True))}
        below: dict[int, list[int]] = defaultdict(list)
        for at, key in enumerate(zip(parent, *(frame[column] for column in within), strict=True)):
            if key in place:
                below[place[key]].append(at)
        for column in columns:
            values = frame[column].fillna(0).to_numpy(dtype=float)
            for top, parts in below.items():
                if values[top] == values[parts].sum():
                    found.append({(top, column): 1.0, **{(part, column): -1.0 for part in parts}})
    for total, parts in sums:
        whole = (frame[total].fillna(0) == frame[parts].fillna(0).sum(axis=1)).to_numpy()
        found += [{(at, total): 1.0, **{(at, part): -1.0 for part in parts}} for at in np.flatnonzero(whole)]
    return found


def solved(frame: pd.DataFrame, shown: pd.DataFrame, columns: list[str], rules: list[dict[Cell, float]]) -> list[Cell]:
    """Hidden cells whose value follows from the shown ones."""
    hidden = {(at, column) for column in columns for at in np.flatnonzero(shown[column].isna() & frame[column].notna())}
    unknown = [{cell: factor for cell, factor in rule.items() if cell in hidden} for rule in rules]
    unknown = [rule for rule in unknown if rule]
    return [cell for group in _components(unknown) for cell in _determined(group)]


def _components(rules: list[dict[Cell, float]]) -> list[list[dict[Cell, float]]]:
    """Equations that share no unknown are solved apart."""
    leader: dict[Cell, Cell] = {}

    def find(cell: Cell) -> Cell:
        while leader.setdefault(cell, cell) != cell:
            leader[cell] = leader[leader[cell]]
            cell = leader[cell]
        return cell

    for rule in rules:
        first, *others = rule
        for other in others:
            leader[find(other)] = find(first)
    groups: dict[Cell, list[dict[Cell, float]]] = defaultdict(list)
    for rule in rules:
        groups[find(next(iter(rule)))].append(rule)
    return list(groups.values())


def _determined(rules: list[dict[Cell, float]]) -> list[Cell]:
    """Unknowns that are the same in every solution: nothing of the null space moves them."""
    cells = sorted({cell for rule in rules for cell in rule})
    at = {cell: number for number, cell in enumerate(cells)}
    matrix = np.zeros((len(rules), len(cells)))
    for row, rule in enumerate(rules):
        for cell, factor in rule.items():
            matrix[row, at[cell]] = factor
    _, sizes, basis = np.linalg.svd(matrix, full_matrices=True)
    free = basis[int((sizes > 1e-9).sum()) :]
    moves = np.abs(free).max(axis=0) if len(free) else np.zeros(len(cells))
    return [cell for cell, size in zip(cells, moves, strict=True) if size < 1e-9]
