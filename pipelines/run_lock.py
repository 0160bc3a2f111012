"""One writer at a time, across processes: a lock on a file that the kernel lets go of when its holder dies.

Whoever writes the lake, the warehouse or a release holds it: ``asn refresh`` and ``asn replay`` from their first to their last
step, a run of Dagster through a resource. A run inside ``asn refresh`` finds that its own process holds the lock already.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from pipelines.clock import Clock, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BUSY = 75
"""Exit code of a command that finds another process writing (``EX_TEMPFAIL`` of sysexits): it can be given again later."""
LOOKS, PAUSE = 20, 0.05
"""How often, and after how many seconds, a lock is tried again that nobody has put a name to."""
_held: dict[str, int] = {}
"""Locks of this process: path -> how often it was taken."""


class LockHeldError(RuntimeError):
    """Somebody else is writing. ``holder`` says who, as it is told to people."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"the warehouse is being written by {holder}")
        self.holder = holder


@contextmanager
def run_lock(
    path: Path, what: str, *, wait: bool = False, told: Callable[[str], None] | None = None, clock: Clock = utc_now
) -> Iterator[None]:
    """Hold the lock while the block runs.

    Args:
        path: the file of the lock; made where it is missing, never removed.
        what: what the holder does, for whoever comes second.
        wait: wait for the holder instead of raising.
        told: is told who holds the lock before the wait begins.
        clock: gives the time since when it is held.

    Raises:
        LockHeldError: another process holds the lock and ``wait`` is false.
    """
    key = str(path.resolve())
    if key in _held:
        _held[key] += 1
        try:
            yield
        finally:
            _held[key] -= 1
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        _take(file, wait=wait, told=told)
        _write(file, {"pid": os.getpid(), "host": socket.gethostname(), "what": what, "since": clock().isoformat(timespec="seconds")})
        _held[key] = 1
        try:
            yield
        finally:
            del _held[key]
            _write(file, None)
            fcntl.flock(file, fcntl.LOCK_UN)


def holder(path: Path) -> str | None:
    """Who holds the lock, in words; None when it is free."""
    if not path.is_file():
        return None
    with path.open("r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(file)
        fcntl.flock(file, fcntl.LOCK_UN)
    return None


def _take(file: IO[str], *, wait: bool, told: Callable[[str], None] | None) -> None:
    for _ in range(LOOKS):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if _is_named(file):
                break
            time.sleep(PAUSE)  # somebody only looks (``holder``), or has taken it this very moment
        else:
            return
    if not wait:
        raise LockHeldError(_read(file))
    if told:
        told(_read(file))
    fcntl.flock(file, fcntl.LOCK_EX)


def _is_named(file: IO[str]) -> bool:
    file.seek(0)
    return bool(file.read(1))


def _read(file: IO[str]) -> str:
    file.seek(0)
    try:
        found = json.loads(file.read())
        return f"{found['what']} (process {found['pid']} on {found['host']}, since {found['since']})"
    except (ValueError, KeyError, TypeError):
        return "another process"


def _write(file: IO[str], content: dict[str, object] | None) -> None:
    file.seek(0)
    file.truncate()
    if content:
        file.write(json.dumps(content))
    file.flush()
