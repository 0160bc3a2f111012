"""The warehouse file between two nights: whether it can be built upon, or whether the next build begins from an empty one.

Everything in it is derived from the lake, so nothing is lost when it goes. It goes when it cannot be opened, when an older version or
another place made it (views hold paths), and when the build before broke off: what is in it then is nobody's to say.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from pipelines.building import spark_warehouse
from pipelines.building.steps import OUTPUTS
from pipelines.lake.migrations import FormatError, write_stamp

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

FORMAT = 2
_LOCKED = 3
_OPEN = """
import sys, duckdb
try:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        connection.execute("select count(*) from duckdb_columns()")
except duckdb.IOException as error:
    sys.exit(3 if "lock" in str(error).lower() else 1)
"""


def stamp_path(settings: Settings) -> Path:
    return settings.build / "format.json"


def read_stamp(settings: Settings) -> dict[str, Any]:
    """What is known: ``format``, ``home``, ``engine``, ``incremental``, ``seeds`` and ``views`` (of which state of the project they are);
    empty where there is no stamp or no readable one.
    """
    try:
        content = json.loads(stamp_path(settings).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def refuse_newer(settings: Settings) -> None:
    """Raises FormatError where a newer version has built the warehouse: two versions at one home would undo each other's work."""
    found = read_stamp(settings).get("format", 0)
    if found > FORMAT:
        raise FormatError(
            f"{settings.warehouse_file} has format {found}, this version knows up to {FORMAT}: install the version that built it, or, to "
            f"stay with this one, remove {settings.build}: it is built again from the lake"
        )


def why_anew(settings: Settings) -> str | None:
    """Why the next build cannot go on from this file; None where it can, or where there is none."""
    if not settings.warehouse_file.exists():
        return None
    stamp = read_stamp(settings)
    if stamp.get("format") != FORMAT:
        return "an older version built it"
    if stamp.get("home") != str(settings.home.resolve()):
        return "it was built in another place"
    if stamp.get("engine", "duckdb") != settings.engine:
        return "another engine built it"
    if not opens(settings.warehouse_file):
        return "it cannot be opened"
    return "the cluster has forgotten it" if spark_warehouse.is_used(settings) and not spark_warehouse.is_there(settings) else None


def opens(path: Path) -> bool:
    """Whether DuckDB opens the file and its write-ahead log. In a process of its own: a damaged file may bring down who reads it.

    A file that another process has open for writing counts as sound.
    """
    command = [sys.executable, "-c", _OPEN, str(path)]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - a fixed command, no shell
    return done.returncode in {0, _LOCKED}


def discard(settings: Settings) -> None:
    """Remove the file, its log, what is noted of it, what steps have made of it, what Spark holds; the next build begins from nothing."""
    if spark_warehouse.is_used(settings):
        spark_warehouse.drop(settings)
    (settings.build / "built.digest").unlink(missing_ok=True)
    shutil.rmtree(settings.build / OUTPUTS, ignore_errors=True)
    name = settings.warehouse_file.name
    for path in settings.build.glob(f"{name}*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    stamp_path(settings).unlink(missing_ok=True)


def incremental(manifest: dict[str, Any]) -> dict[str, str]:
    """Each incremental model with a hash of what its stored rows depend on: columns and types, SQL, key and strategy."""
    found = {}
    for name, node in manifest["nodes"].items():
        config = node.get("config", {})
        if node.get("resource_type") != "model" or config.get("materialized") != "incremental":
            continue
        columns = sorted((key, column.get("data_type")) for key, column in node.get("columns", {}).items())
        told = [columns, node.get("raw_code"), config.get("unique_key"), config.get("incremental_strategy"), config.get("on_schema_change")]
        found[name] = hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()[:16]
    return found


def changed_incremental(settings: Settings, manifest: dict[str, Any]) -> list[str]:
    """Incremental models whose stored rows another definition made: they have to be built in full."""
    before = read_stamp(settings).get("incremental", {})
    return [name for name, digest in incremental(manifest).items() if before.get(name, digest) != digest]


def note(settings: Settings, manifest: dict[str, Any]) -> None:
    """Stamp the file, before it is written: what is noted must be true of a build that breaks off, too."""
    note_also(settings, format=FORMAT, home=str(settings.home.resolve()), engine=settings.engine, incremental=incremental(manifest))


def note_also(settings: Settings, **facts: Any) -> None:
    """Note further facts of the file, beside those that are noted."""
    write_stamp(stamp_path(settings), {**read_stamp(settings), **facts})
