"""One writer at a time: whatever changes the lake, the warehouse or the releases holds ``home/refresh.lock``.

The lock is the kernel's (``flock``): it goes with the process that holds it, however that ends, so nobody ever has to remove a
stale file. What the file says of its holder is for people.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_FILE = "refresh.lock"


class LockedError(RuntimeError):
    """Another process is writing; the text says which, since when and what it does."""


@contextmanager
def exclusive(home: Path, what: str) -> Iterator[None]:
    """Hold the lock of an installation while ``what`` is done. Raises LockedError at once when another process holds it."""
    home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(f"{home} is being written: {_holder(descriptor)}; try again when it is done") from None
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        _write(descriptor, json.dumps({"pid": os.getpid(), "what": what, "since": since}))
        try:
            yield
        finally:
            _write(descriptor, "")
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    try:
        held = json.loads(os.pread(descriptor, 4_096, 0))
        return f"{held['what']}, process {held['pid']}, since {held['since']}"
    except (ValueError, KeyError, TypeError):
        return "by a process that does not say what it does"


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)
