"""The open tables with every figure of too few people withheld, and enough others with it that nothing gives it away.

A figure is judged once for all tables in which it stands (`figures`), withheld figures are bounded as an attacker would bound
them (`bounds`), and further ones are withheld until each interval is wide enough (`protection`). `docs/disclosure.md` says what
is promised and what is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipelines.privacy.figures import ANOTHER, system_of
from pipelines.privacy.protection import Before, withheld_figures
from pipelines.privacy.rounding import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.privacy.bounds import Flags, Proofs
    from pipelines.privacy.figures import System
    from pipelines.privacy.tables import Table

WITHHELD = "rests on too few people, or would give away a figure that does"
SPLIT = "a share that would tell of few people, of nearly all or of none, or give such a share away"
"""Both are said of what is withheld because it is small and of what protects it: which of the two it is would be told by the reason."""


@dataclass(frozen=True)
class Suppressed:
    """The tables as they may be shown, and what the next release must know of this one; the latter is for nobody else."""

    tables: dict[str, pd.DataFrame]
    memory: pd.DataFrame


def suppress(
    tables: Sequence[Table], units: pd.DataFrame, minimum: int, memory: pd.DataFrame | None = None, proofs: Proofs | None = None
) -> Suppressed:
    """The tables with small figures and what would give them away emptied; ``is_suppressed`` and the reason say where.

    Args:
        tables: all open tables as computed.
        units: unit_id, parent_unit_id, valid_from, valid_to: the tree of units by time.
        minimum: k, the minimum cell size.
        memory: of the release that readers have; None for the first.
        proofs: those of that release, to which those of this one are added; they change nothing but the time that it takes.
    """
    system = system_of(tables, units, minimum)
    withheld = withheld_figures(system, minimum, _before(system, memory, minimum), proofs)
    shown = {table.name: _emptied(table, system, withheld) for table in tables}
    published = system.published
    kept = pd.DataFrame({"figure": system.names, "value": system.value[published], "is_withheld": withheld[published]})
    return Suppressed(shown, kept)


def _before(system: System, memory: pd.DataFrame | None, minimum: int) -> Before | None:
    """What was withheld stays so until its figure has changed by k; what was shown and has not changed is known to readers."""
    if memory is None or not len(memory):
        return None
    earlier = memory.drop_duplicates("figure", keep=False).set_index("figure")
    # A mart that has parted from the others over a unit shows what they all had shown together.
    names = system.names.where(system.names.isin(earlier.index), system.names.str.replace(ANOTHER, " ", regex=True))
    earlier = earlier.reindex(names)
    change = np.abs(system.value[system.published] - earlier["value"].to_numpy(dtype=float))
    was_withheld = earlier["is_withheld"].to_numpy(dtype=object) == True  # noqa: E712 - of three values
    was_shown = earlier["is_withheld"].to_numpy(dtype=object) == False  # noqa: E712 - of three values
    remainders = np.zeros(len(system.value) - len(system.names), dtype=bool)
    return Before(np.concatenate([was_withheld & (change < minimum), remainders]), np.concatenate([was_shown & (change == 0), remainders]))


def _emptied(table: Table, system: System, withheld: Flags) -> pd.DataFrame:
    result = rounded(table)
    withheld = np.append(withheld, False)  # what NONE points at
    whole, split = np.zeros(len(result), dtype=bool), np.zeros(len(result), dtype=bool)
    for rule in table.rules:
        places = system.places[table.name, rule.count]
        rows = withheld[places]
        for column in table.withheld_with(rule):
            result[column] = result[column].astype(object).where(~rows, None)
        (split if rule.is_share else whole)[rows] = True
    reason = pd.Series(None, index=result.index, dtype=object)
    reason[split] = SPLIT
    reason[whole] = WITHHELD
    result["suppression_reason"] = reason
    result["is_suppressed"] = whole | split
    return result
