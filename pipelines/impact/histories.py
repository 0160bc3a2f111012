"""Who was trained when, and in what: one history per unit out of the rows of a panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipelines.impact.periods import Calendar, as_texts, is_never, text_of
from pipelines.impact.specification import ImpactError, Roles

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEVER = -1
ALL_PROGRAMMES = "all"


@dataclass(frozen=True)
class Histories:
    """Per unit (n,): position of the first period after its first training, its programme, and where a second one begins."""

    cohort: NDArray[np.int64]
    programme: NDArray[np.int64]
    programmes: tuple[str, ...]
    censored: NDArray[np.int64]
    excluded: NDArray[np.bool_]
    notes: dict[str, int]


def read_histories(frame: pd.DataFrame, roles: Roles, unit: NDArray[np.int64], n: int, calendar: Calendar) -> Histories:
    """Histories of the units. A cell may be empty in the rows before training; a unit's other rows then speak for it.

    :raises ImpactError: if a unit starts one programme in two periods, or is trained in nothing that has a name.
    """
    codes, values = as_texts(frame[roles.first_treated])
    _refuse_whether(values, calendar, roles.first_treated)
    when = np.array([calendar.position(value) for value in values], dtype=np.int64)[codes]
    if roles.programme is None:
        names: tuple[str, ...] = (ALL_PROGRAMMES,)
        what = np.zeros(len(frame), dtype=np.int64)
    else:
        name_codes, name_values = as_texts(frame[roles.programme])
        named = sorted({str(value).strip() for value in name_values if not is_never(value)})
        names = tuple(named)
        of_value = np.array([-1 if is_never(value) else named.index(str(value).strip()) for value in name_values], dtype=np.int64)
        what = of_value[name_codes]
    starts = pd.DataFrame({"unit": unit, "when": when, "what": what})[when != NEVER].drop_duplicates()
    absent = np.unique(unit[(when == NEVER) & (what >= 0)]) if roles.programme is not None else np.array([], dtype=np.int64)
    starts = _without_blanks(starts, roles)
    return _histories(starts, names, n, len(calendar.labels), np.setdiff1d(absent, starts["unit"].to_numpy()))


def _refuse_whether(values: list[Any], calendar: Calendar, column: str) -> None:
    """A column of yes and no would make everybody who says yes trained before the first period, and a control of everybody else."""
    texts = {text_of(value).lower().removesuffix(".0") for value in values if not is_never(value)}
    in_words = bool(texts) and texts <= {"true", "false"}
    earliest = calendar.ordinals[0] if calendar.kind == "number" else float("inf")
    in_numbers = (texts == {"1"} and earliest > 1) or (texts == {"0", "1"} and earliest >= 1)
    if in_words or (in_numbers and calendar.kind != "name"):
        raise ImpactError(f"column {column!r} says whether somebody is trained, not when; it must name the first period after training")


def _without_blanks(starts: pd.DataFrame, roles: Roles) -> pd.DataFrame:
    """A start without a programme is one that another row of the unit names; if none does, the panel is at fault."""
    blank = starts["what"] < 0
    if blank.any():
        named = starts[~blank]
        known = pd.MultiIndex.from_frame(named[["unit", "when"]])
        lost = ~pd.MultiIndex.from_frame(starts[blank][["unit", "when"]]).isin(known)
        if lost.any():
            raise ImpactError(f"{int(lost.sum()):,} units were trained in a programme that column {roles.programme!r} does not name")
        starts = named
    twice = int(starts.duplicated(["unit", "what"]).sum())
    if twice:
        raise ImpactError(f"{twice:,} units have more than one first treatment ({roles.first_treated!r} changes within the unit)")
    return starts


def _histories(starts: pd.DataFrame, names: tuple[str, ...], n: int, n_periods: int, absent: NDArray[np.int64]) -> Histories:
    starts = starts.sort_values(["unit", "when", "what"], kind="stable")
    order = starts.groupby("unit").cumcount().to_numpy()
    unit, when, what = (starts[name].to_numpy() for name in ("unit", "when", "what"))
    cohort, programme = np.full(n, NEVER, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    censored, excluded = np.full(n, n_periods, dtype=np.int64), np.zeros(n, dtype=bool)
    cohort[unit[order == 0]], programme[unit[order == 0]] = when[order == 0], what[order == 0]
    censored[unit[order == 1]] = when[order == 1]
    excluded |= (censored == cohort) & (cohort < n_periods) & (cohort != NEVER)
    notes = {
        "n_no_show": len(absent), "n_two_programmes": int((order == 1).sum()), "n_two_at_once": int(excluded.sum()),
        "n_trained_after_last_period": int((cohort == n_periods).sum()),
    }  # fmt: skip
    return Histories(cohort, programme, names, censored, excluded, notes)
