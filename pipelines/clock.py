"""What time it is, asked in one place, so that a rehearsal or a test can live on another day.

``Settings.now`` (``WAREHOUSE_NOW``) holds the clock still; everything that asks for the time gets a ``Clock`` from
``Settings.clock``. Durations are measured with ``time.monotonic`` and do not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Gives the present instant, aware, in UTC."""
CITY = ZoneInfo("Asia/Jakarta")
"""Medan keeps western Indonesian time."""
_NOON = timedelta(hours=12)


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def naive(clock: Clock) -> Callable[[], datetime]:
    """The same clock as the lake writes it: UTC without a zone, whole seconds."""
    return lambda: clock().astimezone(UTC).replace(tzinfo=None, microsecond=0)


def city_time(instant: datetime) -> str:
    """An instant as people of the city read it, to the minute; one without a zone is UTC, as the lake writes it."""
    return f"{_in_city(instant):%Y-%m-%d %H:%M} WIB"


def city_day(instant: datetime) -> date:
    """The date of an instant in the city; one without a zone is UTC, as the lake writes it."""
    return _in_city(instant).date()


def city_day_sql(column: str) -> str:
    """The same of a column of the lake, in the SQL of DuckDB."""
    return f"cast(timezone('{CITY.key}', timezone('UTC', {column})) as date)"


def night_of(instant: datetime) -> str:
    """The night of an instant, by the date on which it ends: from noon to noon in the city, so that 23:00 and 01:00 are one."""
    return (instant.astimezone(CITY) + _NOON).date().isoformat()


def _in_city(instant: datetime) -> datetime:
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(CITY)
