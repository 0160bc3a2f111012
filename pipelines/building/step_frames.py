"""What a step reads of the warehouse, as frames: whole, or one part after the other where a relation is larger than memory."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.engine import MEMORY, literal, reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb
    import pandas as pd

_BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Source:
    """The warehouse as a step reads it: of relations that have the column ``by``, the rows of these values alone.

    ``spill``: where DuckDB writes what its memory does not hold; of its own in each of several processes that read at once.
    """

    warehouse: Path
    memory: str = MEMORY
    by: str | None = None
    values: tuple[str, ...] = ()
    spill: Path | None = None

    def frames(self, relation: str, in_parts: tuple[str, ...] | None) -> pd.DataFrame | Parts:
        """A relation as one frame, or as one for each value of the columns ``in_parts``."""
        with opened(self.warehouse, self.memory, self.spill) as connection:
            chosen = self._chosen(connection, relation)
            if in_parts is None:
                frame: pd.DataFrame = _rows(connection, chosen, {}).read_all().to_pandas()
                return frame
        return Parts(self, chosen, in_parts)

    def _chosen(self, connection: duckdb.DuckDBPyConnection, relation: str) -> str:
        if self.by not in {name for name, *_ in connection.execute(f"describe {relation}").fetchall()}:
            return relation
        values = ", ".join(map(literal, self.values)) or "null"
        return f"(select * from {relation} where cast({self.by} as varchar) in ({values}))"  # noqa: S608 - own names


class Parts:
    """A relation as one frame for each value of some of its columns, sorted by them: only one of the frames need be in memory.

    The warehouse is closed between them, because DuckDB keeps what it needed for sorting until then.
    """

    def __init__(self, source: Source, relation: str, columns: tuple[str, ...]) -> None:
        self._relation, self._columns = relation, columns
        self.opened = partial(opened, source.warehouse, source.memory, source.spill)

    def __iter__(self) -> Iterator[pd.DataFrame]:
        names = ", ".join(self._columns)
        with self.opened() as connection:
            query = f"select distinct {names} from {self._relation} order by {names}"  # noqa: S608 - own names
            found = connection.execute(query).fetchall()
        for values in found:
            with self.opened() as connection:
                frame = _compact(_rows(connection, self._relation, dict(zip(self._columns, values, strict=True))))
            yield frame
            del frame  # or it would be held while the next one is read

    def __len__(self) -> int:
        """Rows of all the parts."""
        with self.opened() as connection:
            return int(connection.execute(f"select count(*) from {self._relation}").fetchall()[0][0])  # noqa: S608 - own names


@contextlib.contextmanager
def opened(warehouse: Path, memory: str, spill: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    with reading(warehouse, memory, spill) as connection:
        connection.execute("set timezone = 'Asia/Jakarta'")
        yield connection


def _rows(connection: duckdb.DuckDBPyConnection, relation: str, where: Mapping[str, Any]) -> pa.RecordBatchReader:
    """The rows of a relation with these values, decimals as decimals, in an order that does not depend on the engine."""
    such = " and ".join(f"{column} is not distinct from ?" for column in where) or "true"
    query = f"select * from {relation} where {such} order by all"  # noqa: S608 - own names
    return connection.execute(query, list(where.values())).to_arrow_reader(_BATCH_ROWS)


def _compact(batches: pa.RecordBatchReader) -> pd.DataFrame:
    """All rows as a frame whose texts are categories: a name that stands in many rows is held once, and only one batch is held twice."""
    import pandas as pd

    columns: dict[str, list[Any]] = {name: [] for name in batches.schema.names}
    for batch in batches:
        for name, pieces in columns.items():
            column = batch.column(name)
            # Encoded or copied: what only points into the batch would keep all of it.
            pieces.append(column.dictionary_encode() if pa.types.is_string(column.type) else column.to_pandas().copy())
    return pd.DataFrame({name: _joined(columns[name]) for name in batches.schema.names if columns[name]}, copy=False)


def _joined(pieces: list[Any]) -> pd.Series[Any]:
    """The pieces of a column as one, which are let go of."""
    import pandas as pd

    try:
        column: pd.Series[Any]
        if isinstance(pieces[0], pa.DictionaryArray):
            column = pa.chunked_array(pieces).unify_dictionaries().to_pandas()
        else:
            column = pd.concat(pieces, ignore_index=True)
        return column
    finally:
        pieces.clear()
