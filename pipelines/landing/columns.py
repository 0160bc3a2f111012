"""Columns of text to typed columns, by the parser that the contract names.

A column is parsed once for each distinct value, and in a load once for all its batches. What all values of a column decide
together (day or month first, comma or point) is found by ``survey`` before the first row is typed, and is reported with its
evidence.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data_quality.contract import fold
from pipelines.landing import values
from pipelines.landing.values import Cell, NumberStyle
from pipelines.privacy.masking import mask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from data_quality.contract import Column
    from pipelines.landing.profiles import Reading

_DATE_PARSERS = frozenset({"date", "timestamp", "year_of"})
_NUMBER_PARSERS = frozenset({"number", "integer", "money", "level"})
_LEAST_SHARE = 0.2
MOST_KNOWN = 200_000
"""Distinct values of a column that are remembered from one batch to the next."""
_DECIMAL_OF_CODE = re.compile(r"^(\d+)\.0$")  # a spreadsheet's 5.0 is the code 5, not 50
_LEADING_PAIR = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ]\d{4}")


@dataclass(frozen=True)
class ColumnFormat:
    """How a column writes dates and numbers, and from what that was concluded."""

    month_first: bool = False
    number: NumberStyle = field(default_factory=NumberStyle)
    evidence: str = ""

    def as_detected(self) -> dict[str, Any]:
        return {"month_first": self.month_first, "decimal_mark": self.number.decimal_mark, "evidence": self.evidence}

    @classmethod
    def from_detected(cls, detected: Mapping[str, Any]) -> ColumnFormat:
        return cls(detected["month_first"], NumberStyle(detected["decimal_mark"]), detected["evidence"])


@dataclass
class TypedColumn:
    """Typed values, aligned with the rows read; ``faults`` maps a rule to the positions that break it."""

    values: pd.Series[Any]
    faults: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    coercions: Counter[str] = field(default_factory=Counter)
    sides: dict[str, pd.Series[Any]] = field(default_factory=dict)


class Survey:
    """Collects, over all rows of a delivery, what decides the format of date and number columns."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._dates: dict[str, Counter[str]] = {c.name: Counter() for c in columns if c.parser in _DATE_PARSERS}
        self._numbers: dict[str, Counter[str]] = {c.name: Counter() for c in columns if c.parser in _NUMBER_PARSERS}

    @property
    def is_needed(self) -> bool:
        return bool(self._dates or self._numbers)

    def add(self, name: str, column: pd.Series[Any]) -> None:
        if name in self._dates:
            for text in pd.unique(column):
                if isinstance(text, str) and (match := _LEADING_PAIR.match(values.clean(text))):
                    first, second = int(match[1]), int(match[2])
                    self._dates[name]["day" if first > 12 else "month" if second > 12 else "open"] += 1  # noqa: PLR2004 - there are twelve months
        elif name in self._numbers:
            for text in pd.unique(column):
                if isinstance(text, str):
                    self._numbers[name][_decimal_evidence(values.clean(text))] += 1

    def formats(self, *, month_first: bool, reading: Reading) -> dict[str, ColumnFormat]:
        """The format of each surveyed column; ``month_first`` is what the contract declares for an undecided one."""
        if reading.date_order:
            order = ColumnFormat(month_first=reading.date_order == "month_first", evidence=f"{reading.date_order}: set by the profile")
            found = dict.fromkeys(self._dates, order)
        else:
            decided = {shown for counts in self._dates.values() if (shown := _decided_order(counts, month_first=month_first)) is not None}
            sibling = decided.pop() if len(decided) == 1 else None
            found = {name: _date_format(counts, month_first, sibling) for name, counts in self._dates.items()}
        if reading.decimal_mark:
            style = ColumnFormat(number=NumberStyle(reading.decimal_mark), evidence=f"decimal {reading.decimal_mark}: set by the profile")
            return found | dict.fromkeys(self._numbers, style)
        return found | {name: _number_format(counts) for name, counts in self._numbers.items()}


def _decided_order(counts: Counter[str], *, month_first: bool) -> bool | None:
    """Whether the values of a column show that the month comes first; None where they do not decide it.

    One value is not enough to overturn what the contract declares: of dates that are written so, about six in ten show it, so a
    column of which few do holds slips of the pen.
    """
    declared, other = (counts["month"], counts["day"]) if month_first else (counts["day"], counts["month"])
    if other > declared and other >= _LEAST_SHARE * counts.total():
        return not month_first
    return month_first if declared else None


