"""What can be wrong. Belongs here: one function for each kind of cause. Does not belong here: who is told, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from pipelines.clock import CITY
from pipelines.loading.freshness import freshness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from data_quality.contract import Contract
    from data_quality.results import LoadRecord

Kind = Literal["run_failed", "publication_failed", "delivery_blocked", "extract_stale", "headline_jump"]
"""Each has its section in docs/alerts.md."""
OPEN_FOR = timedelta(days=31)
"""A blocked delivery is an alert for so long after its date; later it is history, which ``asn status`` lists."""
PUBLISHING = frozenset({"release"})


@dataclass(frozen=True)
class Cause:
    """One thing that is wrong.

    Attributes:
        kind: what sort of thing.
        subject: which one; with the kind it is the key by which a cause is known again.
        since: when it began (UTC).
        what: what happened, one sentence.
        affected: what it touches.
        mend: how it is mended.
        once: told a single time, not again each night while it lasts.
    """

    kind: Kind
    subject: str
    since: datetime
    what: str
    affected: str
    mend: str
    once: bool = False

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.subject}"


def still_troubles(kind: str, day: date, newest_accepted: date | None, now: datetime) -> bool:
    """Whether a blocked delivery of this day waits for a hand: alerts tell it, and ``asn status`` lists it as to do.

    A snapshot that a later accepted delivery has replaced troubles nobody any more; what is older than ``OPEN_FOR`` is history.
    """
    is_replaced = kind == "snapshot" and newest_accepted is not None and newest_accepted > day
    return not is_replaced and now.astimezone(CITY).date() - day <= OPEN_FOR


def blocked(
    contracts: Iterable[Contract], records: Mapping[str, Mapping[date, LoadRecord]], now: datetime, marts_of: Callable[[str], Sequence[str]]
) -> list[Cause]:
    """Deliveries that are kept out and wait for a hand."""
    found = []
    for contract in contracts:
        known = records.get(contract.extract, {})
        accepted = [day for day, record in known.items() if record.status == "accepted"]
        for day, record in sorted(known.items()):
            if record.status != "blocked" or not still_troubles(contract.kind, day, max(accepted, default=None), now):
                continue
            broken = [check for check in record.checks if check.level == "delivery" and check.status == "fail"]
            rules = ", ".join(check.check_id for check in broken) or "a rule on deliveries"
            mend = " ".join(dict.fromkeys(check.how_to_resolve for check in broken if check.how_to_resolve))
            stays = f"the content of {day} that was accepted before stays in force" if record.in_force_fingerprint else _newest(accepted)
            found.append(
                Cause(
                    "delivery_blocked", f"{contract.extract} {day}", record.loaded_at.replace(tzinfo=UTC),
                    f"The delivery {day} of {contract.extract} is kept out: {rules}.",
                    f"{stays}. {_marts(marts_of(contract.extract))}",
                    f"{mend} Details: asn delivery {contract.extract} {day}. The office: {contract.owner}.".strip(),
                )
            )  # fmt: skip
    return found


def stale(
    contracts: Iterable[Contract], records: Mapping[str, Mapping[date, LoadRecord]], now: datetime, marts_of: Callable[[str], Sequence[str]]
) -> list[Cause]:
    """Extracts whose newest accepted delivery is older than the error bound of their contract."""
    found = []
    for contract in contracts:
        state = freshness(contract, records.get(contract.extract, {}), now)
        if state.state == "fail" and state.since and state.age_hours is not None:
            bound = contract.freshness_hours["error"]
            found.append(
                Cause(
                    "extract_stale", contract.extract, state.since,
                    f"{contract.extract} comes {contract.cadence.replace('_', ' ')}, but its newest accepted delivery is of "
                    f"{state.newest_on}, older than {bound:.0f} hours.",
                    f"Figures are as of {state.newest_on}. {_marts(marts_of(contract.extract))}",
                    f"Ask {contract.owner} for the export into landing/{contract.folder}; if it lies there, asn status says why it is out.",
                )
            )  # fmt: skip
    return found


def jumps(manifest: Mapping[str, Any] | None) -> list[Cause]:
    """Headlines of the current release that moved further than their bound."""
    if not manifest:
        return []
    since = datetime.strptime(manifest["release"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return [
        Cause(
            "headline_jump", f"{jump['metric']} {jump['period']}", since,
            f"{jump['metric']} of {jump['period']} went from {jump['before']} to {jump['now']} in release {manifest['release']}; "
            f"the bound is {jump['bound']}.",
            "The release is published; whoever quotes this figure may quote a fault in the data.",
            "Compare the deliveries of the period (load_quality, check_results). When it is news, nothing is to be done; when the bound is "
            "too tight, change it in rule_headline_jump.",
            once=True,
        )
        for jump in manifest.get("jumps", [])
    ]  # fmt: skip


def failed_run(job: str, steps: Sequence[str], reason: str, since: datetime, current: str | None) -> Cause:
    """A run that failed; when it was the release that failed, the warehouse is built and only readers have nothing new."""
    stays = f"Readers keep the release {current}." if current else "There is no release yet."
    where = ", ".join(steps) or "before its first step"
    if steps and set(steps) <= PUBLISHING:
        return Cause(
            "publication_failed", job, since, f"{job} built the warehouse, but its release was not published: {reason}", stays,
            "See that the disk has room and releases/ can be written, then run make refresh: it builds and publishes once more.",
        )  # fmt: skip
    return Cause(
        "run_failed", job, since, f"{job} failed at {where}: {reason}", stays,
        "Read the run in the Dagster UI (make dev) or logs/dbt_output.log; a failed test says in check_results how it is resolved. "
        "Then run make refresh.",
    )  # fmt: skip


def _newest(accepted: Sequence[date]) -> str:
    return f"The newest accepted delivery is that of {max(accepted)}" if accepted else "Nothing of this extract was accepted yet"


def _marts(names: Sequence[str]) -> str:
    return f"Marts that rest on it: {', '.join(names)}." if names else "No mart rests on it."
