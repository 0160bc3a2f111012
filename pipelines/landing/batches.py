"""A delivery as batches of typed rows, each row with its place in the file and everything that could not be read in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data_quality.contract import MELTED_MARK, fold
from pipelines.landing.columns import KnownCells, type_column
from pipelines.landing.headers import map_headers, names_of_columns
from pipelines.landing.limits import OTHER_TABLE, TOO_MANY_CELLS, Limits
from pipelines.landing.profiles import by_column, column_name, profile_for
from pipelines.landing.readers import Table, open_tables
from pipelines.landing.refusals import shown_names
from pipelines.landing.survey import ColumnFormat, Survey, together
from pipelines.landing.text_batches import TextBatch, Waiting
from pipelines.landing.values import clean, is_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from data_quality.contract import Column, Contract
    from pipelines.landing.profiles import Profile
    from pipelines.landing.text_files import Row

_FOOTER_WORDS = (
    "total", "jumlah", "sub total", "subtotal", "grand total", "mengetahui", "catatan", "keterangan", "kepala ", "nip.", "nip :",
    "rata-rata", "rerata", "medan,", "σ", "nrr", "ikm unit", "dicetak", "sumber:",
)  # fmt: skip
_FOOTER_CELLS = 3
_SHOWN_OUTSIDE = 50
_MOST_FOOTER_ROWS = 5_000
_WRITTEN_ROWS = 1_000


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

    def kept(self, keep: np.ndarray[Any, Any]) -> TypedBatch:
        """The rows that are marked, with their faults; coercions stay as they were counted."""
        place = np.cumsum(keep) - 1
        faults = {rule: place[positions[keep[positions]]] for rule, positions in self.faults.items()}
        frame, raw = (rows.loc[keep].reset_index(drop=True) for rows in (self.frame, self.raw))
        return TypedBatch(self.file, self.sheet, frame, raw, self.rows[keep], faults, self.coercions)


class _Footer:
    """Rows that are no data if they are the last ones. They wait for what follows, as many as a prepared form may have numbered and left
    blank; what goes on for longer is data that lacks nearly everything, and nobody knows how much of it will come.
    """

    def __init__(self, most_chars: int) -> None:
        self._waiting: list[Row] = []
        self._size, self._most_chars = 0, most_chars
        self._is_data = False

    def add(self, row: Row) -> list[Row]:
        """Take in a row that looks like a footer; returns those that are data after all."""
        self._waiting.append(row)
        self._size += sum(map(len, row.cells))
        if self._is_data or len(self._waiting) > _MOST_FOOTER_ROWS or self._size > self._most_chars:
            self._is_data = True
            return self._take()
        return []

    def end(self) -> list[Row]:
        """The rows that wait, which are data if another row follows."""
        self._is_data = False
        return self._take()

    def _take(self) -> list[Row]:
        rows, self._waiting, self._size = self._waiting, [], 0
        return rows


@dataclass(frozen=True)
class Understanding:
    """What typing needs to know of the table that rows come from; ``values`` maps, by column, an office's values to ours."""

    label: str
    sheet: str
    formats: dict[str, ColumnFormat]
    values: dict[str, dict[str, str]]


