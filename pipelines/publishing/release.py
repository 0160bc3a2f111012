"""Builds a release folder and switches ``current`` to it.

``releases/<UTC stamp>/{open,restricted}/competency.duckdb`` with Parquet beside, and ``manifest.json``. The switch replaces a
symbolic link to a directory: a file renamed over another would keep a reader's write-ahead log, and readers of the old
release go on reading it.
"""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from pipelines import engine
from pipelines.clock import utc_now
from pipelines.durable import checksum, sync, sync_tree
from pipelines.privacy.bounds import Proofs
from pipelines.privacy.modes import restrict
from pipelines.privacy.suppression import suppress
from pipelines.privacy.tables import Scale, Sum, SuppressionRule, Table, Totals
from pipelines.publishing import shelf
from pipelines.publishing.keeping import DATABASE
from pipelines.publishing.reading import STORAGE_VERSION, identifier
from pipelines.reporting.documentation import meta_of
from pipelines.reporting.places import unit_above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from pipelines.privacy.suppression import Suppressed

    Addition = Callable[[Path, dict[str, Any]], None]

AUDIENCES = ("open", "restricted")
MEMORY = "disclosure.parquet"
"""In the restricted part: every figure of the open one and whether it was withheld, for the next release."""
PROOFS = "disclosure_proofs.parquet"
"""Beside it: marks of the sets of figures that were shown to protect each other, which the next release need not show again."""


@dataclass(frozen=True)
class Mart:
    """A table of the warehouse that a release holds."""

    schema: str
    name: str
    audience: str
    suppression: list[SuppressionRule] = field(default_factory=list)
    totals: list[Totals] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    scales: list[Scale] = field(default_factory=list)
    grain: tuple[str, ...] = ()

    def table(self, frame: pd.DataFrame) -> Table:
        """The mart as disclosure control sees it."""
        return Table(self.name, frame, self.suppression, self.totals, self.sums, self.grain, self.scales)


def published_marts(manifest: dict[str, Any]) -> list[Mart]:
    """The models whose ``meta.audience`` names an audience, from dbt's manifest."""
    grains = _grains(manifest)
    marts = []
    for key, node in manifest["nodes"].items():
        meta = meta_of(node)
        if node["resource_type"] != "model" or "audience" not in meta:
            continue
        declared: dict[str, Any] = {
            "suppression": [SuppressionRule.from_meta(rule) for rule in meta.get("suppression", [])],
            "totals": [Totals(**one) for one in meta.get("totals", [])],
            "sums": [Sum(**one) for one in meta.get("sums", [])],
            "scales": [Scale(**one) for one in meta.get("scales", [])],
            "grain": grains.get(key, ()),
        }
        marts += [Mart(node["schema"], node["name"], audience, **declared) for audience in meta["audience"].split("+")]
    return sorted(marts, key=lambda mart: (mart.audience, mart.name))


