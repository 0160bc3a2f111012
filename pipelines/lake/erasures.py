"""Who was erased: a list of employee keys, so that a file that is delivered again does not bring anybody back.

A key is a hash under the secret; nobody without the secret can tell whose it is, and no row has it any more. The list is written before
the first row goes and is never shortened.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipelines.lake.migrations import write_stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path


def _list(lake_root: Path) -> Path:
    return lake_root / "meta" / "erased.json"


def erasures(lake_root: Path) -> dict[str, str]:
    """Key -> when it was erased (UTC, ISO)."""
    path = _list(lake_root)
    content: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["people"] if path.is_file() else {}
    return content


def erased_keys(lake_root: Path) -> frozenset[str]:
    return frozenset(erasures(lake_root))


def note_erasure(lake_root: Path, key: str, at: datetime) -> None:
    """Add a key; one that is there keeps its time."""
    _write(lake_root, {key: at.isoformat(timespec="seconds"), **erasures(lake_root)})


def rekey_erasures(lake_root: Path, new_key: Callable[[str], str], mark: str) -> None:
    """Put every key through ``new_key``, once for each mark."""
    path = _list(lake_root)
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")).get("rekeyed") != mark:
        _write(lake_root, {new_key(key): at for key, at in erasures(lake_root).items()}, mark)


def _write(lake_root: Path, people: dict[str, str], mark: str | None = None) -> None:
    path = _list(lake_root)
    known = json.loads(path.read_text(encoding="utf-8")).get("rekeyed") if path.is_file() else None
    write_stamp(path, {"people": people, "rekeyed": mark or known}, mode=0o600)
