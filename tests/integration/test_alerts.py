"""Alerts through apprise to a web server of the test: what arrives, what does not, and that a night never fails for it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from data_quality.contract import load_contracts
from data_quality.kinds import delivery_kinds
from pipelines.alerts.channels import beat, send
from pipelines.alerts.night import Outcome, after_run, standing
from pipelines.commands.main import app
from pipelines.commands.state import state_of
from pipelines.loading.ingest import Workplace, refresh_extract
from pipelines.settings import Settings, get_settings
from tests.conftest import employee, write_employees
from tests.receiver import Receiver, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
GOOD = Outcome("nightly_refresh", True, NOW)
BAD = Outcome("nightly_refresh", False, NOW, ("warehouse",), "DagsterDbtCliRuntimeError")


def no_pause(_: float) -> None:
    return


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as kept:
        yield kept


@pytest.fixture
def settings(tmp_path: Path, receiver: Receiver) -> Settings:
    """An installation with one accepted and one blocked delivery of hr/employees."""
    settings = Settings(home=tmp_path, now=NOW, alert_urls=receiver.channel, heartbeat_url=receiver.url("/beat"))
    settings.lake.prepare(load_contracts())
    write_employees(settings.landing, date(2026, 11, 23), [employee(number) for number in range(60)])
    write_employees(settings.landing, date(2026, 11, 24), [employee(number) for number in range(10)])
    work = Workplace(settings.landing, settings.lake, (), lambda nip: f"key-{nip[-6:]}", now=lambda: datetime(2026, 11, 24, 17))
    refresh_extract(next(contract for contract in load_contracts() if contract.extract == "hr/employees"), work)
    return settings


def after(settings: Settings, outcome: Outcome, *, is_night: bool = True) -> list[str]:
    return after_run(settings, outcome, is_night=is_night, pause=no_pause)


def test_a_night_tells_what_is_wrong_and_that_it_has_ended_well(settings: Settings, receiver: Receiver) -> None:
    assert after(settings, GOOD) == ["delivery blocked: hr/employees 2026-11-24"]
    (post,) = receiver.posts
    assert post["title"] == "delivery blocked: hr/employees 2026-11-24"
    for part in ("What happened: ", "min_share_of_previous", "Since: 2026-11-25 00:00 WIB", "What it touches: ", "How to mend it: "):
        assert part in post["message"]
    assert receiver.gets == ["/beat"]
    assert after(settings, GOOD) == [], "the same night"
    assert len(receiver.posts) == 1


def test_a_failed_run_is_told_and_is_over_after_the_next_good_one_of_its_job(settings: Settings, receiver: Receiver) -> None:
    after(settings, BAD)
    assert receiver.titles == ["delivery blocked: hr/employees 2026-11-24", "run failed: nightly_refresh"]
    assert receiver.gets == [], "silence is how a failed night is noticed from outside"
    assert after(settings, replace(GOOD, job="load_deliveries"), is_night=False) == []
    assert after(settings, GOOD) == ["resolved: run failed: nightly_refresh"]
    assert receiver.gets == ["/beat"]


def test_a_release_that_failed_takes_the_place_of_a_run_that_failed(settings: Settings, receiver: Receiver) -> None:
    after(settings, BAD)
    after(settings, replace(BAD, failed_steps=("release",)))
    assert receiver.titles[-2:] == ["publication failed: nightly_refresh", "resolved: run failed: nightly_refresh"]


def test_a_corrected_delivery_resolves_its_alert(settings: Settings, receiver: Receiver) -> None:
    after(settings, GOOD)
    write_employees(settings.landing, date(2026, 11, 24), [employee(number) for number in range(59)])
    work = Workplace(settings.landing, settings.lake, (), lambda nip: f"key-{nip[-6:]}")
    refresh_extract(next(contract for contract in load_contracts() if contract.extract == "hr/employees"), work)
    assert after(settings, GOOD) == ["resolved: delivery blocked: hr/employees 2026-11-24"]


@pytest.mark.parametrize(("n_days", "waits"), [(0, True), (31, True), (32, False)])
@pytest.mark.parametrize("is_replaced", [False, True])
def test_status_lists_as_to_do_what_is_told_and_counts_the_others(settings: Settings, n_days: int, waits: bool, is_replaced: bool) -> None:
    if is_replaced:
        write_employees(settings.landing, date(2026, 11, 25), [employee(number) for number in range(59)])
        work = Workplace(settings.landing, settings.lake, (), lambda nip: f"key-{nip[-6:]}")
        refresh_extract(next(contract for contract in load_contracts() if contract.extract == "hr/employees"), work)
    later = settings.model_copy(update={"now": datetime(2026, 11, 24, 3, tzinfo=UTC) + timedelta(days=n_days)})
    told = [cause.subject for cause in standing(later) if cause.kind == "delivery_blocked"]
    state = state_of(later)
    assert [f"{one.extract} {one.delivery_on}" for one in state.blocked] == told
    assert told == (["hr/employees 2026-11-24"] if waits and not is_replaced else [])
    assert len(state.blocked) + state.n_blocked_before == 1


def test_kinds_are_those_of_the_contracts() -> None:
    assert delivery_kinds() == {contract.extract: contract.kind for contract in load_contracts()}


def test_an_extract_becomes_stale_by_the_clock_of_the_installation(settings: Settings) -> None:
    assert [cause.kind for cause in standing(settings)] == ["delivery_blocked"]
    later = settings.model_copy(update={"now": NOW + timedelta(days=3)})
    assert [cause.kind for cause in standing(later)] == ["delivery_blocked", "extract_stale"]


def test_a_channel_that_stumbles_is_tried_again(receiver: Receiver) -> None:
    pauses: list[float] = []
    receiver.refuse = 2
    assert send([receiver.channel], "title", "text", pause=pauses.append) == 1
    assert pauses == [2.0, 4.0]
    receiver.refuse = 3
    assert send([receiver.channel], "lost", "text", pause=pauses.append) == 0
    assert receiver.titles == ["title"]


def test_one_dead_channel_does_not_silence_the_others(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    assert send(["nonsense://x", "json://user:geheim@127.0.0.1:1/", receiver.channel], "title", "text", pause=no_pause) == 1
    assert receiver.titles == ["title"]
    assert "geheim" not in caplog.text
    assert "alert channel 2 (json) did not take the message" in caplog.text


def test_nothing_that_goes_wrong_while_telling_reaches_the_night(
    settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("pipelines.alerts.night.standing", lambda _: 1 / 0)
    assert after(settings, GOOD) == []
    assert "ZeroDivisionError" in caplog.text
    assert receiver.gets == ["/beat"], "the night was good all the same"
    assert not beat("http://127.0.0.1:1/secret-path")
    assert "secret-path" not in caplog.text
    receiver.refuse = 1
    assert not beat(receiver.url("/beat"))


def test_without_a_channel_nothing_is_remembered(settings: Settings) -> None:
    silent = settings.model_copy(update={"alert_urls": None, "heartbeat_url": None})
    assert after(silent, BAD) == []
    assert not (settings.home / "alerts.json").exists()


@pytest.mark.parametrize(("refuse", "code", "says"), [(0, 0, "1 of 1 channels"), (None, 2, "no channel is set")])
def test_the_command_sends_a_test_message(settings: Settings, receiver: Receiver, refuse: int | None, code: int, says: str) -> None:
    environment = {**os.environ, "WAREHOUSE_HOME": str(settings.home)}
    if refuse is not None:
        environment["WAREHOUSE_ALERT_URLS"] = receiver.channel
    done = subprocess.run(
        [sys.executable, "-c", "from pipelines.commands.main import app; app(['alerts', 'test'])"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, says in done.stdout + done.stderr) == (code, True), done.stdout + done.stderr
    assert receiver.titles == ["test of the alerts"] * (refuse is not None)


def test_the_command_lists_what_is_wrong_and_sends_nothing(settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_HOME", str(settings.home))
    monkeypatch.setenv("WAREHOUSE_NOW", NOW.isoformat())
    get_settings.cache_clear()
    try:
        assert CliRunner().invoke(app, ["alerts", "list"]).exit_code == 0
    finally:
        get_settings.cache_clear()
    assert receiver.posts == []
    assert not (settings.home / "alerts.json").exists()
