"""DuckDB within the limits of the installation. Without them it takes four fifths of the machine's memory, whatever else runs there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

MEMORY = "2GB"
"""What DuckDB may use of it where no setting says otherwise."""


def limits(memory: str = MEMORY, spill: Path | None = None) -> dict[str, Any]:
    """Configuration of a connection: the memory it may use, and the folder for what is beyond that (None: beside its file)."""
    return {"memory_limit": memory} | ({} if spill is None else {"temp_directory": str(spill)})


def share(memory: str, count: int) -> str:
    """What each of several processes may use where all of them may use so much."""
    size = re.fullmatch(r"([\d.]+)\s?([A-Za-z]+)", memory)
    assert size is not None, "the settings hold it to this form"
    return f"{float(size[1]) / count:g}{size[2]}"


def reading(warehouse: Path, memory: str = MEMORY, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection that only reads the warehouse. All of one process must have the same limits while one is open."""
    import duckdb  # not before it is needed: commands that read no database start at once

    return duckdb.connect(str(warehouse), read_only=True, config=limits(memory, spill))


def literal(value: object) -> str:
    """A text or a path as SQL writes it, in its quotes, for statements that take no parameters."""
    return "'" + str(value).replace("'", "''") + "'"
