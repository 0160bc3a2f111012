"""Words, numbers and dates in the language of a page.

Numbers are formatted here and not by Babel, which takes thirty times as long for the million figures of a site; the signs come
from Babel's locale, and the tests hold both to the same result.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from babel import Locale
from babel.dates import format_date

from pipelines.clock import CITY

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

CODES = ("id", "en")
_TEXTS = Path(__file__).parent / "texts"
_LOCALES = {"id": "id_ID", "en": "en_GB"}
_MONEY_STEPS = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))
_MONTHS_OF_A_QUARTER = 3

FORMATS: tuple[tuple[str, str], ...] = (
    (r"^((realised_)?(gross|net)_share|floor_share|optimality_gap)$", "fine_percent"),
    (r"^(share_.*_change|trained_share_change)$", "points"),
    (r"(^share_|_share$|_rate$|^coverage$|^return_of_feedback$)", "percent"),
    (r"_change$", "signed"),
    (r"(_idr|^cost_total|^cost_per_head|^cost_per_point\w*)$", "money"),
    (r"(^n_|^rows_|^seats$|^rank$|_seats$|^population$|^columns_|^cells_|^n$|^capacity$|^target_level$|^kirkpatrick_level$)", "count"),
    (r"^(p\d+|standard)_working_days$", "count"),
    (r"^(quarter|g|t)$", "quarter"),
    (r"(_at)$", "moment"),
    (r"(_on|^valid_from|^valid_to|^data_as_of)$", "day"),
    (r"^(year|box|budget_year|event_time|depth)$", "plain"),
    (r"^(ikm_\w+|mean_value|att|se|ci_low|ci_high|band_low|band_high|mde_80|mean_gap|mean_gap_change|nrr_u\d|u\d_\w+|gap_step)$", "two"),
    (r"^(score|reports_per_1000_residents|total|mean_(qualification|competence|performance|discipline))$", "two"),
    (
        r"^(mean_\w+|learning_culture_index|hours_\w+|median_\w+|competency_index|service_weight|seconds)$",
        "one",
    ),
    (r"^(expected_gap_levels_closed|cumulative_gap_levels_closed|cumulative_service_weight)$", "count"),
)
"""The form of a figure follows from the name of its column, which follows the grammar of names of the marts."""


@cache
def _texts(name: str) -> dict[str, dict[str, str]]:
    """Texts of a file by key and language; each is written as ``key: [Indonesian, English]``."""
    content = yaml.safe_load((_TEXTS / f"{name}.yaml").read_text(encoding="utf-8"))
    return {str(key): dict(zip(CODES, pair, strict=True)) for key, pair in content.items()}


@cache
def form_of(column: str) -> str:
    """The form in which figures of a column are written; ``text`` for what is no figure."""
    return next((form for pattern, form in FORMATS if re.search(pattern, column)), "text")


@dataclass(frozen=True)
class Language:
    """One of the two languages."""

    code: str

    @property
    def other(self) -> str:
        return next(code for code in CODES if code != self.code)

    def __call__(self, key: str, **values: object) -> str:
        """A text of the pages. A key that is missing is a fault of the project and fails."""
        text = _texts("pages")[key][self.code]
        return text.format(**values) if values else text

    def label(self, column: str) -> str:
        """The words for a column."""
        return _texts("columns")[column][self.code]

    def has_label(self, column: str) -> bool:
        """Whether there are words for a column: pages show columns of open tables alone."""
        return column in _texts("columns")

    def value(self, column: str, value: str) -> str:
        """The words for a code of a column; the code itself where there are none."""
        known = _texts("values")
        found = known.get(f"{column}.{value}") or known.get(value)
        return found[self.code] if found else value

    def show(self, column: str, value: Any) -> str:
        """A value of a column as it stands on a page; empty values are the business of who asks."""
        if isinstance(value, bool):
            return self("yes" if value else "no")
        form = form_of(column)
        if form == "text":
            return self.value(column, value) if isinstance(value, str) else _shown(self.code, "one", value)
        return _shown(self.code, form, value)

    def number(self, value: float, digits: int = 0) -> str:
        return _number(self.code, value, digits)

    def form(self, name: str, value: Any) -> str:
        return _shown(self.code, name, value)


@cache
def _signs(code: str) -> dict[int, str]:
    symbols = Locale.parse(_LOCALES[code]).number_symbols["latn"]
    return {ord(","): symbols["group"], ord("."): symbols["decimal"], ord("-"): "−"}


def _number(code: str, value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")  # what rounds to zero has no sign
    return text.translate(_signs(code))


def _percent(code: str, value: float, digits: int = 1) -> str:
    return f"{_number(code, value * 100, digits)}%"


def _points(code: str, value: float) -> str:
    sign = "+" if value > 0 else ""
    return f"{sign}{_number(code, value * 100, 1)}"


def _money(code: str, value: float) -> str:
    """Rupiah in words of size: a manager reads billions, the table of the download has every digit."""
    language = Language(code)
    for size, word in _MONEY_STEPS:
        if abs(value) >= size:
            return f"Rp\u00a0{_number(code, value / size, 1)} {language(word)}"
    return f"Rp\u00a0{_number(code, value, 0)}"


def quarter_of(day: date) -> int:
    return (day.month - 1) // _MONTHS_OF_A_QUARTER + 1


def _quarter(code: str, day: date) -> str:
    number = quarter_of(day)
    return f"TW {('I', 'II', 'III', 'IV')[number - 1]} {day.year}" if code == "id" else f"Q{number} {day.year}"


def _day(code: str, day: date) -> str:
    return format_date(day, "d MMM y", locale=_LOCALES[code])


def _moment(code: str, moment: datetime) -> str:
    local = moment.astimezone(CITY) if moment.tzinfo else moment  # marts tell the time of the city, without a zone
    return f"{_day(code, local.date())}, {local:%H.%M}" if code == "id" else f"{_day(code, local.date())}, {local:%H:%M}"


_FORMS: dict[str, Callable[[str, Any], str]] = {
    "fine_percent": lambda code, value: _percent(code, value, 3),
    "percent": _percent,
    "points": _points,
    "money": _money,
    "signed": lambda code, value: f"{'+' if value > 0 else ''}{_number(code, value, 2)}",
    "count": lambda code, value: _number(code, value, 0),
    "one": lambda code, value: _number(code, value, 1),
    "two": lambda code, value: _number(code, value, 2),
    "plain": lambda _, value: str(value).replace("-", "−"),
    "quarter": _quarter,
    "day": _day,
    "moment": _moment,
    "text": lambda _, value: str(value),
}


@lru_cache(maxsize=200_000)
def _shown(code: str, form: str, value: Any) -> str:
    return _FORMS[form](code, float(value) if isinstance(value, Decimal) else value)
