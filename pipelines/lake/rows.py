"""Typed rows to Arrow, and what is remembered of each row to find repetitions within a delivery."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from data_quality.contract import MELTED_MARK
from pipelines.lake.schemas import accepted_schema, melted_schema

if TYPE_CHECKING:
    from datetime import date

    from data_quality.contract import Contract

SEQUENCE = "_sequence"
"""Working column of staged rows: the row's number within the delivery."""


def hashes(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    """A 64-bit hash of each row over the given columns, equal for equal typed values."""
    if not len(frame):
        return np.array([], dtype=np.uint64)
    text = pd.DataFrame({name: _hashable(column) for name, column in frame.items()})
    return pd.util.hash_pandas_object(text, index=False).to_numpy()


def _hashable(column: pd.Series[Any]) -> pd.Series[Any]:
    if column.dtype == object:
        return column.map(lambda value: "\0" if value is None else str(value)).astype(object)
    if str(column.dtype).startswith("datetime64"):
        return column.astype("int64")
    # Of truth values none is left over for a cell that is empty.
    numbers = column.astype("Int8") if str(column.dtype) == "boolean" else column
    return numbers.fillna(_FILL.get(str(numbers.dtype), 0))


_FILL: dict[str, Any] = {"Int64": -(2**62), "Int8": -1}


@dataclass
class RowLedger:
    """Key and content hash of every row that passed, in the order in which they were added.

    ``places`` gives each row's place in the delivery where that is another order. The content of a row whose key is no other row's is never
    asked for, so contents wait until it is known which keys repeat: in a delivery of one batch few or none do.
    """

    keys: list[np.ndarray[Any, Any]] = field(default_factory=list)
    contents: list[np.ndarray[Any, Any]] = field(default_factory=list)
    places: list[np.ndarray[Any, Any]] = field(default_factory=list)
    _waiting: pd.DataFrame | None = None

    def add(self, contract: Contract, frame: pd.DataFrame, places: np.ndarray[Any, Any] | None = None) -> None:
        first = self.n_rows
        if self._waiting is not None:  # a second batch: any of its keys may repeat one of the first
            self._settle(np.ones(len(self._waiting), dtype=bool))
        self.keys.append(hashes(frame[list(contract.key)]))
        self._waiting = frame[sorted(name for name in frame.columns if _is_kept(contract, str(name)))]
        if first:
            self._settle(np.ones(len(frame), dtype=bool))
        self.places.append(np.arange(first, first + len(frame)) if places is None else places)

    def _settle(self, needed: np.ndarray[Any, Any]) -> None:
        """Hash the contents that are needed of the batch that waits; the others are all the same."""
        assert self._waiting is not None
        contents = np.zeros(len(self._waiting), dtype=np.uint64)
        contents[needed] = hashes(self._waiting.loc[needed])
        self.contents.append(contents)
        self._waiting = None

    @property
    def n_rows(self) -> int:
        return sum(len(part) for part in self.keys)

    def repetitions(self, *, last_wins: bool) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Sequence numbers of duplicates and of key conflicts.

        A row equal to an earlier one is a duplicate. Of rows with one key and different contents all conflict, unless
        the last one wins: then the earlier ones are duplicates.
        """
        if not self.n_rows:
            return np.array([], dtype=np.int64), np.array([], dtype=np.int64)
        if self._waiting is not None:
            self._settle(pd.Series(self.keys[-1]).duplicated(keep=False).to_numpy())
        order = np.argsort(np.concatenate(self.places), kind="stable")
        rows = pd.DataFrame({"key": np.concatenate(self.keys), "content": np.concatenate(self.contents)}).iloc[order]
        if last_wins:
            return np.sort(order[rows.duplicated("key", keep="last").to_numpy()]), np.array([], dtype=np.int64)
        repeated = rows.duplicated(["key", "content"], keep="first").to_numpy()
        conflicting = rows.loc[~repeated].duplicated("key", keep=False).to_numpy()
        return np.sort(order[repeated]), np.sort(order[~repeated][conflicting])


def _is_kept(contract: Contract, name: str) -> bool:
    return MELTED_MARK in name or any(column.name == name for column in contract.stored_columns)


def staged_schema(contract: Contract, melted: list[str]) -> pa.Schema:
    """Accepted columns, one column for each melted competency, and the sequence number."""
    wide = [pa.field(name, pa.int32()) for name in melted]
    return pa.schema([*accepted_schema(contract), *wide, pa.field(SEQUENCE, pa.int64())])


def to_arrow(
    frame: pd.DataFrame, schema: pa.Schema, delivery_on: date, file: str | list[str], rows: np.ndarray[Any, Any], first_sequence: int
) -> pa.Table:
    """Accepted rows as an Arrow table of the staged schema."""
    n = len(frame)
    place = {
        "delivery_on": pa.array([delivery_on] * n, pa.date32()),
        "source_file": pa.array([file] * n if isinstance(file, str) else file, pa.string()),
        "source_row": pa.array(rows, pa.int32()),
        SEQUENCE: pa.array(np.arange(first_sequence, first_sequence + n), pa.int64()),
    }
    arrays = [place[item.name] if item.name in place else _array(frame, item) for item in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(frame: pd.DataFrame, item: pa.Field) -> pa.Array:
    if item.name not in frame:
        return pa.nulls(len(frame), item.type)
    column = frame[item.name]
    if pa.types.is_date(item.type):
        return pa.Array.from_pandas(column).cast(pa.timestamp("us")).cast(pa.date32())
    if pa.types.is_decimal(item.type):
        return pa.array(column.to_numpy(dtype=object), item.type, from_pandas=True)
    return pa.Array.from_pandas(column, type=item.type)


def widen(contract: Contract, kept: pa.Table, melted: pa.Table, schema: pa.Schema) -> pd.DataFrame:
    """Accepted rows as they were before ``melt``: one column for each competency again, dtypes as typing gives them."""
    frame: pd.DataFrame = kept.to_pandas(types_mapper=_TYPED.get, date_as_object=False)
    if melted.num_rows:
        value = melted_schema(contract).field(len(contract.key) + 1).name
        child = melted.to_pandas(types_mapper=_TYPED.get, date_as_object=False)
        wide = child.pivot(index=["source_file", "source_row"], columns="competency_code", values=value)
        assert contract.melted is not None
        wide.columns = [f"{contract.melted.name}{MELTED_MARK}{code}" for code in wide.columns]
        frame = frame.merge(wide.reset_index(), on=["source_file", "source_row"], how="left")
    return frame.reindex(columns=[*frame.columns, *(name for name in schema.names if MELTED_MARK in name and name not in frame)])


_TYPED = {pa.int32(): pd.Int64Dtype(), pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


def melt(contract: Contract, staged: pa.Table) -> pa.Table:
    """Wide staged rows to the child table: one row for each competency that has a value."""
    schema = melted_schema(contract)
    value_name = schema.field(len(contract.key) + 1).name
    parts = []
    for name in staged.column_names:
        if MELTED_MARK not in name:
            continue
        filled = staged.filter(pa.compute.is_valid(staged[name]))
        columns = [filled[key] for key in contract.key]
        columns.append(pa.array([name.split(MELTED_MARK, 1)[1]] * filled.num_rows, pa.string()))
        columns.append(filled[name])
        columns += [filled[place] for place in ("delivery_on", "source_file", "source_row")]
        names = [*contract.key, "competency_code", value_name, "delivery_on", "source_file", "source_row"]
        parts.append(pa.Table.from_arrays(columns, names=names).cast(schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()
