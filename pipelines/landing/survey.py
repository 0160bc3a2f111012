"""What all values of a column decide together: day or month first, comma or point before the decimals.

It is found before the first row is typed, over all tables of a delivery, and is reported with its evidence.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.landing import values
from pipelines.landing.marks import DATE_CELL, NUMBER_CELL
from pipelines.landing.values import NumberStyle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from data_quality.contract import Column
    from pipelines.landing.profiles import Reading

_DATE_PARSERS = frozenset({"date", "timestamp", "year_of"})
_NUMBER_PARSERS = frozenset({"number", "integer", "money", "level"})
_LEAST_SHARE = 0.2
_FEWEST_AGAINST = 3
"""As many values of a table must show another form than the usual one of its delivery, or they are slips of the pen."""
_LEAST_PARTED, _FEWEST_PARTED, _FEWEST_SWAPPED = 0.9, 2, 6
_SWAPPED = "only days up to the 12th are dates of the workbook, and only later ones are text: a spreadsheet has swapped day and month"
_BESIDE_T = frozenset({"t", "f", "y", "ya", "true", "false"})
_LEADING_PAIR = re.compile(r"^(\d{1,2}) ?[-/. ] ?(\d{1,2}) ?[-/. ] ?\d{4}")


@dataclass(frozen=True)
class ColumnFormat:
    """How a column writes dates and numbers, and from what that was concluded.

    ``from_1904``: the serial numbers of its days count from 1904, as in workbooks of older Macs.
    ``is_swapped``: a spreadsheet of another country has made days of its texts, with day and month in the other's place.
    ``is_t_true``: what a ``T`` means in it; None where nothing tells.
    """

    month_first: bool = False
    number: NumberStyle = field(default_factory=NumberStyle)
    evidence: str = ""
    from_1904: bool = False
    is_swapped: bool = False
    is_t_true: bool | None = None

    def as_detected(self) -> dict[str, Any]:
        detected = {"month_first": self.month_first, "decimal_mark": self.number.decimal_mark, "evidence": self.evidence}
        rare = {"from_1904": self.from_1904 or None, "is_swapped": self.is_swapped or None, "is_t_true": self.is_t_true}
        return detected | {name: value for name, value in rare.items() if value is not None}

    @classmethod
    def from_detected(cls, detected: Mapping[str, Any]) -> ColumnFormat:
        evidence = detected["evidence"]
        number = NumberStyle(detected["decimal_mark"], is_told=_BY_PROFILE in evidence)
        rare = {name: detected[name] for name in ("from_1904", "is_swapped", "is_t_true") if name in detected}
        return cls(detected["month_first"], number, evidence, **rare)

    def counted_from_1904(self) -> ColumnFormat:
        return replace(self, from_1904=True, evidence="; ".join(filter(None, (self.evidence, "serial numbers count from 1904"))))


_BY_PROFILE = "set by the profile"


class Survey:
    """Collects, over all rows of a table, what decides the format of date and number columns."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self.columns = tuple(columns)
        self.dates: dict[str, Counter[str]] = {c.name: Counter() for c in self.columns if c.parser in _DATE_PARSERS}
        self.numbers: dict[str, Counter[str]] = {c.name: Counter() for c in self.columns if c.parser in _NUMBER_PARSERS}
        self.days: dict[str, Counter[bool]] = {name: Counter() for name in self.dates}
        """Days that are such in their file, by whether they may be a month as well."""
        self.words: dict[str, set[str]] = {c.name: set() for c in self.columns if c.parser == "boolean"}

    def add(self, name: str, column: pd.Series[Any]) -> None:
        """Take in a column of texts. A number that was one in its file shows nothing of how the office writes numbers."""
        if name in self.dates:
            for text in pd.unique(column):
                if isinstance(text, str) and text.endswith(DATE_CELL):
                    self.days[name][text[8:10] <= "12"] += 1
                elif isinstance(text, str) and (match := _LEADING_PAIR.match(values.clean(text))):
                    first, second = int(match[1]), int(match[2])
                    self.dates[name]["day" if first > 12 else "month" if second > 12 else "open"] += 1  # noqa: PLR2004 - there are twelve months
        elif name in self.numbers:
            for text in pd.unique(column):
                if isinstance(text, str) and not text.endswith(NUMBER_CELL):
                    self.numbers[name][_decimal_evidence(values.clean(text))] += 1
        elif name in self.words:
            written = {values.clean(text).casefold() for text in pd.unique(column) if isinstance(text, str)}
            self.words[name] |= _BESIDE_T & written

    def formats(self, *, month_first: bool, reading: Reading, whole: Survey | None = None) -> dict[str, ColumnFormat]:
        """The format of each surveyed column.

        Args:
            month_first: what the contract declares for an undecided one.
            reading: what a person has told of these files.
            whole: what all tables of the delivery show: it decides where this one does not, or hardly does.
        """
        whole = whole or self
        found = self._dates_and_numbers(month_first=month_first, reading=reading, whole=whole)
        for name in self.dates:
            if self._is_swapped(name):
                found[name] = replace(found[name], is_swapped=True, evidence="; ".join(filter(None, (found[name].evidence, _SWAPPED))))
        return found | {name: form for name, words in self.words.items() if (form := _word_format(words, whole.words[name]))}

    def _is_swapped(self, name: str) -> bool:
        """Whether a spreadsheet has made days of just those texts whose day may be a month, which it took for one."""
        texts, days = self.dates[name], self.days[name]
        shown = max(texts["day"], texts["month"])
        is_parted = shown >= _LEAST_PARTED * texts.total() and not days[False]
        return is_parted and min(shown, days[True]) >= _FEWEST_PARTED and shown + days[True] >= _FEWEST_SWAPPED

    def _dates_and_numbers(self, *, month_first: bool, reading: Reading, whole: Survey) -> dict[str, ColumnFormat]:
        if reading.date_order:
            order = ColumnFormat(month_first=reading.date_order == "month_first", evidence=f"{reading.date_order}: {_BY_PROFILE}")
            found = dict.fromkeys(self.dates, order)
        else:
            found = self._orders(whole, month_first=month_first)
        if reading.decimal_mark:
            number = NumberStyle(reading.decimal_mark, is_told=True)
            return found | dict.fromkeys(
                self.numbers, ColumnFormat(number=number, evidence=f"decimal {reading.decimal_mark}: {_BY_PROFILE}")
            )
        return found | {name: _number_format(counts, whole.numbers[name]) for name, counts in self.numbers.items()}

    def _orders(self, whole: Survey, *, month_first: bool) -> dict[str, ColumnFormat]:
        """The order of each column of dates: what its own values show, else this table's other columns, else the delivery's."""
        own = {name: _own_order(counts, whole.dates[name], month_first=month_first) for name, counts in self.dates.items()}
        of_whole = {name: _decided_order(counts, month_first=month_first) for name, counts in whole.dates.items()}
        sibling, afar = _agreed(own.values()), _agreed(of_whole.values())
        found = {}
        for name, counts in self.dates.items():
            choices = (
                (own[name], ""),
                (sibling, "order of the file's other dates"),
                (of_whole[name], _OF_OTHERS),
                (afar, _OF_OTHERS),
                (month_first, "order declared by the contract"),
            )
            chosen, because = next((choice, reason) for choice, reason in choices if choice is not None)
            found[name] = _date_format(counts, whole.dates[name] - counts, because, chosen=chosen)
        return found


