"""One writer at a time: processes of their own hold, wait for and lose the lock."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.run_lock import LockHeldError, holder, run_lock

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from pipelines.run_lock import run_lock
with run_lock(Path(sys.argv[1]), "another refresh", wait="wait" in sys.argv, told=lambda who: print("waits for", who, flush=True)):
    print("holds", flush=True)
    sys.stdin.readline()
"""


def process(path: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), *arguments], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def line(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def test_a_second_process_is_told_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    first = process(path)
    assert line(first) == "holds"
    with pytest.raises(LockHeldError, match=rf"another refresh \(process {first.pid} on .+, since .+\)"), run_lock(path, "mine"):
        pytest.fail("two hold the lock")
    found = holder(path)
    assert found is not None
    assert found.startswith("another refresh")
    first.communicate("\n")
    with run_lock(path, "mine"):
        pass


def test_a_process_that_waits_gets_it_when_the_first_is_done(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    first = process(path)
    assert line(first) == "holds"
    second = process(path, "wait")
    assert line(second).startswith(f"waits for another refresh (process {first.pid}")
    first.communicate("\n")
    assert line(second) == "holds"
    assert holder(path) is not None
    second.communicate("\n")
    assert holder(path) is None


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    first = process(path)
    assert line(first) == "holds"
    first.kill()
    first.communicate()
    assert holder(path) is None
    with run_lock(path, "mine"):
        pass


def test_whoever_only_looks_takes_the_lock_from_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a moment the one who looks has the lock, without a name in it: then it is tried again."""
    path = tmp_path / "run.lock"
    path.touch()
    looking = path.open("r+", encoding="utf-8")
    fcntl.flock(looking, fcntl.LOCK_EX)
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        looking.close()

    monkeypatch.setattr("pipelines.run_lock.time.sleep", pause)
    with run_lock(path, "mine"):
        pass
    assert len(pauses) == 1


def test_within_a_process_it_is_taken_again_and_let_go_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run.lock"
    assert holder(path) is None
    with run_lock(path, "outer", clock=lambda: datetime(2026, 11, 24, 18, tzinfo=UTC)):
        with run_lock(path, "inner"):
            pass
        second = process(path, "wait")
        told = line(second)
        assert told.startswith("waits for outer"), "the inner block has let the outer lock go"
        assert "2026-11-24T18:00:00+00:00" in told
    assert line(second) == "holds"
    second.communicate("\n")
    with pytest.raises(RuntimeError, match="stop"), run_lock(path, "failing"):
        raise RuntimeError("stop")
    assert holder(path) is None
