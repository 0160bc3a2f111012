"""The warehouse file is derived: whatever is wrong with it, the next night builds it from the lake. Newer ones are refused."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING

import dagster as dg
import duckdb
import pytest

from pipelines.building import warehouse, warehouse_file
from pipelines.defs.resources import LOCK, lock_resource
from pipelines.lake.migrations import FormatError
from pipelines.operations import recovery
from pipelines.publishing import shelf
from pipelines.settings import Settings
from tests.unit.operations.shelves import current, in_a_killed_process, kill_this_process, publish, publish_nights
from tests.unit.operations.test_releases import damage

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.thorough


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation whose last night went well."""
    settings = Settings(home=tmp_path)
    publish(tmp_path)
    warehouse_file.note(settings, {"nodes": {}})
    (settings.build / "built.digest").write_text("of the last night")
    return settings


def test_after_a_good_night_nothing_is_mended(settings: Settings) -> None:
    assert recovery.heal(settings) == []
    assert warehouse.last_build_digest(settings) == "of the last night"


def test_a_run_begins_with_the_room_that_a_killed_one_had_taken(settings: Settings) -> None:
    """What DuckDB had written beside its memory, and half a release; what is whole stays."""
    left = [settings.build / "warehouse.duckdb.tmp", settings.build / "warehouse.duckdb.open.tmp", settings.releases / ".building-x"]
    for folder in left:
        folder.mkdir()
        (folder / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"spilled")
    before = shelf.current_name(settings.releases)
    with dg.build_resources({LOCK: lock_resource(settings)}):
        assert not any(folder.exists() for folder in left)
    assert shelf.current_name(settings.releases) == before
    assert recovery.heal(settings) == []


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5_000])


def overwrite_header(path: Path) -> None:
    path.write_bytes(b"\0" * 8_192 + path.read_bytes()[8_192:])


def no_database(path: Path) -> None:
    path.write_text("this is no database")


@pytest.mark.parametrize("harm", [cut_short, overwrite_header, no_database])
def test_a_damaged_warehouse_is_built_anew(settings: Settings, harm) -> None:
    harm(settings.warehouse_file)
    assert recovery.heal(settings) == ["the warehouse is built anew from the lake: it cannot be opened"]
    assert not settings.warehouse_file.exists()
    assert warehouse.last_build_digest(settings) is None, "the night would find nothing new"
    assert shelf.current_name(settings.releases) == "20260803T010000Z"
    assert recovery.heal(settings) == []


def test_a_write_ahead_log_that_cannot_be_replayed_is_mended(settings: Settings) -> None:
    def leave_a_log() -> None:
        connection = duckdb.connect(str(settings.warehouse_file))
        connection.execute("set checkpoint_threshold = '1TB'; create table late as select range as n from range(5000)")
        connection.execute("insert into late select * from range(9)")
        kill_this_process()

    in_a_killed_process(leave_a_log)
    log = settings.warehouse_file.with_name("warehouse.duckdb.wal")
    assert log.stat().st_size > 100
    assert recovery.heal(settings) == [], "a sound log is replayed"
    damage(log)
    assert recovery.heal(settings) == ["the warehouse is built anew from the lake: it cannot be opened"]
    assert not log.exists()


