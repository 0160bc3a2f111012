"""Processes beside this one: their results and their errors come back, and none of them outlives whoever started it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.processes import beside

LONG = 600
PATIENCE = 60


def failing(text: str) -> None:
    raise ValueError(text)


def wait_with_number(path: Path) -> None:
    """Write the number of this process and stay."""
    path.with_suffix(".new").write_text(str(os.getpid()))
    path.with_suffix(".new").rename(path)
    time.sleep(LONG)


def is_there(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: object) -> bool:
    """Whether it comes true in good time."""
    assert callable(condition)
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(condition())


@pytest.mark.parametrize("count", [0, 1])
def test_results_and_errors_come_back(count: int) -> None:
    with beside(count) as processes:
        number, error = processes.submit(os.getpid), processes.submit(failing, "as it was said")
        assert (number.result() == os.getpid()) == (count == 0)
        with pytest.raises(ValueError, match="as it was said"):
            error.result()


def test_a_worker_of_celery_does_all_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a daemon of its pool, and daemons may have no children."""
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)
    with beside(2) as processes:
        assert processes.submit(os.getpid).result() == os.getpid()


def test_a_process_that_is_killed_is_told_of(tmp_path: Path) -> None:
    with beside(1) as processes:
        waiting = processes.submit(wait_with_number, tmp_path / "number")
        assert until((tmp_path / "number").exists)
        os.kill(int((tmp_path / "number").read_text()), signal.SIGKILL)
        with pytest.raises(RuntimeError, match="terminated abruptly"):
            waiting.result()


def test_what_fails_here_ends_them_before_it_is_told(tmp_path: Path) -> None:
    def interrupted() -> None:
        with beside(1) as processes:
            processes.submit(wait_with_number, tmp_path / "number")
            assert until((tmp_path / "number").exists)
            raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not is_there(int((tmp_path / "number").read_text()))
    assert time.monotonic() - began < LONG / 2


def test_they_end_when_whoever_started_them_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\nfrom pipelines.processes import beside\nfrom tests.unit.test_processes import wait_with_number\n"
        "if __name__ == '__main__':\n    with beside(1) as processes:\n        processes.submit(wait_with_number, Path(sys.argv[1])).result()\n"
    )
    project = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, script, tmp_path / "number"], env={**os.environ, "PYTHONPATH": str(project)}) as parent:
        assert until((tmp_path / "number").exists)
        number = int((tmp_path / "number").read_text())
        assert is_there(number)
        parent.kill()
    assert until(lambda: not is_there(number))


PARSING = """
import subprocess, sys, time
command = [sys.executable, "-m", "pipelines.landing.sheet_worker", "xlsx", sys.argv[1], "1024", "5", "50", "1000", "10000"]
with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parser:
    parser.stdout.read(1)
    print(parser.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells a process of its parent's end")
def test_a_parser_that_is_busy_ends_when_whoever_asked_it_is_killed(tmp_path: Path) -> None:
    """One that is stopped stands for one that is busy: it does not see that nobody is left to ask it."""
    with xlsxwriter.Workbook(str(tmp_path / "book.xlsx")) as book:
        book.add_worksheet().write_row(0, 0, ["a", "b"])
    command = [sys.executable, "-c", PARSING, tmp_path / "book.xlsx"]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        number = int(parent.stdout.readline())
        os.kill(number, signal.SIGSTOP)
        assert is_there(number)
        parent.kill()
    assert until(lambda: not is_there(number))