@dataclass
class OpenedFile:
    """A table of a file whose header is understood and whose column formats are known; iterate to get its typed rows.

    ``name`` is what may be kept of the file's name, ``label`` tells the table from the others of its delivery.
    """

    path: Path
    name: str
    label: str
    contract: Contract
    table: Table
    profile: Profile
    limits: Limits
    formats: dict[str, ColumnFormat] = field(default_factory=dict)
    n_outside: int = 0
    rows_outside: list[int] = field(default_factory=list)
    waiting: Waiting | None = None

    def __post_init__(self) -> None:
        """Settle, once, which column stands where and what the profile adds."""
        contract, header, profile = self.contract, self.table.header, self.profile
        self.positions = header.positions | {_melted_name(contract, code): at for at, code in header.melted.items()}
        self._constants = by_column(contract, profile.constants)
        self._prefixes = by_column(contract, profile.prefixes)
        self._numbered = [column_name(contract, name) for name in profile.row_numbers]
        self.values = profile.values_by_column(contract)
        self._key_at = [self.positions[name] for name in contract.key if contract.column(name).required and name in self.positions]
        required = {column.name for column in contract.read_columns if column.required}
        self._required_at = [at for name, at in self.positions.items() if name in required]
        self._known_at = sorted(set(header.positions.values()))
        self._names = names_of_columns(contract)
        self._stem = self.name.split(".")[0] if self.name == self.path.name else self.name  # two that were masked may begin alike

    def detection(self) -> dict[str, Any]:
        """What was understood, and from what, for the load record."""
        return {
            "file": self.name,
            **self.table.detection,
            "columns_dropped": list(self.table.header.dropped),
            "columns_unknown": list(self.table.header.unknown),
            "formats": {name: style.as_detected() for name, style in self.formats.items() if style.evidence},
            "rows_outside_table": self.n_outside,
            "rows_outside_table_at": self.rows_outside,
            **({"profile": self.profile.files} if self.profile.extract else {}),
        }

    def batches(self, batch_rows: int, pseudonym: Callable[[str], str], known: KnownCells | None = None) -> Iterator[TypedBatch]:
        """The rows; the first time those that were read for the survey, and read from the file again after that."""
        read, self.waiting = self.waiting, None
        for text in read.taken() if read else self.text_batches(batch_rows):
            yield type_batch(self.contract, text, self.understanding(), pseudonym, known)

    def understanding(self) -> Understanding:
        return Understanding(self.label, self.table.sheet, self.formats, self.values)

    def text_batches(self, batch_rows: int) -> Iterator[TextBatch]:
        """Rows below the header that hold data: no blank rows, no totals and signatures at the end, no header repeated."""
        buffer: list[Row] = []
        footer = _Footer(self.limits.batch_chars)
        outside: list[int] = []
        n_repeated = size = 0
        is_other = False
        for row in self.table.rows():
            filled = _filled(row.cells, _FOOTER_CELLS + 1)
            if not filled:
                continue
            if not row.fault and (begins := self._begins_table(row.cells, filled)):
                is_other = begins == OTHER_TABLE
                n_repeated += 1
                outside += [row.number] if n_repeated <= _SHOWN_OUTSIDE else []
                continue
            is_footer = not row.fault and self._looks_like_footer(row.cells, filled)
            read = row._replace(fault=OTHER_TABLE) if is_other and not row.fault else row
            for known in footer.add(read) if is_footer else (*footer.end(), read):
                buffer.append(known)
                size += sum(map(len, known.cells))
            if len(buffer) >= batch_rows or size > self.limits.batch_chars:
                yield self._text_batch(buffer)
                buffer, size = [], 0
        below = footer.end()
        self.rows_outside = [*outside, *(row.number for row in below)][:_SHOWN_OUTSIDE]
        self.n_outside = n_repeated + len(below)
        if buffer:
            yield self._text_batch(buffer)

    def written(self, wanted: set[int]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Rows of data by their number, as text, in the order of the file."""
        rows = (row for row in self.table.rows() if row.number in wanted)
        while some := list(islice(rows, _WRITTEN_ROWS)):
            batch = self._text_batch(some)
            for number, record in zip(batch.rows, batch.frame.to_dict("records"), strict=True):
                yield int(number), {str(name): text for name, text in record.items()}

    def _begins_table(self, cells: list[str], filled: list[str]) -> str:
        """What a row that is a header begins: ours once more, or a table whose columns stand elsewhere (``OTHER_TABLE``); else nothing."""
        if self._repeats_header(cells):
            return "ours"
        is_long = len(filled) > _FOOTER_CELLS and not filled[0][0].isdigit()
        if not is_long or not any(fold(text) in self._names for text in filled[:2]):
            return ""
        ours, found = self.table.header, map_headers(self.contract, cells, profile=self.profile)
        if 2 * found.n_known <= ours.n_known:
            return ""
        is_same = found.positions.items() <= ours.positions.items() and found.melted.items() <= ours.melted.items()
        return "ours" if is_same else OTHER_TABLE

    def _repeats_header(self, cells: list[str]) -> bool:
        """Sheets put together from several exports hold the header again and again."""
        labels = self.table.header.labels
        at = self._known_at[0] if self._known_at else 0
        return at < len(cells) and cells[at] == labels[at] and len(cells) >= len(labels) and list(labels) == cells[: len(labels)]

    def _looks_like_footer(self, cells: list[str], filled: list[str]) -> bool:
        """A total, a note or a signature: few cells, no key, not the cells that a row of data has.

        Only rows at the end of a table are left out by this; above the end such a row is data and is judged as data.
        """
        is_short = len(filled) <= _FOOTER_CELLS
        begins_like_one = filled[0].casefold().startswith(_FOOTER_WORDS)
        if not is_short and not begins_like_one:  # nearly every row
            return False
        keys = [cells[at].strip() if at < len(cells) else "" for at in self._key_at]
        has_key = bool(keys) and all(keys)
        if begins_like_one and (not has_key or (filled[0] in keys and not self._is_whole(cells))):
            return True
        if not is_short:
            return False
        if has_key:
            return self._is_prose(cells, filled, keys)
        known = sum(bool(cells[at].strip()) for at in self._known_at if at < len(cells))
        return known < max(2, len(self._known_at) // 3)

    def _is_prose(self, cells: list[str], filled: list[str], keys: list[str]) -> bool:
        """Whether what stands in the column of the key is a signature or a note: nothing else that a row must have, alone or in words."""
        is_in_words = not any(character.isdigit() for key in keys for character in key)
        return not self._is_whole(cells) and (len(filled) == 1 or is_in_words)

    def _is_whole(self, cells: list[str]) -> bool:
        """Whether everything is there that a row must have."""
        return bool(self._required_at) and all(at < len(cells) and cells[at].strip() for at in self._required_at)

    def _text_batch(self, rows: list[Row]) -> TextBatch:
        width, most = len(self.table.header.labels), self.table.width
        cells: dict[str, Sequence[str | None]]
        if all(len(row.cells) == width for row in rows):  # nearly every batch
            columns = list(zip(*(row.cells for row in rows), strict=True)) or [()] * width
            cells = {name: columns[at] for name, at in self.positions.items()}
        else:
            cells = {name: [row.cells[at] if at < len(row.cells) else None for row in rows] for name, at in self.positions.items()}
        for name, constant in self._constants.items():
            cells.setdefault(name, [constant] * len(rows))
        for name in self._numbered:
            place = "-".join(filter(None, (self._stem, self.table.sheet)))
            cells[name] = [f"{place}-{row.number}" for row in rows]
        for name, prefix in self._prefixes.items():
            cells[name] = [f"{prefix}{clean(text)}" if text and not is_missing(clean(text)) else text for text in cells.get(name, ())]
        broken: dict[str, list[int]] = {}
        for at, row in enumerate(rows):
            fault = row.fault or (TOO_MANY_CELLS if len(row.cells) > most and _filled(row.cells[most:], 1) else "")
            if fault:
                broken.setdefault(fault, []).append(at)
        frame = pd.DataFrame({name: pd.Series(list(column), dtype=object) for name, column in cells.items()})
        faults = {fault: np.array(positions, dtype=np.int64) for fault, positions in broken.items()}
        return TextBatch(frame, np.array([row.number for row in rows], dtype=np.int64), faults)


def open_files(
    path: Path, contract: Contract, profiles: tuple[Profile, ...], batch_rows: int, limits: Limits | None = None
) -> list[OpenedFile]:
    """Open the tables of a delivery that is one file, see ``open_delivery``."""
    return open_delivery((path,), contract, profiles, batch_rows, limits)


def open_delivery(
    paths: Sequence[Path],
    contract: Contract,
    profiles: tuple[Profile, ...],
    batch_rows: int,
    limits: Limits | None = None,
    scratch: Path | None = None,
) -> list[OpenedFile]:
    """Open the tables of the files of a delivery, hold their headers against the contract and survey the formats of their columns.

    Rows that fill one batch wait in memory to be typed, those that fill several in ``scratch``; without it they are read again.
    Raises UnreadableFileError or MissingColumnsError, both with words that help whoever sent the file.
    """
    limits = limits or Limits()
    opened = []
    for path, name in zip(paths, shown_names(path.name for path in paths), strict=True):
        profile = profile_for(profiles, contract, path.name)
        tables = open_tables(path, contract, profile, limits)
        labels = [f"{name}[{table.sheet}]" for table in tables] if len(tables) > 1 else [name]
        opened += [OpenedFile(path, name, label, contract, table, profile, limits) for table, label in zip(tables, labels, strict=True)]
    surveys = []
    n_held = 0
    for file in opened:
        surveys.append(survey := Survey(contract.read_columns))
        waiting = Waiting(scratch)
        for batch in file.text_batches(batch_rows):
            for name in batch.frame.columns:
                survey.add(str(name), batch.frame[name])
            waiting.add(batch)
        n_held += waiting.n_in_memory
        is_too_much = n_held > batch_rows and waiting.n_in_memory  # of a delivery of many files no more is held than of one
        file.waiting = waiting if waiting.holds_all and not is_too_much else None
    _settle_formats(contract, opened, surveys)
    return opened


def _settle_formats(contract: Contract, opened: list[OpenedFile], surveys: list[Survey]) -> None:
    """Give each table the formats that it shows, or that the other tables of its office in the delivery show."""
    of_office: dict[Profile, list[Survey]] = {}
    for file, survey in zip(opened, surveys, strict=True):
        of_office.setdefault(file.profile, []).append(survey)
    whole = {profile: together(of_one) for profile, of_one in of_office.items()}
    for file, survey in zip(opened, surveys, strict=True):
        reading = file.profile.reading
        file.formats = survey.formats(month_first=contract.date_order == "month_first", reading=reading, whole=whole[file.profile])
        if file.table.is_from_1904:
            file.formats |= {name: file.formats[name].counted_from_1904() for name in survey.dates}


def open_file(path: Path, contract: Contract, profiles: tuple[Profile, ...], batch_rows: int) -> OpenedFile:
    """The first table of a file; most files have but one."""
    return open_files(path, contract, profiles, batch_rows)[0]


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


def type_batch(
    contract: Contract, text: TextBatch, understood: Understanding, pseudonym: Callable[[str], str], known: KnownCells | None = None
) -> TypedBatch:
    """Rows as written to rows as understood."""
    n = len(text.rows)
    batch = TypedBatch(understood.label, understood.sheet, pd.DataFrame(index=range(n)), text.frame, text.rows, dict(text.faults))
    columns: dict[str, pd.Series[Any]] = {}
    filling: dict[str, pd.Series[Any]] = {}
    for name, column in _columns_to_type(contract, text.frame):
        raw = text.frame[name] if name in text.frame else pd.Series([None] * n, dtype=object)
        style = understood.formats.get(column.name, ColumnFormat())
        typed = type_column(column, raw, style, pseudonym, understood.values.get(column.name), known)
        columns[name] = typed.values
        if column.range_end_into in typed.sides:
            filling[str(column.range_end_into)] = typed.sides.pop(str(column.range_end_into))
        if column.required:  # what another person's NIP tells (nip_atasan) says nothing of this row
            columns.update(typed.sides)
        batch.coercions += typed.coercions
        for rule, positions in typed.faults.items():
            batch.faults[rule] = np.union1d(batch.faults.get(rule, np.array([], dtype=np.int64)), positions)
    for name, values in filling.items():  # the end of a range of dates, where its own column is empty
        columns[name] = columns[name].fillna(values)
    batch.frame = pd.DataFrame(columns, index=range(n))
    return batch


def _columns_to_type(contract: Contract, frame: pd.DataFrame) -> list[tuple[str, Column]]:
    plain = [(column.name, column) for column in contract.read_columns if not column.into]
    if contract.melted is None:
        return plain
    return plain + [(str(name), contract.melted) for name in frame.columns if MELTED_MARK in str(name)]
