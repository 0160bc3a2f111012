"""Reading and replacing what the lake holds of a delivery.

Layout: ``<layer>/<source>/<table>/delivery=YYYY-MM-DD/``, layers ``accepted``, ``blocked`` (well read, but kept out by a rule
on deliveries), ``rejected`` and ``loads``; ``meta/runs`` is beside them. What snapshots hold that are in force is one file
instead, ``accepted/<source>/<table>/history.parquet`` (``lake.history``).
A folder is written under another name and renamed, so that a reader sees the old
one or the new one; the load record comes last, so that a load that was cut off is done again.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from data_quality.results import CheckResult, LoadRecord
from pipelines.durable import sync, sync_tree
from pipelines.engine import MEMORY
from pipelines.lake import history, migrations, schemas
from pipelines.lake.runs import prepare_runs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from data_quality.contract import Contract

ROW_GROUP = 122_880
_PREFIX = "delivery="


def delivery_folder(day: date) -> str:
    return f"{_PREFIX}{day.isoformat()}"


def replace_folder(new: Path, target: Path, *, is_on_disk: bool = False) -> None:
    """Put a folder in the place of another. The old one is kept aside until the new one stands, see ``heal``.

    The new one is on the disk before it takes the name: after a power cut a name over empty files would look like a delivery.
    """
    if not is_on_disk:
        sync_tree(new)
    target.parent.mkdir(parents=True, exist_ok=True)
    old = target.with_name(f".old-{target.name}")
    if old.exists():
        shutil.rmtree(old)
    if target.exists():
        target.rename(old)
    new.rename(target)
    sync(target.parent)
    if old.exists():
        shutil.rmtree(old)


@dataclass(frozen=True)
class Lake:
    """The lake under one root."""

    root: Path
    memory: str = MEMORY

    def table(self, layer: str, source: str, table: str) -> Path:
        return self.root / layer / source / table

    def prepare(self, contracts: Iterable[Contract]) -> None:
        """Make folders and zero-row files, so that every table can be read, with all of its columns, before any delivery.

        A lake of an older format is brought to the present one first. Raises FormatError for a newer one, and touches nothing then.
        """
        migrations.refuse_newer(self.root)
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.heal()
        migrations.migrate(self.root)
        self.root.chmod(0o700)
        (self.root / "loads").mkdir(exist_ok=True)
        _write_schema(self.root / "loads" / "_schema.load.parquet", schemas.LOAD)
        _write_schema(self.root / "loads" / "_schema.checks.parquet", schemas.CHECK)
        prepare_runs(self.root)
        for contract in contracts:
            tables = {contract.name: schemas.history_schema(contract) if contract.is_snapshot else schemas.accepted_schema(contract)}
            if contract.melted:
                tables[str(contract.melted.into)] = schemas.melted_schema(contract)
            for name, schema in tables.items():
                _write_schema(self.table("accepted", contract.source, name) / "_schema.parquet", schema)
            _write_schema(self.table("rejected", contract.source, contract.name) / "_schema.parquet", schemas.REJECTED)

    def heal(self) -> None:
        """Undo what a crash left half done: put back a folder that was moved aside for one that never came."""
        for old in self.root.glob("*/*/*/.old-*"):
            target = old.with_name(old.name.removeprefix(".old-"))
            if target.exists():
                shutil.rmtree(old)
            else:
                old.rename(target)
        shutil.rmtree(self.root / ".tmp", ignore_errors=True)

    def records(self, contract: Contract) -> dict[date, LoadRecord]:
        """The load record of every delivery of an extract, by date."""
        found = {}
        for path in sorted(self.table("loads", contract.source, contract.name).glob(f"{_PREFIX}*/load.parquet")):
            record = _read_record(path)
            found[record.delivery_on] = record
        return found

    def record(self, contract: Contract, day: date) -> LoadRecord | None:
        """The load record of one delivery; None when it was never loaded."""
        path = self.table("loads", contract.source, contract.name) / delivery_folder(day) / "load.parquet"
        return _read_record(path) if path.is_file() else None

    def write_record(self, record: LoadRecord) -> None:
        target = self.table("loads", record.source, record.extract) / delivery_folder(record.delivery_on)
        staged = self.staging(f"record-{record.source}-{record.extract}-{record.delivery_on}")
        row = {name: value for name, value in asdict(record).items() if name != "checks"}
        _write(staged / "load.parquet", pa.Table.from_pylist([row], schema=schemas.LOAD), _SHORT)
        checks = [asdict(check) for check in record.checks]
        _write(staged / "checks.parquet", pa.Table.from_pylist(checks, schema=schemas.CHECK), _SHORT)
        replace_folder(staged, target)

    def drop_record(self, contract: Contract, day: date) -> None:
        """Forget that there was a delivery."""
        shutil.rmtree(self.table("loads", contract.source, contract.name) / delivery_folder(day), ignore_errors=True)

    def staging(self, name: str) -> Path:
        """An empty folder on the same file system, to be renamed into its place."""
        folder = self.root / ".tmp" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def tables_of(self, contract: Contract) -> list[str]:
        return [contract.name, *([str(contract.melted.into)] if contract.melted else [])]

    def bring(self, contract: Contract, in_force: Collection[date], enter: Collection[date], leave: Collection[date]) -> None:
        """Bring deliveries into force (``blocked`` to ``accepted``) and others out of it again; may be repeated after it was cut off.

        Of a snapshot what came into force stays under ``blocked`` until it is settled, so that it can be brought once more.
        """
        if not contract.is_snapshot:
            for days, layer, to_layer in ((enter, "blocked", "accepted"), (leave, "accepted", "blocked")):
                for day in days:
                    self._move(contract, day, layer, to_layer)
            return
        for day in leave:
            self._set_aside(contract, day)
        held = {day: sorted(self._folder("blocked", contract, day).glob("*.parquet")) for day in enter}
        self._change(contract, in_force, {day: files for day, files in held.items() if files}, leave)

    def settle(self, contract: Contract, days: Iterable[date]) -> None:
        """Deliveries are in force and their records say so: what was held of them may go."""
        for day in days if contract.is_snapshot else ():
            self.drop(contract, day, "blocked")

    def forget(self, contract: Contract, in_force: Collection[date], days: Collection[date]) -> None:
        """Remove the rows of deliveries, of whatever layer."""
        for day in days:
            for layer in ("rejected", "accepted", "blocked"):
                self.drop(contract, day, layer)
        if contract.is_snapshot and days:
            self._change(contract, in_force, {}, days)

    def rows(self, layer: str, contract: Contract, day: date) -> Iterator[pa.Table]:
        """Accepted or blocked rows of a delivery, in parts of bounded size."""
        if layer == "accepted" and contract.is_snapshot:
            yield from history.rows_of(self.table(layer, contract.source, contract.name), contract, day)
            return
        for path in sorted(self._folder(layer, contract, day).glob("*.parquet")):
            file = pq.ParquetFile(path)
            for group in range(file.num_row_groups):
                yield file.read_row_group(group)

    def n_rows(self, layer: str, contract: Contract, day: date) -> int | None:
        """How many rows a layer holds of a delivery; None where it holds nothing of it."""
        if layer == "accepted" and contract.is_snapshot:
            return history.n_rows(self.table(layer, contract.source, contract.name), day)
        paths = list(self._folder(layer, contract, day).glob("*.parquet"))
        return sum(pq.ParquetFile(path).metadata.num_rows for path in paths) if paths else None

    def _folder(self, layer: str, contract: Contract, day: date) -> Path:
        return self.table(layer, contract.source, contract.name) / delivery_folder(day)

    def _set_aside(self, contract: Contract, day: date) -> None:
        """Write a delivery's rows out of the history. What is there already was held before it came into force, and is the same."""
        target = self._folder("blocked", contract, day)
        if target.exists():
            return
        staged = StagedTable(self.staging(f"aside-{contract.source}-{contract.name}"), schemas.accepted_schema(contract))
        for table in self.rows("accepted", contract, day):
            staged.append(table)
        staged.close()
        replace_folder(staged.folder, target)

    def _change(self, contract: Contract, in_force: Collection[date], put: dict[date, list[Path]], take: Collection[date]) -> None:
        if not put and not take:
            return
        scratch = self.staging(f"history-{contract.source}-{contract.name}")
        folder = self.table("accepted", contract.source, contract.name)
        history.change(folder, contract, in_force=in_force, put=put, take=take, scratch=scratch, memory=self.memory)

    def _move(self, contract: Contract, day: date, layer: str, to_layer: str) -> None:
        for table in self.tables_of(contract):
            here = self.table(layer, contract.source, table) / delivery_folder(day)
            if here.exists():
                replace_folder(here, self.table(to_layer, contract.source, table) / delivery_folder(day), is_on_disk=True)

    def drop(self, contract: Contract, day: date, layer: str) -> None:
        for table in self.tables_of(contract):
            shutil.rmtree(self.table(layer, contract.source, table) / delivery_folder(day), ignore_errors=True)


