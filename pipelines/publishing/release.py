"""Builds a release folder and switches ``current`` to it.

``releases/<UTC stamp>/{open,restricted}/competency.duckdb`` with Parquet beside, and ``manifest.json``. The switch replaces a
symbolic link to a directory: a file renamed over another would keep a reader's write-ahead log, and readers of the old
release go on reading it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.clock import utc_now
from pipelines.privacy.suppression import suppress
from pipelines.privacy.tables import Scale, Sum, SuppressionRule, Table, Totals
from pipelines.publishing import shelf
from pipelines.publishing.keeping import DATABASE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

AUDIENCES = ("open", "restricted")
STORAGE_VERSION = "v1.4.0"
"""Older drivers read it too; whatever version builds."""


@dataclass(frozen=True)
class Mart:
    """A table of the warehouse that a release holds."""

    schema: str
    name: str
    audience: str
    suppression: list[SuppressionRule] = field(default_factory=list)
    totals: Totals | None = None
    sums: list[Sum] = field(default_factory=list)


def published_marts(manifest: dict[str, Any]) -> list[Mart]:
    """The models whose ``meta.audience`` names an audience, from dbt's manifest."""
    marts = []
    for node in manifest["nodes"].values():
        meta = {**node.get("meta", {}), **node.get("config", {}).get("meta", {})}
        if node["resource_type"] != "model" or "audience" not in meta:
            continue
        rules = [SuppressionRule(rule["count"], tuple(rule.get("hides", ())), rule.get("people")) for rule in meta.get("suppression", [])]
        totals = Totals(**meta["totals"]) if "totals" in meta else None
        sums = [Sum(**one) for one in meta.get("sums", [])]
        marts += [Mart(node["schema"], node["name"], audience, rules, totals, sums) for audience in meta["audience"].split("+")]
    return sorted(marts, key=lambda mart: (mart.audience, mart.name))


def build_release(
    warehouse: Path, releases: Path, marts: Iterable[Mart], *, min_cell_size: int, facts: dict[str, Any], now: datetime | None = None
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
    """
    clock = now or utc_now()
    shelf.sweep(releases)
    stamp = shelf.next_stamp(releases, clock)
    staged = releases / f".building-{stamp}"
    try:
        counts: dict[str, dict[str, int]] = {}
        units = _unit_versions(warehouse)
        for audience in AUDIENCES:
            folder = staged / audience
            (folder / "parquet").mkdir(parents=True, mode=0o755 if audience == "open" else 0o750)
            chosen = [mart for mart in marts if mart.audience == audience]
            counts[audience] = _write_database(warehouse, folder, chosen, min_cell_size, units)
        made_at = clock.astimezone(UTC).isoformat(timespec="seconds")
        manifest = {
            "release": stamp,
            "made_at": made_at,
            "min_cell_size": min_cell_size,
            "rows": counts,
            **facts,
            "files": _checksums(staged),
        }
        (staged / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
        _seal(staged)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    target = releases / stamp
    staged.rename(target)
    shelf.sync(releases)
    if shelf.held(releases) is None:
        shelf.switch_current(releases, target, now=clock)
    return target


def _seal(staged: Path) -> None:
    """Nobody writes a release any more, and the disk keeps it, names included, before `current` can name it."""
    for path in staged.rglob("*"):
        if path.is_file():
            path.chmod(0o444 if "restricted" not in path.parts else 0o440)
        shelf.sync(path)
    shelf.sync(staged)


def _unit_versions(warehouse: Path) -> pd.DataFrame:
    """Units with the unit above them, by time: what a total of a quarter is made of is decided by the tree of that quarter."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(
            "select unit_id, parent_unit_id, valid_from, valid_to from core.dim_unit order by valid_from, unit_id, parent_unit_id, valid_to"
        ).df()


def _write_database(warehouse: Path, folder: Path, marts: list[Mart], min_cell_size: int, units: pd.DataFrame) -> dict[str, int]:
    """Copy marts into a database of their own and to Parquet; open ones pass the suppression.

    Rows are in an order that follows from what they say: the same figures give the same files, and of two cells that protect a
    third equally well the same one is hidden each night. Hidden in turn, they would give the third away.
    """
    counts = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Asia/Jakarta'")
        # Views name the database that they were built in, so it must have the name of its file here too.
        connection.execute(f"attach '{_quoted(warehouse)}' as warehouse (read_only)")
        connection.execute(f"attach '{_quoted(folder / DATABASE)}' as release (storage_version '{STORAGE_VERSION}')")
        for mart in marts:
            source = f'warehouse."{mart.schema}"."{mart.name}"'
            connection.execute(f'create table release."{mart.name}" as select * from {source} limit 0')  # noqa: S608 - names from the manifest
            if mart.suppression:
                # Which cells protect others may hang on the order of rows, which no engine promises. Two releases of the same data that
                # hide different ones would together show them all.
                rows = connection.execute(f"from {source} order by all").df()
                shown = suppress(rows, mart.suppression, min_cell_size, mart.totals, units, mart.sums)
                connection.register("shown", shown)
                source = "shown"
            connection.execute(f'insert into release."{mart.name}" by name select * from {source} order by all')  # noqa: S608
            counts[mart.name] = connection.execute(f'select count(*) from release."{mart.name}"').fetchall()[0][0]  # noqa: S608
            connection.execute(
                f"copy release.\"{mart.name}\" to '{_quoted(folder / 'parquet' / mart.name)}.parquet' (format parquet, compression zstd)"
            )
        connection.execute("checkpoint release")
        connection.execute("detach release")
    return counts


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _checksums(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as stream:
                found[str(path.relative_to(folder))] = hashlib.file_digest(stream, "sha256").hexdigest()
    return found
