"""Opening a release to read it, with everything off that could reach outside of it: other files, the net, extensions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb

from pipelines.engine import literal

if TYPE_CHECKING:
    from pathlib import Path

STORAGE_VERSION = "v1.4.0"
"""Of databases that are written for readers: older drivers read it too, whatever version builds."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
SHUT: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
"""Settings of every connection that reads a release."""


def identifier(*parts: str) -> str:
    """A name for SQL, quoted. Raises ValueError for what is no plain name: nothing else is put into a query but values, as parameters."""
    wrong = [part for part in parts if not _NAME.fullmatch(part)]
    if wrong:
        raise ValueError(f"{len(wrong)} of the names of a query are no plain names")
    return ".".join(f'"{part}"' for part in parts)


def open_shut(database: Path) -> duckdb.DuckDBPyConnection:
    """A database to read, from which nothing outside of it can be read or written: no SQL in it reaches a file or the net."""
    return duckdb.connect(str(database), read_only=True, config={**SHUT, "enable_external_access": "false", "lock_configuration": "true"})


def reader() -> duckdb.DuckDBPyConnection:
    """A connection in memory, to which databases are attached by ``attach``."""
    return duckdb.connect(config=SHUT)


def attach(connection: duckdb.DuckDBPyConnection, database: Path, name: str, *, read_only: bool) -> None:
    """Attach a file under a name of ours; its path may hold any character."""
    options = "(read_only)" if read_only else f"(storage_version '{STORAGE_VERSION}')"
    connection.execute(f"attach {literal(database)} as {identifier(name)} {options}")
