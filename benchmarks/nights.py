"""``python -m benchmarks.nights``: a month of nights in a row with an injected clock, a person nowhere near.

Deliveries arrive on their dates; some are blocked, some come late, some are delivered again, one night misses its secret, one cannot
publish. The alerts of every night are compared with those that the plan calls for, worked out here from the plan and the contracts
alone: none may be missing, and none may be more. At the end the marts must equal those of a city that loads everything in one night.

Prints what was found as JSON; exits 1 where it differs.
"""

from __future__ import annotations

import argparse
import errno
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.town import LAST, Drawer, begin_night, day_of, end_night
from data_quality.contract import load_contracts
from pipelines.clock import CITY
from tests.receiver import Receiver, receiving
from tests.releases import figures_before_suppression

if TYPE_CHECKING:
    from collections.abc import Callable

    from data_quality.contract import Contract

CUT_AT_FIRST = {
    ("evaluation/training_participants", date(2026, 6, 14)): 3,
    ("evaluation/training_budgets", date(2026, 6, 15)): 6,
    ("feedback/complaints", date(2026, 6, 29)): 2,
}
"""Deliveries of which only the beginning arrives, and the whole so many nights later. What the simulation spoils is never mended."""
LATE = {("feedback/complaints", date(2026, 7, 2)): 2, ("hr/employees", date(2026, 6, 29)): 3}
"""Deliveries that come so many nights after their date."""
DELIVERED_AGAIN = {("hr/employees", date(2026, 6, 30)): 4, ("evaluation/training_participants", date(2026, 6, 21)): 9}
"""Deliveries that come again after so many nights, without the rows that were wrong."""
BEGINNING = 20
"""Bytes of a delivery that arrive when it is cut: not even the whole header."""
NO_SECRET, NO_ROOM = 9, 5
"""Nights before the last: of the first the secret is missing, in the second the disk has no room for a release."""
JUMPS = {date(2026, 6, 28): "headline jump: assessment_coverage 2026-04-01"}
"""The first round of assessments of the young city: on that night many more people of the quarter are assessed than on the one before."""
JOB = "nightly_refresh"
TOLD_FOR = 31
"""Days after its date for which a blocked delivery is told."""


@dataclass
class Plan:
    """What lies in the landing area on which night: ``standing[extract][date]`` is whether the delivery is sound."""

    contracts: dict[str, Contract]
    standing: dict[str, dict[date, bool]] = field(default_factory=dict)
    before: set[str] = field(default_factory=set)

    def expected(self, night: date, failed: str | None) -> list[str]:
        """Titles that the night must send, in order: what is wrong now, and what was and is not any more."""
        present = self._blocked(night) | self._stale(night) | ({f"{failed}: {JOB}"} if failed else set())
        present |= {JUMPS[night]} if night in JUMPS else set()
        resolved = {f"resolved: {title}" for title in self.before - present}
        self.before = present
        return sorted(present | resolved)

    def _blocked(self, night: date) -> set[str]:
        found = set()
        for extract, days in self.standing.items():
            for day, is_sound in days.items():
                replaced = self.contracts[extract].kind == "snapshot" and any(ok and later > day for later, ok in days.items())
                if not is_sound and not replaced and (at(night).date() - day).days <= TOLD_FOR:
                    found.add(f"delivery blocked: {extract} {day}")
        return found

    def _stale(self, night: date) -> set[str]:
        found = set()
        for extract, days in self.standing.items():
            newest = max((day for day, is_sound in days.items() if is_sound), default=None)
            bound = self.contracts[extract].freshness_hours.get("error")
            if newest and bound and at(night) - datetime.combine(newest, time(), CITY) > timedelta(hours=bound):
                found.add(f"extract stale: {extract}")
        return found


def at(night: date) -> datetime:
    """When the job of a night begins: an hour after the date has ended."""
    return datetime.combine(night + timedelta(days=1), time(1), CITY)


