"""Files for one reader: a report stands beside personal data, so nobody else may open it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def private_file(target: Path) -> Iterator[Path]:
    """A new file of mode 0600 to write to, which takes the place of ``target`` once it is complete."""
    staged = target.with_name(f".{target.name}.part")
    staged.unlink(missing_ok=True)
    os.close(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield staged
        staged.replace(target)
    finally:
        staged.unlink(missing_ok=True)
