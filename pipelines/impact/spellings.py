"""How offices write a period: one text to its first month or its day, and names to their order. Nothing is guessed.

A column of periods that is read in the wrong order gives numbers that look like any others: what can be put in no order is refused.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.impact.specification import ImpactError
from pipelines.landing.values import month_number, parse_date

if TYPE_CHECKING:
    from collections.abc import Callable

MONTHS, QUARTERS = 12, 4
FIRST_YEAR, LAST_YEAR = 1900, 2100
_KINDS = {
    "q": 4, "tw": 4, "triwulan": 4, "kuartal": 4, "quarter": 4, "s": 2, "h": 2, "sem": 2, "smt": 2, "semester": 2, "m": 12, "bln": 12,
    "bulan": 12,
}  # fmt: skip
_KIND = "|".join(sorted(_KINDS, key=len, reverse=True))
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_PART = re.compile(rf"^(?P<year>\d{{4}})[-_/ ]*(?P<kind>{_KIND})[-._ ]*(?P<part>\d{{1,2}}|iv|i{{1,3}})$", re.IGNORECASE)
_PART_FIRST = re.compile(
    rf"^(?P<kind>{_KIND})[-._ ]*(?P<part>\d{{1,2}}|iv|i{{1,3}})[-_/, ]*(?:(?:tahun|thn|th|ta)[. ]*)?(?P<year>\d{{4}})$", re.IGNORECASE
)
_MONTH = re.compile(r"^(?P<year>\d{4})[-/](?P<month>\d{1,2})$")
_MONTH_FIRST = re.compile(r"^(?P<month>\d{1,2})[-/](?P<year>\d{4})$")
_NAMED = re.compile(r"^(?P<month>[A-Za-z]{3,9})[-./, ]*(?P<year>\d{2}|\d{4})?$")
_NAMED_LAST = re.compile(r"^(?P<year>\d{4})[-./, ]*(?P<month>[A-Za-z]{3,9})\.?$")
_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?$")
_MONTH_DAY_YEAR = re.compile(r"^([A-Za-z]{3,9})\.? (\d{1,2}), (\d{4})$")
_COMPACT = re.compile(r"^(19|20)\d{6}(?:\.0)?$")
_UNCLEAR = re.compile(r"^(?:(?P<year>\d{4})[-/](?P<part>\d)|(?P<part_first>\d)[-/](?P<year_last>\d{4}))$")
_COMMA = re.compile(r"^[-+]?\d+,\d+$")
_ROMAN_LAST = re.compile(r"^(?P<before>.*?)(?P<number>[ivxl]+)$")
_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50}


def number(text: str) -> float | None:
    """A finite number, its decimals after a point or a comma."""
    try:
        value = float(text.replace(",", ".") if _COMMA.match(text) else text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _written_as(value: float, first: int, last: int) -> bool:
    return value == int(value) and first <= value <= last


def is_year(value: float) -> bool:
    """Whether a number may be a year."""
    return _written_as(value, FIRST_YEAR, LAST_YEAR)


def year_and_month(text: str) -> float | None:
    """``202601``."""
    value = number(text)
    if value is None or not _written_as(value, FIRST_YEAR * 100 + 1, LAST_YEAR * 100 + MONTHS):
        return None
    year, month = divmod(int(value), 100)
    return year * MONTHS + month - 1 if 1 <= month <= MONTHS else None


def year_and_quarter(text: str) -> float | None:
    """``20261``."""
    value = number(text)
    if value is None or not _written_as(value, FIRST_YEAR * 10 + 1, LAST_YEAR * 10 + QUARTERS):
        return None
    year, quarter = divmod(int(value), 10)
    return (year * QUARTERS + quarter - 1) * 3 if 1 <= quarter <= QUARTERS else None


def _part_found(text: str) -> tuple[int, int, int] | None:
    found = _PART.match(text) or _PART_FIRST.match(text)
    if not found:
        return None
    parts, written = _KINDS[found["kind"].lower()], found["part"].lower()
    part = _ROMAN.get(written) or int(written)
    return (int(found["year"]), part, parts) if 1 <= part <= parts else None


def part_of_year(text: str) -> float | None:
    """``2026Q1``, ``TW II 2026``, ``Semester 1/2026``: the first month."""
    found = _part_found(text)
    return None if found is None else (found[0] * found[2] + found[1] - 1) * (MONTHS // found[2])


def months_of_part(text: str) -> int:
    """How many months a part of a year lasts; 1 for what is none."""
    found = _part_found(text)
    return 1 if found is None else MONTHS // found[2]


def month(text: str) -> float | None:
    """``2026-01``, ``01/2026``, ``Januari 2026``, ``Agu-26``; a name alone is one of a year that nobody needs to know."""
    if found := _MONTH.match(text) or _MONTH_FIRST.match(text):
        value = int(found["month"])
        return int(found["year"]) * MONTHS + value - 1 if 1 <= value <= MONTHS else None
    named = _NAMED.match(text) or _NAMED_LAST.match(text)
    named_month = month_number(named["month"]) if named else None
    if named is None or named_month is None:
        return None
    year = int(named["year"] or 1)
    short = bool(named["year"]) and len(named["year"]) == 2  # noqa: PLR2004 - digits of a year without its century
    return (year + 2000 * short) * MONTHS + named_month - 1


def _day(text: str, *, month_first: bool) -> float | None:
    if found := _DATE.match(text):
        text = found[1]
    elif found := _MONTH_DAY_YEAR.match(text):
        text = f"{found[2]} {found[1]} {found[3]}"
    elif text.isdigit() or number(text) is not None:
        # Five digits are a day of a spreadsheet or twenty other things.
        if not _COMPACT.match(text):
            return None
        text = text[:8]
    value = parse_date(text, month_first=month_first).value
    return None if value is None else float(value.toordinal())


def day(text: str) -> float | None:
    """A date, the day before the month where both are numbers."""
    return _day(text, month_first=False)


def day_month_first(text: str) -> float | None:
    """A date whose day cannot come first: ``12/31/2026``."""
    return _day(text, month_first=True)


def compact_day(text: str) -> float | None:
    """``20260131``, which is no number of days or years."""
    return _day(text, month_first=False) if _COMPACT.match(text) else None


def month_of_day(ordinal: float) -> float:
    """The month in which a day lies."""
    found = date.fromordinal(int(ordinal))
    return float(found.year * MONTHS + found.month - 1)


def first_month(text: str) -> float | None:
    """First month of whatever is written as a part of a year, a month or a date."""
    readers: tuple[Callable[[str], float | None], ...] = (year_and_month, year_and_quarter, part_of_year, month)
    for reader in readers:
        found = reader(text)
        if found is not None:
            return found
    found = day(text)
    return None if found is None else month_of_day(found)


def is_unclear(texts: list[str]) -> bool:
    """Whether ``2025-1`` to ``2026-4`` may as well be quarters as months: their order is known, their distance is not."""
    found = [_UNCLEAR.match(text) for text in texts]
    parts = [int(one["part"] or one["part_first"]) for one in found if one]
    years = {one["year"] or one["year_last"] for one in found if one}
    return len(parts) == len(texts) and max(parts) <= QUARTERS and len(years) > 1


def in_order(texts: list[str]) -> list[str]:
    """Names of periods from the first to the last.

    :raises ImpactError: if they differ by more than numbers, or than one letter or Roman number at the end: no order is known then.
    """
    for key in (_numbers, _roman, _letter):
        keys = key(texts)
        if keys and len(set(keys)) == len(texts):
            return [texts[at] for at in sorted(range(len(texts)), key=lambda at: keys[at])]
    shown = ", ".join(map(repr, texts[:3]))
    raise ImpactError(f"the periods ({shown}, ...) are words in no order that could be known; number them (1, 2, 3), or write dates")


def _numbers(texts: list[str]) -> list[Any] | None:
    """``wave 2``; a year counts first wherever it stands, for 50/2025 is before 1/2026."""
    if len({re.sub(r"\d+", "#", text.casefold()) for text in texts}) > 1:
        return None
    found = [re.findall(r"\d+", text) for text in texts]
    years = [at for at in range(len(found[0])) if all(len(one[at]) == 4 and FIRST_YEAR <= int(one[at]) <= LAST_YEAR for one in found)]  # noqa: PLR2004 - digits of a year
    first = years[0] if years else 0
    return [(int(one[first]), *(int(piece) for at, piece in enumerate(one) if at != first)) for one in found] if found[0] else None


def _roman(texts: list[str]) -> list[Any] | None:
    found = [_ROMAN_LAST.match(text.casefold()) for text in texts]
    if len({one and one["before"] for one in found}) > 1 or found[0] is None:
        return None
    return [_value_of_roman(one["number"]) for one in found if one]


def _value_of_roman(text: str) -> int:
    values = [_VALUES[letter] for letter in text]
    return sum(-value if value < max(values[at + 1 :], default=0) else value for at, value in enumerate(values))


def _letter(texts: list[str]) -> list[Any] | None:
    folded = [text.casefold() for text in texts]
    return [text[-1] for text in folded] if len({text[:-1] for text in folded}) == 1 else None
