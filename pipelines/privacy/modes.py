"""Who may read a place: modes and groups of files by audience."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_OTHERS = 0o007


class OpenPlaceError(RuntimeError):
    """A place would let everybody read what only some may; the text says what to do."""


def shut_to_others(folders: Iterable[Path]) -> None:
    """Take from everybody but owner and group what they may do in folders that exist."""
    for folder in folders:
        if folder.is_dir() and folder.stat().st_mode & _OTHERS:
            folder.chmod(folder.stat().st_mode & 0o770)


def restrict(folder: Path, group: str | None) -> None:
    """Let owner and group read a folder and what is in it, and nobody write.

    Raises OpenPlaceError where the file system does not keep such modes, as one that was mounted with modes of its own.
    """
    for path in (*folder.rglob("*"), folder):
        if group:
            shutil.chown(path, group=group)
        path.chmod(0o750 if path.is_dir() else 0o440)
        if path.stat().st_mode & _OTHERS:
            raise OpenPlaceError(
                f"{path} stays readable for everybody: the file system of {folder.parent} does not keep modes; put the releases elsewhere"
            )


@contextmanager
def private_file(target: Path) -> Iterator[Path]:
    """A new file of mode 0600 to write to, which takes the place of ``target`` once it is complete, whoever could read what was there."""
    staged = target.with_name(f".{target.name}.part")
    staged.unlink(missing_ok=True)
    os.close(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield staged
        staged.replace(target)
    finally:
        staged.unlink(missing_ok=True)
