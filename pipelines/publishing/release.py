"""Builds a release folder and switches ``current`` to it.

``releases/<UTC stamp>/{open,restricted}/competency.duckdb`` with Parquet beside, and ``manifest.json``. The switch replaces a
symbolic link to a directory: a file renamed over another would keep a reader's write-ahead log, and readers of the old
release go on reading it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.clock import utc_now
from pipelines.privacy.suppression import Sum, SuppressionRule, Totals, suppress

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

AUDIENCES = ("open", "restricted")
DATABASE = "competency.duckdb"
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
    """Build a release from the warehouse and make it the current one; returns its folder.

    Args:
        warehouse: the DuckDB file that dbt has built; opened read-only.
        releases: folder of all releases.
        marts: what goes in.
        min_cell_size: k of the suppression in the open part.
        facts: what the manifest says besides: inputs, checks, versions, rows.
        now: time of the release (UTC).
    """
    stamp = (now or utc_now()).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    staged = releases / f".building-{stamp}"
    shutil.rmtree(staged, ignore_errors=True)
    counts: dict[str, dict[str, int]] = {audience: {} for audience in AUDIENCES}
    units = _unit_versions(warehouse)
    for audience in AUDIENCES:
        folder = staged / audience
        (folder / "parquet").mkdir(parents=True, mode=0o755 if audience == "open" else 0o750)
        chosen = [mart for mart in marts if mart.audience == audience]
        counts[audience] = _write_database(warehouse, folder, chosen, min_cell_size, units)
    manifest = {"release": stamp, "min_cell_size": min_cell_size, "rows": counts, **facts, "files": _checksums(staged)}
    (staged / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    for path in staged.rglob("*"):
        if path.is_file():
            path.chmod(0o444 if "restricted" not in path.parts else 0o440)
            _fsync(path)
    target = releases / stamp
    if target.exists():
        raise FileExistsError(f"a release {stamp} exists already")
    staged.rename(target)
    switch_current(releases, target)
    return target


def switch_current(releases: Path, target: Path) -> None:
    """Make ``current`` name the release, in one step that no reader can see half done."""
    link = releases / ".current-new"
    link.unlink(missing_ok=True)
    link.symlink_to(target.name, target_is_directory=True)
    link.replace(releases / "current")
    _fsync(releases)


def prune(releases: Path, keep: int) -> list[str]:
    """Remove the oldest releases beyond ``keep``; never the current one."""
    current = (releases / "current").resolve().name
    stamps = sorted(path.name for path in releases.iterdir() if path.is_dir() and path.name[0].isdigit() and not path.is_symlink())
    removed = [stamp for stamp in stamps[:-keep] if stamp != current]
    for stamp in removed:
        shutil.rmtree(releases / stamp)
    return removed


def current_manifest(releases: Path) -> dict[str, Any] | None:
    """The manifest of the current release, or None before the first one."""
    path = releases / "current" / "manifest.json"
    content: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    return content


def _unit_versions(warehouse: Path) -> pd.DataFrame:
    """Units with the unit above them, by time: what a total of a quarter is made of is decided by the tree of that quarter."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute("select unit_id, parent_unit_id, valid_from, valid_to from core.dim_unit order by valid_from").df()


def _write_database(warehouse: Path, folder: Path, marts: list[Mart], min_cell_size: int, units: pd.DataFrame) -> dict[str, int]:
    """Copy marts into a database of their own and to Parquet; open ones pass the suppression."""
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
            connection.execute(f'insert into release."{mart.name}" by name select * from {source}')  # noqa: S608
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


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
