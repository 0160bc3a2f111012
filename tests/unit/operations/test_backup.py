"""A backup is whole or not there, proves itself, and brings back what was copied with its modes and links."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.lake import erasures
from pipelines.operations import backup as module
from pipelines.operations.backup import BackupError, make_backup, read_backup, restore_backup
from pipelines.operations.recovery import refuse
from pipelines.publishing import keeping, shelf
from pipelines.settings import Settings
from tests.unit.operations.shelves import MONDAY, current, in_a_killed_process, kill_this_process, publish_nights, seats
from tests.unit.operations.test_releases import damage

pytestmark = pytest.mark.thorough


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation with two releases, a secret, a lake, Dagster's database in use and a profile."""
    home = tmp_path / "home"
    settings = Settings(home=home, config=tmp_path / "config")
    publish_nights(home, 2)
    settings.pseudonym()
    (settings.lake.root / "loads").mkdir()
    (settings.lake.root / "loads" / "load.parquet").write_bytes(b"rows")
    (settings.lake.root / ".tmp" / "half").mkdir(parents=True)
    (settings.lake.root / ".tmp" / "half" / "x.parquet").write_bytes(b"half")
    (settings.lake.root / "format.json").write_text('{"format": 2}')
    (home / "landing" / "hr").mkdir(parents=True)
    (home / "landing" / "hr" / "2026-01-01.csv").write_text("NIP;NAMA")
    (home / "dagster" / "storage").mkdir(parents=True)
    (settings.config / "sources").mkdir(parents=True)
    (settings.config / "sources" / "office.yaml").write_text("extract: hr/employees\n")
    return settings


def elsewhere(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "other", config=tmp_path / "other-config")


def test_a_restored_installation_is_the_one_that_was_copied(settings: Settings, tmp_path: Path) -> None:
    made = make_backup(settings, tmp_path / "backup")
    assert made.stat().st_mode & 0o777 == 0o700
    other = elsewhere(tmp_path)
    said = restore_backup(other, made)
    assert said[0].endswith("release 20260804T010000Z")
    assert (other.home / "secrets" / "pseudonym.key").stat().st_mode & 0o777 == 0o600
    assert other.pseudonym()("199001012015011001") == settings.pseudonym()("199001012015011001")
    assert (other.lake.root / "loads" / "load.parquet").read_bytes() == b"rows"
    assert keeping.findings(other.releases / "current") == ["manifest.json is that of 20260804T010000Z"], "read through the link"
    assert keeping.findings(other.releases / current(other.home)) == []
    assert seats(other.home) == 4
    assert (other.config / "sources" / "office.yaml").read_text() == "extract: hr/employees\n"
    assert not (other.lake.root / ".tmp").exists()
    assert not (other.home / "landing").exists()
    assert shelf.stamps(other.releases) == ["20260804T010000Z"]
    assert not (other.home / ".restoring").exists()


def test_what_more_is_asked_for_is_copied_too(settings: Settings, tmp_path: Path) -> None:
    keeping.rollback(settings.releases)
    make_backup(settings, tmp_path / "one")
    assert any("releases/20260803T010000Z/" in name for name in read_backup(tmp_path / "one")["files"])
    make_backup(settings, tmp_path / "all", all_releases=True, landing=True)
    other = elsewhere(tmp_path)
    restore_backup(other, tmp_path / "all")
    assert len(shelf.stamps(other.releases)) == 2
    assert shelf.held(other.releases) == shelf.held(settings.releases)
    assert (other.landing / "hr" / "2026-01-01.csv").is_file()


def test_dagsters_database_is_copied_as_one_state_while_it_is_written(settings: Settings, tmp_path: Path) -> None:
    path = settings.dagster_home / "storage" / "runs.db"
    writer = sqlite3.connect(path)
    writer.execute("pragma journal_mode = wal")
    writer.execute("create table runs (id integer)")
    writer.executemany("insert into runs values (?)", [(n,) for n in range(500)])
    writer.commit()
    writer.execute("insert into runs values (-1)")  # not committed
    (path.parent / "empty.db").write_bytes(b"")
    (path.parent / "other.db").write_bytes(b"no database")
    make_backup(settings, tmp_path / "backup")
    assert not list((tmp_path / "backup").rglob("*-wal"))
    copy = sqlite3.connect(tmp_path / "backup" / "home" / "dagster" / "storage" / "runs.db")
    assert copy.execute("select count(*), min(id) from runs").fetchall() == [(500, 0)]


def test_every_kind_of_damage_is_found_before_anything_changes(settings: Settings, tmp_path: Path) -> None:
    whole = make_backup(settings, tmp_path / "whole")
    names = [name for name in read_backup(whole)["files"] if name.endswith((".key", "load.parquet", "warehouse.duckdb", "office.yaml"))]
    assert len(names) == 4
    other = elsewhere(tmp_path)
    for number, name in enumerate(names):
        copy = shutil.copytree(whole, tmp_path / f"copy{number}", symlinks=True)
        damage(copy / name)
        with pytest.raises(BackupError, match="another content"):
            restore_backup(other, copy)
        (copy / name).unlink()
        with pytest.raises(BackupError, match=f"{name} is missing"):
            restore_backup(other, copy)
    (whole / "manifest.json").write_text((whole / "manifest.json").read_text()[:-200])
    with pytest.raises(BackupError, match="manifest cannot be read"):
        restore_backup(other, whole)
    assert not other.home.exists()


