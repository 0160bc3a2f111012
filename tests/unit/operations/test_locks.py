"""One writer at a time, across processes, and nothing stale after a kill."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pipelines.locks import LOCK_FILE, LockedError, exclusive
from tests.unit.operations.shelves import in_a_killed_process, kill_this_process

if TYPE_CHECKING:
    from pathlib import Path


def test_the_second_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with (
        exclusive(tmp_path, "asn refresh"),
        pytest.raises(LockedError, match=rf"asn refresh, process {os.getpid()}, since \d{{4}}-"),
        exclusive(tmp_path, "asn backup"),
    ):
        pytest.fail("two hold the lock")
    with exclusive(tmp_path, "asn backup"):
        assert "asn backup" in (tmp_path / LOCK_FILE).read_text()
    assert (tmp_path / LOCK_FILE).read_text() == ""


def test_another_process_is_kept_out_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    def hold_and_die() -> None:
        with exclusive(tmp_path, "asn refresh"):
            kill_this_process()

    in_a_killed_process(hold_and_die)
    assert "asn refresh" in (tmp_path / LOCK_FILE).read_text(), "the note of the dead holder is still there, its lock is not"
    with exclusive(tmp_path, "asn backup"):
        pid = os.fork()
        if not pid:
            try:
                with exclusive(tmp_path, "other"):
                    os._exit(0)
            except LockedError:
                os._exit(9)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9


def test_an_error_inside_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), exclusive(tmp_path, "one"):
        _ = 1 / 0
    with exclusive(tmp_path, "two"):
        pass
