"""Columns of text to typed columns, by the parser that the contract names.

A column is parsed once for each distinct value, and in a load once for all its batches. What all values of a column decide
together (day or month first, comma or point) is found by ``survey`` before the first row is typed.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from data_quality.contract import fold
from pipelines.landing import values
from pipelines.landing.headers import competency_code
from pipelines.landing.marks import DATE_CELL, NUMBER_CELL, UNCOMPUTED, unmarked
from pipelines.landing.values import Cell, NumberStyle
from pipelines.privacy.masking import mask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from data_quality.contract import Column
    from pipelines.landing.survey import ColumnFormat

MOST_KNOWN = 200_000
"""Distinct values of a column that are remembered from one batch to the next."""
_DECIMAL_OF_CODE = re.compile(r"^(\d+)[.,]0$")  # a spreadsheet's 5.0 is the code 5, not 50


@dataclass
class TypedColumn:
    """Typed values, aligned with the rows read; ``faults`` maps a rule to the positions that break it."""

    values: pd.Series[Any]
    faults: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    coercions: Counter[str] = field(default_factory=Counter)
    sides: dict[str, pd.Series[Any]] = field(default_factory=dict)


# Over 50 lines: a table of small readers, one for each parser of a contract, which share the column and its style.
def _reader(column: Column, style: ColumnFormat, pseudonym: Callable[[str], str]) -> Callable[[str], Cell]:
    """The function that reads one cleaned, non-missing value of the column."""

    def nip(text: str) -> Cell:
        cell = values.parse_nip(text, column.adult_age)
        return cell if cell.fault else Cell(pseudonym(cell.value), cell.coercion, side=cell.side)

    def code(text: str) -> Cell:
        assert column.reference is not None
        found = column.reference.lookup(_DECIMAL_OF_CODE.sub(r"\1", text))
        if found is None:
            return Cell(text)  # left for the rule "unknown_code" to name
        side = {name: column.reference.attributes[found][source] for name, source in column.derive.items()}
        return Cell(found, None if found == text else "code.written_form", side=side)

    def codes(text: str) -> Cell:
        parts = [competency_code(part) or part.strip().upper() for part in re.split(r"[;,|/&\n]", text) if part.strip()]
        joined = (column.separator or ";").join(parts)
        return Cell(joined, None if joined == text else "codes.separator")

    def days(text: str) -> str:
        return values.serial_from_1900(text) if style.from_1904 else text

    def day(text: str) -> Cell:
        text = days(text)
        cell = values.parse_date(text, month_first=style.month_first)
        span = values.parse_date_range(text, month_first=style.month_first) if cell.fault and column.range_part else None
        if span is None:
            return cell
        side = {column.range_end_into: span[1]} if column.range_end_into else {}
        return Cell(span[0] if column.range_part == "start" else span[1], "date.range", side=side)

    def year_of(text: str) -> Cell:
        cell = values.parse_date(days(text), month_first=style.month_first)
        return cell if cell.fault else Cell(cell.value.year, cell.coercion, side={"birth_on": cell.value})

    def free_text(text: str) -> Cell:
        masked = mask(text)
        return Cell(masked, None if masked == text else "free_text.masked")

    def yes_or_no(text: str) -> Cell:
        return values.parse_boolean(text, is_t_true=style.is_t_true)

    readers: dict[str, Callable[[str], Cell]] = {
        "nip": nip,
        "code": code,
        "codes": codes,
        "year_of": year_of,
        "free_text": free_text,
        "date": day,
        "timestamp": lambda text: values.parse_timestamp(days(text), month_first=style.month_first),
        "number": lambda text: values.parse_decimal(text, style=style.number),
        "money": lambda text: values.parse_whole(text, style=style.number, bound=values.MONEY_BOUND),
        "integer": lambda text: values.parse_whole(text, style=style.number),
        "level": lambda text: values.parse_whole(text, style=style.number),
        "boolean": yes_or_no,
        "period": values.parse_period,
        "age_band": values.parse_age_band,
        "text": values.parse_text,
    }
    return readers[column.parser]


class _Readers(NamedTuple):
    """How a column's texts are read, and how the numbers and the days that were such in their file."""

    text: Callable[[str], Cell]
    number: Callable[[str], Cell]
    day: Callable[[str], Cell]

    @classmethod
    def of(cls, column: Column, style: ColumnFormat, pseudonym: Callable[[str], str]) -> _Readers:
        exact = replace(style, number=NumberStyle(".", is_told=True))
        text = _reader(column, style, pseudonym)
        is_text = column.parser == "text" and column.classification != "withheld"
        fault = values.MADE_A_DATE if is_text else values.SWAPPED if style.is_swapped else None
        return cls(text, _reader(column, exact, pseudonym), (lambda _day: Cell(fault=fault)) if fault else text)

    def for_cell(self, raw: str) -> Callable[[str], Cell]:
        return self.number if raw.endswith(NUMBER_CELL) else self.day if raw.endswith(DATE_CELL) else self.text


def _cell(raw: object, readers: _Readers, local: Mapping[str, str]) -> Cell:
    if not isinstance(raw, str):
        return Cell()
    if raw == UNCOMPUTED or values.is_damaged(raw):
        return Cell(fault=values.NOT_COMPUTED if raw == UNCOMPUTED else values.DAMAGED)
    text = values.clean(raw)
    if values.is_missing(text):
        return Cell(coercion="missing.marker" if text else None)
    ours = local.get(fold(text)) if local else None
    if ours is not None:
        cell = readers.text(ours)
        return cell if cell.fault else Cell(cell.value, "profile.value_map", side=cell.side)
    cell = readers.for_cell(raw)(text)
    if cell.fault or cell.coercion or text == unmarked(raw).strip():
        return cell
    return Cell(cell.value, "text.cleaned", side=cell.side)


class KnownCells:
    """What was read before, by column and format: from one delivery of an extract to the next nearly all values return.

    A column with more distinct values than ``MOST_KNOWN`` begins anew, so memory is bounded.
    """

    def __init__(self) -> None:
        self._cells: dict[tuple[str, ColumnFormat, frozenset[tuple[str, str]]], dict[object, Cell]] = {}

    def read(
        self, distinct: Iterable[object], column: Column, style: ColumnFormat, readers: _Readers, local: Mapping[str, str]
    ) -> list[Cell]:
        """The cells of distinct texts; ``readers`` and ``local`` must be the same whenever column and format are."""
        known = self._cells.setdefault((column.name, style, frozenset(local.items())), {})
        if len(known) > MOST_KNOWN:
            known.clear()
        cells = []
        for text in distinct:
            cell = known.get(text)
            if cell is None:
                cell = known[text] = _cell(text, readers, local)
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
    readers = _Readers.of(column, style, pseudonym)
    take, distinct = pd.factorize(raw.to_numpy(dtype=object), use_na_sentinel=False)
    cells = (known or KnownCells()).read(distinct, column, style, readers, local or {})
    if column.default is not None:
        fallback = readers.text(column.default)
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
