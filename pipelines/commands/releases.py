"""Commands about releases: which there are, are they whole, show an earlier one, remove old ones."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path  # noqa: TC003 - Typer resolves annotations
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.unit_export import UnitExport, UnitExportError, export_unit
from pipelines.operations.access_log import log_access
from pipelines.publishing import keeping, shelf
from pipelines.run_lock import BUSY, LockHeldError, run_lock
from pipelines.settings import get_settings
from pipelines.terminal import NOT_IN_ORDER, AsJson, answer, console, fail, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pipelines.settings import Settings

_IN_HOURS = 72
app = typer.Typer(help="Releases: list, verify, roll back, resume, prune.", no_args_is_help=True)

Name = Annotated[str | None, typer.Argument(help="Name of a release, as `asn release list` shows it.")]


@contextmanager
def locked(settings: Settings, what: str) -> Iterator[None]:
    """Hold the lock of the installation, or say who does and leave with exit code 75."""
    try:
        with run_lock(settings.lock_file, what, clock=settings.clock):
            yield
    except LockHeldError as error:
        fail(error, BUSY)


@app.command("list")
def list_releases(as_json: AsJson = False) -> None:
    """Every release with its age, size and counts, and which one is current.

    Exit code 0: said.

    Examples: asn release list
    """
    settings = get_settings()
    releases, now = settings.releases, settings.clock()
    current, hold = shelf.current_name(releases), shelf.held(releases)
    if as_json:
        said = [_described(releases / name, now) for name in reversed(shelf.stamps(releases))]
        answer({"current": current, "held": asdict(hold) if hold else None, "releases": said})
        return
    line = "{:<16}  {:>8}  {:>8}  {:>10}  {:>11}  {:>15}  {:<22}  {}".format
    console.print(line("release", "age", "MB", "deliveries", "rows open", "rows restricted", "tests", ""), soft_wrap=True)
    for name in reversed(shelf.stamps(releases)):
        folder = releases / name
        try:
            manifest = shelf.manifest_of(folder)
        except (OSError, ValueError):
            console.print(f"{name}  damaged: the manifest cannot be read", soft_wrap=True)
            continue
        tests = ", ".join(f"{count} {status}" for status, count in manifest.get("tests", {}).items())
        note = "current" if name == current else "withdrawn" if hold and name in hold.instead_of else ""
        rows = [f"{keeping.total_rows(manifest, audience):,}" for audience in ("open", "restricted")]
        size, n_deliveries = f"{keeping.size_of(folder) / 1e6:,.1f}", f"{len(manifest.get('inputs', {})):,}"
        console.print(line(name, age(now - shelf.made_at(name, manifest)), size, n_deliveries, *rows, tests, note), soft_wrap=True)
    if hold:
        console.print(f"{plain(hold.words)}; `asn release resume` ends that", soft_wrap=True)


def _described(folder: Path, now: datetime) -> dict[str, object]:
    """What the list says of a release, for machines."""
    try:
        manifest = shelf.manifest_of(folder)
    except (OSError, ValueError):
        return {"release": folder.name, "is_damaged": True}
    return {
        "release": folder.name,
        "is_damaged": False,
        "age_hours": round((now - shelf.made_at(folder.name, manifest)).total_seconds() / 3600, 1),
        "bytes": keeping.size_of(folder),
        "deliveries": len(manifest.get("inputs", {})),
        "rows": {audience: keeping.total_rows(manifest, audience) for audience in ("open", "restricted")},
        "tests": manifest.get("tests", {}),
    }


def age(passed: timedelta) -> str:
    """``3.2 h`` or ``12 d``; where the clock jumped back, that it did."""
    hours = passed.total_seconds() / 3600
    if hours < -1 / 60:
        return "made later than this clock"
    return f"{max(hours, 0):.1f} h" if hours < _IN_HOURS else f"{hours / 24:.0f} d"


@app.command()
def verify(
    name: Name = None, every: Annotated[bool, typer.Option("--all", help="Every release.")] = False, as_json: AsJson = False
) -> None:
    """Hold every file against the manifest and count the rows of both databases.

    Exit code 0: whole; 2: not, with what is wrong.

    Examples: asn release verify; asn release verify --all
    """
    releases = get_settings().releases
    chosen = shelf.stamps(releases) if every else [name or shelf.current_name(releases) or ""]
    if chosen in ([""], []):
        fail("current names no release: the next `asn refresh` mends that, or `asn release rollback NAME`", NOT_IN_ORDER)
    found = {}
    for one in chosen:
        if one not in shelf.stamps(releases):
            raise typer.BadParameter(f"there is no release {one}; there are: {', '.join(shelf.stamps(releases)) or 'none'}")
        found[one] = keeping.findings(releases / one)
        if as_json:
            continue
        console.print(f"{one}: {'[red]damaged[/red]' if found[one] else 'whole'}")
        for line in found[one]:
            console.print(f"  {plain(line)}", soft_wrap=True)
    if as_json:
        answer([{"release": one, "is_whole": not words, "findings": words} for one, words in found.items()])
    if any(found.values()):
        raise typer.Exit(NOT_IN_ORDER)


@app.command()
def rollback(
    name: Name = None,
    reason: Annotated[str, typer.Option(help="Why; kept with the releases. No personal data.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show an earlier release (by default the whole one before), and stay there until `asn release resume`.

    Lake and warehouse stay as they are. A refresh with nothing new changes nothing; one with news builds a release and does not show
    it, and says so.

    Exit code 0: done; 1: there is no whole release to go to; 75: another process is writing.

    Examples: asn release rollback --reason "a wrong delivery of appraisals"; asn release rollback 20261123T190000Z
    """
    settings = get_settings()
    with locked(settings, "asn release rollback"):
        try:
            kept = keeping.rollback(settings.releases, name, reason=reason, now=settings.clock())
        except keeping.ReleaseError as error:
            fail(error)
    if as_json:
        answer({"current": kept.release, "held": asdict(kept)})
    else:
        console.print(f"{plain(kept.words)}; `asn release resume` ends that", soft_wrap=True)