def _date_format(counts: Counter[str], month_first: bool, sibling: bool | None) -> ColumnFormat:
    """The order of a column: what its own values show, else what the file's other columns show, else what the contract declares."""
    decided = _decided_order(counts, month_first=month_first)
    if decided is not None:
        if decided:
            return ColumnFormat(month_first=True, evidence=f"month first: {counts['month']} values have a second part above 12")
        return ColumnFormat(evidence=f"day first: {counts['day']} values have a first part above 12")
    if not counts.total():
        return ColumnFormat()
    chosen = month_first if sibling is None else sibling
    because = "order declared by the contract" if sibling is None else "order of the file's other dates"
    evidence = f"{'month' if chosen else 'day'} first: {counts['open']} ambiguous values, {because}"
    contrary = counts["day" if chosen else "month"]
    return ColumnFormat(chosen, evidence=evidence + (f"; {contrary} values cannot be read so" if contrary else ""))


def _decimal_evidence(text: str) -> str:
    bare = re.sub(r"[^\d.,]", "", re.sub(r"[,.]-$", "", text))
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return "none"
    mark = bare[last]
    if ({".", ","} - {mark}).pop() in bare:
        return mark
    if bare.count(mark) > 1:
        return "," if mark == "." else "."
    return "open" if len(bare) - last - 1 == 3 else mark  # noqa: PLR2004 - 1.234 may be a thousand or a fraction


def _number_format(counts: Counter[str]) -> ColumnFormat:
    if counts["."] > counts[","]:
        return ColumnFormat(number=NumberStyle("."), evidence=f"decimal point: {counts['.']} values show it")
    if counts[","]:
        return ColumnFormat(evidence=f"decimal comma: {counts[',']} values show it")
    evidence = f"decimal comma: {counts['open']} ambiguous values, Indonesian form assumed" if counts["open"] else ""
    return ColumnFormat(evidence=evidence)


# Over 50 lines: a table of small readers, one for each parser of a contract, which share the column and its style.
def _reader(column: Column, style: ColumnFormat, pseudonym: Callable[[str], str]) -> Callable[[str], Cell]:
    """The function that reads one cleaned, non-missing value of the column."""

    def nip(text: str) -> Cell:
        cell = values.parse_nip(text)
        return cell if cell.fault else Cell(pseudonym(cell.value), cell.coercion, side=cell.side)

    def code(text: str) -> Cell:
        assert column.reference is not None
        found = column.reference.lookup(_DECIMAL_OF_CODE.sub(r"\1", text))
        if found is None:
            return Cell(text)  # left for the rule "unknown_code" to name
        side = {name: column.reference.attributes[found][source] for name, source in column.derive.items()}
        return Cell(found, None if found == text else "code.written_form", side=side)

    def codes(text: str) -> Cell:
        parts = [part.strip().upper() for part in re.split(r"[;,|]", text) if part.strip()]
        joined = (column.separator or ";").join(parts)
        return Cell(joined, None if joined == text else "codes.separator")

    def day(text: str) -> Cell:
        cell = values.parse_date(text, month_first=style.month_first)
        span = values.parse_date_range(text, month_first=style.month_first) if cell.fault and column.range_part else None
        if span is None:
            return cell
        side = {column.range_end_into: span[1]} if column.range_end_into else {}
        return Cell(span[0] if column.range_part == "start" else span[1], "date.range", side=side)

    def year_of(text: str) -> Cell:
        cell = values.parse_date(text, month_first=style.month_first)
        return cell if cell.fault else Cell(cell.value.year, cell.coercion, side={"birth_on": cell.value})

    def free_text(text: str) -> Cell:
        masked = mask(text)
        return Cell(masked, None if masked == text else "free_text.masked")

    readers: dict[str, Callable[[str], Cell]] = {
        "nip": nip,
        "code": code,
        "codes": codes,
        "year_of": year_of,
        "free_text": free_text,
        "date": day,
        "timestamp": lambda text: values.parse_timestamp(text, month_first=style.month_first),
        "number": lambda text: values.parse_decimal(text, style=style.number),
        "money": lambda text: values.parse_whole(text, style=style.number, bound=values.MONEY_BOUND),
        "integer": lambda text: values.parse_whole(text, style=style.number),
        "level": lambda text: values.parse_whole(text, style=style.number),
        "boolean": values.parse_boolean,
        "period": values.parse_period,
        "age_band": values.parse_age_band,
        "text": Cell,
    }
    return readers[column.parser]


