"""Reading periods: numbers, dates, months, quarters, half-years or names become positions on one time line.

Event time is counted in the finest step that all periods share, so that a missing year stays a gap and quarters count one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isinf, isnan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipelines.impact.specification import ImpactError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

_PART = re.compile(r"^(?P<year>\d{4})\s*[-_/ ]?\s*(?P<kind>Q|TW|S|H|M)\s*(?P<part>\d{1,2})$", re.IGNORECASE)
_PART_FIRST = re.compile(r"^(?P<kind>Q|TW|S|H|M)\s*(?P<part>\d{1,2})\s*[-_/ ]?\s*(?P<year>\d{4})$", re.IGNORECASE)
_MONTH = re.compile(r"^(\d{4})-(\d{1,2})$")
_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?$")
_IN_YEAR = {"Q": 4, "TW": 4, "S": 2, "H": 2, "M": 12}
_NEVER = {"", "nan", "none", "null", "na", "<na>", "nat", "never", "inf", "infinity", "+inf"}
_MONTHS, _QUARTERS = 12, 4


def _text(value: Any) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, pd.Period):
        return str(value.start_time.date())
    return str(value).strip()


def is_never(value: Any) -> bool:
    """Whether a cell of the column of first treatment says "never" (blank, never, infinite)."""
    return (isinstance(value, float) and isinf(value)) or _text(value).lower() in _NEVER


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _part_of_year(text: str) -> float | None:
    found = _PART.match(text) or _PART_FIRST.match(text)
    if not found:
        return None
    parts = _IN_YEAR[found["kind"].upper()]
    part = int(found["part"])
    return (int(found["year"]) * parts + part - 1) * (_MONTHS // parts) if 1 <= part <= parts else None


def _month(text: str) -> float | None:
    found = _MONTH.match(text)
    return int(found[1]) * _MONTHS + int(found[2]) - 1 if found and 1 <= int(found[2]) <= _MONTHS else None


def _month_of_date(text: str) -> float | None:
    found = _DATE.match(text)
    return _month(f"{found[1]}-{found[2]}") if found else None


def _day(text: str) -> float | None:
    if not _DATE.match(text):
        return None
    stamp = pd.to_datetime(text[:10], format="%Y-%m-%d", errors="coerce")
    return None if pd.isna(stamp) else float(stamp.toordinal())


def _written_as(number: float, first: int, last: int) -> bool:
    return number == int(number) and first <= number <= last


def _year_and_month(text: str) -> float | None:
    number = _number(text)
    if number is None or not _written_as(number, 190001, 210012):
        return None
    year, month = divmod(int(number), 100)
    return year * _MONTHS + month - 1 if 1 <= month <= _MONTHS else None


def _year_and_quarter(text: str) -> float | None:
    number = _number(text)
    if number is None or not _written_as(number, 19001, 21004):
        return None
    year, quarter = divmod(int(number), 10)
    return (year * _QUARTERS + quarter - 1) * 3 if 1 <= quarter <= _QUARTERS else None


#: Tried in this order; the first under which every period is read, and read differently from every other one, is taken.
_READERS: tuple[tuple[str, Callable[[str], float | None]], ...] = (
    ("month", _year_and_month), ("quarter", _year_and_quarter), ("number", _number), ("part", _part_of_year), ("month", _month),
    ("month", _month_of_date), ("day", _day),
)  # fmt: skip


def _natural(text: str) -> list[Any]:
    return [(0, int(piece), "") if piece.isdigit() else (1, 0, piece.lower()) for piece in re.split(r"(\d+)", text) if piece]


@dataclass(frozen=True)
class Calendar:
    """The observed periods in order. ``labels``: as written (T,). ``steps``: distance of each from the first, in common steps (T,)."""

    labels: tuple[str, ...]
    ordinals: NDArray[np.float64]
    steps: NDArray[np.int64]
    kind: str

    def position(self, value: Any) -> int:
        """Position of the first observed period that does not end before ``value``: -1 never, T after the last one.

        :raises ImpactError: if the value is not a period of this kind.
        """
        if is_never(value):
            return -1
        text = _text(value)
        if self.kind == "name":
            if text in self.labels:
                return self.labels.index(text)
            raise ImpactError(f"first treatment in {text!r}, which is none of the {len(self.labels)} periods and cannot be set among them")
        if _number(text) == 0 and self.ordinals[0] > 0:
            return -1
        readers = [reader for kind, reader in _READERS if kind == self.kind] + [
            reader for _, reader in _READERS if self.kind != "number" and reader is not _number
        ]
        for reader in readers:
            ordinal = reader(text)
            if ordinal is not None and (self.kind == "day") == (reader is _day):
                return int(np.searchsorted(self.ordinals, ordinal, side="left"))
        raise ImpactError(f"first treatment {text!r} is not written as the periods are ({self.labels[0]!r}, ...)")


def read_periods(values: Iterable[Any]) -> tuple[Calendar, dict[str, int]]:
    """The calendar of the distinct values and the position of each of their texts.

    :raises ImpactError: if a period is empty or fewer than two are there.
    """
    texts = sorted({_text(value) for value in values})
    if not texts or "" in texts:
        raise ImpactError("the column of periods has empty cells" if texts else "the panel has no rows")
    for kind, reader in _READERS:
        read = [reader(text) for text in texts]
        # Two spellings of one number are one period; two dates of one month are not.
        if None not in read and (kind == "number" or len(set(read)) == len(texts)):
            ordinals = np.array([value for value in read if value is not None], dtype=np.float64)
            break
    else:
        kind = "name"
        texts.sort(key=_natural)
        ordinals = np.arange(len(texts), dtype=np.float64)
    distinct, where = np.unique(ordinals, return_inverse=True)
    if len(distinct) < 2:  # noqa: PLR2004 - between one period and itself lies nothing
        raise ImpactError("the panel has one period only: without a before and an after nothing can be compared")
    labels: list[str] = [""] * len(distinct)
    for text, at in zip(texts, where, strict=True):
        labels[at] = text
    return Calendar(tuple(labels), distinct, _steps(distinct, kind), kind), {text: int(at) for text, at in zip(texts, where, strict=True)}


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


def text_of(value: Any) -> str:
    """How a period is written, as the calendar knows it."""
    return _text(value)