@app.command()
def resume(as_json: AsJson = False) -> None:
    """End a rollback: the newest whole release made since becomes current, and each night's release from now on.

    Exit code 0: done; 1: no release is held; 75: another process is writing.

    Examples: asn release resume
    """
    settings = get_settings()
    with locked(settings, "asn release resume"):
        try:
            chosen = keeping.resume(settings.releases, settings.clock())
        except keeping.ReleaseError as error:
            fail(error)
    still = shelf.current_name(settings.releases)
    if as_json:
        answer({"current": still, "is_new": bool(chosen)})
        return
    text = f"current is {chosen}" if chosen else f"current is still {still}: nothing was built since; the next refresh with news is shown"
    console.print(text, soft_wrap=True)


@app.command()
def prune(
    keep: Annotated[int | None, typer.Option(min=1, help="How many stay; else WAREHOUSE_RELEASES_KEPT.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove old releases; never the current or held one, nor one that is read or was current within the grace time.

    Exit code 0: done; 75: another process is writing.

    Examples: asn release prune --dry-run; asn release prune --keep 3
    """
    settings = get_settings()
    grace = timedelta(hours=settings.release_grace_hours)
    with locked(settings, "asn release prune"):
        gone, reasons = keeping.prunable(settings.releases, keep or settings.releases_kept, grace=grace, now=settings.clock())
        if not dry_run:
            gone = keeping.prune(settings.releases, keep or settings.releases_kept, grace=grace, now=settings.clock())
    if as_json:
        answer({"is_dry_run": dry_run, "removed": gone, "stays": reasons})
        return
    for name, why in reasons.items():
        console.print(f"{name} stays: {why}")
    console.print(f"{'would remove' if dry_run else 'removed'}: {', '.join(gone) or 'nothing'}", soft_wrap=True)


@app.command()
def export(
    unit: Annotated[str, typer.Option(help="Id of the unit, as in dim_unit; the units below it are in it.")],
    output: Annotated[Path, typer.Option(help="A folder that does not exist yet; only its owner reads it.")],
    as_json: AsJson = False,
) -> None:
    """Write the restricted part of the current release for one unit: its own people only. It is noted in logs/access.jsonl.

    Exit code 0: done; 1: there is no release or no such unit, and nothing was written.

    Examples: asn release export --unit UNIT_ID --output /srv/export/unit
    """
    settings = get_settings()
    release = shelf.current_name(settings.releases)
    if release is None:
        fail("there is no release: run asn refresh")

    def note(made: UnitExport) -> None:
        log_access(settings.home, settings.clock(), "release export", unit=unit, release=release, rows=sum(made.rows.values()))

    try:
        made = export_unit(settings.releases / release, unit, output, note)
    except UnitExportError as error:
        fail(error)
    if as_json:
        answer({"unit": unit, "release": release, "people": made.n_people, "units": made.n_units, "rows": made.rows, "folder": output})
        return
    console.print(f"{made.n_people:,} people of {made.n_units:,} units, {sum(made.rows.values()):,} rows: {output}", soft_wrap=True)


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="release")
