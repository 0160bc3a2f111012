"""DuckDB keeps to the memory that the installation gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.engine import limits
from pipelines.publishing import release, shelf
from tests.unit.operations.shelves import MARTS, make_warehouse, publish

if TYPE_CHECKING:
    from pathlib import Path


def test_a_connection_has_the_limit_that_is_set(tmp_path: Path) -> None:
    with duckdb.connect(config=limits("512MiB", tmp_path)) as connection:
        found = connection.execute("select current_setting('memory_limit'), current_setting('temp_directory')").fetchall()
    assert found == [("512.0 MiB", str(tmp_path))]


def test_a_release_is_written_within_the_limit_or_not_at_all(tmp_path: Path) -> None:
    first = publish(tmp_path)
    warehouse = make_warehouse(tmp_path / "build" / "warehouse.duckdb", rows=200_000)
    with pytest.raises(duckdb.OutOfMemoryException):
        release.build_release(warehouse, tmp_path / "releases", MARTS, min_cell_size=5, facts={}, engine_memory="1MB")
    assert shelf.current_name(tmp_path / "releases") == first.name
    second = release.build_release(warehouse, tmp_path / "releases", MARTS, min_cell_size=5, facts={}, engine_memory="64MB")
    assert shelf.current_name(tmp_path / "releases") == second.name
    assert not list(warehouse.parent.glob("*.tmp"))
