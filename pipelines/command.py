"""The command ``asn``: the few things that Dagster and dbt have not already."""

from __future__ import annotations

import logging
import os
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from pipelines import backup_commands, file_commands, release_commands, steps
from pipelines.impact.commands import app as impact_app
from pipelines.lake.migrations import FormatError
from pipelines.publishing import shelf
from pipelines.recovery import refuse, words_for
from pipelines.settings import Settings, get_settings

if TYPE_CHECKING:
    from data_quality.results import LoadRecord

app = typer.Typer(
    help="Competency warehouse: refresh, look, check files, simulate.", no_args_is_help=True, pretty_exceptions_show_locals=False
)
console = Console(file=sys.stdout, highlight=False)
for _commands in (file_commands, release_commands, backup_commands):
    _commands.register(app)
app.add_typer(impact_app, name="impact")

_COUNTED = re.compile(r"\((\d+)/(\d+)\)$")
DAGSTER_YAML = """telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  pools:
    default_limit: 1
"""


class _Progress(logging.Handler):
    """Shows what the steps log; nothing but counts, dates and names of extracts is ever logged."""

    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", {})
        text = str(meta.get("orig_message") or record.getMessage())
        is_event = bool(meta.get("dagster_event")) or record.levelno == logging.WARNING
        if is_event or "dbt test" in text or "dbt command" in text or "subsetted" in text:
            return
        counted = _COUNTED.search(text)
        if counted and counted[1] not in {"1", counted[2]} and int(counted[1]) % 25:
            return
        console.print(f"  [dim]{datetime.now(UTC).astimezone():%H:%M:%S}[/dim] {text.splitlines()[0]}", soft_wrap=True)


@app.command()
def prepare() -> None:
    """Make the folders and the Dagster configuration of this installation."""
    _prepare(get_settings())


