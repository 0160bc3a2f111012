"""Commands about people's rights and keys: erase a person, give them a copy, keep to retention, rotate the pseudonym secret.

A NIP never stands on the command line, where the process list and the shell's history would keep it: it is read from standard input,
asked for without echo, or read from a file.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data_quality.contract import load_contracts
from pipelines.commands.releases import locked
from pipelines.lake import retention
from pipelines.lake.migrations import FormatError
from pipelines.operations import rights
from pipelines.operations.access_log import log_access
from pipelines.operations.recovery import refuse
from pipelines.privacy.modes import private_file
from pipelines.privacy.pseudonyms import SecretError
from pipelines.settings import get_settings
from pipelines.terminal import AsJson, answer, console, fail, progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.settings import Settings

keys_app = typer.Typer(help="The pseudonym secret.", no_args_is_help=True)
Source = Annotated[str, typer.Argument(metavar="NIP", help="`-`: asked for, or read from standard input; or a file that holds the NIP.")]


def erase(
    source: Source = "-",
    again: Annotated[bool, typer.Option("--again", help="Nobody new: once more all who were erased before, by their keys.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove a person from the lake, the warehouse and the releases, for good. May be given again where it was cut off.

    The release that is shown goes when the next refresh has made another. Landing files and backups are not touched: the command says
    what is to be done about them.

    Exit code 0: done; 1: no NIP, or the wrong secret; 75: another process is writing.

    Examples: asn erase -; asn erase nip.txt; asn erase --again
    """
    settings = get_settings()
    nip = None if again else read_nip(source)
    with _writing(settings, "asn erase"):
        done = rights.erase_again(settings) if nip is None else rights.erase(settings, nip, settings.clock())
        log_access(settings.home, settings.clock(), "erase", rows=done.rows)
    if as_json:
        answer({"rows": done.rows, "releases_removed": done.releases, "current_still_holds": done.is_current_left})
        return
    console.print(f"{done.rows:,} rows removed from the lake, {len(done.releases)} releases removed; the warehouse is built anew")
    if done.is_current_left:
        console.print("now: asn refresh. It replaces the current release, which still holds the person, and proves it in the manifest")
    console.print(
        "left to you: the office's own files (ask the office; delivered again, the person stays out), backups (they go with their "
        "retention; after a restore of an older one: asn erase --again), copies that readers have made",
        soft_wrap=True,
    )


def export_person(
    source: Source = "-",
    output: Annotated[Path, typer.Option(help="File to write; readable by its owner alone.")] = Path("person.json"),
    as_json: AsJson = False,
) -> None:
    """Write everything that is held of a person as JSON: accepted and rejected rows, and the rows of the restricted marts.

    What is wrong is corrected by the office that delivered it, with a new delivery of the same date.

    Exit code 0: done; 1: no NIP, the wrong secret, or the file cannot be written.

    Examples: asn export-person -; asn export-person nip.txt --output /srv/export/person.json
    """
    settings = get_settings()
    nip = read_nip(source)
    with _explained():
        found = rights.copy_of(settings, nip)
    n_rows = sum(len(rows) for places in (*found["lake"].values(), found["marts"]) for rows in places.values())
    log_access(settings.home, settings.clock(), "export-person", rows=n_rows, release=found["release"])
    try:
        with private_file(output) as staged:
            staged.write_text(json.dumps(found, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    except OSError as error:
        fail(f"{output}: {error.strerror}")
    if as_json:
        answer({"rows": n_rows, "file": output})
    else:
        console.print(f"{n_rows:,} rows: {output}", soft_wrap=True)


def retain(dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False, as_json: AsJson = False) -> None:
    """Remove from the lake what its contract lets be kept no longer; every refresh does the same.

    Exit code 0: done; 75: another process is writing.

    Examples: asn retain --dry-run; asn retain
    """
    settings, gone = get_settings(), []
    with _writing(settings, "asn retain"):
        for contract in load_contracts():
            due = (retention.run_out if dry_run else retention.retain)(settings.lake, contract, settings.clock())
            if due.deliveries or due.rejected:
                gone.append({"extract": contract.extract, "deliveries": due.deliveries, "rejected_of": due.rejected})
                console.print(
                    f"{contract.extract}: {'would remove' if dry_run else 'removed'} {len(due.deliveries)} deliveries older than "
                    f"{contract.retention_years} years, the rejected rows of {len(due.rejected)} others after {contract.rejected_days} days"
                )
    if not gone:
        console.print("nothing is older than its contract lets it be kept")
    if as_json:
        answer({"is_dry_run": dry_run, "removed": gone})


@keys_app.command()
def rotate(as_json: AsJson = False) -> None:
    """Make a new link of the pseudonym secret and put every key under it; the former secret makes no key of the lake any more.

    May be given again where it was cut off; nothing reads the lake until it has ended. Releases with former keys go as after `asn erase`.

    Exit code 0: done; 1: the secret is wrong or stands in the environment; 75: another process is writing.

    Examples: asn keys rotate
    """
    settings = get_settings()
    with _writing(settings, "asn keys rotate"):
        with progress("putting keys under the new secret") as told:
            n_files = rights.rotate(settings, told)
        log_access(settings.home, settings.clock(), "keys rotate", files=n_files)
    if as_json:
        answer({"files": n_files, "secret_file": settings.secret_file})
        return
    console.print(f"{n_files:,} files of the lake are under new keys; now: asn refresh", soft_wrap=True)
    console.print(f"copy {settings.secret_file} to where its copy is kept: the former copy opens nothing any more", soft_wrap=True)


def read_nip(source: str) -> str:
    """The NIP from a prompt, standard input or a file. Raises BadParameter for a NIP that stands on the command line itself."""
    if source == "-":
        return str(typer.prompt("NIP", hide_input=True)) if sys.stdin.isatty() else sys.stdin.readline()
    path = Path(source)
    if not path.is_file():
        raise typer.BadParameter("give - and then the NIP, or a file that holds it: an argument stands in the process list")
    return path.read_text(encoding="utf-8")


@contextmanager
def _writing(settings: Settings, what: str) -> Iterator[None]:
    with locked(settings, what), _explained():
        refuse(settings)
        yield


@contextmanager
def _explained() -> Iterator[None]:
    """Errors that have words for people, as these words."""
    try:
        yield
    except (rights.RightsError, SecretError, FormatError) as error:
        fail(error)


def register(app: typer.Typer) -> None:
    app.command()(erase)
    app.command("export-person")(export_person)
    app.command()(retain)
    app.add_typer(keys_app, name="keys")
