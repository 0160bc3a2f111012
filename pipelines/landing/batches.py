"""A delivery as batches of typed rows, each row with its place in the file and everything that could not be read in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data_quality.validation import MELTED_MARK
from pipelines.landing.columns import ColumnFormat, Survey, type_column
from pipelines.landing.headers import require_columns
from pipelines.landing.profiles import profile_for
from pipelines.landing.readers import Table, open_table
from pipelines.landing.values import clean, is_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from data_quality.contract import Column, Contract
    from pipelines.landing.profiles import Profile

TOO_MANY_CELLS = "row.too_many_cells"
_FOOTER_WORDS = ("total", "jumlah", "mengetahui", "catatan", "keterangan", "kepala ", "nip.", "nip :", "rata-rata", "medan,")
_FOOTER_CELLS = 3


@dataclass
class TextBatch:
    """Rows as written: one text column for each column of the contract that the file has."""

    frame: pd.DataFrame
    rows: np.ndarray[Any, Any]
    overflow: np.ndarray[Any, Any]


@dataclass
class TypedBatch:
    """Rows as understood. ``faults`` maps a rule to the positions whose text no parser explains."""

    file: str
    sheet: str
    frame: pd.DataFrame
    raw: pd.DataFrame
    rows: np.ndarray[Any, Any]
    faults: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    coercions: Counter[str] = field(default_factory=Counter)


@dataclass
class OpenedFile:
    """A file whose header is understood and whose column formats are known; iterate to get its typed rows."""

    path: Path
    contract: Contract
    table: Table
    profile: Profile
    formats: dict[str, ColumnFormat]
    n_outside: int = 0
    _only_batch: TextBatch | None = None

    def detection(self) -> dict[str, Any]:
        """What was understood, and from what, for the load record."""
        evidence = {name: style.evidence for name, style in self.formats.items() if style.evidence}
        return {
            "file": self.path.name,
            **self.table.detection,
            "columns_dropped": list(self.table.header.dropped),
            "columns_unknown": list(self.table.header.unknown),
            "formats": evidence,
            "rows_outside_table": self.n_outside,
        }

    def batches(self, batch_rows: int, pseudonym: Callable[[str], str]) -> Iterator[TypedBatch]:
        read, self._only_batch = self._only_batch, None  # a small file has been read already, for the survey
        for text in [read] if read else self.text_batches(batch_rows):
            yield _type_batch(self, text, pseudonym)

    def text_batches(self, batch_rows: int) -> Iterator[TextBatch]:
        """Rows below the header that hold data: no blank rows, no totals and signatures at the end."""
        buffer: list[tuple[int, list[str]]] = []
        pending: list[tuple[int, list[str]]] = []
        for number, row in self.table.rows():
            filled = _filled(row, _FOOTER_CELLS + 1)
            if not filled:
                continue
            if _looks_like_footer(self.table, row, filled):
                pending.append((number, row))
                continue
            buffer += [*pending, (number, row)]
            pending = []
            while len(buffer) >= batch_rows:
                yield self._text_batch(buffer[:batch_rows])
                buffer = buffer[batch_rows:]
        self.n_outside = len(pending)
        if buffer:
            yield self._text_batch(buffer)

    def _text_batch(self, rows: list[tuple[int, list[str]]]) -> TextBatch:
        header = self.table.header
        width = len(header.labels)
        positions = dict(header.positions) | {_melted_name(self.contract, code): at for at, code in header.melted.items()}
        cells = {name: [row[at] if at < len(row) else None for _, row in rows] for name, at in positions.items()}
        constants = self.profile.constants_by_column(self.contract) if self.profile.constants else {}
        for name, constant in constants.items():
            cells.setdefault(name, [constant] * len(rows))
        prefixes = self.profile.prefixes_by_column(self.contract) if self.profile.prefixes else {}
        for name, prefix in prefixes.items():
            cells[name] = [f"{prefix}{clean(text)}" if text and not is_missing(clean(text)) else text for text in cells[name]]
        overflow = [at for at, (_, row) in enumerate(rows) if len(row) > width and _filled(row[width:], 1)]
        frame = pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in cells.items()})
        return TextBatch(frame, np.array([number for number, _ in rows], dtype=np.int64), np.array(overflow, dtype=np.int64))


def open_file(path: Path, contract: Contract, profiles: tuple[Profile, ...], batch_rows: int) -> OpenedFile:
    """Open a file, hold its header against the contract and survey the formats of its columns.

    Raises UnreadableFileError or MissingColumnsError, both with words that help whoever sent the file.
    """
    profile = profile_for(profiles, contract, path.name)
    table = open_table(path, contract, profile.headers)
    supplied = frozenset(profile.constants_by_column(contract)) if profile.constants else frozenset()
    require_columns(contract, table.header, supplied)
    opened = OpenedFile(path, contract, table, profile, {})
    survey = Survey(contract.read_columns)
    for number, batch in enumerate(opened.text_batches(batch_rows)):
        opened._only_batch = None if number else batch
        for name in batch.frame.columns:
            survey.add(str(name), batch.frame[name])
    opened.formats = survey.formats(month_first=contract.date_order == "month_first")
    return opened


def _melted_name(contract: Contract, code: str) -> str:
    assert contract.melted is not None
    return f"{contract.melted.name}{MELTED_MARK}{code}"


def _filled(row: list[str], most: int) -> list[str]:
    """The first cells of a row that hold something, no more than needed to judge it."""
    filled = []
    for cell in row:
        if cell and (text := cell.strip()):
            filled.append(text)
            if len(filled) == most:
                break
    return filled


def _looks_like_footer(table: Table, row: list[str], filled: list[str]) -> bool:
    """A total, a note or a signature: few cells, and not the ones that a row of data has.

    Only rows at the end of a table are left out by this; above the end such a row is data and is judged as data.
    """
    if filled[0].casefold().startswith(_FOOTER_WORDS):
        return True
    if len(filled) > _FOOTER_CELLS:
        return False
    known = sum(bool(row[at].strip()) for at in table.header.positions.values() if at < len(row))
    return known < max(2, len(table.header.positions) // 3)


def _type_batch(opened: OpenedFile, text: TextBatch, pseudonym: Callable[[str], str]) -> TypedBatch:
    contract = opened.contract
    batch = TypedBatch(opened.path.name, opened.table.sheet, pd.DataFrame(index=range(len(text.rows))), text.frame, text.rows)
    columns: dict[str, pd.Series[Any]] = {}
    for name, column in _columns_to_type(contract, text.frame):
        raw = text.frame[name] if name in text.frame else pd.Series([None] * len(text.rows), dtype=object)
        typed = type_column(column, raw, opened.formats.get(column.name, ColumnFormat()), pseudonym)
        columns[name] = typed.values
        columns.update({side: values for side, values in typed.sides.items() if column.required or side not in columns})
        batch.coercions += typed.coercions
        for rule, positions in typed.faults.items():
            batch.faults[rule] = np.union1d(batch.faults.get(rule, np.array([], dtype=np.int64)), positions)
    if len(text.overflow):
        batch.faults[TOO_MANY_CELLS] = text.overflow
    batch.frame = pd.DataFrame(columns, index=range(len(text.rows)))
    return batch


def _columns_to_type(contract: Contract, frame: pd.DataFrame) -> list[tuple[str, Column]]:
    plain = [(column.name, column) for column in contract.read_columns if not column.into]
    if contract.melted is None:
        return plain
    return plain + [(str(name), contract.melted) for name in frame.columns if MELTED_MARK in str(name)]
