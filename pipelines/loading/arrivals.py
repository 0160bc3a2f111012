"""What has arrived in the landing area and is not in the lake yet, and which of it is complete.

A file is complete when its size and time are the same at two looks, or nobody has touched it for the quiet time. Between two
looks a ``Cursor`` remembers what was seen and what was asked for; it moves past a delivery only when that was asked for, so
whatever a look leaves for the next is found again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.landing.deliveries import discover, is_there
from pipelines.landing.limits import Limits
from pipelines.landing.refusals import shown_names
from pipelines.loading.ingest import is_read_so, specification

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date
    from os import stat_result
    from pathlib import Path

    from data_quality.contract import Contract
    from data_quality.results import LoadRecord
    from pipelines.lake.store import Lake
    from pipelines.landing.deliveries import Delivery
    from pipelines.landing.profiles import Profile


@dataclass(frozen=True)
class Arrival:
    """A complete delivery that is new, or differs from what was loaded."""

    extract: str
    delivery_on: date
    fingerprint: str

    @property
    def run_key(self) -> str:
        """The same for the same content, so that nothing is asked for twice and a correction is."""
        return f"{self.extract}/{self.delivery_on}/{self.fingerprint[:16]}"


@dataclass
class Cursor:
    """``seen``: size and time of files that were not complete at the last look; ``asked``: the state of deliveries asked for."""

    seen: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str | None) -> Cursor:
        """Whatever is not a cursor is an empty one: at worst a delivery is asked for again, under the same key."""
        try:
            found = json.loads(text or "{}")
            return cls(dict(found.get("seen", {})), dict(found.get("asked", {})))
        except (ValueError, TypeError, AttributeError):
            return cls()

    def to_text(self) -> str:
        return json.dumps({"seen": self.seen, "asked": self.asked}, sort_keys=True)


@dataclass(frozen=True)
class Watch:
    """Where deliveries arrive and what is known of them already."""

    landing: Path
    lake: Lake
    contracts: tuple[Contract, ...]
    profiles: tuple[Profile, ...]
    quiet: timedelta
    limits: Limits = field(default_factory=Limits)

    def look(self, cursor: Cursor, now: datetime, *, at_most: int, not_before: date | None = None) -> tuple[list[Arrival], Cursor]:
        """Complete deliveries that are not in the lake as they are, and the cursor for the next look.

        Args:
            cursor: what the last look left.
            now: the present instant, aware.
            at_most: how many arrivals are given; the others come with later looks.
            not_before: leave earlier delivery dates out.
        """
        after = Cursor()
        arrivals: list[Arrival] = []
        for delivery, record, current in self._deliveries(not_before):
            key = f"{delivery.contract.extract}/{delivery.delivery_on}"
            stats = _stats(delivery.files)
            if stats is None:
                continue
            state = " ".join(f"{name}:{_state(stat)}" for name, stat in stats.items())
            if cursor.asked.get(key) == state:
                after.asked[key] = state
                continue
            if record is not None and is_read_so(record, current, self.limits) and _is_loaded(record, stats):
                continue
            if not self._is_complete(key, stats, cursor, now):
                after.seen |= {f"{key}/{name}": _state(stat) for name, stat in stats.items()}
                continue
            if len(arrivals) >= at_most:
                after.seen |= {f"{key}/{name}": _state(stat) for name, stat in stats.items()}
                continue
            if not is_there(delivery):
                continue
            after.asked[key] = state
            if record is None or record.fingerprint != delivery.fingerprint or not is_read_so(record, current, self.limits):
                arrivals.append(Arrival(delivery.contract.extract, delivery.delivery_on, delivery.fingerprint))
        return arrivals, after

    def _deliveries(self, not_before: date | None) -> Iterator[tuple[Delivery, LoadRecord | None, str]]:
        for contract in self.contracts:
            current = specification(contract, self.profiles)
            for delivery in discover(self.landing, contract)[0]:
                if not_before is None or delivery.delivery_on >= not_before:
                    yield delivery, self.lake.record(contract, delivery.delivery_on), current

    def _is_complete(self, key: str, stats: dict[str, stat_result], cursor: Cursor, now: datetime) -> bool:
        return all(
            cursor.seen.get(f"{key}/{name}") == _state(stat) or now.timestamp() - stat.st_mtime >= self.quiet.total_seconds()
            for name, stat in stats.items()
        )


def _stats(files: Iterable[Path]) -> dict[str, stat_result] | None:
    """None when a file went away between two calls: then the next look decides."""
    try:
        return {path.name: path.stat() for path in files}
    except FileNotFoundError:
        return None


def _state(stat: stat_result) -> str:
    return f"{stat.st_size},{stat.st_mtime_ns}"


def _is_loaded(record: LoadRecord, stats: dict[str, stat_result]) -> bool:
    """The files were loaded and not one of them was touched since: told without reading any.

    The change time counts, not the modification time, which copying programs set back.
    """
    if set(_names(record)) != set(shown_names(sorted(stats))):
        return False
    loaded = record.loaded_at.replace(tzinfo=UTC).timestamp()
    return all(stat.st_ctime < loaded for stat in stats.values())


def _names(record: LoadRecord) -> Collection[str]:
    names: dict[str, str] = json.loads(record.files)
    return names
