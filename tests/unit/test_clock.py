"""The one clock, and what a night is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from pydantic import ValidationError

from data_quality.contract import load_contracts
from pipelines.clock import city_day, city_day_sql, naive, night_of, utc_now
from pipelines.commands.state import state_of
from pipelines.lake.retention import has_run_out
from pipelines.reporting.open_data import OpenData
from pipelines.settings import Settings

AT_NIGHT = datetime(2026, 7, 9, 18, 30)
"""Half past one in the night of 10 July in Medan, as the lake writes it."""


def test_the_clock_of_an_installation_can_be_held_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(home=tmp_path).clock is utc_now
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-03-01T01:00:00.5+07:00")
    clock = Settings(home=tmp_path).clock
    assert clock() == datetime(2026, 2, 28, 18, 0, 0, 500_000, tzinfo=UTC)
    assert naive(clock)() == datetime(2026, 2, 28, 18)
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-03-01T01:00:00")
    with pytest.raises(ValidationError, match="timezone"):
        Settings(home=tmp_path)


@pytest.mark.parametrize(
    ("utc", "night"),
    [
        ("2026-11-24T04:59", "2026-11-24"),  # 11:59 in Medan: still the night that ended this morning
        ("2026-11-24T05:00", "2026-11-25"),  # noon
        ("2026-11-24T16:00", "2026-11-25"),  # 23:00
        ("2026-11-24T18:00", "2026-11-25"),  # 01:00 of the 25th
    ],
)
def test_a_night_goes_from_noon_to_noon_in_the_city(utc: str, night: str) -> None:
    assert night_of(datetime.fromisoformat(utc).replace(tzinfo=UTC)) == night


def test_only_web_addresses_are_a_heartbeat(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="WAREHOUSE_HEARTBEAT_URL"):
        Settings(home=tmp_path, heartbeat_url="file:///etc/passwd")
    settings = Settings(home=tmp_path, heartbeat_url="https://example.org/token", alert_urls="json://token-a\n json://token-b")
    assert settings.channels == ("json://token-a", "json://token-b")
    assert "token" not in repr(settings)
    assert Settings(home=tmp_path).channels == ()


def test_half_past_one_at_night_is_the_day_that_the_city_writes() -> None:
    assert city_day(AT_NIGHT) == city_day(AT_NIGHT.replace(tzinfo=UTC)) == date(2026, 7, 10)
    with duckdb.connect() as connection:
        assert connection.execute(f"select {city_day_sql('$1::timestamp')}", [AT_NIGHT]).fetchall() == [(date(2026, 7, 10),)]


def test_the_page_dates_a_load_of_the_night_by_the_city() -> None:
    """A load of the evening before, by the city, is no part of it, though both have one date in UTC."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table load_quality as select * from (values (timestamp '2026-07-09 23:30', 1, 1, 0, 0, 'accepted', false), "
            "(timestamp '2026-07-10 01:30', 5, 4, 1, 0, 'accepted', true)) "
            "as loads(loaded_at, rows_read, rows_accepted, rows_rejected, rows_duplicate, status, is_late)"
        )
        (row,) = OpenData(connection).rows("last_night")
    assert (row["delivery_on"], row["n_deliveries"], row["rows_read"], row["n_late"]) == (date(2026, 7, 10), 1, 5, 1)


def test_what_came_late_the_evening_before_is_not_of_the_night(tmp_path: Path) -> None:
    for extract, loaded_at in (("units", "2026-07-09 16:30"), ("positions", "2026-07-09 18:30")):
        folder = tmp_path / "lake" / "loads" / "hr" / extract / "delivery=2026-07-01"
        folder.mkdir(parents=True)
        with duckdb.connect() as connection:
            connection.execute(
                f"copy (select 'hr' as source, '{extract}' as extract, date '2026-07-01' as delivery_on, '' as status_reason, "
                f"'accepted' as status, true as is_late, timestamp '{loaded_at}' as loaded_at) to '{folder / 'load.parquet'}'"
            )
            connection.execute(
                f"copy (select 'delivery' as level, 'pass' as status, '' as how_to_resolve) to '{folder / 'checks.parquet'}'"
            )
    assert [late.extract for late in state_of(Settings(home=tmp_path)).late] == ["hr/positions"]


def test_a_delivery_may_be_kept_until_its_last_day_has_ended_in_the_city() -> None:
    contract = next(one for one in load_contracts() if one.retention_years)
    years = contract.retention_years or 0
    day = date(2026 - years, 7, 9)
    assert not has_run_out(contract, day, datetime(2026, 7, 9, 16, 59, tzinfo=UTC))
    assert has_run_out(contract, day, AT_NIGHT.replace(tzinfo=UTC))
