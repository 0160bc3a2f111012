"""Files in the landing area that belong to no delivery: nobody reads them, so somebody has to be told.

Names alone are looked at, and told without what may be a person's; what is hidden is on its way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.landing.deliveries import delivery_date
from pipelines.landing.formats import SUFFIXES
from pipelines.landing.refusals import told_name

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

MOST_TOLD = 10
_COMPACT_DAY = re.compile(r"((?:19|20)\d{6})(?!\d)(.*)")


def unread_files(landing: Path, folders: Collection[str]) -> list[str]:
    """One sentence for each file that no delivery takes in, with its mend; the first few, and how many more there are.

    Args:
        landing: the landing area.
        folders: of the extracts, as ``hr/pegawai``.
    """
    said = []
    for path in sorted(landing.rglob("*")):
        place = path.relative_to(landing)
        if path.is_dir() or any(part.startswith((".", "~$")) for part in place.parts):
            continue
        mend = _mend(path, is_at_home=place.parent.as_posix() in folders)
        if mend:
            folder = "/".join(told_name(part) for part in place.parent.parts)
            said.append(f"{folder}{'/' if folder else ''}{_told(path.name)} is not read: {mend}")
    more = len(said) - MOST_TOLD
    return said[:MOST_TOLD] + ([f"{more} more files of the landing area are not read"] if more > 0 else [])


def _mend(path: Path, *, is_at_home: bool) -> str:
    if not is_at_home:
        return "put it into the folder of its extract (docs/extracts.md)"
    if path.is_symlink() or not path.is_file():
        return "put the file itself there; links are not followed"
    if not path.name.lower().endswith(tuple(f".{suffix}" for suffix in SUFFIXES)):
        return "unpack it, or save it as xlsx or csv"
    if delivery_date(path) is None:
        return "begin its name with the day of the delivery, as in 2026-11-24.csv"
    return ""


def _told(name: str) -> str:
    """A name as it may be told; a day in eight digits at its front is no number of a person."""
    match = _COMPACT_DAY.fullmatch(name)
    return match[1] + told_name(match[2]) if match else told_name(name)
