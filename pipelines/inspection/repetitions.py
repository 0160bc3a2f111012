"""Rows of a file that repeat each other or contradict each other, each with the rows that it is to be held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data_quality.contract import MELTED_MARK
from pipelines.inspection.report import Place
from pipelines.inspection.shown import is_shifted
from pipelines.lake.rows import RowLedger
from pipelines.landing.values import clean
from pipelines.loading.delivery_load import KEY_CONFLICT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data_quality.contract import Contract
    from pipelines.inspection.places import Places
    from pipelines.landing.batches import OpenedFile, TypedBatch

DUPLICATE = "duplicate_row"
_MOST_PARTNERS = 5
_MOST_COMPARED = 20
"""A row is held against so many others of its key: where an office writes one number into all of its rows, each has all others."""
RowName = tuple[int, int]
"""The number of the table within the file, and the number of the row."""


@dataclass
class Found:
    n_repeated: int = 0
    n_conflicting: int = 0
    duplicates: list[Place] = field(default_factory=list)
    conflicts: list[Place] = field(default_factory=list)


class Repetitions:
    """Remembers of each good row where it stood and what it hashes to."""

    def __init__(self, contract: Contract, makers: list[Places]) -> None:
        self._contract, self._makers = contract, makers
        self._ledger = RowLedger()
        self._tables: list[np.ndarray[Any, Any]] = []
        self._rows: list[np.ndarray[Any, Any]] = []

    def add(self, table: int, batch: TypedBatch, is_good: np.ndarray[Any, Any]) -> None:
        self._ledger.add(self._contract, batch.frame.loc[is_good].reset_index(drop=True))
        rows = batch.rows[is_good]
        self._rows.append(rows)
        self._tables.append(np.full(len(rows), table))

    def find(self, batch_rows: int, most: int) -> Found:
        """Count what repeats, and make the first places of it; their text is read once more."""
        last_wins = self._contract.kind == "updated_events"
        repeated, conflicting = self._ledger.repetitions(last_wins=last_wins)
        found = Found(len(repeated), len(conflicting))
        if not found.n_repeated and not found.n_conflicting:
            return found
        tables, numbers = np.concatenate(self._tables), np.concatenate(self._rows)
        rows = pd.DataFrame({"key": np.concatenate(self._ledger.keys), "content": np.concatenate(self._ledger.contents)})
        kept = _kept_instead(rows, last_wins=last_wins)
        opposed = _opposed(rows, conflicting, most)

        def name(at: int) -> RowName:
            return int(tables[at]), int(numbers[at])

        conflicts = {name(at): [name(other) for other in others] for at, others in opposed.items()}
        duplicates = {name(at): [name(kept[at])] for at in repeated[:most].tolist()}
        wanted = {*conflicts, *duplicates, *(row for others in conflicts.values() for row in others)}
        raw = _texts(self._makers, wanted, batch_rows)
        key = "suggestion.replaced" if last_wins else "suggestion.duplicate"
        found.duplicates = [self._place(row, raw, self._words(key, others)) for row, others in duplicates.items()]
        found.conflicts = [
            self._place(row, raw, self._words("suggestion.conflict", others) + self._differences(row, others, raw))
            for row, others in conflicts.items()
        ]
        return found

    def _words(self, key: str, others: list[RowName]) -> str:
        several = len(self._makers) > 1
        shown = [f"{self._makers[table].sheet}!{row}" if several else str(row) for table, row in others[:_MOST_PARTNERS]]
        return self._makers[0].words(key, rows=", ".join(shown) + (", …" if len(others) > _MOST_PARTNERS else ""))

    def _place(self, name: RowName, raw: dict[RowName, dict[str, Any]], suggestion: str) -> Place:
        maker, texts = self._makers[name[0]], raw[name]
        names = maker.columns_of(KEY_CONFLICT.check_id)
        return Place(maker.sheet, name[1], maker.cells(names, texts, is_moved=is_shifted(self._contract, texts)), suggestion)

    def _differences(self, name: RowName, others: Iterable[RowName], raw: dict[RowName, dict[str, Any]]) -> str:
        """The headers under which the rows differ; the values of two rows are for the file, not for the report."""
        maker, texts = self._makers[name[0]], raw[name]
        stored = {column.name for column in self._contract.stored_columns}
        compared = [column for column in texts if column in stored or MELTED_MARK in column]
        differing = [column for column in compared if any(_bare(raw[other].get(column)) != _bare(texts[column]) for other in others)]
        if not differing:
            return ""
        shown = [f"{maker.header(column)} ({maker.letter(column)})" for column in differing[:_MOST_PARTNERS]]
        return maker.words("suggestion.differs", columns=", ".join(shown) + (", …" if len(differing) > _MOST_PARTNERS else ""))


def _bare(text: object) -> str:
    return clean(text).casefold() if isinstance(text, str) else ""


def _kept_instead(rows: pd.DataFrame, *, last_wins: bool) -> np.ndarray[Any, Any]:
    """For each row, the one of its like that counts."""
    sequence = pd.Series(np.arange(len(rows)))
    same = [rows["key"]] if last_wins else [rows["key"], rows["content"]]
    return sequence.groupby(same, sort=False).transform("last" if last_wins else "first").to_numpy()


def _opposed(rows: pd.DataFrame, conflicting: np.ndarray[Any, Any], most: int) -> dict[int, list[int]]:
    """For each of the first conflicting rows, the first others of its key."""
    keys = rows["key"].to_numpy()[conflicting]
    first: dict[int, list[int]] = {}
    for at, key in zip(conflicting.tolist(), keys.tolist(), strict=True):
        group = first.setdefault(key, [])
        if len(group) <= _MOST_COMPARED:
            group.append(at)
    shown = zip(conflicting[:most].tolist(), keys[:most].tolist(), strict=True)
    return {at: [other for other in first[key] if other != at][:_MOST_COMPARED] for at, key in shown}


def _texts(makers: list[Places], wanted: set[RowName], batch_rows: int) -> dict[RowName, dict[str, Any]]:
    """The texts of a few rows."""
    found: dict[RowName, dict[str, Any]] = {}
    for table, maker in enumerate(makers):
        rows = {row for number, row in wanted if number == table}
        for row, texts in _rows_of(maker.opened, rows, batch_rows) if rows else ():
            found[table, row] = texts
    return found


def _rows_of(opened: OpenedFile, wanted: set[int], batch_rows: int) -> Iterable[tuple[int, dict[str, Any]]]:
    for text in opened.text_batches(batch_rows):
        hits = np.flatnonzero(np.isin(text.rows, list(wanted)))
        for at in hits:
            yield int(text.rows[at]), {str(name): column.iloc[at] for name, column in text.frame.items()}
