"""DuckDB within the limits of the installation. Without them it takes four fifths of the machine's memory, whatever else runs there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

MEMORY = "2GB"
"""What DuckDB may use of it where no setting says otherwise."""


def limits(memory: str = MEMORY, spill: Path | None = None) -> dict[str, Any]:
    """Configuration of a connection: the memory it may use, and the folder for what is beyond that (None: beside its file)."""
    return {"memory_limit": memory} | ({} if spill is None else {"temp_directory": str(spill)})


def reading(warehouse: Path, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """A connection that only reads the warehouse. All of one process must have the same limit while one is open."""
    import duckdb  # not before it is needed: commands that read no database start at once

    return duckdb.connect(str(warehouse), read_only=True, config=limits(memory))


def literal(value: object) -> str:
    """A text or a path as SQL writes it, in its quotes, for statements that take no parameters."""
    return "'" + str(value).replace("'", "''") + "'"
