"""The one clock, and what a night is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipelines.clock import naive, night_of, utc_now
from pipelines.settings import Settings


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
