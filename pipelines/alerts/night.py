"""After a run: look at what is wrong, tell it, and say that the night was good."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data_quality.contract import load_contracts
from pipelines.alerts import causes
from pipelines.alerts.channels import beat, send
from pipelines.alerts.lineage import marts_of
from pipelines.alerts.told import tell
from pipelines.publishing.shelf import current_manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pipelines.alerts.causes import Cause
    from pipelines.settings import Settings

STANDING = ("delivery_blocked:", "extract_stale:", "headline_jump:")
"""Kinds that are looked at after every run, whatever it did."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its job, the steps that failed with the reason of the first, when it began."""

    job: str
    succeeded: bool
    began: datetime
    failed_steps: tuple[str, ...] = ()
    reason: str = ""


def standing(settings: Settings) -> list[Cause]:
    """What is wrong with the data, from the lake and the current release alone."""
    contracts, now = load_contracts(), settings.clock()
    records = {contract.extract: settings.lake.records(contract) for contract in contracts}
    manifest_file = settings.dbt_target / "manifest.json"

    def marts(extract: str) -> tuple[str, ...]:
        return marts_of(manifest_file, extract)

    return [
        *causes.blocked(contracts, records, now, marts),
        *causes.stale(contracts, records, now, marts),
        *causes.jumps(current_manifest(settings.releases)),
    ]


def after_run(settings: Settings, outcome: Outcome, *, is_night: bool, pause: Callable[[float], None] = time.sleep) -> list[str]:
    """Tell what there is to tell; returns the titles of what was sent. Never raises: a night does not fail for its alerts."""
    try:
        titles = _tell(settings, outcome, pause) if settings.channels else []
    except Exception as error:  # whatever it is, the night has ended as it has ended
        _log.warning("alerts could not be told: %s", type(error).__name__)
        titles = []
    if is_night and outcome.succeeded and settings.heartbeat_url:
        beat(settings.heartbeat_url.get_secret_value())
    return titles


def _tell(settings: Settings, outcome: Outcome, pause: Callable[[float], None]) -> list[str]:
    present = standing(settings)
    if not outcome.succeeded:
        current = (current_manifest(settings.releases) or {}).get("release")
        present.append(causes.failed_run(outcome.job, outcome.failed_steps, outcome.reason, outcome.began, current))
    of_this_job = {f"run_failed:{outcome.job}", f"publication_failed:{outcome.job}"}
    return tell(
        settings.home / "alerts.json",
        present,
        lambda key: key.startswith(STANDING) or key in of_this_job,
        settings.clock(),
        lambda title, body: send(settings.channels, title, body, pause=pause) > 0,
    )
