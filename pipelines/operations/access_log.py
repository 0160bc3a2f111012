"""Who took personal data out, when and how much: ``logs/access.jsonl`` (0600), one JSON object a line. It names nobody but who did."""

from __future__ import annotations

import getpass
import json
import os
from typing import TYPE_CHECKING

from pipelines.terminal import fail

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


def log_access(home: Path, at: datetime, what: str, **facts: str | int | None) -> None:
    """Append a line, and have it on disk before anything is handed out; where that cannot be, the command ends, in words.

    Args:
        home: root of the installation.
        at: when (UTC).
        what: the command.
        facts: unit, release, delivery, counts. No personal data.
    """
    path = home / "logs" / "access.jsonl"
    line = {"at": at.isoformat(timespec="seconds"), "user": user(), "uid": os.getuid(), "what": what, **facts}
    try:
        _append(path, json.dumps(line, ensure_ascii=False))
    except OSError as error:
        fail(f"that this was done cannot be noted in {path} ({error.strerror}), so nothing is handed out")


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as stream:
        stream.write(line + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def user() -> str:
    """Name of the user of the system, behind ``sudo`` the one who called it; empty where a container runs as one without a name."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # before Python 3.13, and from there on
        return ""
