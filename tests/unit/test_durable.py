"""What takes the name of something in the lake is on the disk before: after a power cut a name over empty files would be no delivery."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.durable import sync_tree
from pipelines.lake import runs
from pipelines.lake.store import replace_folder


def watched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is put on the disk and what is renamed, in the order in which it happens."""
    done: list[tuple[str, str]] = []
    fsync, rename, replace = os.fsync, Path.rename, Path.replace

    def noted_sync(descriptor: int) -> None:
        done.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        fsync(descriptor)

    def noted_rename(self: Path, target: Path) -> Path:
        done.append(("rename", self.name))
        return rename(self, target)

    def noted_replace(self: Path, target: Path) -> Path:
        done.append(("rename", self.name))
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "rename", noted_rename)
    monkeypatch.setattr(Path, "replace", noted_replace)
    return done


def test_every_file_of_a_folder_is_on_the_disk_before_the_folder_takes_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staged, target = tmp_path / "staged", tmp_path / "lake" / "delivery=2026-01-01"
    staged.mkdir()
    for name in ("part-0.parquet", "checks.parquet"):
        pq.write_table(pa.table({"n": [1]}), staged / name)
    done = watched(monkeypatch)
    replace_folder(staged, target)
    before = {name for what, name in done[: done.index(("rename", "staged"))] if what == "sync"}
    assert before == {"part-0.parquet", "checks.parquet", "staged"}
    assert done[-1] == ("sync", "lake"), "the new name is on the disk too"


def test_everything_below_a_folder_is_put_on_the_disk_and_what_the_disk_refuses_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/1", "a/b/2", "3"):
        path = tmp_path / "staged" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "staged" / "current").symlink_to("nowhere")
    done = watched(monkeypatch)
    sync_tree(tmp_path / "staged")
    assert sorted(name for _, name in done) == ["1", "2", "3", "a", "b", "staged"]

    def full(descriptor: int) -> None:
        raise OSError(errno.EIO, f"no disk for {descriptor}")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no disk"):
        sync_tree(tmp_path / "staged")


def test_the_records_of_runs_are_on_the_disk_before_they_replace_those_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = watched(monkeypatch)
    runs.prepare_runs(tmp_path)
    assert done == [("sync", "._schema.parquet.new"), ("rename", "._schema.parquet.new")]
