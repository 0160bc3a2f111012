"""Reading periods: numbers, dates, months, quarters, half-years or names become positions on one time line.

Event time is counted in the finest step that all periods share, so that a missing year stays a gap and quarters count one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import isinf, isnan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipelines.impact import spellings
from pipelines.impact.specification import ImpactError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

_NEVER = {"", "-", "nan", "none", "null", "na", "n/a", "#n/a", "<na>", "nat", "never", "belum", "tidak pernah", "inf", "infinity", "+inf"}
_YEAR_9999 = re.compile(r"^9{4,}(?:\.0+)?$|^9999\d{0,4}$|^9999[-/QSTM ].*$|^.*[-/ ]9999$", re.IGNORECASE)
"""What stands for never where a column must not be empty."""
_LAST_YEAR_AS_NUMBER = 9_999


def text_of(value: Any) -> str:
    """How a period is written, as the calendar knows it; empty for what is none."""
    if value is None or value is pd.NaT or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, pd.Period):
        return str(value) if value.freqstr[0] in "QMYA" else str(value.start_time.date())
    return str(value).strip()


def is_never(value: Any) -> bool:
    """Whether a cell of the column of first treatment says "never" (blank, never, infinite)."""
    return (isinstance(value, float) and isinf(value)) or text_of(value).lower() in _NEVER


def _month_of_date(text: str) -> float | None:
    found = spellings.day(text)
    return None if found is None else spellings.month_of_day(found)


def _month_of_date_month_first(text: str) -> float | None:
    found = spellings.day_month_first(text)
    return None if found is None else spellings.month_of_day(found)


def _month_of_compact(text: str) -> float | None:
    found = spellings.compact_day(text)
    return None if found is None else spellings.month_of_day(found)


#: Tried in this order; the first under which every period is read, and read differently from every other one, is taken. A kind that
#: ends in "day" counts days, "date" months of days, "name" nothing but the order.
_READERS: tuple[tuple[str, Callable[[str], float | None]], ...] = (
    ("month", spellings.year_and_month), ("quarter", spellings.year_and_quarter), ("date", _month_of_compact),
    ("day", spellings.compact_day), ("number", spellings.number), ("part", spellings.part_of_year), ("month", spellings.month),
    ("date", _month_of_date), ("day", spellings.day), ("date", _month_of_date_month_first), ("day", spellings.day_month_first),
)  # fmt: skip
_BY_DAY: dict[Callable[[str], float | None], Callable[[str], float | None]] = {
    _month_of_compact: spellings.compact_day, _month_of_date: spellings.day, _month_of_date_month_first: spellings.day_month_first,
}  # fmt: skip
_MONTHS_OF_KIND = {"quarter": 3, "number": spellings.MONTHS}


@dataclass(frozen=True)
class Calendar:
    """The observed periods in order. ``labels``: as written (T,). ``ordinals``: months, days, or the numbers themselves (T,). ``steps``:
    distance of each from the first, in common steps (T,). ``lasting``: months that each period lasts (T,). ``days``: the day of each
    period that was written as one (T,), ``read_day`` how.
    """

    labels: tuple[str, ...]
    ordinals: NDArray[np.float64]
    steps: NDArray[np.int64]
    kind: str
    lasting: NDArray[np.int64]
    days: NDArray[np.float64] | None = None
    read_day: Callable[[str], float | None] = spellings.day

    def some(self, kept: NDArray[np.intp]) -> Calendar:
        """The calendar of some of the periods (at least two)."""
        labels, ordinals = tuple(self.labels[at] for at in kept), self.ordinals[kept]
        days = None if self.days is None else self.days[kept]
        return replace(self, labels=labels, ordinals=ordinals, steps=_steps(ordinals, self.kind), lasting=self.lasting[kept], days=days)

    def position(self, value: Any) -> int:
        """Position of the first observed period that does not end before ``value``: -1 never, T after the last one.

        :raises ImpactError: if the value is not a period of this kind.
        """
        text = text_of(value)
        if is_never(value) or self._stands_for_never(text):
            return -1
        if self.kind == "name":
            if text in self.labels:
                return self.labels.index(text)
            raise ImpactError(f"first treatment in {text!r}, which is none of the {len(self.labels)} periods and cannot be set among them")
        found = self._of_day(text) if self.days is not None else self._of_number(text) if self.kind == "number" else self._of_month(text)
        if found is None:
            raise ImpactError(f"first treatment {text!r} is not written as the periods are ({self.labels[0]!r}, ...)")
        return found

    def _stands_for_never(self, text: str) -> bool:
        """Nothing or less than nothing where every period is more, and the year 9999 where none is that late."""
        value = spellings.number(text)
        if self.kind == "name":
            return text not in self.labels and value == 0
        if value is not None and value <= 0:
            return bool(self.ordinals[0] > 0)
        late = self.kind != "number" or self.ordinals[-1] < _LAST_YEAR_AS_NUMBER
        return late and _YEAR_9999.match(text) is not None

    def _of_day(self, text: str) -> int | None:
        """Among days: a day is a moment, and the next measurement counts, unless there is one in every month: it names its month then."""
        assert self.days is not None
        day = self.read_day(text)
        monthly = self.kind == "date" and int(np.gcd.reduce(np.diff(self.ordinals).astype(np.int64))) == 1
        if day is not None and not monthly:
            return int(np.searchsorted(self.days, day, side="left"))
        month = spellings.first_month(text) if day is None else spellings.month_of_day(day)
        return None if month is None or self.kind == "day" else int(np.searchsorted(self.ordinals, month, side="left"))

    def _of_number(self, text: str) -> int | None:
        """Among numbers; a month or a date lies in its year where the numbers are years."""
        value = spellings.number(text)
        years = bool((self.ordinals == self.ordinals.round()).all()) and spellings.is_year(self.ordinals[0])
        years = years and spellings.is_year(self.ordinals[-1])
        if value is not None and not (years and value > _LAST_YEAR_AS_NUMBER):
            return int(np.searchsorted(self.ordinals, value, side="left"))
        month = spellings.first_month(text) if years else None
        return None if month is None else int(np.searchsorted(self.ordinals, month // spellings.MONTHS, side="left"))

    def _of_month(self, text: str) -> int | None:
        """Among months, quarters and half-years: what lies within one of them belongs to it."""
        month = spellings.first_month(text)
        return None if month is None else int(np.searchsorted(self.ordinals + self.lasting - 1, month, side="left"))


def read_periods(values: Iterable[Any]) -> tuple[Calendar, dict[str, int]]:
    """The calendar of the distinct values and the position of each of their texts.

    :raises ImpactError: if a period is empty, fewer than two are there, or they are words of which nobody could know the order.
    """
    texts = sorted({text_of(value) for value in values})
    if not texts or "" in texts:
        raise ImpactError("the column of periods has empty cells" if texts else "the panel has no rows")
    kind, ordinals, reader = _read(texts)
    if kind == "name":
        texts = spellings.in_order(texts) if len(texts) > 1 else texts
    distinct, where = np.unique(ordinals, return_inverse=True)
    if len(distinct) < 2:  # noqa: PLR2004 - between one period and itself lies nothing
        raise ImpactError("the panel has one period only: without a before and an after nothing can be compared")
    labels: list[str] = [""] * len(distinct)
    for text, at in zip(texts, where, strict=True):
        labels[at] = text
    lasting = np.array([_MONTHS_OF_KIND.get(kind) or spellings.months_of_part(text) for text in labels], dtype=np.int64)
    by_day = _BY_DAY.get(reader, reader) if reader is not None and kind in {"date", "day"} else None
    days = None if by_day is None else np.array([by_day(text) for text in labels], dtype=np.float64)
    calendar = Calendar(tuple(labels), distinct, _steps(distinct, kind), kind, lasting, days, by_day or spellings.day)
    return calendar, {text: int(at) for text, at in zip(texts, where, strict=True)}


def _read(texts: list[str]) -> tuple[str, NDArray[np.float64], Callable[[str], float | None] | None]:
    """Kind and ordinals of sorted texts, and what read them; names are numbered."""
    for kind, reader in _READERS:
        if reader is spellings.month and spellings.is_unclear(texts):
            continue
        read = [reader(text) for text in texts]
        # Two spellings of one number are one period; two dates of one month are not.
        if None not in read and (kind == "number" or len(set(read)) == len(texts)):
            return kind, np.array(read, dtype=np.float64), reader
    return "name", np.arange(len(texts), dtype=np.float64), None


def _steps(ordinals: NDArray[np.float64], kind: str) -> NDArray[np.int64]:
    differences = np.diff(ordinals)
    if kind == "day" or not np.all(differences == np.round(differences)):
        return np.arange(len(ordinals), dtype=np.int64)
    common = np.gcd.reduce(differences.astype(np.int64))
    return np.concatenate([[0], np.cumsum(differences.astype(np.int64) // common)]).astype(np.int64)


def as_texts(column: pd.Series) -> tuple[NDArray[np.int64], list[Any]]:
    """Codes (n,) into the distinct raw values of a column, missing values included as one of them."""
    codes, values = pd.factorize(column, use_na_sentinel=False)
    return codes.astype(np.int64), list(values)
