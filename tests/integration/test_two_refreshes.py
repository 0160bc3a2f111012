"""Two refreshes at once, as processes of their own: the second says who is first, or waits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipelines.run_lock import BUSY

ROOT = Path(__file__).parents[2]
REFRESH = """
import sys
from pipelines.commands import main

def nightly(settings, **asked):
    print("inside", flush=True)
    sys.stdin.readline()
    return True

main._simulate = lambda settings, employees, seed: None
main._summarise = lambda *_, **__: None
main.run_nightly = nightly
main.app(["refresh", *sys.argv[1:]])
"""
"""The command as it is, with a night that lasts until a line comes in."""


def refresh(home: Path, *arguments: str, code: str = REFRESH) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, env={**os.environ, "WAREHOUSE_HOME": str(home)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def until(running: subprocess.Popen[str], text: str) -> str:
    """The first line that holds the text; the process is waited for line by line."""
    assert running.stdout is not None
    for line in running.stdout:
        if text in line:
            return line
    raise AssertionError(f"{text!r} never came: {running.communicate()}")


def test_the_second_refresh_says_who_is_first_and_leaves_with_its_own_code(tmp_path: Path) -> None:
    first = refresh(tmp_path)
    until(first, "inside")
    second = refresh(tmp_path)
    out, err = second.communicate()
    assert second.returncode == BUSY
    assert f"being written by asn refresh (process {first.pid} on " in err
    assert "--wait" in err
    assert "inside" not in out
    first.communicate("\n")
    assert first.returncode == 0


def test_a_refresh_that_waits_runs_after_the_first(tmp_path: Path) -> None:
    first = refresh(tmp_path)
    until(first, "inside")
    second = refresh(tmp_path, "--wait")
    assert f"process {first.pid} on " in until(second, "waiting for asn refresh")
    first.communicate("\n")
    until(second, "inside")
    second.communicate("\n")
    assert second.returncode == 0


def test_others_that_write_or_look_are_told_too(tmp_path: Path) -> None:
    first = refresh(tmp_path)
    until(first, "inside")
    replay = refresh(tmp_path, "replay", code="import sys; from pipelines.commands.main import app; app(sys.argv[1:])")
    _, err = replay.communicate()
    assert replay.returncode == BUSY
    assert f"process {first.pid} on " in err
    first.communicate("\n")


def test_a_range_that_ends_before_it_begins_is_refused_at_once(tmp_path: Path) -> None:
    for arguments in (["--from", "2026-02-01", "--to", "2026-01-01"], ["--rebuild", "lake", "--from", "2026-01-01"]):
        asked = refresh(tmp_path, *arguments)
        out, err = asked.communicate()
        assert asked.returncode == 2, out + err
        assert "inside" not in out