def together(surveys: Sequence[Survey]) -> Survey:
    """What several tables show together."""
    whole = Survey(surveys[0].columns)
    for survey in surveys:
        for name, counts in survey.dates.items():
            whole.dates[name].update(counts)
        for name, counts in survey.numbers.items():
            whole.numbers[name].update(counts)
        for name, words in survey.words.items():
            whole.words[name] |= words
    return whole


_OF_OTHERS = "order of the delivery's other tables"


def _agreed(decided: Iterable[bool | None]) -> bool | None:
    """What several columns have decided, where they agree."""
    found = {order for order in decided if order is not None}
    return found.pop() if len(found) == 1 else None


def _decided_order(counts: Counter[str], *, month_first: bool) -> bool | None:
    """Whether the values of a column show that the month comes first; None where they do not decide it.

    One value is not enough to overturn what the contract declares: of dates that are written so, about six in ten show it, so a
    column of which few do holds slips of the pen.
    """
    declared, other = (counts["month"], counts["day"]) if month_first else (counts["day"], counts["month"])
    if other > declared and other >= _LEAST_SHARE * counts.total():
        return not month_first
    return month_first if declared else None


def _own_order(counts: Counter[str], whole: Counter[str], *, month_first: bool) -> bool | None:
    """What a table shows itself of a column, unless that is hardly anything, and not what the contract declares but its delivery does."""
    own, of_whole = (_decided_order(found, month_first=month_first) for found in (counts, whole))
    is_weak = own == (not month_first) and counts["month" if own else "day"] < _FEWEST_AGAINST
    return None if is_weak and of_whole == month_first else own


