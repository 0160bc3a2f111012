"""The rows of one person in the lake, and rows under other keys.

Which columns name a person the contract says: those of class ``pseudonymised``. A required one is whom the row is about, another one
(``supervisor_key``) names somebody beside. Belongs here: finding, removing and re-keying rows, one file at a time, each replaced whole, so
that what was cut off is done by doing it again. Not here: who asks for it, and what follows from it (``pipelines.operations.rights``).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.lake import history
from pipelines.lake.migrations import replace_table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from data_quality.contract import Contract
    from data_quality.results import LoadRecord
    from pipelines.lake.store import Lake

LAYERS = ("accepted", "blocked")
REKEYED = b"asn.rekeyed"
"""In the metadata of a file: fingerprint of the secret under whose keys a rotation has put it."""
ERASED_NOTE = "rows_of_erased_people"


@dataclass(frozen=True)
class Person:
    """Whom it is about. Without the NIP a person is not found in text that was kept as the office wrote it."""

    key: str
    nip: str | None = None

    def is_in(self, text: object) -> bool:
        """Whether a text names the NIP, with whatever blanks and points."""
        return self.nip is not None and isinstance(text, str) and self.nip in re.sub(r"\D", "", text)


def key_columns(contract: Contract) -> list[str]:
    """Columns of the lake that hold keys of people."""
    return [column.name for column in contract.stored_columns if column.classification == "pseudonymised"]


def subject(contract: Contract) -> str | None:
    """The column that says whom a row is about, where it is about a person."""
    return next((name for name in key_columns(contract) if contract.column(name).required), None)


def files(lake: Lake, contract: Contract, layer: str) -> Iterator[Path]:
    """Files of deliveries of an extract, its melted table included."""
    tables = [contract.name] if layer == "rejected" else lake.tables_of(contract)
    for table in tables:
        folder = lake.table(layer, contract.source, table)
        yield from sorted([*folder.glob("delivery=*/*.parquet"), *folder.glob(history.FILE)])


# --- finding ----------------------------------------------------------------------------------------------------------------


def find(lake: Lake, contract: Contract, person: Person) -> dict[str, list[dict[str, Any]]]:
    """What the lake holds of a person in an extract: rows by place, rejected ones as written."""
    found: dict[str, list[dict[str, Any]]] = {}
    for layer in LAYERS:
        for path in files(lake, contract, layer):
            rows = _rows_with(path, key_columns(contract), {person.key})
            if rows.num_rows:
                found.setdefault(_place(lake, path), []).extend(rows.to_pylist())
    for path in files(lake, contract, "rejected"):
        rows = pq.read_table(path, partitioning=None).to_pylist()
        found.setdefault(_place(lake, path), []).extend(
            {**row, "raw": json.loads(row["raw"]), "typed": json.loads(row["typed"])} for row in rows if _names(row, person)
        )
    return {place: rows for place, rows in found.items() if rows}


def _place(lake: Lake, path: Path) -> str:
    return "/".join(path.relative_to(lake.root).parts[:3])


def _rows_with(path: Path, columns: list[str], keys: Collection[str]) -> pa.Table:
    file = pq.ParquetFile(path)
    present = _present(file, columns)
    return file.read().filter(_holds(file.read(present), keys)) if present else file.schema_arrow.empty_table()


def _present(file: pq.ParquetFile, columns: list[str]) -> list[str]:
    return [name for name in columns if name in file.schema_arrow.names]


def _holds(table: pa.Table, keys: Collection[str]) -> pa.ChunkedArray:
    """Which rows hold one of the keys in any column."""
    wanted = pa.array(sorted(keys), pa.string())
    hits = [pc.is_in(table[name], value_set=wanted) for name in table.column_names]
    return reduce(pc.or_, hits)


def _names(row: dict[str, Any], person: Person) -> bool:
    """Whether a rejected row is about a person or names them anywhere."""
    return person.key in f"{row['record_key']} {row['typed']}" or any(person.is_in(text) for text in json.loads(row["raw"]).values())


def n_rows_with(lake: Lake, contract: Contract, keys: Collection[str]) -> int:
    """How many rows of an extract, of whatever fate, hold one of the keys."""
    kept = sum(int(_rows_with(path, key_columns(contract), keys).num_rows) for layer in LAYERS for path in files(lake, contract, layer))
    for path in files(lake, contract, "rejected"):
        texts = pq.read_table(path, partitioning=None, columns=["record_key", "typed"]).to_pylist()
        kept += sum(any(key in f"{row['record_key']} {row['typed']}" for key in keys) for row in texts)
    return kept


# --- removing ---------------------------------------------------------------------------------------------------------------


def erase(lake: Lake, contract: Contract, person: Person) -> int:
    """Remove the rows about a person and every mention in others' rows; returns how many rows went. May be done again.

    Load records are set to what is left afterwards, so that read = accepted + rejected + duplicate holds whenever it was cut off.
    """
    n_gone = 0
    if not key_columns(contract):
        return 0
    for layer in (*LAYERS, "rejected"):
        for path in files(lake, contract, layer):
            if layer != "rejected" and not _rows_with(path, key_columns(contract), {person.key}).num_rows:
                continue
            before = pq.read_table(path, partitioning=None)
            after = _without(contract, before, person) if layer != "rejected" else _rejected_without(contract, before, person)
            if not after.equals(before):
                replace_table(path, after)
                n_gone += before.num_rows - after.num_rows
    for record in lake.records(contract).values():
        counted = recounted(lake, contract, record)
        if counted != record:
            lake.write_record(counted)
    return n_gone


def _without(contract: Contract, table: pa.Table, person: Person) -> pa.Table:
    about = subject(contract)
    if about in table.column_names:
        table = table.filter(pc.invert(pc.fill_null(pc.equal(table[about], person.key), False)))
    for name in key_columns(contract):
        if name != about and name in table.column_names:
            at = table.column_names.index(name)
            kept = pc.if_else(pc.fill_null(pc.equal(table[name], person.key), False), pa.scalar(None, pa.string()), table[name])
            table = table.set_column(at, table.schema.field(name), kept)
    return table


def _rejected_without(contract: Contract, table: pa.Table, person: Person) -> pa.Table:
    """Rejected rows without those about the person; in the others the cells that name them are emptied."""
    about = subject(contract)
    header = contract.column(about).header if about else ""
    kept = []
    for row in table.to_pylist():
        raw, typed = json.loads(row["raw"]), json.loads(row["typed"])
        if person.is_in(raw.get(header)) or (about and typed.get(about) == person.key):
            continue
        if _names(row, person):
            raw = {label: None if person.is_in(text) else text for label, text in raw.items()}
            typed = {name: value for name, value in typed.items() if value != person.key}
            row |= {"raw": json.dumps(raw, ensure_ascii=False), "typed": json.dumps(typed, ensure_ascii=False)}
        kept.append(row)
    return pa.Table.from_pylist(kept, schema=table.schema)


def recounted(lake: Lake, contract: Contract, record: LoadRecord) -> LoadRecord:
    """A load record that says how many rows are there now; those that went are noted beside what was detected."""
    is_in_force = record.in_force_fingerprint == record.fingerprint
    n_accepted = _n_rows(lake, contract, "accepted" if is_in_force else "blocked", record, record.rows_accepted)
    n_rejected = _n_rows(lake, contract, "rejected", record, record.rows_rejected)
    n_gone = record.rows_accepted + record.rows_rejected - n_accepted - n_rejected
    if not n_gone:
        return record
    n_read = n_accepted + n_rejected + record.rows_duplicate
    return replace(
        record, rows_read=n_read, rows_accepted=n_accepted, rows_rejected=n_rejected, detection=noted(record.detection, n_gone),
        in_force_rows=n_read - record.rows_duplicate if is_in_force else record.in_force_rows,
    )  # fmt: skip


def noted(detection: str, n_rows: int) -> str:
    """What a load detected, with so many more rows of people who were erased."""
    entries = json.loads(detection)
    before = sum(entry.get(ERASED_NOTE, 0) for entry in entries)
    return json.dumps([*(entry for entry in entries if ERASED_NOTE not in entry), {ERASED_NOTE: before + n_rows}], ensure_ascii=False)


def _n_rows(lake: Lake, contract: Contract, layer: str, record: LoadRecord, known: int) -> int:
    """Rows of a delivery in a layer; what is known of it where retention has removed them."""
    found = lake.n_rows(layer, contract, record.delivery_on)
    return known if found is None else found


# --- other keys -------------------------------------------------------------------------------------------------------------


def rekey(lake: Lake, contract: Contract, new_key: Callable[[str], str], mark: str) -> int:
    """Put every key of an extract's rows through ``new_key``; returns how many files were written. Files that bear the mark are done."""
    if not key_columns(contract):
        return 0
    n_files = 0
    for layer in (*LAYERS, "rejected"):
        for path in files(lake, contract, layer):
            table = pq.read_table(path, partitioning=None)
            known = table.schema.metadata or {}
            if known.get(REKEYED) == mark.encode():
                continue
            table = _rekeyed_text(contract, table, new_key) if layer == "rejected" else _rekeyed(contract, table, new_key)
            replace_table(path, table.replace_schema_metadata({**known, REKEYED: mark.encode()}))
            n_files += 1
    return n_files


def _rekeyed(contract: Contract, table: pa.Table, new_key: Callable[[str], str]) -> pa.Table:
    for name in key_columns(contract):
        if name in table.column_names:
            keys = [None if key is None else new_key(key) for key in table[name].to_pylist()]
            table = table.set_column(table.column_names.index(name), table.schema.field(name), pa.array(keys, pa.string()))
    return table


def _rekeyed_text(contract: Contract, table: pa.Table, new_key: Callable[[str], str]) -> pa.Table:
    """Rejected rows: their key is joined of parts, what was understood of them is JSON."""
    names = key_columns(contract)
    places = [at for at, name in enumerate(contract.key) if name in names]
    rows = table.to_pylist()
    for row in rows:
        typed = json.loads(row["typed"])
        row["typed"] = json.dumps({n: new_key(v) if n in names else v for n, v in typed.items()}, ensure_ascii=False)
        if row["record_key"] is not None:
            parts = row["record_key"].split("|")
            row["record_key"] = "|".join(new_key(part) if at in places and part else part for at, part in enumerate(parts))
    return pa.Table.from_pylist(rows, schema=table.schema)
