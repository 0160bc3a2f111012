"""The days on which something happens: deliveries, assessment rounds, quarters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

NIGHTS = 7


def month_start(day: date, months: int = 0) -> date:
    """First day of the month that lies ``months`` after the month of ``day``."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def quarter_start(day: date, quarters: int = 0) -> date:
    """First day of the quarter that lies ``quarters`` after the quarter of ``day``."""
    return month_start(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), 3 * quarters)


def quarter_label(first: date) -> str:
    """TW1 to TW4."""
    return f"TW{(first.month + 2) // 3}"


@dataclass(frozen=True)
class Period:
    """The simulated time, from ``start`` to ``end``, both included."""

    start: date
    end: date

    def nights(self) -> list[date]:
        """Return the last nights, on which the nightly extracts arrive daily."""
        return [day for ago in range(NIGHTS - 1, -1, -1) if (day := self.end - timedelta(days=ago)) >= self.start]

    def month_firsts(self) -> list[date]:
        """Every first of a month, the start itself included so that the first state is delivered at once."""
        firsts = {self.start}
        day = month_start(self.start, 1)
        while day <= self.end:
            firsts.add(day)
            day = month_start(day, 1)
        return sorted(firsts)

    def snapshots(self) -> list[date]:
        """Deliveries of the nightly snapshots: monthly history, then the last nights."""
        return sorted({*self.month_firsts(), *self.nights()})

    def event_windows(self) -> list[tuple[date, date]]:
        """First and last day of the events in each delivery; the delivery arrives on the last day."""
        calm = self.end - timedelta(days=NIGHTS)
        month_ends = [first - timedelta(days=1) for first in self.month_firsts()[1:]]
        cuts = sorted({day for day in (*month_ends, calm) if self.start <= day <= calm} | set(self.nights()))
        firsts = [self.start, *(earlier + timedelta(days=1) for earlier, _ in pairwise(cuts))]
        return list(zip(firsts, cuts, strict=True))

    def weekly_after_months(self) -> list[date]:
        """Monthly deliveries, and weekly ones in the last four weeks."""
        weekly = {self.end - timedelta(days=7 * ago) for ago in range(4)}
        return sorted(day for day in {*self.month_firsts()[1:], *weekly} if day >= self.start)

    def quarters(self) -> list[date]:
        """First days of the quarters that the period touches."""
        found = [quarter_start(self.start)]
        while (following := quarter_start(found[-1], 1)) <= self.end:
            found.append(following)
        return found

    def rounds(self) -> list[date]:
        """First days of the assessment rounds.

        The fifth of the last month of a quarter, after its courses have ended.
        """
        days = [month_start(first, 2).replace(day=5) for first in self.quarters()]
        return [day for day in days if day >= self.start and day + timedelta(days=23) <= self.end]
