"""A backup of an installation as a folder, and an installation made of a backup.

``<backup>/manifest.json`` names every file with its SHA-256, size and mode; ``<backup>/home/`` holds what lay under
``WAREHOUSE_HOME``, ``<backup>/config/`` the profiles. The folder appears under its name only when it is whole. It holds the pseudonym
secret beside the data that the secret protects, so it is for its owner alone (mode 0700), and its place is an encrypted disk.

Belongs here: copying and proving. Does not belong here: the lock (the commands take it), PostgreSQL (``pg_dump``).
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.durable import checksum, sync_tree
from pipelines.lake import erasures, migrations
from pipelines.operations.recovery import RESTORING
from pipelines.privacy.pseudonyms import FINGERPRINT
from pipelines.publishing import shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipelines.settings import Settings

    Told = Callable[[int, int], None]

MANIFEST = "manifest.json"
VERSION = 1
PARTS = ("lake", "build", "releases", "secrets", "dagster")
"""Folders of the home that a backup holds, and that must be empty before a restore. Landing files are the offices' own."""
_DERIVED = ("build/dbt", "build/lint", "build/docs", "lake/.tmp", "dagster/logs")
_SQLITE = (".db", ".sqlite")
UNPACKING = ".unpacking"
_ASIDE = ".before-restore-"
_SKIPPED = ("-wal", "-shm", "-journal")


class BackupError(RuntimeError):
    """A backup cannot be made, is damaged, or may not be restored here; the text says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """Files of a backup, by their name in it, and the links among them."""

    files: dict[str, Path]
    links: dict[str, str]

    @property
    def n_bytes(self) -> int:
        return sum(path.stat().st_size for path in self.files.values())


def _hold_to_what_is_possible(settings: Settings, target: Path, n_bytes: int) -> None:
    """A backup goes to a folder of its own, on another disk, with room for it."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupError(f"{target} is not empty: name a folder that does not exist yet")
    if target.resolve().is_relative_to(settings.home.resolve()):
        raise BackupError(f"{target} lies in {settings.home}: a backup belongs on another disk")
    target.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(target.parent).free
    if n_bytes > free:
        raise BackupError(f"{n_bytes / 1e6:,.0f} MB are to be copied, {free / 1e6:,.0f} MB are free at {target.parent}")


