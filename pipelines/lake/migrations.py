"""The format of the lake, and how an older one becomes the present one.

``lake/format.json`` says which format the lake has. A lake without it that holds deliveries is of the first release. A migration is
small, changes one file at a time by writing another and renaming it, and may be run again over what it has done: the stamp is
written last, so one that was cut off begins anew.

A new format: raise ``FORMAT``, add a function to ``MIGRATIONS`` under the number of the format that it makes.
"""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_quality.contract import load_contracts
from pipelines.durable import sync
from pipelines.engine import MEMORY
from pipelines.lake import history, schemas

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FORMAT = 3
STAMP = "format.json"


class FormatError(RuntimeError):
    """What is on disk was written by a newer version than this one; the text says what to do."""


def format_of(lake: Path) -> int:
    """The format of a lake; an empty one has the present format, one with an unreadable stamp the oldest (migrations may be repeated)."""
    try:
        return int(json.loads((lake / STAMP).read_text(encoding="utf-8"))["format"])
    except FileNotFoundError:
        return 1 if next(lake.glob("loads/*/*/delivery=*"), None) else FORMAT
    except (ValueError, KeyError, TypeError):
        return 1


def refuse_newer(lake: Path) -> None:
    """Raises FormatError where the lake is newer than this code."""
    found = format_of(lake)
    if found > FORMAT:
        raise FormatError(
            f"{lake} has format {found}, this version knows up to {FORMAT}: install the version that wrote it, or restore a backup that "
            "was made before the upgrade (asn restore)"
        )


def migrate(lake: Path) -> list[str]:
    """Bring a lake to the present format; returns what was done, in words, and nothing where nothing was to be done.

    Raises FormatError where the lake is newer than this code: nothing of it is touched then.
    """
    refuse_newer(lake)
    found = format_of(lake)
    said = []
    for number in range(found + 1, FORMAT + 1):
        n_files = MIGRATIONS[number](lake)
        said.append(f"the lake was brought from format {number - 1} to {number}: {n_files} files written anew")
    if said or not (lake / STAMP).is_file():
        write_stamp(lake / STAMP, {"format": FORMAT})
    return said


def write_stamp(path: Path, content: Mapping[str, Any], mode: int | None = None) -> None:
    """A small JSON file, whole or not at all, and on disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.new")
    with staged.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(content) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    if mode is not None:
        staged.chmod(mode)
    staged.replace(path)


def _to_2(lake: Path) -> int:
    """Rejected rows keep what was understood of them (``typed``); a snapshot in force is compared by its distinct rows."""
    n_files = 0
    for path in sorted(lake.glob("rejected/*/*/delivery=*/*.parquet")):
        table = pq.read_table(path, partitioning=None)
        if "typed" not in table.column_names:
            nothing = pa.array(["{}"] * table.num_rows, pa.string())
            replace_table(path, table.append_column("typed", nothing).select(schemas.REJECTED.names).cast(schemas.REJECTED))
            n_files += 1
    for path in sorted(lake.glob("loads/*/*/delivery=*/load.parquet")):
        table = pq.read_table(path, partitioning=None)
        distinct = pc.subtract(table["rows_read"], table["rows_duplicate"])
        is_in_force = pc.equal(table["in_force_fingerprint"], table["fingerprint"])
        wanted = pc.if_else(pc.fill_null(is_in_force, False), distinct, table["in_force_rows"])
        if not wanted.equals(table["in_force_rows"]):
            replace_table(path, table.set_column(table.column_names.index("in_force_rows"), "in_force_rows", wanted))
            n_files += 1
    return n_files


def _to_3(lake: Path) -> int:
    """What snapshots hold is one history for each extract, and no longer a folder for each delivery."""
    n_files = 0
    for contract in load_contracts():
        folder = lake / "accepted" / contract.source / contract.name
        folders = {date.fromisoformat(path.name.partition("=")[2]): path for path in sorted(folder.glob("delivery=*"))}
        if not contract.is_snapshot or not folders:
            continue
        in_force = _in_force(lake / "loads" / contract.source / contract.name)
        put = {day: sorted(path.glob("*.parquet")) for day, path in folders.items() if day in in_force}
        scratch = lake / ".tmp" / f"history-{contract.source}-{contract.name}"
        scratch.mkdir(parents=True, exist_ok=True)
        history.change(folder, contract, in_force=in_force, put=put, take=[], scratch=scratch, memory=MEMORY)
        for path in folders.values():
            shutil.rmtree(path)
        n_files += 1
    return n_files


def _in_force(loads: Path) -> set[date]:
    """The deliveries of an extract whose rows are in force, by their load records."""
    records = [pq.read_table(path, partitioning=None).to_pylist()[0] for path in loads.glob("delivery=*/load.parquet")]
    return {record["delivery_on"] for record in records if record["in_force_fingerprint"]}


MIGRATIONS: dict[int, Callable[[Path], int]] = {2: _to_2, 3: _to_3}


def replace_table(path: Path, table: pa.Table) -> None:
    """Another content under the same name and mode; a reader sees the old one or the new one."""
    staged = path.with_name(f".{path.name}.new")
    pq.write_table(table, staged, compression="zstd")
    staged.chmod(path.stat().st_mode & 0o777)
    sync(staged)
    staged.replace(path)
