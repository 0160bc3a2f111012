"""Snapshots as a history: what an extract of whole snapshots holds is kept once, with the deliveries that it holds in.

``accepted/<source>/<table>/history.parquet`` has the stored columns and ``first_delivery_on``, ``last_delivery_on``: the row was in every
delivery in force from the first to the last. A night on which nobody was moved therefore adds nothing, and whoever reads versions out of it
reads changes and not people times nights.

The rows follow from the set of deliveries in force and what each holds, not from the order in which they came: a delivery that comes late,
is corrected or is taken out of force parts the pieces that it lies in, or joins those on its two sides. The file is replaced whole, by one
rename; a change that was cut off may be made again. Where in a file a row stood is not kept: that would be another answer each night.

Belongs here: putting deliveries in and taking them out, and the rows of one of them. Does not belong here: which deliveries are in force
(``pipelines.loading.ingest``).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.durable import sync
from pipelines.engine import limits, literal
from pipelines.lake.schemas import FIRST, LAST, accepted_schema, history_schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from data_quality.contract import Contract

FILE = "history.parquet"

# Runs of deliveries that stay as they are: within one a piece goes on, between two of them it is parted.
_STRETCHES = """
    select min(day) as stretch_first_on, max(day) as stretch_last_on
    from (
        select day, stays, sum(case when stays then 0 else 1 end) over (order by day) as run
        from (select day, day not in (select day from changed) as stays from known)
    )
    where stays
    group by run
"""
# What the deliveries that stay hold, and what those that come in hold, by the numbers of the deliveries that will be in force.
_PIECES = """
    select {columns}, first_day.no as first_no, last_day.no as last_no
    from (
        select
            {columns},
            greatest(first_delivery_on, stretch_first_on) as first_on,
            least(last_delivery_on, stretch_last_on) as last_on
        from ({history}) as history
        inner join ({stretches}) as stretches on first_delivery_on <= stretch_last_on and last_delivery_on >= stretch_first_on
        union all
        select {columns}, delivery_on as first_on, delivery_on as last_on
        from ({added}) as added
    ) as parts
    asof join days as first_day on parts.first_on <= first_day.day
    asof join days as last_day on parts.last_on >= last_day.day
    where first_day.no <= last_day.no
"""
# Pieces of the same content that follow each other without a delivery between them are one.
_JOINED = """
    with pieces as ({pieces}),
    with_before as (
        select *, lag(last_no) over (partition by {columns} order by first_no) as before_no
        from pieces
    ),
    with_island as (
        select *, sum(case when first_no = before_no + 1 then 0 else 1 end) over (
            partition by {columns} order by first_no rows unbounded preceding
        ) as island
        from with_before
    ),
    joined as (
        select {columns}, min(first_no) as first_no, max(last_no) as last_no
        from with_island
        group by {columns}, island
    )
    select {columns}, first_day.day as first_delivery_on, last_day.day as last_delivery_on
    from joined
    inner join days as first_day on first_day.no = first_no
    inner join days as last_day on last_day.no = last_no
    order by {key}, first_delivery_on
"""


def change(
    folder: Path,
    contract: Contract,
    *,
    in_force: Collection[date],
    put: Mapping[date, Collection[Path]],
    take: Collection[date],
    scratch: Path,
    memory: str,
) -> None:
    """Put deliveries into a history and take others out, in one pass.

    Args:
        folder: ``accepted/<source>/<table>``.
        contract: of the snapshots.
        in_force: the deliveries that the history holds now.
        put: Parquet files with the accepted rows of each delivery that comes in, or comes in anew.
        take: deliveries that go out.
        scratch: a folder on the file system of the lake.
        memory: what DuckDB may use of it, as DuckDB writes it; beyond that it spills into ``scratch``.
    """
    path, staged = folder / FILE, scratch / FILE
    columns, key = _names(_content(contract)), _names(contract.key)
    known, changed = {*in_force, *put, *take}, {*put, *take}
    with _engine(scratch, memory) as engine:
        for table, days in {"known": known, "changed": changed, "days": known - set(take)}.items():
            engine.register(table, pa.table({"day": pa.array(sorted(days), pa.date32()), "no": pa.array(range(len(days)), pa.int32())}))
        history = _rows(engine, "history", [path] if path.is_file() else [], history_schema(contract))
        added = _rows(engine, "added", [file for files in put.values() for file in files], accepted_schema(contract))
        pieces = _PIECES.format(columns=columns, history=history, stretches=_STRETCHES, added=added)
        joined = _JOINED.format(columns=columns, pieces=pieces, key=key)
        engine.execute(f"copy ({joined}) to {literal(staged)} (format parquet, compression zstd)")
    sync(staged)
    staged.replace(path)


def rows_of(folder: Path, contract: Contract, day: date) -> Iterator[pa.Table]:
    """The rows of one delivery, as they were accepted; their place in its files is not known any more."""
    path = folder / FILE
    if not path.is_file():
        return
    schema, at = accepted_schema(contract), pa.scalar(day, pa.date32())
    for batch in pq.ParquetFile(path).iter_batches():
        table = pa.Table.from_batches([batch])
        table = table.filter(pc.and_(pc.less_equal(table[FIRST], at), pc.greater_equal(table[LAST], at)))
        held = {"delivery_on": pa.array([day] * table.num_rows, pa.date32())}
        columns = [
            table[name] if name in table.column_names else held.get(name, pa.nulls(table.num_rows, schema.field(name).type))
            for name in schema.names
        ]
        yield pa.Table.from_arrays(columns, schema=schema)


def n_rows(folder: Path, day: date) -> int:
    """How many rows a delivery in force holds."""
    path, at = folder / FILE, pa.scalar(day, pa.date32())
    if not path.is_file():
        return 0
    ends = pq.read_table(path, columns=[FIRST, LAST])
    return int(pc.sum(pc.and_(pc.less_equal(ends[FIRST], at), pc.greater_equal(ends[LAST], at))).as_py() or 0)


def _content(contract: Contract) -> list[str]:
    return [name for name in history_schema(contract).names if name not in (FIRST, LAST)]


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


@contextmanager
def _engine(scratch: Path, memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=limits(memory, scratch / "spill")) as connection:
        yield connection


def _rows(engine: duckdb.DuckDBPyConnection, name: str, files: list[Path], schema: pa.Schema) -> str:
    """A query of files; of no files one without rows."""
    if files:
        return f"select * from read_parquet([{', '.join(map(literal, files))}], union_by_name = true, hive_partitioning = false)"  # noqa: S608 - own paths, quoted
    engine.register(name, schema.empty_table())
    return f"select * from {name}"  # noqa: S608 - own name