def _cell(raw: object, read: Callable[[str], Cell], local: Mapping[str, str]) -> Cell:
    if not isinstance(raw, str):
        return Cell()
    if values.is_damaged(raw):
        return Cell(fault=values.DAMAGED)
    text = values.clean(raw)
    if values.is_missing(text):
        return Cell(coercion="missing.marker" if text else None)
    ours = local.get(fold(text)) if local else None
    if ours is not None:
        cell = read(ours)
        return cell if cell.fault else Cell(cell.value, "profile.value_map", side=cell.side)
    cell = read(text)
    if cell.fault or cell.coercion or text == raw.strip():
        return cell
    return Cell(cell.value, "text.cleaned", side=cell.side)


class KnownCells:
    """What was read before, by column and format: from one delivery of an extract to the next nearly all values return.

    A column with more distinct values than ``MOST_KNOWN`` begins anew, so memory is bounded.
    """

    def __init__(self) -> None:
        self._cells: dict[tuple[str, ColumnFormat, frozenset[tuple[str, str]]], dict[object, Cell]] = {}

    def read(
        self, distinct: Iterable[object], column: Column, style: ColumnFormat, read: Callable[[str], Cell], local: Mapping[str, str]
    ) -> list[Cell]:
        """The cells of distinct texts; ``read`` and ``local`` must be the same whenever column and format are."""
        known = self._cells.setdefault((column.name, style, frozenset(local.items())), {})
        if len(known) > MOST_KNOWN:
            known.clear()
        cells = []
        for text in distinct:
            cell = known.get(text)
            if cell is None:
                cell = known[text] = _cell(text, read, local)
            cells.append(cell)
        return cells


_DTYPES = {
    "integer": "Int64", "money": "Int64", "level": "Int64", "year_of": "Int64", "boolean": "boolean",
    "date": "datetime64[us]", "timestamp": "datetime64[us]",
}  # fmt: skip


def _series(cells: list[Any], take: np.ndarray[Any, Any], dtype: str | None) -> pd.Series[Any]:
    if dtype is None:
        distinct = np.empty(len(cells), dtype=object)
        distinct[:] = cells
        return pd.Series(distinct[take], dtype=object)
    return pd.Series(cells, dtype=dtype).take(take).reset_index(drop=True)


def type_column(
    column: Column,
    raw: pd.Series[Any],
    style: ColumnFormat,
    pseudonym: Callable[[str], str],
    local: Mapping[str, str] | None = None,
    known: KnownCells | None = None,
) -> TypedColumn:
    """Type one column.

    Args:
        column: of the contract.
        raw: text, or None where the file has no such cell.
        style: how the column writes dates and numbers.
        pseudonym: NIP to employee key.
        local: an office's own values and ours.
        known: cells that were read before with the same pseudonyms.
    """
    read = _reader(column, style, pseudonym)
    take, distinct = pd.factorize(raw.to_numpy(dtype=object), use_na_sentinel=False)
    cells = (known or KnownCells()).read(distinct, column, style, read, local or {})
    if column.default is not None:
        fallback = read(column.default)
        cells = [fallback if cell.value is None and not cell.fault else cell for cell in cells]
    counts = np.bincount(take, minlength=len(cells)) if cells else np.array([], dtype=int)
    typed = TypedColumn(_series([cell.value for cell in cells], take, _DTYPES.get(column.parser)))
    for cell, count in zip(cells, counts, strict=True):
        if cell.coercion:
            typed.coercions[f"{column.name}: {cell.coercion}"] += int(count)
    for fault in {cell.fault for cell in cells if cell.fault}:
        marks = np.array([cell.fault == fault for cell in cells])
        typed.faults[f"{column.name}.{fault}"] = np.flatnonzero(marks[take])
    for side in dict.fromkeys(name for cell in cells for name in cell.side):
        dtype = "datetime64[us]" if side.endswith("_on") else None
        typed.sides[side] = _series([cell.side.get(side) for cell in cells], take, dtype)
    return typed
