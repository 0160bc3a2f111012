"""Faults in rows: what offices get wrong, and which rule has to find it.

A row gets one fault only, so that the reason for which it is rejected is known. Which faults the rows of an extract get stands in
``simulation.extracts``; here is how a fault is made and planted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.dialects import is_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.dialects import Dialect
    from simulation.extracts import Extract

    Cells = dict[str, np.ndarray[Any, Any]]
    Change = Callable[[dict[str, str], Dialect], dict[str, str]]

SHARE = 0.003
LEAST_ROWS = 30
MOST = 60
CONFLICT_SHARE = 0.0004
LEAST_ROWS_FOR_CONFLICT = 450
_BLANKS = frozenset({"", "-", "NULL"})
_LONG_AGO = datetime(2009, 1, 5, 8, 0)


@dataclass(frozen=True)
class CellFault:
    """One way to spoil a row; ``needs`` are columns that must be filled for the rule to be able to speak."""

    kind: str
    rule: str
    change: Change
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Planted:
    """A fault with the position of its row among the rows of data."""

    position: int
    kind: str
    fate: str
    rule: str | None
    key: str


def set_to(column: str, value: str) -> Change:
    return lambda row, dialect: {column: value}


def put(kind: str, column: str, name: str, rule: str, value: str) -> CellFault:
    return CellFault(kind, f"{name}.{rule}", set_to(column, value), (column,))


def digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def nips(column: str) -> tuple[CellFault, ...]:
    def make(kind: str, rule: str, spoil: Callable[[str], str]) -> CellFault:
        return CellFault(kind, f"employee_key.{rule}", lambda row, dialect: {column: spoil(digits(row[column]))}, (column,))

    return (
        make("NIP in scientific notation", "nip_rounded", lambda nip: f"{nip[0]}.{nip[1:6]}E+17"),
        make("NIP too short", "nip_shape", lambda nip: nip[:17]),
        make("NIP with an impossible birth date", "nip_date", lambda nip: f"{nip[:4]}0230{nip[8:]}"),
        make("NIP rounded to zeros", "nip_rounded", lambda nip: f"{nip[:15]}000"),
        CellFault("NIP missing", "employee_key.required", set_to(column, ""), (column,)),
    )


def missing(column: str, name: str) -> CellFault:
    return CellFault(f"{column} missing", f"{name}.required", set_to(column, ""), (column,))


def unreadable(column: str, name: str, value: str = "31-02-2026") -> CellFault:
    return put(f"{column} unreadable", column, name, "unreadable", value)


def unknown(column: str, name: str, value: str) -> CellFault:
    return put(f"{column} unknown code", column, name, "unknown_code", value)


def out_of_range(column: str, name: str, value: str) -> CellFault:
    return put(f"{column} out of range", column, name, "range", value)


def too_early(column: str, other: str, rule: str) -> CellFault:
    def change(row: dict[str, str], dialect: Dialect) -> dict[str, str]:
        write = dialect.moment_text if is_timestamp(column) else lambda moment: dialect.date_text(moment.date())
        return {column: write(_LONG_AGO)}

    return CellFault(f"{column} before {other}", rule, change, (column, other))


class Planter:
    """Plants faults, delivery after delivery; remembers whom it has hit, so that nobody is hit twice."""

    def __init__(self) -> None:
        self._hit: dict[str, set[str]] = {}
        self._turn: dict[str, int] = {}

    def plant(self, extract: Extract, cells: Cells, dialect: Dialect, rng: np.random.Generator) -> tuple[Cells, list[Planted]]:
        """Faulty cells, and what was planted where."""
        n = len(next(iter(cells.values())))
        if n < LEAST_ROWS:
            return cells, []
        n_cells = min(MOST, max(2 if n >= 4 * LEAST_ROWS else 1, round(n * SHARE)))
        n_pairs = max(1, round(n * CONFLICT_SHARE)) if extract.conflict and n >= LEAST_ROWS_FOR_CONFLICT else 0
        n_twice = 1 + n_cells // 8
        free = self._free(extract, cells, n, rng)
        twice, pairs, rest = free[:n_twice], free[n_twice : n_twice + n_pairs], free[n_twice + n_pairs :]
        faults = self._choose(extract, cells, rest, n_cells)
        copied = np.concatenate([twice, pairs, np.array([at for at, _ in faults], dtype=int) if extract.spoils_copies else rest[:0]])
        order = np.insert(np.arange(n), copied + 1, copied)
        spoiled = {name: column[order] for name, column in cells.items()}
        first = np.searchsorted(order, np.arange(n))
        planted = [self._twice(extract, spoiled, int(first[at])) for at in twice]
        for at in pairs:
            planted += self.conflict(extract, spoiled, int(first[at]))
        for at, fault in faults:
            planted.append(self.spoil(extract, spoiled, int(first[at]) + extract.spoils_copies, fault, dialect))
        return spoiled, planted

    def _free(self, extract: Extract, cells: Cells, n: int, rng: np.random.Generator) -> np.ndarray[Any, Any]:
        """Rows in random order that have not been hit before. The last row stays whole: below it come totals."""
        hit = self._hit.setdefault(extract.folder, set())
        order = rng.permutation(n - 1)
        return np.array([at for at in order if _key(extract, cells, int(at)) not in hit], dtype=int) if hit else order

    def _choose(self, extract: Extract, cells: Cells, rows: np.ndarray[Any, Any], n: int) -> list[tuple[int, CellFault]]:
        """Return a fault for each of ``n`` rows; every kind has its turn."""
        kinds = extract.faults
        chosen: list[tuple[int, CellFault]] = []
        taken: set[int] = set()
        for turn in range(self._turn.get(extract.folder, 0), self._turn.get(extract.folder, 0) + n):
            fault = kinds[turn % len(kinds)]
            at = next((int(at) for at in rows if int(at) not in taken and _fits(fault, cells, at)), None)
            if at is not None:
                taken.add(at)
                chosen.append((at, fault))
        self._turn[extract.folder] = self._turn.get(extract.folder, 0) + n
        return chosen

    def spoil(self, extract: Extract, cells: Cells, at: int, fault: CellFault, dialect: Dialect) -> Planted:
        key = _key(extract, cells, at)
        self._hit.setdefault(extract.folder, set()).add(key)
        row = {name: column[at] for name, column in cells.items()}
        for name, value in fault.change(row, dialect).items():
            cells[name][at] = value
        return Planted(at, fault.kind, "rejected", fault.rule, key)

    def _twice(self, extract: Extract, cells: Cells, first: int) -> Planted:
        """Of two equal rows the later counts as the duplicate, except where a later row replaces an earlier one."""
        at = first if extract.later_row_wins else first + 1
        return Planted(at, "row repeated", "duplicate", None, _key(extract, cells, at))

    def conflict(self, extract: Extract, cells: Cells, first: int) -> list[Planted]:
        if extract.conflict is None:
            raise ValueError(f"{extract.folder} names no column by which two rows contradict each other")
        name, value, other = extract.conflict
        key = _key(extract, cells, first)
        self._hit.setdefault(extract.folder, set()).add(key)
        cells[name][first + 1] = value if cells[name][first] != value else other
        return [Planted(at, "same key, other content", "rejected", "key_conflict", key) for at in (first, first + 1)]


def _fits(fault: CellFault, cells: Cells, at: int) -> bool:
    return all(cells[name][at] not in _BLANKS for name in fault.needs)


def _key(extract: Extract, cells: Cells, at: int) -> str:
    return "|".join(digits(cells[name][at]) if name.startswith("nip") else cells[name][at] for name in extract.key)


def make_bad(extract: Extract, cells: Cells, share: float, rng: np.random.Generator, dialect: Dialect) -> list[Planted]:
    """Spoil a share of the rows of a delivery, all in the first way of its extract that needs nothing else."""
    n = len(next(iter(cells.values())))
    planter, fault = Planter(), extract.faults[1]
    return [planter.spoil(extract, cells, int(at), fault, dialect) for at in np.sort(rng.permutation(n - 1)[: int(np.ceil(n * share))])]


def make_conflicts(extract: Extract, cells: Cells, share: float) -> tuple[Cells, list[Planted]]:
    """Contradict a share of the rows by a second row of the same key."""
    n = len(next(iter(cells.values())))
    chosen = np.arange(0, n - 1, max(1, int(1 / share)))
    order = np.insert(np.arange(n), chosen + 1, chosen)
    spoiled = {name: column[order] for name, column in cells.items()}
    first = np.searchsorted(order, chosen)
    return spoiled, [planted for at in first for planted in Planter().conflict(extract, spoiled, int(at))]


__all__ = ["CellFault", "Planted", "Planter", "make_bad", "make_conflicts"]