def _date_format(counts: Counter[str], others: Counter[str], because: str, *, chosen: bool) -> ColumnFormat:
    """The format of a column whose order was chosen, with what speaks for it and against it."""
    if not counts.total():
        return ColumnFormat()
    shown, contrary = ("month", "day") if chosen else ("day", "month")
    if because:
        evidence = f"{shown} first: {counts['open']} ambiguous values, {because}"
        evidence += f"; {counts[contrary]} values cannot be read so" if counts[contrary] else ""
    else:
        evidence = f"{shown} first: {counts[shown]} values have a {'second' if chosen else 'first'} part above 12"
    if others[contrary] > others[shown]:
        evidence += f"; {others[contrary]} values of the delivery's other tables show the other order"
    return ColumnFormat(chosen, evidence=evidence)


def _decimal_evidence(text: str) -> str:
    """The decimal mark that a value shows; ``open`` with its mark for 1.234, which may be a thousand or a fraction."""
    bare = re.sub(r"[^\d.,]", "", values.bare_number(text))
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return "none"
    mark = bare[last]
    if ({".", ","} - {mark}).pop() in bare:
        return mark
    if bare.count(mark) > 1:
        return "," if mark == "." else "."
    is_group = len(bare) - last - 1 == 3 and last <= 3 and not bare.startswith("0")  # noqa: PLR2004 - thousands come in threes
    return f"open{mark}" if is_group else mark


def _shown_mark(counts: Counter[str]) -> str | None:
    """The decimal mark that the values of a column show. The Indonesian form is left only where no few of the values demand it:
    a single ``12.50`` among amounts such as ``101.000`` is a slip, and would make each of them a thousandth.
    """
    point, comma = counts["."], counts[","]
    if point > comma and point >= _LEAST_SHARE * (point + comma + counts["open."]):
        return "."
    return "," if comma else None


def _word_format(words: set[str], whole: set[str]) -> ColumnFormat | None:
    """What ``T`` means: *tidak* beside ``Y``, true beside ``F``; else it is for nobody to guess."""
    if values.TRUE_OR_FALSE not in words:
        return None
    for shown in (words, whole):
        is_no, is_true = not shown.isdisjoint({"y", "ya"}), not shown.isdisjoint({"f", "true", "false"})
        if is_no != is_true:
            return ColumnFormat(is_t_true=is_true, evidence=f"T is {'true, beside F' if is_true else 'tidak, beside Y'}")
    return None


def _number_format(counts: Counter[str], whole: Counter[str]) -> ColumnFormat:
    own, of_whole = _shown_mark(counts), _shown_mark(whole)
    if own == "." and counts[own] < _FEWEST_AGAINST and of_whole == ",":
        own = None
    n_open = counts["open."] + counts["open,"]
    mark = own or of_whole or ","
    name = "point" if mark == "." else "comma"
    evidence = ""
    if own:
        evidence = f"decimal {name}: {counts[own]} values show it"
    elif n_open or counts["."] or counts[","]:
        because = "form of the delivery's other tables" if of_whole else "Indonesian form assumed"
        evidence = f"decimal {name}: {n_open} ambiguous values, {because}"
    others, contrary = whole - counts, "," if mark == "." else "."
    if evidence and not own and counts[contrary]:
        evidence += f"; {counts[contrary]} values show the other mark"
    if evidence and _shown_mark(others) == contrary:
        evidence += f"; {others[contrary]} values of the delivery's other tables show the other mark"
    return ColumnFormat(number=NumberStyle(mark), evidence=evidence) if evidence else ColumnFormat()