def test_a_backup_may_not_write_outside_of_the_installation(settings: Settings, tmp_path: Path) -> None:
    made = make_backup(settings, tmp_path / "backup")
    manifest = json.loads((made / "manifest.json").read_text())
    manifest["files"]["home/../../escaped"] = {"sha256": "x", "size": 1, "mode": "644"}
    (made / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupError, match="outside of the installation"):
        restore_backup(elsewhere(tmp_path), made)


@pytest.mark.parametrize("what", [{"version": 2}, {"lake_format": 99}])
def test_a_backup_of_a_newer_version_is_refused(settings: Settings, tmp_path: Path, what: dict[str, int]) -> None:
    made = make_backup(settings, tmp_path / "backup")
    content = json.loads((made / "manifest.json").read_text())
    (made / "manifest.json").write_text(json.dumps({**content, **what}))
    with pytest.raises(BackupError, match="newer version"):
        restore_backup(elsewhere(tmp_path), made)


def test_a_home_in_use_is_not_overwritten_and_with_force_put_aside(settings: Settings, tmp_path: Path) -> None:
    made = make_backup(settings, tmp_path / "backup")
    (settings.lake.root / "loads" / "load.parquet").write_bytes(b"newer")
    (settings.config / "sources" / "office.yaml").write_text("extract: hr/units\n")
    with pytest.raises(BackupError, match=r"holds build, lake, releases, secrets already.*--force"):
        restore_backup(settings, made)
    assert (settings.lake.root / "loads" / "load.parquet").read_bytes() == b"newer"
    said = "\n".join(restore_backup(settings, made, force=True))
    assert (settings.lake.root / "loads" / "load.parquet").read_bytes() == b"rows"
    (aside,) = settings.home.glob(".before-restore-*")
    assert (aside / "lake" / "loads" / "load.parquet").read_bytes() == b"newer"
    assert str(aside) in said
    assert f"left as they are: {settings.config / 'sources' / 'office.yaml'}" in said
    assert (settings.home / "landing" / "hr" / "2026-01-01.csv").is_file(), "what the backup does not hold stays"


def test_a_target_in_use_in_the_home_or_without_room_is_refused(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BackupError, match="is not empty"):
        make_backup(settings, settings.config)
    with pytest.raises(BackupError, match="on another disk"):
        make_backup(settings, settings.home / "backup")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(BackupError, match="0 MB are free"):
        make_backup(settings, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_disk_that_fills_up_while_copying_leaves_no_backup(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.shutil, "copy2", full)
    with pytest.raises(OSError, match="No space"):
        make_backup(settings, tmp_path / "backup")
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == []


def test_a_restore_that_was_killed_is_noticed_and_done_again(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_backup(settings, tmp_path / "backup")
    other = elsewhere(tmp_path)
    monkeypatch.setattr(module, "_restore_config", lambda *_: [])
    monkeypatch.setattr(
        module.shutil, "rmtree", lambda path, **_: kill_this_process() if path.name == ".restoring" and path.exists() else None
    )
    in_a_killed_process(lambda: restore_backup(other, made))
    monkeypatch.undo()
    with pytest.raises(Exception, match=r"a restore into .* was cut off"):
        refuse(other)
    restore_backup(other, made, force=True)
    refuse(other)
    assert seats(other.home) == 4


@pytest.mark.parametrize("moved", ["lake", "releases"])
def test_a_restore_that_was_cut_off_does_not_forget_who_was_erased_since(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: str
) -> None:
    made = make_backup(settings, tmp_path / "backup")
    erasures.note_erasure(settings.lake.root, "somebody", MONDAY)
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.parent.name == ".restoring" and self.name == moved:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", failing)
        with pytest.raises(OSError, match="Input/output"):
            restore_backup(settings, made, force=True, now=MONDAY)
    said = restore_backup(settings, made, force=True, now=MONDAY + timedelta(hours=1))
    assert any("1 people were erased since the backup was made" in line for line in said)
    assert erasures.erased_keys(settings.lake.root) == {"somebody"}


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_restore_that_fails_while_it_copies_leaves_the_home_as_it_was(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_killed: bool
) -> None:
    made = make_backup(settings, tmp_path / "backup")
    copy = shutil.copy2

    def full(source: Path, target: Path) -> None:
        if str(source).endswith("load.parquet"):
            if is_killed:
                kill_this_process()
            raise OSError(28, "No space left on device")
        copy(source, target)

    monkeypatch.setattr(module.shutil, "copy2", full)
    if is_killed:
        in_a_killed_process(lambda: restore_backup(settings, made, force=True))
    else:
        with pytest.raises(OSError, match="No space"):
            restore_backup(settings, made, force=True)
    monkeypatch.undo()
    refuse(settings)
    assert seats(settings.home) == 4
    assert not list(settings.home.glob(".before-restore-*"))
    restore_backup(settings, made, force=True)
    assert not (settings.home / ".unpacking").exists()


def test_without_a_secret_in_a_file_the_restore_says_where_it_has_to_come_from(settings: Settings, tmp_path: Path) -> None:
    shutil.rmtree(settings.home / "secrets")
    said = restore_backup(elsewhere(tmp_path), make_backup(settings, tmp_path / "backup"))
    assert "set WAREHOUSE_SECRET" in said[-1]
