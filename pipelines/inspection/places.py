"""From a rule and the position of a row to the cells that a person has to look at, and to what might be meant there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from data_quality.contract import MELTED_MARK, NIP_SIDES
from data_quality.event_times import BOUNDS
from data_quality.nearest import nearest_code, written
from pipelines.inspection.report import Place, ShownCell
from pipelines.inspection.shown import is_shifted, shown
from pipelines.landing.headers import shown_label
from pipelines.landing.survey import ColumnFormat
from pipelines.landing.values import DAMAGED, clean, is_damaged, is_missing, parse_date
from pipelines.loading.delivery_load import KEY_CONFLICT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from data_quality.contract import Column, Contract, Rule
    from pipelines.inspection.words import Words
    from pipelines.landing.batches import OpenedFile, TypedBatch
    from pipelines.landing.headers import HeaderMap

_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{4}")
_MOST_CHOICES = 6
_COLUMN_ARGUMENTS = ("column", "column_A", "column_B")


def letter(position: int) -> str:
    """The spreadsheet's name of a column: 0 is A, 26 is AA."""
    name, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def side_sources(contract: Contract) -> dict[str, str]:
    """Side column (what a NIP or a code says besides) -> the column of the file that it comes from."""
    sources: dict[str, str] = {}
    for column in sorted(contract.read_columns, key=lambda column: not column.required):
        sides = [*column.derive, *(NIP_SIDES if column.parser == "nip" else ()), *(("birth_on",) if column.parser == "year_of" else ())]
        for side in sides:
            sources.setdefault(side, column.name)
    return sources


def columns_of_rule(contract: Contract, rule: Rule) -> tuple[str, ...]:
    """The columns of the file that a rule looks at, those of its condition included."""
    sources = side_sources(contract)
    named = [str(rule.kwargs[argument]) for argument in _COLUMN_ARGUMENTS if argument in rule.kwargs]
    named += [str(name) for name in rule.kwargs.get("column_list", ())]
    known = {column.name for column in contract.read_columns}
    named += [word for word in re.findall(r"\w+", str(rule.kwargs.get("row_condition", ""))) if word in known]
    return tuple(dict.fromkeys(sources.get(name, name) for name in named if name not in BOUNDS))


