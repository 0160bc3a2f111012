"""What there is to say of an installation at a glance: the release, what was late or blocked, what to do.

Read from the manifest of the release, the records of the lake and the names in the landing area, without loading the contracts, so that
it is said in less than a second.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb

from data_quality.kinds import delivery_kinds, landing_folders
from pipelines.alerts.causes import still_troubles
from pipelines.clock import city_day_sql, city_time
from pipelines.engine import literal
from pipelines.landing.unread import unread_files
from pipelines.publishing import outdated, shelf
from pipelines.run_lock import holder

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from pipelines.settings import Settings

OLD = timedelta(hours=36)
"""A release that is older has missed a night."""
_RECORDS = "loads/*/*/delivery=*/load.parquet"
_OUTDATED = "the release that is shown still holds who was erased, or former keys: run make refresh, which replaces it"


@dataclass(frozen=True)
class Delivery:
    """A delivery that asks for a hand."""

    extract: str
    delivery_on: str
    reason: str
    mend: str


@dataclass(frozen=True)
class State:
    """The state of an installation. ``to_do`` is empty when nobody has to do anything."""

    release: str | None
    made_at: str | None = None
    age_hours: float | None = None
    n_deliveries: int = 0
    place: str = ""
    held: str = ""
    written_by: str = ""
    last_run: str = ""
    blocked: list[Delivery] = field(default_factory=list)
    n_blocked_before: int = 0
    late: list[Delivery] = field(default_factory=list)
    jumps: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    is_partial: bool = False
    """Whoever asks may read the releases alone: nothing is known of deliveries and runs."""
    to_do: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def state_of(settings: Settings) -> State:
    """Look at an installation."""
    manifest, now = shelf.current_manifest(settings.releases), settings.clock()
    hold = shelf.held(settings.releases)
    facts: dict[str, Any] = {"held": hold.words if hold else "", **_of_the_inside(settings, now)}
    if manifest is None:
        return State(None, to_do=["run make refresh: there is no release yet", *facts.get("unread", [])], **facts)
    made = shelf.made_at(manifest["release"], manifest)
    jumps = ["{metric} {period}: from {before} to {now}".format(**jump) for jump in manifest.get("jumps", [])]
    waits = not facts.get("is_partial") and manifest["release"] in outdated.outdated(settings.releases)
    to_do = [*([_OUTDATED] if waits else []), *_to_do(facts, now - made, jumps)]
    return State(
        manifest["release"], made.astimezone(UTC).isoformat(timespec="seconds"), round((now - made).total_seconds() / 3600, 1),
        len(manifest["inputs"]), str(settings.releases / "current"), jumps=jumps, to_do=to_do, **facts,
    )  # fmt: skip


def _of_the_inside(settings: Settings, now: datetime) -> dict[str, Any]:
    """What lake, landing area and lock tell; readers of releases may look into none of them."""
    lake = settings.home / "lake"
    if lake.is_dir() and not os.access(lake, os.R_OK | os.X_OK):
        return {"is_partial": True}
    blocked, n_before, late = _deliveries(lake, now)
    writer = str(holder(settings.lock_file) or "")
    return {
        "blocked": blocked, "n_blocked_before": n_before, "late": late, "last_run": _last_run(lake, is_running=bool(writer)),
        "written_by": writer, "unread": unread_files(settings.landing, landing_folders().values()),
    }  # fmt: skip


def _to_do(facts: dict[str, Any], age: timedelta, jumps: list[str]) -> list[str]:
    """One sentence for each thing that waits for a hand, the gravest first."""
    said = []
    if facts.get("last_run", "").startswith("failure"):
        said.append("the last run failed: make dev shows which step and why; then make refresh")
    elif age > OLD and not facts.get("written_by"):
        said.append("a night was missed: see that the schedule runs (make dev), or run make refresh")
    if facts["held"]:
        said.append("releases are held after a rollback: asn release resume ends that")
    said += [f"{delivery.extract} {delivery.delivery_on} is kept out: {delivery.mend}" for delivery in facts.get("blocked", ())]
    said += facts.get("unread", ())
    if jumps:
        said.append("figures of the city jumped: compare the deliveries of the period (asn alerts list)")
    return said


def _deliveries(lake: Path, now: datetime) -> tuple[list[Delivery], int, list[Delivery]]:
    """Deliveries that are kept out (those that wait for a hand, and how many others) and those that came late on the newest day."""
    if not any(lake.glob(_RECORDS)):
        return [], 0, []
    with duckdb.connect() as connection:
        connection.execute("create view loads as from read_parquet($1, union_by_name = true)".replace("$1", literal(lake / _RECORDS)))
        broken = literal(lake / "loads/*/*/delivery=*/checks.parquet")
        day = city_day_sql("loaded_at")
        rows = connection.execute(
            f"""
            with mends as (
                select parse_path(filename)[-4] || '/' || parse_path(filename)[-3] || '/' || parse_path(filename)[-2] as delivery,
                    string_agg(distinct how_to_resolve, ' ') as mend
                from read_parquet({broken}, union_by_name = true, filename = true, hive_partitioning = false)
                where level = 'delivery' and status = 'fail'
                group by all
            )
            select source || '/' || extract, delivery_on, status_reason, coalesce(mend, ''), status,
                (select max(others.delivery_on) from loads as others
                    where others.source = loads.source and others.extract = loads.extract and others.status = 'accepted')
            from loads left join mends on mends.delivery = source || '/' || extract || '/delivery=' || delivery_on
            where status = 'blocked' or (is_late and {day} = (select max({day}) from loads))
            order by delivery_on desc, 1
            """  # noqa: S608 - own paths
        ).fetchall()
    found = [
        (Delivery(extract, str(day), reason, _mend(extract, day, mend)), day, accepted) for extract, day, reason, mend, _, accepted in rows
    ]
    blocked = [one for one, row in zip(found, rows, strict=True) if row[4] == "blocked"]
    waiting = _waiting(blocked, now)
    return waiting, len(blocked) - len(waiting), [one for (one, _, _), row in zip(found, rows, strict=True) if row[4] != "blocked"]


def _waiting(blocked: list[tuple[Delivery, date, date | None]], now: datetime) -> list[Delivery]:
    """Blocked deliveries that wait for a hand. The contracts are asked for the kind only where a later delivery was accepted."""
    kinds = delivery_kinds() if any(newest and newest > day for _, day, newest in blocked) else {}
    return [one for one, day, newest in blocked if still_troubles(kinds.get(one.extract, ""), day, newest, now)]


def _mend(extract: str, day: object, mend: str) -> str:
    return f"{mend} Details: asn delivery {extract} {day}".strip()


def _last_run(lake: Path, *, is_running: bool) -> str:
    """How the newest run ended, in words; empty where none is on record.

    A run writes down its steps before its end: one of the nightly job without a release is not at its end, or was cut off. Where
    nothing was new, the release is on record as left out, without a time.
    """
    if not any((lake / "meta" / "runs").glob("*.parquet")):
        return ""
    with duckdb.connect() as connection:
        row = connection.execute(
            f"""
            select bool_or(status = 'failure'), min(started_at), any_value(job), string_agg(step, ', ') filter (where status = 'failure'),
                any_value(job) = 'nightly_refresh' and not bool_or(step = 'release')
            from read_parquet({literal(lake / "meta" / "runs" / "*.parquet")}, union_by_name = true)
            group by run_id
            having min(started_at) is not null
            order by min(started_at) desc
            limit 1
            """  # noqa: S608 - own paths
        ).fetchone()
    if row is None:
        return ""
    failed, started, job, steps, is_open = row
    begun = f"begun {city_time(started)}"
    if failed:
        return f"failure of {job} at {steps}, {begun}"
    if is_open:
        return f"{job} is not at its end yet, {begun}" if is_running else f"{job} ended before its release, {begun}"
    return f"success of {job}, {begun}"
