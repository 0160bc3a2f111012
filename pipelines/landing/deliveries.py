"""Which deliveries lie in the landing area. A delivery is every file of one extract with one date at the front of its name."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines.clock import CITY
from pipelines.durable import checksum
from pipelines.landing.formats import SUFFIXES
from pipelines.landing.refusals import EarlyDeliveryError, UnreadableFileError, shown_names, told_name

if TYPE_CHECKING:
    from pathlib import Path

    from data_quality.contract import Contract
    from data_quality.results import LoadRecord

FILE_NAME = re.compile(rf"(\d{{4}}-\d{{2}}-\d{{2}})[^/\\\x00-\x1f\x7f]*\.(?:{'|'.join(map(re.escape, SUFFIXES))})", re.IGNORECASE)


@dataclass(frozen=True)
class Delivery:
    """The files of one extract and one delivery date, in the order of their names."""

    contract: Contract
    delivery_on: date
    files: tuple[Path, ...]
    remembered: LoadRecord | None = field(default=None, hash=False)

    @cached_property
    def _digests(self) -> list[str]:
        return [_sha256(path) for path in self.files]

    @cached_property
    def file_hashes(self) -> dict[str, str]:
        """SHA-256 of each file, by the name that may be kept of it; those ``remembered`` where the files themselves are gone."""
        if self.remembered is not None:
            hashes: dict[str, str] = json.loads(self.remembered.files)
            return hashes
        return dict(zip(shown_names(path.name for path in self.files), self._digests, strict=True))

    @cached_property
    def fingerprint(self) -> str:
        """Changes when the content or the name of any file changes, whatever its time stamp says."""
        if self.remembered is not None:
            return self.remembered.fingerprint
        listing = "\n".join(
            f"{name} {digest}" for name, digest in sorted(zip((path.name for path in self.files), self._digests, strict=True))
        )
        return hashlib.sha256(listing.encode()).hexdigest()


def latest_day(now: datetime) -> date:
    """The latest date that a delivery can have at an instant (without a zone: UTC): tomorrow in the city."""
    instant = now if now.tzinfo else now.replace(tzinfo=UTC)
    return instant.astimezone(CITY).date() + timedelta(days=1)


def refuse_early(delivery: Delivery, now: datetime) -> None:
    """Raise EarlyDeliveryError where the day has not come: by one slip of the pen every mart would be as of a day that nobody has seen."""
    if delivery.delivery_on > latest_day(now):
        raise EarlyDeliveryError(delivery.files[0].name, delivery.delivery_on)


def is_untouched(delivery: Delivery, now: datetime, quiet: timedelta) -> bool:
    """Whether nobody has touched a file of the delivery for the quiet time, so that none of them is still being copied."""
    instant = now if now.tzinfo else now.replace(tzinfo=UTC)
    try:
        return all(instant.timestamp() - path.stat().st_mtime >= quiet.total_seconds() for path in delivery.files)
    except FileNotFoundError:  # renamed or removed since: the next look decides
        return False


def is_there(delivery: Delivery) -> bool:
    """Whether every file of the delivery is there still; they are hashed for it, once."""
    try:
        return bool(delivery.fingerprint)
    except FileNotFoundError:  # renamed or removed since: the next look decides
        return False


SHUT = "0" * 64
"""Stands for the hash of a file that this user may not read; once it may, the file has another one and is read."""


def refuse_shut(delivery: Delivery) -> None:
    """Raise UnreadableFileError where this user may not read a file of the delivery."""
    for name, digest in delivery.file_hashes.items():
        if digest == SHUT:
            raise UnreadableFileError(name, "shut")


def _sha256(path: Path) -> str:
    try:
        return checksum(path)
    except PermissionError:
        return SHUT


def delivery_date(path: Path) -> date | None:
    """The date at the front of a file's name; None where there is none."""
    match = FILE_NAME.fullmatch(path.name)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def discover(landing: Path, contract: Contract) -> tuple[list[Delivery], list[str]]:
    """Deliveries of an extract by date, and the names of files that are no part of any.

    Hidden files are ignored (copies under way are written under such names); links to files are not followed, and a folder that leads
    out of the landing area counts as empty, so that nothing outside of it is ever read.
    """
    folder = landing / contract.folder
    if not folder.resolve().is_relative_to(landing.resolve()):
        return [], [f"{contract.folder}/"]
    parts: dict[date, list[Path]] = {}
    strangers = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name.startswith((".", "~$")):
            continue
        delivered = delivery_date(path)
        if delivered is None or path.is_symlink() or not path.is_file():
            strangers.append(told_name(path.name))
        else:
            parts.setdefault(delivered, []).append(path)
    return [Delivery(contract, day, tuple(files)) for day, files in sorted(parts.items())], strangers