def _prepare(settings: Settings) -> None:
    for folder in (settings.home, settings.dagster_home, settings.build, settings.releases, settings.home / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    settings.landing.mkdir(exist_ok=True)
    steps.prepare_outputs(settings.build)
    configuration = settings.dagster_home / "dagster.yaml"
    if not configuration.exists():
        configuration.write_text(DAGSTER_YAML, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home.resolve())


def _landing_is_empty(settings: Settings) -> bool:
    return not any(path.is_file() and not path.name.startswith(".") for path in settings.landing.rglob("*"))


@app.command()
def simulate(
    employees: Annotated[int, typer.Option(help="How many civil servants.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1271,
) -> None:
    """Fill the empty landing area with simulated extracts of Medan; what was planted is written beside it."""
    settings = get_settings()
    _prepare(settings)
    _simulate(settings, employees, seed)


def _simulate(settings: Settings, employees: int, seed: int) -> None:
    from simulation import default_period, generate

    start, end = default_period()
    console.print(f"simulating {employees:,} civil servants from {start} to {end} into {settings.landing}")
    generate(settings.landing, settings.home / "simulated_truth.json", seed=seed, employees=employees, start=start, end=end, progress=None)


@app.command()
def refresh(
    employees: Annotated[int, typer.Option(help="Size of the simulated city, where the landing area is empty.")] = 20_000,
) -> None:
    """Run the nightly job now. Exit code 0: done, or nothing new; 1: the job failed and the old release stays."""
    began = time.monotonic()
    settings = get_settings()
    try:
        refuse(settings)
        _prepare(settings)
    except (FormatError, OSError) as error:
        console.print(f"[red]{words_for(error) if isinstance(error, OSError) else error}[/red]", soft_wrap=True)
        raise typer.Exit(1) from None
    if _landing_is_empty(settings) and not _records(settings):
        console.print("the landing area is empty")
        _simulate(settings, employees, 1271)
    before = _records(settings)
    succeeded = _run_or_say(settings)
    _summarise(settings, before, time.monotonic() - began)
    if not succeeded:
        console.print("[red]the refresh failed; the release before it is still the current one[/red] (details: make dev)")
        raise typer.Exit(1)


def _run_or_say(settings: Settings) -> bool:
    """``run_nightly``; what breaks outside of its steps (a disk that fails under dbt or Dagster itself) is said and not thrown."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return run_nightly(settings)
    except (OSError, RuntimeError, SQLAlchemyError) as error:
        text = words_for(error) if isinstance(error, OSError) else str(error).strip().splitlines()[-1]
        console.print(f"[red]{type(error).__name__}[/red]: {text}", soft_wrap=True, markup=True)
        return False


def run_nightly(settings: Settings) -> bool:
    """Run ``nightly_refresh`` in this process, on the instance under ``settings.dagster_home``."""
    console.print("starting the job nightly_refresh")
    import dagster as dg

    from pipelines.definitions import build_definitions
    from pipelines.defs.dead_runs import end_dead_runs, this_process

    logger = logging.getLogger("asn.progress")
    handler = _Progress(level=logging.INFO)
    logger.addHandler(handler)
    logging.getLogger("dagster").setLevel(logging.CRITICAL)

    @dg.logger
    def progress(_: dg.InitLoggerContext) -> logging.Logger:
        logger.setLevel(logging.INFO)
        return logger

    definitions = build_definitions(settings, loggers={"progress": progress})
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        for run_id in end_dead_runs(instance):
            console.print(f"run {run_id} had been cut off: reported as failed")
        job = definitions.resolve_job_def("nightly_refresh")
        result = job.execute_in_process(
            instance=instance, run_config={"loggers": {"progress": {}}}, raise_on_error=False, tags=this_process()
        )
    logger.removeHandler(handler)
    if not result.success:
        for event in result.all_events:
            if event.is_failure and event.step_key:
                console.print(f"[red]step {event.step_key} failed[/red]: {_reason(event)}")
    return bool(result.success)


def _reason(event: Any) -> str:
    error = getattr(event.event_specific_data, "error", None)
    lines = str(error.cause.message if error and error.cause else error.message if error else event.message).strip().splitlines()
    return " ".join(lines[:12])


def _records(settings: Settings) -> dict[tuple[str, Any], LoadRecord]:
    from data_quality.contract import load_contracts

    return {(c.extract, day): record for c in load_contracts() for day, record in settings.lake.records(c).items()}


def _summarise(settings: Settings, before: dict[tuple[str, Any], LoadRecord], seconds: float) -> None:
    after = _records(settings)
    new = [record for key, record in after.items() if before.get(key) != record]
    blocked = [record for record in new if record.status == "blocked"]
    table = Table("deliveries", "rows read", "accepted", "rejected", "duplicate", "checks passed", "warned", "failed", box=None)
    checks = [check.status for record in new for check in record.checks]
    counts = [len(new), *(sum(getattr(r, f"rows_{fate}") for r in new) for fate in ("read", "accepted", "rejected", "duplicate")),
              checks.count("pass"), checks.count("warn"), checks.count("fail")]  # fmt: skip
    table.add_row(*(f"{count:,}" for count in counts))
    console.print(table)
    for record in blocked:
        console.print(
            f"[yellow]blocked[/yellow] {record.source}/{record.extract} {record.delivery_on}: {record.status_reason}", soft_wrap=True
        )
    manifest = shelf.current_manifest(settings.releases)
    if manifest is None:
        console.print("no release yet")
        return
    for audience, marts in manifest["rows"].items():
        console.print(f"{audience}: " + ", ".join(f"{name} {rows:,}" for name, rows in marts.items()), soft_wrap=True)
    for jump in manifest.get("jumps", []) if new else []:
        console.print("[yellow]jump[/yellow] {metric} of {period}: from {before} to {now}".format(**jump), soft_wrap=True)
    release = settings.releases / "current"
    state = f"release {manifest['release']}" if new else f"nothing new; the release is still {manifest['release']}"
    console.print(f"{state} in {release}  ({seconds:.0f} s)", soft_wrap=True)
    hold = shelf.held(settings.releases)
    if hold:
        console.print(f"[yellow]{hold.words}[/yellow]; `asn release resume` ends that", soft_wrap=True)
    file = release / "open" / "competency.duckdb"
    console.print(
        f"query it: {Path('.venv/bin/python')} -c \"import duckdb; print(duckdb.connect('{file}', read_only=True)"
        ".sql('from competency_gap_by_unit limit 5'))\"",
        soft_wrap=True,
    )


@app.command()
def status() -> None:
    """Say which release is current, how old it is, and which deliveries are blocked."""
    settings = get_settings()
    manifest = shelf.current_manifest(settings.releases)
    if manifest is None:
        console.print(f"no release under {settings.releases}: run make refresh")
        raise typer.Exit(1)
    passed = datetime.now(UTC) - shelf.made_at(manifest["release"], manifest)
    console.print(
        f"release {manifest['release']}, age {release_commands.age(passed)}, {len(manifest['inputs'])} deliveries, "
        f"in {settings.releases / 'current'}"
    )
    hold = shelf.held(settings.releases)
    if hold:
        console.print(f"{hold.words}; `asn release resume` ends that", soft_wrap=True)
    for record in _records(settings).values():
        if record.status == "blocked":
            console.print(f"blocked: {record.source}/{record.extract} {record.delivery_on}: {record.status_reason}", soft_wrap=True)


def main() -> None:
    app()
