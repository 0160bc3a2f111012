"""The periods in which an outcome was measured at all: one file may hold a monthly outcome beside a yearly one.

A period in which nobody has a value is no base and no result. Left in, it would be the period before the training of some cohort, which
then had nothing to be compared with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipelines.impact.histories import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.impact.panel import Panel


def by_rounds(panel: Panel, outcomes: tuple[str, ...]) -> list[tuple[Panel, tuple[str, ...]]]:
    """The panel as each group of outcomes that were measured in the same periods sees it, with the names of the group."""
    groups: dict[bytes, list[str]] = {}
    measured: dict[bytes, NDArray[np.bool_]] = {}
    for name in outcomes:
        there = np.asarray(np.isfinite(panel.outcomes[name]).any(axis=0))
        key = there.tobytes()
        groups.setdefault(key, []).append(name)
        measured[key] = there
    return [(_within(panel, measured[key], tuple(names)), tuple(names)) for key, names in groups.items()]


def _within(panel: Panel, measured: NDArray[np.bool_], names: tuple[str, ...]) -> Panel:
    """The panel of the periods that were ``measured``; training between two of them counts from the next."""
    kept = np.flatnonzero(measured)
    if measured.all() or len(kept) < 2:  # noqa: PLR2004 - of one period nothing can be said in either panel
        return panel
    cohort = np.where(panel.cohort == NEVER, NEVER, np.searchsorted(kept, panel.cohort))
    return replace(
        panel, calendar=panel.calendar.some(kept), outcomes={name: panel.outcomes[name][:, kept] for name in names}, cohort=cohort,
        censored=np.searchsorted(kept, panel.censored),
    )  # fmt: skip
