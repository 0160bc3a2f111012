"""``python -m benchmarks.lake_growth``: by how much nights of unchanged personnel make the lake grow.

A simulated city delivers its people and units; then the same people come again, night after night. Measured is what the whole lake
grows by, against what a folder for each delivery would hold, as events have one: its rows with their places, once for each night. What
every delivery adds whether or not anything in it is new, the records of its load and of its checks, is in the figure and is told apart too.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from data_quality.contract import contract_for
from pipelines.lake import history
from pipelines.lake.schemas import accepted_schema
from pipelines.lake.store import ROW_GROUP, Lake
from pipelines.loading.ingest import Workplace, refresh_extract
from pipelines.privacy.pseudonyms import load_pseudonyms
from simulation import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data_quality.contract import Contract

FIRST = date(2026, 1, 1)
FOLDERS = {"hr/employees": "hr/pegawai", "hr/units": "hr/unor"}
"""Extracts that are delivered each night, with the folders in which they arrive."""
SCRATCH = ".tmp"
TARGET = 0.02


def grow(place: Path, employees: int, nights: int) -> dict[str, Any]:
    """Load one night of a city, then the same again for ``nights`` more; returns sizes in bytes and the share grown."""
    landing, lake = place / "landing", Lake(place / "lake")
    kept = dict(_newest(place / "city", employees))
    _deliver(landing, kept, FIRST)
    _load(place, landing, lake)
    rows_before, whole = size(lake.root / "accepted"), size(lake.root)
    snapshot = sum(_as_folder(lake, contract_for(extract), place / "folder.parquet") for extract in FOLDERS)
    for number in range(1, nights + 1):
        _deliver(landing, kept, FIRST + timedelta(days=number))
    _load(place, landing, lake)
    grown, rows = size(lake.root) - whole, size(lake.root / "accepted") - rows_before
    return {
        "employees": employees, "nights": nights, "snapshot_bytes": snapshot, "as_full_snapshots_bytes": snapshot * nights,
        "grown_bytes": grown, "grown_share": round(grown / (snapshot * nights), 5),
        "rows_grown_bytes": rows, "rows_grown_share": round(rows / (snapshot * nights), 5),
        "records_bytes_a_night": round((grown - rows) / nights),
        "delivered_bytes": sum(path.stat().st_size for path in landing.rglob("*") if path.is_file()),
    }  # fmt: skip


def size(folder: Path) -> int:
    """Bytes of all files of a folder, without the scratch files that the next load removes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and SCRATCH not in path.parts)


def _as_folder(lake: Lake, contract: Contract, scratch: Path) -> int:
    """Bytes of the first delivery as a file of its own: what its history holds, and of each row day, file and number."""
    held = pq.read_table(lake.table("accepted", contract.source, contract.name) / history.FILE)
    schema = accepted_schema(contract)
    places = {"delivery_on": FIRST, "source_file": f"{FIRST}.csv"}
    columns = {name: [value] * held.num_rows for name, value in places.items()} | {"source_row": range(2, held.num_rows + 2)}
    written = [held[name] if name in held.column_names else pa.array(columns[name], schema.field(name).type) for name in schema.names]
    pq.write_table(pa.table(written, schema=schema), scratch, compression="zstd", row_group_size=ROW_GROUP)
    return scratch.stat().st_size


def _newest(city: Path, employees: int) -> Iterator[tuple[str, Path]]:
    """The last file of each nightly extract of a city without faults."""
    generate(city / "files", city / "truth.json", employees=employees, start=FIRST - timedelta(days=90), end=FIRST, faults=False)
    for folder in FOLDERS.values():
        yield folder, max((city / "files" / folder).iterdir())


def _deliver(landing: Path, kept: dict[str, Path], day: date) -> None:
    for folder, path in kept.items():
        target = landing / folder / path.name.replace(path.name[:10], str(day))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())


def _load(place: Path, landing: Path, lake: Lake) -> None:
    contracts = [contract_for(extract) for extract in FOLDERS]
    lake.prepare(contracts)
    pseudonym = load_pseudonyms(place / "key", lake.root, "benchmark secret of sufficient length").function()
    for contract in contracts:
        outcome = refresh_extract(contract, Workplace(landing, lake, (), pseudonym))
        wrong = [record for record in outcome.records if record.status != "accepted"]
        if wrong:
            raise RuntimeError(f"{contract.extract} {wrong[0].delivery_on} is {wrong[0].status}: {wrong[0].status_reason}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lake_growth", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--employees", type=int, default=20_000)
    parser.add_argument("--nights", type=int, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = grow(Path(folder), given.employees, given.nights)
    print(json.dumps(found, indent=2))
    return int(found["grown_share"] >= TARGET)


if __name__ == "__main__":
    sys.exit(main())
