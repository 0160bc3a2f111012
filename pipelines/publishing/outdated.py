"""Releases that hold what may be held no longer: a person who was erased, keys that a rotation has replaced.

They go at once, but for the current one: it goes when the next release has taken its place, so that readers are never without one. A
rollback that holds such a release ends then.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipelines.publishing import shelf

if TYPE_CHECKING:
    from pathlib import Path

NOTE = "outdated.json"


def outdate(releases: Path) -> list[str]:
    """Mark every release there is and remove all but the current; returns the names of those removed."""
    from pipelines.lake.migrations import write_stamp  # not above: `asn status` only reads the mark, and starts at once

    if not shelf.stamps(releases):
        return []
    write_stamp(releases / NOTE, {"releases": sorted({*outdated(releases), *shelf.stamps(releases)})})
    return _remove(releases)


def outdated(releases: Path) -> list[str]:
    """Names of the releases that are marked, whether or not they are still there."""
    path = releases / NOTE
    names: list[str] = json.loads(path.read_text(encoding="utf-8"))["releases"] if path.is_file() else []
    return names


def let_go(releases: Path) -> None:
    """End a rollback that holds a marked release, before the next is built: it could not be shown otherwise."""
    kept = shelf.held(releases)
    if kept and kept.release in outdated(releases):
        shelf.let_go(releases)


def remove_outdated(releases: Path) -> list[str]:
    """Remove the marked ones that are not current any more; the mark goes with the last. Returns their names."""
    gone = _remove(releases)
    if not set(outdated(releases)) & set(shelf.stamps(releases)):
        (releases / NOTE).unlink(missing_ok=True)
    return gone


def _remove(releases: Path) -> list[str]:
    current = shelf.current_name(releases)
    doomed = [name for name in shelf.stamps(releases) if name in outdated(releases) and name != current]
    for name in doomed:
        shelf.remove(releases / name)
    return doomed