def _grains(manifest: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Model -> the columns that name its rows, from the test that holds them unique."""
    tests = [node for node in manifest["nodes"].values() if (node.get("test_metadata") or {}).get("name") == "unique_combination"]
    return {node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["columns"]) for node in tests}


def build_release(
    warehouse: Path,
    releases: Path,
    marts: Iterable[Mart],
    *,
    min_cell_size: int,
    facts: dict[str, Any],
    now: datetime | None = None,
    restricted_group: str | None = None,
    additions: Iterable[Addition] = (),
    engine_memory: str = engine.MEMORY,
) -> Path:
    """Build a release from the warehouse and make it the current one, unless a rollback holds another; returns its folder.

    What fails half way leaves nothing behind, and `current` as it was. Only for who holds the lock: leftovers are swept first.

    Args:
        warehouse: the DuckDB file that dbt has built; opened read-only.
        releases: folder of all releases.
        marts: what goes in.
        min_cell_size: k of the suppression in the open part.
        facts: what the manifest says besides: inputs, checks, versions, rows.
        now: time of the release (UTC).
        restricted_group: who besides the owner may read the restricted part; else the owner's group.
        additions: what else is written into it from its databases, before it is sealed; each gets the folder and the manifest so far.
        engine_memory: what DuckDB may use of it, as DuckDB writes it: once for each of the two databases, which are written at once.

    Raises OpenPlaceError where everybody could read the restricted part.
    """
    clock = now or utc_now()
    shelf.sweep(releases)
    stamp = shelf.next_stamp(releases, clock)
    staged = releases / f".building-{stamp}"
    try:
        counts = _write_parts(warehouse, staged, list(marts), min_cell_size, releases, engine_memory)
        made = {"release": stamp, "made_at": clock.astimezone(UTC).isoformat(timespec="seconds"), "min_cell_size": min_cell_size}
        manifest = {**made, "rows": counts, **facts}
        for add in additions:
            add(staged, manifest)
        manifest["files"] = _checksums(staged)
        (staged / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
        _seal(staged, restricted_group)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    target = staged.rename(releases / stamp)
    sync(releases)
    if shelf.held(releases) is None:
        shelf.switch_current(releases, target, now=clock)
    return target


def _write_parts(
    warehouse: Path, staged: Path, marts: list[Mart], min_cell_size: int, releases: Path, engine_memory: str
) -> dict[str, dict[str, int]]:
    """The databases of both audiences, and what was withheld; returns the rows of each mart."""
    for audience in AUDIENCES:
        (staged / audience / "parquet").mkdir(parents=True)
    (staged / "restricted").chmod(0o750)  # nobody else looks in while it is written, either
    chosen = {audience: [mart for mart in marts if mart.audience == audience] for audience in AUDIENCES}
    write = partial(_write_database, warehouse, memory=engine_memory)
    # Nothing in the restricted part waits for what is withheld from the open one, and neither DuckDB nor a solver needs the interpreter.
    with ThreadPoolExecutor(1) as beside:
        restricted = beside.submit(write, staged / "restricted", chosen["restricted"], {})
        before, proofs = _before(releases, MEMORY), _before(releases, PROOFS)
        known = Proofs() if proofs is None else Proofs(frozenset(proofs["mark"]))
        shown = shown_to_all(warehouse, chosen["open"], min_cell_size, before, engine_memory, known)
        shown.memory.to_parquet(staged / "restricted" / MEMORY, index=False, compression="zstd")
        marks = pd.DataFrame({"mark": pd.Series(sorted(known.held), dtype=object)})
        marks.to_parquet(staged / "restricted" / PROOFS, index=False, compression="zstd")
        return {"open": write(staged / "open", chosen["open"], shown.tables), "restricted": restricted.result()}


def _seal(staged: Path, restricted_group: str | None) -> None:
    """Nobody writes a release any more, and the disk keeps it, names included, before `current` can name it."""
    for path in (*(staged / "open").rglob("*"), staged / "open", staged / shelf.MANIFEST, staged):
        path.chmod(0o755 if path.is_dir() else 0o444)
    restrict(staged / "restricted", restricted_group)
    sync_tree(staged)


def shown_to_all(
    warehouse: Path,
    marts: Iterable[Mart],
    min_cell_size: int,
    memory: pd.DataFrame | None,
    engine_memory: str = engine.MEMORY,
    proofs: Proofs | None = None,
) -> Suppressed:
    """What the open part may show of the marts that have figures of people: the one gate on the way out.

    Whatever is written for everybody, in whatever format, is written from this or from the open database that is made of it.
    Rows come in an order that follows from what they say: which figures protect others may hang on it, which no engine promises,
    and two releases of the same data that hide different ones would together show them all.
    """
    tables, units = open_tables(warehouse, marts, engine_memory)
    return suppress(tables, units, min_cell_size, memory, proofs)


def open_tables(warehouse: Path, marts: Iterable[Mart], engine_memory: str = engine.MEMORY) -> tuple[list[Table], pd.DataFrame]:
    """The open marts with figures of people as computed, and the units by time."""
    with engine.reading(warehouse, engine_memory) as connection:
        connection.execute("set timezone = 'Asia/Jakarta'")
        tables = [
            mart.table(connection.execute(f'from "{mart.schema}"."{mart.name}" order by all').df())
            for mart in marts
            if mart.audience == "open" and mart.suppression
        ]
        return tables, _unit_versions(connection)


def _unit_versions(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Units with the unit above them, by time: what a total of a quarter is made of is decided by the tree of that quarter.

    The unit above is that of the path, which the marts add up along, and not the delivered one: a root may name itself there.
    """
    units = connection.execute(
        "select unit_id, valid_from, valid_to, path from core.dim_unit order by valid_from, unit_id, path, valid_to"
    ).df()
    return units.assign(parent_unit_id=units.pop("path").map(unit_above))


def _before(releases: Path, file: str) -> pd.DataFrame | None:
    """What the release that readers have says to the next one; None before the first, or where it says nothing."""
    name = shelf.current_name(releases)
    path = releases / str(name) / "restricted" / file
    if name is None or not path.is_file():
        return None
    return pd.read_parquet(path)


def _write_database(warehouse: Path, folder: Path, marts: list[Mart], shown: dict[str, pd.DataFrame], memory: str) -> dict[str, int]:
    """Write marts into a database of their own and to Parquet, as they are shown or, where nothing is said of them, as they are.

    Rows are in an order that follows from what they say: the same figures give the same files.
    """
    counts = {}
    # Two that write at once must not find each other's files there; what a killed one leaves goes with the warehouse file.
    config = engine.limits(memory, warehouse.with_name(f"{warehouse.name}.{folder.name}.tmp"))
    with duckdb.connect(config=config) as connection:
        connection.execute("set timezone = 'Asia/Jakarta'")
        # Views name the database that they were built in, so it must have the name of its file here too.
        connection.execute(f"attach {engine.literal(warehouse)} as warehouse (read_only)")
        connection.execute(f"attach {engine.literal(folder / DATABASE)} as release (storage_version '{STORAGE_VERSION}')")
        for mart in marts:
            source, table = identifier("warehouse", mart.schema, mart.name), identifier("release", mart.name)
            connection.execute(f"create table {table} as select * from {source} limit 0")  # noqa: S608 - names from the manifest
            if mart.name in shown:
                connection.register("shown", shown[mart.name])
                source = "shown"
            connection.execute(f"insert into {table} by name select * from {source} order by all")  # noqa: S608 - names from the manifest
            counts[mart.name] = connection.execute(f"select count(*) from {table}").fetchall()[0][0]  # noqa: S608 - names from the manifest
            parquet = engine.literal(folder / "parquet" / f"{mart.name}.parquet")
            connection.execute(f"copy {table} to {parquet} (format parquet, compression zstd)")
        connection.execute("checkpoint release")
        connection.execute("detach release")
    return counts


def _checksums(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found[str(path.relative_to(folder))] = checksum(path)
    return found
