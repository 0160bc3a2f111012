"""Commands that copy an installation away and bring it back."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer resolves annotations
from typing import Annotated

import typer

from pipelines.commands.releases import locked
from pipelines.lake.migrations import FormatError
from pipelines.operations.access_log import log_access
from pipelines.operations.backup import BackupError, make_backup, restore_backup
from pipelines.operations.recovery import refuse_half_restored, words_for
from pipelines.settings import get_settings
from pipelines.terminal import AsJson, answer, complain, console, fail, progress


def backup(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet, on another disk.")],
    all_releases: Annotated[bool, typer.Option("--all-releases", help="Every release, not only the current one.")] = False,
    landing: Annotated[bool, typer.Option("--landing", help="Also the offices' files. They name people.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy lake, warehouse, secrets, Dagster's records, the current release and the profiles to a folder, with a checksum of each.

    The folder holds the pseudonym secret beside the data: keep it where only its owner reads. That it was made is noted.

    Exit code 0: done; 1: nothing was made; 75: another process is writing.

    Examples: asn backup /srv/backup/2026-11-24; asn backup /srv/backup/whole --all-releases --landing
    """
    settings = get_settings()
    with locked(settings, "asn backup"):
        try:
            refuse_half_restored(settings)
            log_access(settings.home, settings.clock(), "backup", all_releases=all_releases, landing=landing)
            with progress("copying") as told:
                made = make_backup(settings, folder, all_releases=all_releases, landing=landing, now=settings.clock(), told=told)
        except (BackupError, FormatError, OSError) as error:
            fail(words_for(error) if isinstance(error, OSError) else error)
    size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
    if as_json:
        answer({"folder": made, "bytes": size, "holds_secret": settings.secret is None})
    else:
        console.print(f"backup in {made}, {size / 1e6:,.1f} MB", soft_wrap=True)
    if settings.secret is not None:
        complain("the pseudonym secret is in the environment (WAREHOUSE_SECRET) and not in the backup")


def restore(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A folder that asn backup made.")],
    force: Annotated[bool, typer.Option("--force", help="Put aside what the home holds; nothing is removed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Prove a backup and make this installation what it says.

    Exit code 0: done; 1: it is damaged or the home is in use, and nothing changed; 75: another process is writing.

    Examples: asn restore /srv/backup/2026-11-24; asn restore /srv/backup/2026-11-24 --force
    """
    settings = get_settings()
    with locked(settings, "asn restore"):
        try:
            with progress("restoring") as told:
                said = restore_backup(settings, folder, force=force, now=settings.clock(), told=told)
        except (BackupError, OSError) as error:
            fail(words_for(error) if isinstance(error, OSError) else error)
    if as_json:
        answer({"folder": folder, "done": said})
        return
    for line in said:
        console.print(line, soft_wrap=True)
    console.print("now: asn release verify, then asn refresh", soft_wrap=True)


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)