class Places:
    """Makes the places of one file."""

    def __init__(self, opened: OpenedFile, words: Words) -> None:
        self.opened, self.words = opened, words
        self.contract: Contract = opened.contract
        self.sheet = opened.table.sheet
        self._header: HeaderMap = opened.table.header
        self._formats: Mapping[str, ColumnFormat] = opened.formats
        self._rules = {rule.check_id: rule for rule in self.contract.row_rules}
        self._melted = self.contract.melted.name if self.contract.melted else ""
        self._positions = opened.positions

    # --- which columns ------------------------------------------------------------------------------------------------

    def column(self, name: str) -> Column | None:
        """The contract's column of a column of the frame (``level:M.1`` is ``level``); None for a row as a whole."""
        bare = name.split(MELTED_MARK, maxsplit=1)[0]
        return next((column for column in self.contract.read_columns if column.name == bare), None)

    def columns_of(self, check_id: str) -> tuple[str, ...]:
        """The columns that a reason of rejection is about; none where it is about the row as a whole."""
        if check_id == KEY_CONFLICT.check_id:
            return self.contract.key
        if check_id in self._rules:
            return columns_of_rule(self.contract, self._rules[check_id])
        name = check_id.rpartition(".")[0]
        return (name,) if self.column(name) else ()

    def header(self, name: str) -> str:
        """The header that the file itself gives a column, else the contract's."""
        if (at := self._positions.get(name)) is not None:
            return shown_label(self._header.labels[at], is_known=True)
        column = self.column(name)
        return column.header if column else ""

    def letter(self, name: str) -> str:
        at = self._positions.get(name)
        return "" if at is None else letter(at)

    # --- places -------------------------------------------------------------------------------------------------------

    def place(self, check_id: str, batch: TypedBatch, at: int) -> Place:
        raw = {str(name): column.iloc[at] for name, column in batch.raw.items()}
        names = self.columns_of(check_id)
        if names == (self._melted,):
            names = tuple(self._guilty(check_id, batch, raw, at))
        row = int(batch.rows[at])
        if not names:
            beyond = ShownCell("", letter(len(self._header.labels)), self.words("value.beyond"))
            return Place(batch.sheet, row, (beyond,) if check_id.endswith("too_many_cells") else ())
        typed = {str(name): batch.frame[name].iloc[at] for name in self._needed(check_id, batch)}
        is_moved = any(at in rows for check, rows in batch.faults.items() if check.startswith("row.")) or is_shifted(self.contract, raw)
        suggestion = "" if is_moved else self._suggestion(check_id, names[0], raw, typed)
        return Place(batch.sheet, row, self.cells(names, raw, is_moved=is_moved), suggestion)

    def cells(self, names: Iterable[str], raw: Mapping[str, object], *, is_moved: bool) -> tuple[ShownCell, ...]:
        return tuple(
            ShownCell(self.header(name), self.letter(name), shown(self.column(name), raw.get(name), self.words, is_shifted=is_moved))
            for name in names
        )

    def _guilty(self, check_id: str, batch: TypedBatch, raw: Mapping[str, object], at: int) -> list[str]:
        """Which of the columns that a rule on competencies stands for break it in this row."""
        rule = self._rules.get(check_id)
        least, most = (rule.kwargs.get("min_value"), rule.kwargs.get("max_value")) if rule else (None, None)
        guilty = []
        for name in (name for name in raw if name.startswith(f"{self._melted}{MELTED_MARK}")):
            text, value = raw[name], batch.frame[name].iloc[at]
            if rule is None:
                is_filled = isinstance(text, str) and not is_missing(clean(text))
                is_bad = is_filled and pd.isna(value) and is_damaged(str(text)) == check_id.endswith(DAMAGED)
            else:
                is_bad = not pd.isna(value) and ((least is not None and value < least) or (most is not None and value > most))
            if is_bad:
                guilty.append(name)
        return guilty

    # --- suggestions --------------------------------------------------------------------------------------------------

    def _needed(self, check_id: str, batch: TypedBatch) -> list[str]:
        rule = self._rules.get(check_id)
        named = [str(rule.kwargs[part]) for part in ("column_A", "column_B") if part in rule.kwargs] if rule else []
        return [name for name in named if name in batch.frame]

    def _suggestion(self, check_id: str, name: str, raw: Mapping[str, object], typed: Mapping[str, Any]) -> str:
        column, text = self.column(name), raw.get(name)
        bare = clean(text) if isinstance(text, str) else ""
        if column and check_id.endswith(".unknown_code") and column.reference:
            return self.nearest_code(column, bare)
        if column and check_id.endswith(".unreadable") and column.parser in {"date", "timestamp", "year_of"}:
            return self._other_date(name, bare)
        rule = self._rules.get(check_id)
        return self._meanings(typed) if rule and rule.expectation == "expect_column_pair_values_to_be_equal" else ""

    def nearest_code(self, column: Column, text: str) -> str:
        """The known code that is written most like the text; all of them where there are few and none is near."""
        near = nearest_code(column, text)
        if near:
            return self.words("suggestion.code", code=near)
        codes = [written(column, code) for code in sorted(column.reference.canonical)] if column.reference else []
        return self.words("suggestion.choices", codes=", ".join(codes)) if 0 < len(codes) <= _MOST_CHOICES else ""

    def _other_date(self, name: str, text: str) -> str:
        """The day that is meant when day and month have changed places, or that the calendar has no such day."""
        style = self._formats.get(name, ColumnFormat())
        swapped = parse_date(text, month_first=not style.month_first)
        if swapped.value:
            return self.words("suggestion.date", text=f"{swapped.value:%d-%m-%Y}")
        return self.words("suggestion.no_day") if _DAY.fullmatch(text) else ""

    def _meanings(self, typed: Mapping[str, Any]) -> str:
        """What each of two contradicting columns says; dates are left out, since one of them is part of a NIP."""
        sources = side_sources(self.contract)
        parts = []
        for side, value in typed.items():
            if not isinstance(value, str):
                return ""
            column = self.column(sources.get(side, side))
            other = next((self.column(name) for name in typed if name != side and self.column(name)), None)
            reads = next((c for c in (self.column(side), other) if c and c.reference and value in c.reference.canonical), None)
            if reads is None and self.column(side):
                return ""  # an unknown code means nothing
            parts.append(
                self.words(
                    "suggestion.means",
                    header=self.header(column.name) if column else side,
                    value=written(reads, value) if reads else value,
                )
            )
        return "; ".join(parts)
