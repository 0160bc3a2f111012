"""Commands about files that offices send: check one, see what became of a delivery, take rejected rows in once more, withdraw one."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from data_quality.contract import ContractError, contract_for, load_contracts
from pipelines.clock import city_time
from pipelines.landing.refusals import shown_name
from pipelines.operations.access_log import log_access
from pipelines.operations.recovery import refuse_half_restored, words_for
from pipelines.run_lock import BUSY, LockHeldError, run_lock
from pipelines.settings import get_settings
from pipelines.terminal import NOT_IN_ORDER, AsJson, answer, console, fail, plain, progress

if TYPE_CHECKING:
    from data_quality.contract import Contract
    from data_quality.results import LoadRecord


class Form(StrEnum):
    """What a report is written as."""

    TABLE = "table"
    HTML = "html"
    XLSX = "xlsx"
    JSON = "json"


class Language(StrEnum):
    """What a report is written in."""

    ID = "id"
    EN = "en"


Extract = Annotated[str, typer.Argument(help="Extract as <source>/<name>, e.g. hr/employees.")]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Delivery date.")]


def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file; it is neither loaded nor changed.")],
    extract: Annotated[str | None, typer.Option(help="What it holds, e.g. hr/employees; else its folder or headers say it.")] = None,
    form: Annotated[Form, typer.Option("--format", help="table on the terminal, or a file of this kind.")] = Form.TABLE,
    output: Annotated[Path | None, typer.Option(help="Where to write; else beside the file's name in the working folder.")] = None,
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = Language.ID,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with a file, where, and how to mend it.

    Exit code 0: it would be accepted; 2: it would be kept out.

    Examples: asn check 2026-11-24.csv --extract hr/employees; asn check 2026-11-24.xlsx --format xlsx --output perbaikan.xlsx --lang en
    """
    from pipelines.inspection.check import run_check

    settings = get_settings()
    target = None if form is Form.TABLE else output or Path(f"{file.name.split('.')[0]}_laporan.{form.value}")
    targets = {Form.HTML: "html", Form.XLSX: "xlsx", Form.JSON: "json_file"}
    written = {targets[form]: target} if target is not None else {}
    try:
        with progress(f"checking {file.name}") as told:
            report = run_check(
                file, extract, profiles=settings.profiles(), batch_rows=settings.batch_rows, limits=settings.limits, language=lang.value,
                console=None if as_json or target else console, now=settings.clock(), told=told, **written,
            )  # fmt: skip
    except (FileExistsError, ContractError) as error:
        raise typer.BadParameter(str(error)) from error
    except OSError as error:
        raise typer.BadParameter(f"{error.filename or target}: {error.strerror or error}") from error
    if as_json:
        answer(report.as_dict())
    elif target is not None:
        console.print(f"{report.verdict}: {target}", soft_wrap=True)
    raise typer.Exit(0 if report.verdict == "accepted" else NOT_IN_ORDER)


def delivery(extract: Extract, day: Day, as_json: AsJson = False) -> None:
    """What became of a delivery: its files, what was detected in them, the fate of its rows, the cells that were coerced.

    Exit code 0: said; 2: there is no such delivery.

    Examples: asn delivery hr/employees 2026-11-24
    """
    record = _record(extract, day)
    if as_json:
        kept = {"files": json.loads(record.files), "detection": json.loads(record.detection)}
        answer({**asdict(record), **kept, "loaded_at": record.loaded_at.replace(tzinfo=UTC).isoformat()})
        return
    console.print(f"{extract} {record.delivery_on}: [bold]{record.status}[/bold] {plain(record.status_reason)}", soft_wrap=True)
    console.print(f"loaded at {city_time(record.loaded_at)}, corrected: {record.is_corrected}, late: {record.is_late}")
    for name, digest in json.loads(record.files).items():
        console.print(f"file {plain(name)}  sha256 {digest}", soft_wrap=True)
    fates = Table("read", "accepted", "rejected", "duplicate", "coerced cells", box=None)
    fates.add_row(
        *(f"{n:,}" for n in (record.rows_read, record.rows_accepted, record.rows_rejected, record.rows_duplicate, record.cells_coerced))
    )
    console.print(fates)
    for entry in json.loads(record.detection):
        _print_entry(entry)
    broken = [check for check in record.checks if check.status in {"warn", "fail"}]
    if broken:
        rules = Table("rule", "level", "status", "failed", "tested", "how to mend it", box=None)
        for check_result in broken:
            rules.add_row(
                check_result.check_id, check_result.level, check_result.status, f"{check_result.n_failed:,}", f"{check_result.n_tested:,}",
                check_result.how_to_resolve,
            )  # fmt: skip
        console.print(rules)


def _print_entry(entry: dict[str, object]) -> None:
    if "coerced" in entry:
        counts = Table("column: rule", "cells coerced", box=None)
        coerced = entry["coerced"]
        assert isinstance(coerced, dict)
        for rule, count in sorted(coerced.items()):
            counts.add_row(rule, f"{count:,}")
        console.print(counts)
        return
    for name, value in entry.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else json.dumps(value) if isinstance(value, dict) else value
        if shown not in {"", "{}"}:
            console.print(f"  {name}: {plain(shown)}", soft_wrap=True)


