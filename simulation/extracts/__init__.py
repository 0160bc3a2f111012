"""The extracts of the city: for each its folder, its name in the warehouse, its key, and what spoils its rows.

A module of this package has ``EXTRACTS``. An extract may bring its own ``deliver``, which writes its deliveries from what happens in the
city; then nothing outside of its module has to know it. It draws from random streams of its own: every other extract stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.faults import CellFault
    from simulation.generate import World
    from simulation.landing import Landing


@dataclass(frozen=True)
class Extract:
    """One extract, by the folder that it lands in.

    ``conflict`` is a column with two values by which a second row contradicts the first. Where losing a row would distort history,
    ``spoils_copies`` makes the faulty rows additional ones. With ``later_row_wins`` a repeated row replaces the one before it.
    """

    folder: str
    name: str
    faults: tuple[CellFault, ...]
    key: tuple[str, ...] = ("id",)
    conflict: tuple[str, str, str] | None = None
    spoils_copies: bool = False
    later_row_wins: bool = False
    deliver: Callable[[Landing, World], None] | None = None


@lru_cache
def by_folder() -> dict[str, Extract]:
    """Every extract of every module of this package."""
    modules = [import_module(f"{__name__}.{module.name}") for module in sorted(iter_modules(__path__), key=lambda module: module.name)]
    return {extract.folder: extract for module in modules for extract in module.EXTRACTS}