class Month:
    """The city, its clock and what arrives."""

    def __init__(self, place: Path, nights: int, receiver: Receiver) -> None:
        self.place, self.home, self.receiver = place, place / "home", receiver
        self.spoiled, truth = Drawer.fill(place / "spoiled")
        self.sound, _ = Drawer.fill(place / "sound", faults=False)
        self.nights = [LAST - timedelta(days=nights - 1 - number) for number in range(nights)]
        self.plan = Plan({contract.extract: contract for contract in load_contracts()})
        self.folders = {contract.folder: contract.extract for contract in self.plan.contracts.values()}
        self.blocked = {(d.extract, date.fromisoformat(d.delivery_on)) for d in truth.deliveries if d.status == "blocked"}

    def environment(self, night: date) -> dict[str, str]:
        return {
            "WAREHOUSE_NOW": at(night).isoformat(),
            "WAREHOUSE_ALERT_URLS": self.receiver.channel,
            "WAREHOUSE_HEARTBEAT_URL": self.receiver.url("/beat"),
        }

    def arrive(self, night: date) -> None:
        """Put into the landing area what the plan says of this night; on the first one, all that came before it too."""
        for extract, day, is_again in self._arriving(night):
            drawer = self.sound if is_again else self.spoiled
            for old in (self.home / "landing" / self.plan.contracts[extract].folder).glob(f"{day}*"):
                old.unlink()
            put = drawer.deliver(self.home / "landing", self._is(extract, day))
            is_cut = (extract, day) in CUT_AT_FIRST and not is_again
            for path in put if is_cut else ():
                path.write_bytes(path.read_bytes()[:BEGINNING])
            self.plan.standing.setdefault(extract, {})[day] = not is_cut and (extract, day) not in self.blocked

    def _is(self, extract: str, wanted: date) -> Callable[[str, date], bool]:
        return lambda folder, day: self.folders[folder] == extract and day == wanted

    def _arriving(self, night: date) -> list[tuple[str, date, bool]]:
        found = []
        for path in sorted(self.spoiled.root.rglob("*")):
            if not path.is_file():
                continue
            extract, day = self.folders[str(path.parent.relative_to(self.spoiled.root))], day_of(path)
            first = day + timedelta(days=LATE.get((extract, day), 0))
            days = {**DELIVERED_AGAIN, **CUT_AT_FIRST}.get((extract, day))
            again = day + timedelta(days=days) if days else None
            is_first = night == self.nights[0]
            if first == night or (is_first and first < night):
                found.append((extract, day, False))
            if again and (again == night or (is_first and again < night)):
                found.append((extract, day, True))
        return sorted(set(found))

    def run(self) -> list[dict[str, Any]]:
        """All nights; returns those whose end or whose alerts differ from what the plan calls for."""
        wrong = []
        for number, night in enumerate(self.nights):
            left = len(self.nights) - 1 - number
            failed = {NO_SECRET: "run failed", NO_ROOM: "publication failed"}.get(left)
            seen, beats = len(self.receiver.posts), len(self.receiver.gets)
            standing = {extract: dict(days) for extract, days in self.plan.standing.items()}
            self.arrive(night)
            code = self._night(night, left)
            arrived, self.plan.standing = self.plan.standing, standing if left == NO_SECRET else self.plan.standing
            expected = self.plan.expected(night, failed)
            self.plan.standing = arrived  # without its secret a night reads nothing; the next one finds it all
            told = sorted(self.receiver.titles[seen:])
            facts = {"night": str(night), "exit": code, "told": told, "expected": expected, "beats": len(self.receiver.gets) - beats}
            print(json.dumps(facts), flush=True)
            if told != expected or code != bool(failed) or facts["beats"] != (not failed):
                wrong.append(facts)
        return wrong

    def _night(self, night: date, left: int) -> int:
        key, aside = self.home / "secrets" / "pseudonym.key", self.place / "aside.key"
        if left == NO_SECRET:
            key.rename(aside)
        code = end_night(begin_night(self.home, self.place / "night.log", self.environment(night), no_room if left == NO_ROOM else None))
        if left == NO_SECRET:
            aside.rename(key)
        return code

    def at_once(self) -> dict[str, str]:
        """The figures of a city that finds the same landing area and loads it in one night, under the same secret."""
        home = self.place / "at_once"
        shutil.copytree(self.home / "landing", home / "landing")
        shutil.copytree(self.home / "secrets", home / "secrets")
        code = end_night(begin_night(home, self.place / "night.log", {"WAREHOUSE_NOW": at(self.nights[-1]).isoformat()}))
        if code:
            raise RuntimeError(f"the night that loads everything ended with {code}")
        return figures_before_suppression(home / "build" / "warehouse.duckdb")


def no_room(_home: Path) -> None:
    """The disk is full when a release is written."""
    from pipelines.publishing import release

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "releases")

    release._write_database = full


def month(place: Path, nights: int) -> dict[str, Any]:
    """Run it; ``wrong`` are the nights that differ from the plan, ``differs`` the tables that differ from loading all at once."""
    with receiving() as receiver:
        city = Month(place, nights, receiver)
        wrong = city.run()
        sent = len(receiver.posts)
    apart, at_once = figures_before_suppression(city.home / "build" / "warehouse.duckdb"), city.at_once()
    tables = sorted(apart.keys() | at_once.keys())
    releases = len([path for path in (city.home / "releases").iterdir() if path.is_dir() and not path.is_symlink()])
    return {
        "nights": nights,
        "alerts": sent,
        "releases kept": releases,
        "wrong": wrong,
        "tables": len(tables),
        "differs": [table for table in tables if apart.get(table) != at_once.get(table)],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--home", type=Path, help="an empty folder; without it, one that is removed at the end")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as empty:
        found = month(given.home or Path(empty), given.nights)
    print(json.dumps(found, indent=2))
    return 1 if found["wrong"] or found["differs"] else 0


if __name__ == "__main__":
    sys.exit(main())