def report(
    extract: Extract,
    day: Day,
    output: Annotated[Path | None, typer.Option(help="Workbook to write.")] = None,
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = Language.ID,
    as_json: AsJson = False,
) -> None:
    """Write the rejected rows of a delivery as a workbook for the office that sent them. It holds personal data, and is noted.

    Exit code 0: done; 2: there is no such delivery, or the file cannot be written.

    Examples: asn report hr/employees 2026-11-24; asn report feedback/complaints 2026-11-24 --output kembali.xlsx --lang en
    """
    from pipelines.inspection.returned import write_rejected

    record = _record(extract, day)
    target = output or Path(f"{extract.replace('/', '_')}_{record.delivery_on}_ditolak.xlsx")
    if not target.parent.is_dir() or target.is_dir():
        raise typer.BadParameter(f"{target} cannot be written: name a file in a folder that is there")
    settings = get_settings()
    log_access(settings.home, settings.clock(), "report", extract=extract, delivery_on=str(record.delivery_on), rows=record.rows_rejected)
    try:
        n_rows = write_rejected(settings.lake, contract_for(extract), record, target, lang.value)
    except OSError as error:
        raise typer.BadParameter(f"{target}: {error.strerror}") from error
    if as_json:
        answer({"extract": extract, "delivery_on": record.delivery_on, "rows": n_rows, "file": target})
    else:
        console.print(f"{n_rows:,} rejected rows: {target}", soft_wrap=True)


def replay(
    extract: Annotated[str | None, typer.Argument(help="Extract; else every one.")] = None,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only this delivery date.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take rejected rows in once more, after a profile or a rule was mended. The marts follow with the next refresh.

    Exit code 0: done; 1: it broke off, and can be given again; 75: another process is writing.

    Examples: asn replay; asn replay feedback/survey_responses --day 2026-11-24
    """
    from pipelines.lake.migrations import FormatError
    from pipelines.loading.ingest import LoadError
    from pipelines.loading.replay import replay_extract

    settings = get_settings()
    chosen = [_contract(extract)] if extract else load_contracts()
    done = []
    try:
        with run_lock(settings.lock_file, "asn replay", clock=settings.clock):
            refuse_half_restored(settings)
            work = settings.workplace(lambda text: console.print(f"  [dim]{plain(text)}[/dim]"))
            for contract in chosen:
                before = {record.delivery_on: record for record in work.lake.records(contract).values()}
                outcome = replay_extract(contract, work, only={day.date()} if day else None)
                for record in outcome.records:
                    n_before, n_now = before[record.delivery_on].rows_rejected, record.rows_rejected
                    done.append({"extract": contract.extract, "delivery_on": record.delivery_on, "before": n_before, "now": n_now})
                    console.print(f"{contract.extract} {record.delivery_on}: {n_before:,} rejected rows before, {n_now:,} now")
    except LockHeldError as error:
        fail(error, BUSY)
    except (LoadError, FormatError, OSError) as error:
        fail(words_for(error) if isinstance(error, OSError) else error)
    if not done:
        console.print("no delivery has rejected rows to take in")
    if as_json:
        answer(done)


def withdraw(extract: Extract, day: Day, as_json: AsJson = False) -> None:
    """Take a delivery out of the lake, when its files have left the landing area. The next refresh builds the marts without it.

    Exit code 0: done; 1: a restore was cut off; 2: no such delivery, or its files would bring it back; 75: another process is writing.

    Examples: asn withdraw hr/employees 2028-11-29
    """
    from pipelines.lake.migrations import FormatError
    from pipelines.lake.retention import withdraw as take_out
    from pipelines.landing.deliveries import discover

    settings, contract = get_settings(), _contract(extract)
    try:
        with run_lock(settings.lock_file, "asn withdraw", clock=settings.clock):
            refuse_half_restored(settings)
            record = _record(extract, day)
            here = [one for one in discover(settings.landing, contract)[0] if one.delivery_on == record.delivery_on]
            if here:
                names = ", ".join(shown_name(path.name) for path in here[0].files)
                folder = settings.landing / contract.folder
                raise typer.BadParameter(f"the next refresh would bring it back: first move {names} out of {folder}")
            settings.lake.prepare(load_contracts())
            take_out(settings.lake, contract, record.delivery_on)
    except LockHeldError as error:
        fail(error, BUSY)
    except FormatError as error:
        fail(error)
    if as_json:
        answer({"extract": extract, "delivery_on": record.delivery_on, "rows": record.rows_accepted})
    else:
        console.print(f"{extract} {record.delivery_on} is withdrawn ({record.rows_accepted:,} rows); run asn refresh", soft_wrap=True)


def _contract(extract: str) -> Contract:
    try:
        return contract_for(extract)
    except ContractError as error:
        raise typer.BadParameter(str(error)) from error


def _record(extract: str, day: datetime) -> LoadRecord:
    from pipelines.lake.retention import has_run_out

    settings, contract = get_settings(), _contract(extract)
    records = settings.lake.records(contract)
    if day.date() not in records:
        known = ", ".join(str(known_day) for known_day in sorted(records)[-5:]) or "none"
        why = f" (rows may be kept for {contract.retention_years} years)" if has_run_out(contract, day.date(), settings.clock()) else ""
        raise typer.BadParameter(f"no delivery of {extract} on {day:%Y-%m-%d} was loaded{why}; the last: {known}")
    return records[day.date()]


def register(app: typer.Typer) -> None:
    for command in (check, delivery, report, replay, withdraw):
        app.command()(command)