def _read_record(path: Path) -> LoadRecord:
    """The record of a load. One that has not changed is read once by a process; its folder is replaced whole, checks and all."""
    state = path.stat()
    return _record_in_state(path, (state.st_ino, state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=65_536)
def _record_in_state(path: Path, _state: tuple[int, ...]) -> LoadRecord:
    row: dict[str, Any] = pq.read_table(path, schema=schemas.LOAD).to_pylist()[0]
    checks = pq.read_table(path.with_name("checks.parquet"), schema=schemas.CHECK).to_pylist()
    return LoadRecord(**row, checks=tuple(CheckResult(**check) for check in checks))


_SHORT: dict[str, bool] = {"write_statistics": False, "store_schema": False, "use_dictionary": False}
"""A file of few rows, read with its schema: what Parquet adds for large ones is twice as long as the rows."""


def _write(path: Path, table: pa.Table, how: Mapping[str, bool] | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", row_group_size=ROW_GROUP, **(how or {}))


def _write_schema(path: Path, schema: pa.Schema) -> None:
    if path.is_file() and pq.read_schema(path).equals(schema):
        return
    staged = path.with_name(f".{path.name}.new")
    _write(staged, schema.empty_table())
    sync(staged)
    staged.replace(path)


class StagedTable:
    """Batches appended to one Parquet file in a staging folder, readable again batch by batch."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self.folder = folder
        self.schema = schema
        self._path = folder / "part-0.parquet"
        self._writer = pq.ParquetWriter(self._path, schema, compression="zstd")
        self.n_rows = 0

    def append(self, table: pa.Table) -> None:
        self.n_rows += table.num_rows
        self._writer.write_table(table, row_group_size=ROW_GROUP)

    def close(self) -> None:
        self._writer.close()

    def batches(self) -> Iterator[pa.Table]:
        file = pq.ParquetFile(self._path)
        for group in range(file.num_row_groups):
            yield file.read_row_group(group)
