"""The folder of all releases: which there are, which is current, and what moves ``current``.

``current`` is a symbolic link to a release's folder. Names of releases are times and sort in the order in which they were made,
even where the clock jumped back. What begins with a dot is never a release: ``.building-*`` is being written, ``.removing-*``
being removed; both are swept by the next run.

After a **rollback** the release is *held* (``held.json``): nights go on building releases, but ``current`` stays until ``resume``,
because the data that was wrong is most likely still wrong the next night.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.clock import city_time
from pipelines.durable import sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STAMP = "%Y%m%dT%H%M%SZ"
MANIFEST = "manifest.json"
_NAME = re.compile(r"\d{8}T\d{6}Z")
_LEFTOVER = (".building-", ".removing-", ".current-new")
SWITCHES = "switches.jsonl"
HELD = "held.json"


@dataclass(frozen=True)
class Hold:
    """A rollback that stands. ``instead_of`` are the releases that it withdrew, ``since`` is the time of the city."""

    release: str
    since: str
    reason: str
    instead_of: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        return f"current is held at {self.release} since {self.since}, rolled back from {', '.join(self.instead_of)}{why}"


def stamps(releases: Path) -> list[str]:
    """Names of all releases, oldest first. Empty where there is no folder yet."""
    if not releases.is_dir():
        return []
    return sorted(path.name for path in releases.iterdir() if _NAME.fullmatch(path.name) and path.is_dir() and not path.is_symlink())


def next_stamp(releases: Path, now: datetime) -> str:
    """The name of a new release: the time, or a second after the newest where the clock says that it is not later."""
    stamp = now.astimezone(UTC).strftime(STAMP)
    known = stamps(releases)
    if known and stamp <= known[-1]:
        later = datetime.strptime(known[-1], STAMP).replace(tzinfo=UTC) + timedelta(seconds=1)
        return later.strftime(STAMP)
    return stamp


def current_name(releases: Path) -> str | None:
    """The release that ``current`` names; None where there is no link, or one to something that is not a release."""
    link = releases / "current"
    if not link.is_symlink():
        return None
    name = link.readlink().name
    return name if name in stamps(releases) and (link / MANIFEST).is_file() else None


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of a release. Raises OSError or ValueError where it cannot be read."""
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"{folder.name}: the manifest is not an object")
    return content


def current_manifest(releases: Path) -> dict[str, Any] | None:
    """The manifest of the current release, or None before the first one, or where it cannot be read."""
    name = current_name(releases)
    try:
        return manifest_of(releases / name) if name else None
    except (OSError, ValueError):
        return None


def made_at(name: str, manifest: dict[str, Any]) -> datetime:
    """When a release was made: by its manifest, which keeps the clock; the name may be later where the clock jumped back."""
    text = manifest.get("made_at")
    return datetime.fromisoformat(text) if text else datetime.strptime(name, STAMP).replace(tzinfo=UTC)


def switch_current(releases: Path, target: Path, *, why: str = "published", now: datetime | None = None) -> None:
    """Make ``current`` name the release, in one step that no reader can see half done, and note it in ``switches.jsonl``."""
    before = current_name(releases)
    link = releases / ".current-new"
    link.unlink(missing_ok=True)
    link.symlink_to(target.name, target_is_directory=True)
    if (releases / "current").is_dir() and not (releases / "current").is_symlink():
        (releases / "current").rename(releases / f".removing-current-{target.name}")  # a copy that lost its link
    link.replace(releases / "current")
    sync(releases)
    note = {"at": (now or datetime.now(UTC)).isoformat(timespec="seconds"), "from": before, "to": target.name, "why": why}
    with (releases / SWITCHES).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(note) + "\n")


def switches(releases: Path) -> Iterator[dict[str, Any]]:
    """What moved ``current``, oldest first; a line that a crash cut off is left out."""
    path = releases / SWITCHES
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def held(releases: Path) -> Hold | None:
    """The rollback that stands, if one does. An unreadable note counts as none: it is written whole or not at all."""
    try:
        return Hold(**json.loads((releases / HELD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def hold(releases: Path, release: str, reason: str, now: datetime) -> Hold:
    """Note that ``current`` is to stay at a release, before it is moved there; what was withdrawn before stays withdrawn."""
    before, current = held(releases), current_name(releases)
    withdrawn = [*(before.instead_of if before else []), *([current] if current and current != release else [])]
    newer = [name for name in stamps(releases) if name > release and current and name <= current]
    kept = Hold(release, city_time(now), reason, sorted({*withdrawn, *newer} - {release}))
    staged = releases / f".{HELD}.new"
    staged.write_text(json.dumps(asdict(kept)) + "\n", encoding="utf-8")
    sync(staged)
    staged.replace(releases / HELD)
    sync(releases)
    return kept


def let_go(releases: Path) -> None:
    """The next release becomes current again."""
    (releases / HELD).unlink(missing_ok=True)


def sweep(releases: Path) -> list[str]:
    """Remove what a run that was killed left half written or half removed; returns the names. Only for who holds the lock."""
    found = [path for path in releases.iterdir() if path.name.startswith(_LEFTOVER)] if releases.is_dir() else []
    for path in found:
        remove(path)
    return sorted(path.name for path in found)


def remove(path: Path) -> None:
    """Remove a release or leftover: renamed first, so that what is half gone never counts as a release."""
    if path.is_symlink() or path.is_file():
        path.unlink()
        return
    doomed = path if path.name.startswith(".") else path.with_name(f".removing-{path.name}")
    if doomed != path:
        path.rename(doomed)
    for folder in (doomed, *(item for item in doomed.rglob("*") if item.is_dir())):
        folder.chmod(0o700)
    shutil.rmtree(doomed)
