"""Keeping releases: are they whole, which one is shown, which may go.

Belongs here: verification, rollback, resume, healing of ``current``, pruning. Does not belong here: how a release is made
(``release``), what the folder looks like (``shelf``).
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.clock import city_time
from pipelines.durable import checksum
from pipelines.publishing import shelf
from pipelines.publishing.reading import identifier

if TYPE_CHECKING:
    from collections.abc import Iterable

DATABASE = "competency.duckdb"


class ReleaseError(RuntimeError):
    """What was asked of the releases cannot be done; the text says why and what can."""


def findings(folder: Path, *, open_databases: bool = True) -> list[str]:
    """What is wrong with a release, in words; empty when it is whole.

    Args:
        folder: the release.
        open_databases: also open both databases and every Parquet file, and count rows. Without, files are hashed only.
    """
    try:
        manifest = shelf.manifest_of(folder)
        said, rows = dict(manifest["files"]), dict(manifest["rows"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"manifest.json cannot be read: {type(error).__name__}"]
    found = [] if manifest.get("release") == folder.name else [f"manifest.json is that of {manifest.get('release')}"]
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {shelf.MANIFEST}
    found += [f"{name} is missing" for name in sorted(said.keys() - there)]
    found += [f"{name} is not in the manifest" for name in sorted(there - said.keys())]
    found += [
        f"{name} has another content than the manifest says" for name in sorted(said.keys() & there) if _sha(folder / name) != said[name]
    ]
    if open_databases:
        for audience, tables in sorted(rows.items()):
            found += _counted(folder / audience, audience, tables)
    return found


def _sha(path: Path) -> str:
    try:
        return checksum(path)
    except OSError:
        return "unreadable"


def _counted(folder: Path, audience: str, tables: dict[str, int]) -> list[str]:
    """Row counts of the database and of the Parquet files of an audience against the manifest."""
    found: list[str] = []
    try:
        with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
            names = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
            found += [f"{audience}/{DATABASE}: table {name} is missing" for name in sorted(tables.keys() - names)]
            found += [f"{audience}/{DATABASE}: table {name} is not in the manifest" for name in sorted(names - tables.keys())]
            for name in sorted(tables.keys() & names):
                query = f"select (select count(*) from {identifier(name)}), (select count(*) from read_parquet(?))"  # noqa: S608 - an identifier
                counts = connection.execute(query, [str(folder / "parquet" / f"{name}.parquet")]).fetchall()[0]
                if set(counts) != {tables[name]}:
                    found.append(f"{audience}: {name} has {counts[0]} rows, {counts[1]} in Parquet, {tables[name]} in the manifest")
    except (duckdb.Error, ValueError) as error:
        found.append(f"{audience}/{DATABASE} cannot be read: {type(error).__name__}")
    return found


def rollback(releases: Path, to: str | None = None, *, reason: str = "", now: datetime | None = None) -> shelf.Hold:
    """Make an earlier release current and hold it there.

    Args:
        releases: folder of all releases.
        to: its name; None: the newest whole one before the current.
        reason: kept in the note, for those who ask later. No personal data.
        now: time of the note (UTC).

    Raises:
        ReleaseError: there is no such release, or it is not whole. ``current`` is as it was then.
    """
    now = now or datetime.now(UTC)
    current = shelf.current_name(releases)
    known = shelf.stamps(releases)
    if to is not None and to not in known:
        raise ReleaseError(f"there is no release {to}; there are: {', '.join(known) or 'none'}")
    earlier = [to] if to else [name for name in reversed(known) if current is None or name < current]
    if to == current and current is not None:
        raise ReleaseError(f"{to} is the current release already")
    refused = {}
    for name in earlier:
        refused[name] = findings(releases / name)
        if not refused[name]:
            kept = shelf.hold(releases, name, reason, now)
            shelf.switch_current(releases, releases / name, why=f"rollback: {reason}" if reason else "rollback", now=now)
            return kept
    broken = "; ".join(f"{name}: {words[0]}" for name, words in refused.items())
    raise ReleaseError(f"there is no whole release to go back to{': ' + broken if broken else ''}; current stays {current}")


def resume(releases: Path, now: datetime | None = None) -> str | None:
    """End a rollback: the newest whole release made since becomes current; returns its name, None where there is none yet.

    What the rollback withdrew is not shown again: ``rollback(name)`` does that for who wants it.
    """
    kept = shelf.held(releases)
    if kept is None:
        raise ReleaseError("nothing is held: current follows the newest release")
    since = [name for name in reversed(shelf.stamps(releases)) if name > max([kept.release, *kept.instead_of])]
    chosen = next((name for name in since if not findings(releases / name)), None)
    if chosen:
        shelf.switch_current(releases, releases / chosen, why="resume", now=now)
    shelf.let_go(releases)
    return chosen


def heal(releases: Path, now: datetime | None = None) -> list[str]:
    """Sweep leftovers and see that ``current`` names a whole release; returns what was done, in words.

    A link that is missing or broken, or a release whose files are damaged, is replaced by the one that is held or else by the newest
    whole one. Where none is left the link goes, and the night has to publish anew.
    """
    said = [f"swept {name}, which a run that was cut off had left" for name in shelf.sweep(releases)]
    known = shelf.stamps(releases)
    if not known:
        if (releases / "current").is_symlink():
            (releases / "current").unlink()
            said.append("current named nothing: removed")
        return said
    kept, current = shelf.held(releases), shelf.current_name(releases)
    wrong = findings(releases / current, open_databases=False) if current else ["current names no release"]
    if not wrong and (kept is None or kept.release == current or kept.release not in known):
        return said
    withdrawn = set(kept.instead_of) if kept else set()
    order = [*([kept.release] if kept else []), *sorted(set(known) - withdrawn, reverse=True), *sorted(withdrawn, reverse=True)]
    chosen = next((name for name in order if name in known and not findings(releases / name)), None)
    if chosen is None:
        (releases / "current").unlink(missing_ok=True)
        return [*said, f"no whole release is left ({wrong[0]}): current is gone until this night has published"]
    if chosen != current:
        shelf.switch_current(releases, releases / chosen, why="healed", now=now)
        said.append(f"current was put to {chosen}: {wrong[0] if wrong else 'a rollback had been cut off'}")
    return said


def is_read(releases: Path) -> Counter[str]:
    """How many open files each release has, as far as ``/proc`` shows them to this user; empty on other systems."""
    root, counts = f"{releases.resolve()}/", Counter[str]()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith(root):
            counts[target.removeprefix(root).split("/", 1)[0]] += 1
    return counts


def prunable(releases: Path, keep: int, *, grace: timedelta, now: datetime | None = None) -> tuple[list[str], dict[str, str]]:
    """Which releases may go, and why others that are beyond ``keep`` may not.

    Never: the current one, the held one, one that stopped being current within ``grace`` (a reader who resolved ``current`` before
    still opens files by its path), one of which a process has a file open. A time in the future counts as just now.
    """
    now = now or datetime.now(UTC)
    kept, reading = shelf.held(releases), is_read(releases)
    reasons: dict[str, str] = {}
    left = {note["from"]: datetime.fromisoformat(note["at"]) for note in shelf.switches(releases) if note.get("from")}
    for name in shelf.stamps(releases)[: -max(keep, 1)]:
        if name == shelf.current_name(releases):
            reasons[name] = "current"
        elif kept and name == kept.release:
            reasons[name] = "held"
        elif name in left and now - left[name] < grace:
            reasons[name] = f"was current until {city_time(left[name])}"
        elif reading[name]:
            reasons[name] = f"{reading[name]} files are open"
    return [name for name in shelf.stamps(releases)[: -max(keep, 1)] if name not in reasons], reasons


def prune(releases: Path, keep: int, *, grace: timedelta = timedelta(0), now: datetime | None = None) -> list[str]:
    """Remove the oldest releases beyond ``keep``, save those that ``prunable`` protects; returns their names."""
    gone, _ = prunable(releases, keep, grace=grace, now=now)
    for name in gone:
        shelf.remove(releases / name)
    return gone


def size_of(folder: Path) -> int:
    """Bytes of a release."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def total_rows(manifest: dict[str, Any], audience: str) -> int:
    """Rows of all tables of an audience, as the manifest says."""
    tables: Iterable[int] = manifest.get("rows", {}).get(audience, {}).values()
    return sum(tables)