def _described(settings: Settings, plan: Plan, entries: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What the manifest of a backup says."""
    return {
        "version": VERSION,
        "made_at": now.isoformat(timespec="seconds"),
        "lake_format": migrations.format_of(settings.lake.root),
        "release": shelf.current_name(settings.releases),
        "holds_secret": any(name.startswith("home/secrets/") for name in entries),
        "files": entries,
        "links": plan.links,
    }


def make_backup(
    settings: Settings,
    target: Path,
    *,
    all_releases: bool = False,
    landing: bool = False,
    now: datetime | None = None,
    told: Told = lambda _done, _total: None,
) -> Path:
    """Copy the installation into the new folder ``target``. Only for who holds the lock.

    Args:
        settings: the installation.
        target: a folder that does not exist yet, or is empty, outside of the home.
        all_releases: every release instead of the current (or held) one.
        landing: also the offices' files. They name people.
        now: time that the manifest tells (UTC).
        told: is told after each file how many bytes are copied, and of how many.

    Raises:
        BackupError: ``target`` is in use or in the home, or its disk has no room.
        OSError: the disk fails; nothing stands under ``target`` then.
    """
    plan = _plan(settings, all_releases=all_releases, landing=landing)
    n_bytes = plan.n_bytes
    _hold_to_what_is_possible(settings, target, n_bytes)
    staged = target.with_name(f".{target.name}.partial")
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(mode=0o700)
    try:
        entries, n_done = {}, 0
        for name, path in sorted(plan.files.items()):
            entries[name] = _copy(path, staged / name)
            n_done += entries[name]["size"]
            told(n_done, n_bytes)
        migrations.write_stamp(staged / MANIFEST, _described(settings, plan, entries, now or datetime.now(UTC)))
        sync_tree(staged)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    if target.exists():
        target.rmdir()
    staged.rename(target)
    return target


def _plan(settings: Settings, *, all_releases: bool, landing: bool) -> Plan:
    hold = shelf.held(settings.releases)
    shown = {shelf.current_name(settings.releases), *([hold.release] if hold else [])}
    files, links = {}, {}
    for part in (*PARTS, *(["landing"] if landing else [])):
        for path in _walk(settings.home / part):
            name = path.relative_to(settings.home)
            if part == "releases" and len(name.parts) > 2 and not all_releases and name.parts[1] not in shown:  # noqa: PLR2004 - releases/<name>/...
                continue
            if str(name).startswith(_DERIVED) or path.name.endswith(_SKIPPED):
                continue
            if path.is_symlink():
                links[f"home/{name}"] = str(path.readlink())
            else:
                files[f"home/{name}"] = path
    files |= {f"config/{path.relative_to(settings.config)}": path for path in _walk(settings.config) if not path.is_symlink()}
    return Plan(files, links)


def _walk(folder: Path) -> Iterator[Path]:
    """Files and links below a folder, without what a run that was cut off has left (names that begin with a dot and a folder's)."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        inside = path.relative_to(folder).parts
        if (path.is_file() or path.is_symlink()) and not any(
            part.startswith((".building-", ".removing-", ".old-", ".tmp")) for part in inside
        ):
            yield path


def _copy(source: Path, target: Path) -> dict[str, Any]:
    """Copy a file with its mode and time; a SQLite database as one state, even while Dagster writes to it."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if source.suffix in _SQLITE and _is_sqlite(source):
        with (
            contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as here,
            contextlib.closing(sqlite3.connect(target)) as there,
        ):
            here.backup(there)
        shutil.copystat(source, target)
    else:
        shutil.copy2(source, target)
    return {"sha256": checksum(target), "size": target.stat().st_size, "mode": f"{source.stat().st_mode & 0o777:o}"}


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(16) == b"SQLite format 3\0"


def read_backup(backup: Path) -> dict[str, Any]:
    """The manifest of a backup of which every file was proved. Raises BackupError with the first ten of whatever is wrong."""
    try:
        manifest: dict[str, Any] = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))
        files, links, version = dict(manifest["files"]), dict(manifest["links"]), int(manifest["version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{backup} is not a whole backup: its manifest cannot be read ({type(error).__name__})") from error
    if version > VERSION or int(manifest.get("lake_format", 0)) > migrations.FORMAT:
        raise BackupError(f"{backup} was made by a newer version: install that one, then restore")
    wrong = [f"{name} would lead outside of the installation" for link in links.items() for name in link if _leads_out(name)]
    for name, entry in files.items():
        path = backup / name
        if _leads_out(name):
            wrong.append(f"{name} would be written outside of the installation")
        elif not path.is_file():
            wrong.append(f"{name} is missing")
        elif path.stat().st_size != entry["size"] or checksum(path) != entry["sha256"]:
            wrong.append(f"{name} has another content than the manifest says")
    if wrong:
        raise BackupError(f"{backup} is damaged, nothing was restored: " + "; ".join(wrong[:10]) + (" ..." if len(wrong) > 10 else ""))  # noqa: PLR2004 - as many as are shown
    return manifest


def _leads_out(name: str) -> bool:
    return ".." in Path(name).parts or Path(name).is_absolute()


def restore_backup(
    settings: Settings, backup: Path, *, force: bool = False, now: datetime | None = None, told: Told = lambda _done, _total: None
) -> list[str]:
    """Make the installation what the backup says; returns what was done, in words. Only for who holds the lock.

    Everything is copied and proved before anything in the home changes. With ``force``, what was there is moved to
    ``.before-restore-<time>`` and not removed. Profiles that differ from those of the backup are left as they are, and named.
    ``told`` is told after each file how many bytes were copied, and of how many.

    Raises BackupError when the backup is damaged, or the home holds something and ``force`` was not given.
    """
    manifest = read_backup(backup)
    parts = sorted({Path(name).parts[1] for name in (*manifest["files"], *manifest["links"]) if name.startswith("home/")})
    used = [part for part in parts if any(_walk(settings.home / part))]
    if used and not force:
        raise BackupError(f"{settings.home} holds {', '.join(used)} already: choose an empty home, or give --force to put them aside")
    unpacked = settings.home / UNPACKING
    shutil.rmtree(unpacked, ignore_errors=True)
    unpacked.mkdir(parents=True, mode=0o700)
    try:
        _unpack(backup, manifest, unpacked, told)
    except BaseException:
        shutil.rmtree(unpacked, ignore_errors=True)
        raise
    staged = settings.home / RESTORING
    # Where a restore was cut off, what was there before it is already aside, with the list of who was erased.
    befores = sorted(settings.home.glob(f"{_ASIDE}*")) if staged.exists() else []
    shutil.rmtree(staged, ignore_errors=True)
    unpacked.rename(staged)  # from here on a refresh refuses, until the restore is done
    said = []
    aside = settings.home / f"{_ASIDE}{(now or datetime.now(UTC)).strftime(shelf.STAMP)}"
    for part in parts:
        here = settings.home / part
        if here.exists():
            if part in used:
                aside.mkdir(exist_ok=True, mode=0o700)
                here.rename(aside / part)
            else:
                shutil.rmtree(here)
        (staged / part).rename(here)
    if used:
        said.append(f"what was there is in {aside}: remove it when the restore has proved good")
    for before in dict.fromkeys([*befores, aside]):
        said += _keep_erased(settings, before / "lake")
    shutil.rmtree(staged)  # last, or who was erased would be shown again after a restore that was cut off here
    said += _restore_config(settings, backup, manifest)
    if not manifest["holds_secret"]:
        said.append("the backup holds no pseudonym secret: set WAREHOUSE_SECRET, as where it was made")
    return [f"{len(manifest['files'])} files as of {manifest['made_at']}, release {manifest['release']}", *said]


def _unpack(backup: Path, manifest: dict[str, Any], staged: Path, told: Told) -> None:
    """Copy the files of the home, prove each copy, then set modes and links."""
    n_done, n_bytes = 0, sum(entry["size"] for entry in manifest["files"].values())
    for name, entry in manifest["files"].items():
        if not name.startswith("home/"):
            continue
        target = staged / name.removeprefix("home/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(backup / name, target)
        if checksum(target) != entry["sha256"]:
            raise BackupError(f"{name} was not copied as it is: see the disk of {staged.parent}")
        target.chmod(int(entry["mode"], 8) & 0o777)
        n_done += entry["size"]
        told(n_done, n_bytes)
    for name, points_to in manifest["links"].items():
        link = staged / name.removeprefix("home/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(points_to)
    for private in ("secrets", "lake"):
        if (staged / private).is_dir():
            (staged / private).chmod(0o700)
    sync_tree(staged)


def _keep_erased(settings: Settings, before: Path) -> list[str]:
    """Whoever was erased since the backup was made stays on the list, so that no release shows them before they are erased again."""
    since = {key: at for key, at in erasures.erasures(before).items() if key not in erasures.erased_keys(settings.lake.root)}
    if not since:
        return []
    marks = [root / FINGERPRINT for root in (before, settings.lake.root)]
    if len({mark.read_text(encoding="utf-8") if mark.is_file() else mark for mark in marks}) > 1:
        return [f"{len(since)} people were erased under another secret since the backup was made: erase each again, by NIP"]
    for key, at in since.items():
        erasures.note_erasure(settings.lake.root, key, datetime.fromisoformat(at))
    return [f"{len(since)} people were erased since the backup was made, which brings them back: asn erase --again"]


def _restore_config(settings: Settings, backup: Path, manifest: dict[str, Any]) -> list[str]:
    """Profiles that are not there; those that differ are named and left."""
    differ = []
    for name, entry in manifest["files"].items():
        if not name.startswith("config/"):
            continue
        target = settings.config / name.removeprefix("config/")
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(backup / name, target)
        elif checksum(target) != entry["sha256"]:
            differ.append(str(target))
    return [f"other than in {backup / 'config'}, and left as they are: {', '.join(differ)}"] if differ else []
