"""The command ``asn``: the few things that Dagster and dbt have not already."""

from __future__ import annotations

import gc
import logging
import os
import re
import time
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from pipelines.building import steps
from pipelines.clock import CITY
from pipelines.commands import alerts, backups, files, reading, releases, rights, simulated
from pipelines.impact.commands import app as impact_app
from pipelines.lake.migrations import FormatError
from pipelines.logs import JsonLines, fields_of
from pipelines.operations.recovery import refuse, words_for
from pipelines.privacy.modes import shut_to_others
from pipelines.publishing import shelf
from pipelines.run_lock import BUSY, LockHeldError, run_lock
from pipelines.settings import Settings, get_settings
from pipelines.terminal import EXIT_CODES, AsJson, answer, complain, console, fail, plain, progress

if TYPE_CHECKING:
    from data_quality.results import LoadRecord

app = typer.Typer(
    help="Competency warehouse: refresh, look, check files, simulate.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
for _commands in (reading, files, releases, backups, rights):
    _commands.register(app)
app.add_typer(impact_app, name="impact")
app.add_typer(alerts.app, name="alerts")

PRIVATE = ("landing", "lake", "build", "dagster", "logs", "secrets")
"""Folders of the home that hold people or keys; readers of releases need none of them."""
FATES = ("read", "accepted", "rejected", "duplicate")
GC_THRESHOLD = 50_000
"""New objects between two searches for cycles of them, in a night."""
_COUNTED = re.compile(r"\((\d+)/(\d+)\)$")
DAGSTER_YAML = """telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  pools:
    default_limit: 1
    granularity: run
  runs:
    tag_concurrency_limits:
      - {key: asn/writes, limit: 1}
run_monitoring:
  enabled: true
"""
FORMER_DAGSTER_YAML = (
    """telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  pools:
    default_limit: 1
""",
)
"""What ``prepare`` wrote before: replaced where nobody has changed it."""


class Rebuild(StrEnum):
    """What everything is built from once more."""

    LAKE = "lake"
    LANDING = "landing"


class _Progress(logging.Handler):
    """Shows what the steps log; nothing but counts, dates and names of extracts is ever logged."""

    def __init__(self, log_format: str) -> None:
        super().__init__(level=logging.INFO)
        self.is_json = log_format == "json"
        self.setFormatter(JsonLines())
        self.stream = console.file

    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", {})
        text = fields_of(record)["message"]
        is_event = bool(meta.get("dagster_event")) or (record.levelno == logging.WARNING and not self.is_json)
        if is_event or any(word in text for word in ("dbt command", "subsetted", "did not yield or return expected outputs")):
            return
        if self.is_json:
            print(self.format(record), file=self.stream, flush=True)
            return
        counted = _COUNTED.search(text)
        if counted and counted[1] not in {"1", counted[2]} and int(counted[1]) % 25:
            return
        console.print(f"  [dim]{datetime.now(CITY):%H:%M:%S}[/dim] {plain(text.splitlines()[0])}", soft_wrap=True)


@app.command()
def prepare() -> None:
    """Make the folders and the Dagster configuration of this installation; what is there stays as it is.

    Exit code 0: done.

    Examples: asn prepare
    """
    _prepare(get_settings())


def _prepare(settings: Settings) -> None:
    for folder in (settings.home, settings.dagster_home, settings.build, settings.releases, settings.home / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    settings.landing.mkdir(exist_ok=True)
    shut_to_others(settings.home / name for name in PRIVATE)
    steps.prepare_outputs(settings.build)
    configuration = settings.dagster_home / "dagster.yaml"
    if not configuration.exists() or configuration.read_text(encoding="utf-8") in FORMER_DAGSTER_YAML:
        configuration.write_text(DAGSTER_YAML, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home.resolve())


@app.command()
def simulate(
    employees: Annotated[int, typer.Option(min=100, help="How many civil servants.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1271,
    as_json: AsJson = False,
) -> None:
    """Fill the empty landing area with simulated extracts of Medan; what was planted is written beside it.

    Exit code 0: done.

    Examples: asn simulate; asn simulate --employees 500 --seed 7
    """
    settings = get_settings()
    _prepare(settings)
    if _records(settings):
        fail(f"the lake under {settings.home} holds deliveries: an invented city does not belong beside them; set another WAREHOUSE_HOME")
    try:
        _simulate(settings, employees, seed)
    except (FileExistsError, ValueError) as error:
        fail(error)
    if as_json:
        answer({"landing": settings.landing, "truth": settings.home / "simulated_truth.json", "employees": employees, "seed": seed})


def _simulate(settings: Settings, employees: int, seed: int) -> None:
    console.print(f"simulating {employees:,} civil servants of two years into {settings.landing}", soft_wrap=True)
    n_files = count(1)
    with progress("deliveries") as told:
        simulated.fill(settings, employees, seed, lambda _text: told(next(n_files), None))


# Over 50 lines: a third of them say what each option is.
@app.command()
def refresh(
    employees: Annotated[int, typer.Option(min=100, help="Size of the simulated city, where the landing area is empty.")] = 20_000,
    from_: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Read deliveries from this date again.")] = None,
    to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="... up to this date.")] = None,
    rebuild: Annotated[Rebuild | None, typer.Option(help="Build everything anew: from the lake alone, or from the landing area.")] = None,
    no_simulation: Annotated[
        bool, typer.Option("--no-simulation", help="Fail where there is nothing to load, and invent no city (WAREHOUSE_SIMULATION=false).")
    ] = False,
    complete_only: Annotated[
        bool, typer.Option("--complete-only", help="Leave out files that were changed within WAREHOUSE_QUIET_MINUTES.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait while another process writes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run the nightly job now.

    Exit code 0: done, or nothing new; 1: it failed, or there is nothing to load, and the old release stays; 75: another process is writing.

    Examples: asn refresh; asn refresh --from 2026-11-01 --to 2026-11-30; asn refresh --rebuild lake; asn refresh --no-simulation --wait
    """
    began = time.monotonic()
    settings = get_settings()
    days = [f"{day:%Y-%m-%d}" if day else "" for day in (from_, to)]
    if all(days) and days[1] < days[0]:
        raise typer.BadParameter(f"the range ends on {days[1]}, before it begins on {days[0]}")
    if any(days) and rebuild is Rebuild.LAKE:
        raise typer.BadParameter("--rebuild lake reads no delivery; leave --from and --to out")
    try:
        with run_lock(settings.lock_file, "asn refresh", wait=wait, told=_say_who, clock=settings.clock):
            refuse(settings)
            _prepare(settings)
            simulated.finish(settings.landing)
            if simulated.is_empty(settings.landing) and rebuild is not Rebuild.LAKE and not _records(settings):
                if no_simulation or not settings.simulation:
                    fail(simulated.NOTHING_DELIVERED.format(landing=settings.landing))
                console.print("the landing area is empty")
                _simulate(settings, employees, 1271)
            before, release = _records(settings), _release(settings)
            asked = {"first_on": days[0], "last_on": days[1], "rebuild": rebuild.value if rebuild else "", "complete_only": complete_only}
            succeeded = _run_or_say(settings, asked)
            new = [record for key, record in _records(settings).items() if before.get(key) != record]
            _summarise(settings, new, time.monotonic() - began, release, succeeded=succeeded)
    except LockHeldError as error:
        fail(f"{error}; asn refresh --wait waits for it", BUSY)
    except (FormatError, OSError) as error:
        fail(words_for(error) if isinstance(error, OSError) else error)
    if as_json:
        answer(_document(settings, new, time.monotonic() - began, release, succeeded=succeeded))
    if not succeeded:
        fail("the refresh failed; the release before it is still the current one (details: make dev)")


def _document(settings: Settings, new: list[LoadRecord], seconds: float, before: str | None, *, succeeded: bool) -> dict[str, Any]:
    """What a refresh did, for machines."""
    manifest, hold = shelf.current_manifest(settings.releases) or {}, shelf.held(settings.releases)
    is_new = manifest.get("release") != before
    return {
        "succeeded": succeeded,
        "seconds": round(seconds),
        "release": manifest.get("release"),
        "is_new": is_new,
        "held": asdict(hold) if hold else None,
        "deliveries": len(new),
        "rows": {fate: sum(getattr(record, f"rows_{fate}") for record in new) for fate in FATES},
        "blocked": [
            {"extract": f"{record.source}/{record.extract}", "delivery_on": record.delivery_on, "reason": record.status_reason}
            for record in new
            if record.status == "blocked"
        ],
        "jumps": manifest.get("jumps", []) if is_new else [],
    }


def _run_or_say(settings: Settings, asked: dict[str, Any]) -> bool:
    """``run_nightly``; what breaks outside of its steps (a disk that fails under dbt or Dagster itself) is said and not thrown."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return run_nightly(settings, **asked)
    except (OSError, RuntimeError, SQLAlchemyError) as error:
        text = words_for(error) if isinstance(error, OSError) else str(error).strip().splitlines()[-1]
        complain(f"{type(error).__name__}: {text}")
        return False


def _say_who(who: str) -> None:
    console.print(f"waiting for {who}", soft_wrap=True)


# Over 50 lines: a dozen of them say what can be asked for.
def run_nightly(settings: Settings, *, first_on: str = "", last_on: str = "", rebuild: str = "", complete_only: bool = False) -> bool:
    """Run ``nightly_refresh`` in this process, on the instance under ``settings.dagster_home``, and tell what there is to tell.

    Args:
        settings: the installation.
        first_on: read deliveries from this date (YYYY-MM-DD) again, and no others; empty: from the first.
        last_on: up to this date; empty: to the last.
        rebuild: ``lake``: leave the landing area alone and build the marts anew; ``landing``: read every delivery again, then build anew.
        complete_only: leave out deliveries of which a file was changed within the quiet time.
    """
    console.print("starting the job nightly_refresh")
    import dagster as dg

    from pipelines.definitions import build_definitions
    from pipelines.defs.after_run import after_dagster_run, tell_dead_runs
    from pipelines.defs.dead_runs import this_process
    from pipelines.defs.jobs import BY_COMMAND, refresh_config
    from pipelines.defs.records import keep_files_open

    keep_files_open()
    # What the libraries have made stays to the end, and rows are millions of lists in no cycle: looking for one took a fifth of reading.
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    logger = logging.getLogger("asn.progress")
    handler = _Progress(settings.log_format)
    logger.addHandler(handler)
    logging.getLogger("dagster").setLevel(logging.CRITICAL)

    @dg.logger
    def progress(_: dg.InitLoggerContext) -> logging.Logger:
        logger.setLevel(logging.INFO)
        return logger

    definitions = build_definitions(settings, loggers={"progress": progress})
    config = refresh_config(first_on=first_on, last_on=last_on, rebuild=rebuild, complete_only=complete_only)
    config["loggers"] = {"progress": {}}
    # The lock is held already by whoever has called from the command line; a run of the command never lasts without it.
    held = run_lock(settings.lock_file, "asn refresh", wait=True, told=_say_who, clock=settings.clock)
    with held, dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        for run_id in tell_dead_runs(settings, instance):
            console.print(f"run {run_id} had been cut off: reported as failed")
        job = definitions.resolve_job_def("nightly_refresh")
        tags = {BY_COMMAND: "true", **this_process()}
        result = job.execute_in_process(instance=instance, run_config=config, raise_on_error=False, tags=tags)
        logger.removeHandler(handler)
        for title in after_dagster_run(settings, instance, result.run_id):
            console.print(f"told: {title}", soft_wrap=True)
    if not result.success:
        for event in result.all_events:
            if event.is_failure and event.step_key:
                complain(f"step {event.step_key} failed: {_reason(event)}")
    return bool(result.success)


def _reason(event: Any) -> str:
    """Why a step failed: in the words of what was raised on purpose, else the first lines of the error at the bottom."""
    error, said = getattr(event.event_specific_data, "error", None), getattr(event.event_specific_data, "user_failure_data", None)
    if said and said.description:
        return str(said.description)
    lines = str(error.cause.message if error and error.cause else error.message if error else event.message).strip().splitlines()
    return " ".join(lines[:12])


def _records(settings: Settings) -> dict[tuple[str, Any], LoadRecord]:
    from data_quality.contract import load_contracts

    return {(c.extract, day): record for c in load_contracts() for day, record in settings.lake.records(c).items()}


def _release(settings: Settings) -> str | None:
    return (shelf.current_manifest(settings.releases) or {}).get("release")


def _summarise(settings: Settings, new: list[LoadRecord], seconds: float, release_before: str | None, *, succeeded: bool) -> None:
    blocked = [record for record in new if record.status == "blocked"]
    table = Table("deliveries", "rows read", "accepted", "rejected", "duplicate", "checks passed", "warned", "failed", box=None)
    checks = [check.status for record in new for check in record.checks]
    counts = [len(new), *(sum(getattr(r, f"rows_{fate}") for r in new) for fate in FATES),
              checks.count("pass"), checks.count("warn"), checks.count("fail")]  # fmt: skip
    table.add_row(*(f"{count:,}" for count in counts))
    console.print(table)
    for record in blocked:
        console.print(
            f"[yellow]blocked[/yellow] {record.source}/{record.extract} {record.delivery_on}: {plain(record.status_reason)}", soft_wrap=True
        )
    manifest = shelf.current_manifest(settings.releases)
    if manifest is None:
        console.print("no release yet")
        return
    for audience, marts in manifest["rows"].items():
        console.print(f"{audience}: " + ", ".join(f"{name} {rows:,}" for name, rows in marts.items()), soft_wrap=True)
    is_new = manifest["release"] != release_before
    for jump in manifest.get("jumps", []) if is_new else []:
        console.print("[yellow]jump[/yellow] {metric} of {period}: from {before} to {now}".format(**jump), soft_wrap=True)
    release = settings.releases / "current"
    still = "nothing new; the release is still" if succeeded else "the release is still"
    state = f"{'release' if is_new else still} {manifest['release']}"
    console.print(f"{state} in {release}  ({seconds:.0f} s)", soft_wrap=True)
    hold = shelf.held(settings.releases)
    if hold:
        console.print(f"[yellow]{plain(hold.words)}[/yellow]; `asn release resume` ends that", soft_wrap=True)
    file = release / "open" / "competency.duckdb"
    console.print(
        f"query it: .venv/bin/python -c \"import duckdb; print(duckdb.connect('{file}', read_only=True)"
        ".sql('from competency_gap_by_unit limit 5'))\"",
        soft_wrap=True,
    )