def test_a_file_that_another_process_writes_is_not_called_damaged(settings: Settings) -> None:
    import subprocess
    import sys

    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(settings.warehouse_file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        assert warehouse_file.opens(settings.warehouse_file)
        assert recovery.heal(settings) == []


def test_a_warehouse_of_an_older_version_or_another_place_is_built_anew(settings: Settings) -> None:
    stamp = json.loads(warehouse_file.stamp_path(settings).read_text())
    warehouse_file.stamp_path(settings).write_text(json.dumps({**stamp, "home": "/elsewhere"}))
    assert warehouse_file.why_anew(settings) == "it was built in another place"
    warehouse_file.stamp_path(settings).write_text(json.dumps({**stamp, "format": 1}))
    assert warehouse_file.why_anew(settings) == "an older version built it"
    warehouse_file.stamp_path(settings).unlink()
    assert recovery.heal(settings) == ["the warehouse is built anew from the lake: an older version built it"]


def test_a_newer_warehouse_or_lake_is_refused_and_not_touched(settings: Settings) -> None:
    warehouse_file.stamp_path(settings).write_text(json.dumps({"format": warehouse_file.FORMAT + 1}))
    with pytest.raises(FormatError, match="install the version that built it"):
        recovery.heal(settings)
    assert settings.warehouse_file.exists()
    warehouse_file.stamp_path(settings).unlink()
    settings.lake.root.mkdir()
    (settings.lake.root / "format.json").write_text('{"format": 99}')
    with pytest.raises(FormatError, match="has format 99"):
        recovery.refuse(settings)


def test_after_a_build_that_broke_off_the_next_begins_from_an_empty_file(settings: Settings) -> None:
    warehouse.begin_build(settings, "one")
    assert settings.warehouse_file.exists(), "the first build goes on from the file of the last night"
    warehouse.begin_build(settings, "two")
    assert not settings.warehouse_file.exists()
    assert warehouse_file.read_stamp(settings)["format"] == warehouse_file.FORMAT


def test_a_current_release_that_had_to_be_replaced_is_published_anew(settings: Settings) -> None:
    publish_nights(settings.home, 2)
    warehouse_file.note(settings, {"nodes": {}})
    newest = settings.releases / current(settings.home)
    damage(newest / "open" / "competency.duckdb")
    recovery.heal(settings)
    assert current(settings.home) != newest.name
    assert warehouse.last_build_digest(settings) is None


def test_a_lost_link_alone_is_no_news(settings: Settings) -> None:
    (settings.releases / "current").unlink()
    assert len(recovery.heal(settings)) == 1
    assert warehouse.last_build_digest(settings) == "of the last night"


# --- incremental models -----------------------------------------------------------------------------------------------


def manifest(type_of_level: str = "integer", sql: str = "select 1", materialized: str = "incremental") -> dict[str, object]:
    config = {"materialized": materialized, "unique_key": "id"}
    columns = {"level": {"name": "level", "data_type": type_of_level}}
    return {"nodes": {"model.asn.facts": {"resource_type": "model", "config": config, "columns": columns, "raw_code": sql}}}


def write_manifest(settings: Settings, content: dict[str, object]) -> None:
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    (settings.dbt_target / "manifest.json").write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("change", "in_full"),
    [({}, False), ({"type_of_level": "bigint"}, True), ({"sql": "select 2"}, True), ({"materialized": "table"}, False)],
    ids=["nothing", "contract", "sql", "no longer incremental"],
)
def test_an_incremental_model_is_built_in_full_when_its_definition_has_changed(
    settings: Settings, change: dict[str, str], in_full: bool
) -> None:
    warehouse_file.note(settings, manifest())
    write_manifest(settings, manifest(**change))
    warehouse.begin_build(settings, "digest")
    assert ("--full-refresh" in warehouse.build_arguments(settings)) is in_full
    warehouse.finish_build(settings)
    warehouse.begin_build(settings, "the night after")
    assert "--full-refresh" not in warehouse.build_arguments(settings)


def test_a_new_incremental_model_needs_no_full_build(settings: Settings) -> None:
    write_manifest(settings, manifest())
    warehouse.begin_build(settings, "digest")
    assert "--full-refresh" not in warehouse.build_arguments(settings)


def test_a_manifest_that_was_cut_off_is_not_taken_for_whole(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    assert not warehouse._is_whole(path)
    path.write_text("")
    assert not warehouse._is_whole(path)
    path.write_text('{"nodes": {"model')
    assert not warehouse._is_whole(path)
    path.write_text('{"nodes": {}}')
    assert warehouse._is_whole(path)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "not be written by this user"),
        (errno.ENOTDIR, "Not a directory"),
    ],
)
def test_an_error_of_the_disk_is_said_in_words(number: int, words: str) -> None:
    said = recovery.words_for(OSError(number, "x", "/data/home"))
    assert said.startswith("/data/home: ")
    assert words in said
    assert recovery.words_for(OSError("arrow says so")) == "arrow says so"
