"""What commands say to machines: one JSON document on the standard output, whatever else there is to say."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from data_quality.contract import contract_for
from pipelines import terminal
from pipelines.alerts.causes import Cause
from pipelines.commands import backups, files, main, reading, releases, rights
from pipelines.commands.main import app
from pipelines.loading.ingest import Workplace, refresh_extract
from pipelines.publishing import shelf
from pipelines.settings import Settings
from tests.conftest import employee, write_employees
from tests.unit.operations.shelves import publish_nights
from tests.unit.operations.test_releases import damage

if TYPE_CHECKING:
    from collections.abc import Iterator

D1 = date(2026, 1, 1)
EMPLOYEES = contract_for("hr/employees")
WITHOUT = {"serve", "prepare"}
"""Commands that answer nothing."""


@pytest.fixture(autouse=True)
def people_again() -> Iterator[None]:
    """No test leaves the terminal as another would not expect it."""
    yield
    terminal.console.stderr = False


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with three releases and one delivery, two rows of which were rejected."""
    settings = Settings(home=tmp_path / "home", config=tmp_path / "config", release_grace_hours=0, batch_rows=1_000)
    publish_nights(settings.home, 3)
    rows = [employee(number) for number in range(100)]
    rows[3]["JENIS KELAMIN"], rows[4]["JENIS KELAMIN"] = "Ibu", "Bapak"
    write_employees(settings.landing, D1, rows)
    settings.lake.prepare([EMPLOYEES])
    refresh_extract(EMPLOYEES, Workplace(settings.landing, settings.lake, (), settings.pseudonym()))
    for module in (releases, backups, reading, main, files, rights):
        monkeypatch.setattr(module, "get_settings", lambda: settings)
    return settings


def asked(*arguments: str, exit_code: int = 0, text: str = "") -> Any:
    """The document of a command; nothing but it is on the standard output."""
    result = CliRunner().invoke(app, [*arguments, "--json"], input=text or None, catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return json.loads(result.stdout)


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, one in getattr(group, "commands", {}).items():
        yield from commands(one, (*path, name)) if hasattr(one, "commands") else [((*path, name), one)]


def test_every_command_that_answers_something_knows_json() -> None:
    known = dict(commands(typer.main.get_command(app)))
    assert len(known) > 20
    without = {" ".join(path) for path, one in known.items() if not any("--json" in option.opts for option in one.params)}
    assert without == WITHOUT


def test_releases_are_listed_with_the_one_that_is_shown(settings: Settings) -> None:
    said = asked("release", "list")
    assert (said["current"], said["held"]) == ("20260805T010000Z", None)
    assert [one["release"] for one in said["releases"]] == ["20260805T010000Z", "20260804T010000Z", "20260803T010000Z"]
    assert (said["releases"][0]["deliveries"], said["releases"][0]["rows"]) == (1, {"open": 5, "restricted": 6})
    (settings.releases / "20260803T010000Z" / "manifest.json").unlink()
    assert asked("release", "list")["releases"][-1] == {"release": "20260803T010000Z", "is_damaged": True}


def test_a_damaged_release_is_said_with_its_exit_code(settings: Settings) -> None:
    assert asked("release", "verify") == [{"release": "20260805T010000Z", "is_whole": True, "findings": []}]
    damage(settings.releases / "20260803T010000Z" / "open" / "parquet" / "seats.parquet")
    first = asked("release", "verify", "--all", exit_code=2)[0]
    assert (first["release"], first["is_whole"]) == ("20260803T010000Z", False)
    assert "open/parquet/seats.parquet has another content" in first["findings"][0]


def test_a_rollback_is_there_and_back(settings: Settings) -> None:
    assert asked("release", "rollback", "--reason", "wrong")["held"]["reason"] == "wrong"
    assert asked("release", "list")["held"]["release"] == "20260804T010000Z"
    assert asked("release", "prune", "--keep", "1", "--dry-run")["removed"] == ["20260803T010000Z"]
    assert asked("release", "resume") == {"current": "20260804T010000Z", "is_new": False}
    assert shelf.current_name(settings.releases) == "20260804T010000Z"


def test_what_cannot_be_done_is_said_on_the_standard_error_alone(settings: Settings) -> None:
    for arguments in (("release", "rollback", "X"), ("release", "rollback", "X", "--json")):
        result = CliRunner().invoke(app, list(arguments))
        assert (result.exit_code, result.stdout) == (1, "")
        assert "there is no release X" in result.stderr


def test_a_backup_and_its_restore_say_what_they_did(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = asked("backup", str(tmp_path / "backup"))
    assert made["holds_secret"] is True
    assert made["bytes"] == sum(path.stat().st_size for path in (tmp_path / "backup").rglob("*") if path.is_file())
    other = Settings(home=tmp_path / "other", config=tmp_path / "config")
    monkeypatch.setattr(backups, "get_settings", lambda: other)
    assert "release 20260805T010000Z" in asked("restore", str(tmp_path / "backup"))["done"][0]


def test_a_file_and_its_delivery_say_their_rows(settings: Settings, tmp_path: Path) -> None:
    file = settings.landing / "hr" / "pegawai" / "2026-01-01.csv"
    report = asked("check", str(file), "--lang", "en")
    assert (report["verdict"], report["rows"]["read"], report["rows"]["rejected"]) == ("accepted", 100, 2)
    assert asked("check", str(file), "--extract", "hr/units", exit_code=2)["verdict"] == "refused"
    found = asked("delivery", "hr/employees", "2026-01-01")
    assert found["loaded_at"].endswith("+00:00"), "a machine is told the zone"
    assert (found["rows_rejected"], found["status"], list(found["files"])) == (2, "accepted", ["2026-01-01.csv"])
    assert {"sex.unknown_code": 2}.items() <= {check["check_id"]: check["n_failed"] for check in found["checks"]}.items()
    target = tmp_path / "r.xlsx"
    assert asked("report", "hr/employees", "2026-01-01", "--output", str(target))["rows"] == 2
    assert asked("replay", "hr/employees") == [{"extract": "hr/employees", "delivery_on": "2026-01-01", "before": 2, "now": 2}]


def test_a_right_is_answered_without_the_person(settings: Settings, tmp_path: Path) -> None:
    nip = str(employee(1)["NIP BARU"])
    target = tmp_path / "copy.json"
    assert asked("export-person", "--output", str(target), text=nip) == {"rows": 1, "file": str(target)}
    assert nip not in json.dumps(asked("retain", "--dry-run"))
    gone = asked("erase", text=nip)
    assert gone == {"rows": 1, "releases_removed": ["20260803T010000Z", "20260804T010000Z"], "current_still_holds": True}
    assert asked("erase", "--again")["rows"] == 0
    assert asked("keys", "rotate")["files"] >= 1


def test_a_refresh_says_what_it_did_and_logs_elsewhere(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "run_nightly", lambda *_, **__: print("", end="") is None)
    said = asked("refresh")
    assert (said["succeeded"], said["release"], said["is_new"], said["deliveries"]) == (True, "20260805T010000Z", False, 0)
    monkeypatch.setattr(main, "run_nightly", lambda *_, **__: False)
    assert asked("refresh", exit_code=1)["succeeded"] is False


def test_alerts_are_listed_with_their_mend(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    cause = Cause("extract_stale", "hr/units", settings.clock(), "what", "affected", "mend")
    monkeypatch.setattr("pipelines.alerts.night.standing", lambda _: [cause])
    (said,) = asked("alerts", "list")
    assert (said["kind"], said["subject"], said["mend"]) == ("extract_stale", "hr/units", "mend")


def test_what_is_not_a_number_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    import numpy as np

    terminal.answer({"att": float("nan"), "n": np.int64(3), "day": D1, "names": ("a",), "place": Path("x")})
    assert json.loads(capsys.readouterr().out) == {"att": None, "n": 3, "day": "2026-01-01", "names": ["a"], "place": "x"}


# --- how far it is --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_terminal", "as_json", "is_shown"), [(True, False, True), (True, True, False), (False, False, False)])
def test_a_bar_is_shown_to_people_at_a_terminal_alone(monkeypatch: pytest.MonkeyPatch, is_terminal, as_json, is_shown) -> None:
    text = io.StringIO()
    monkeypatch.setattr(terminal, "console", Console(file=text, force_terminal=is_terminal, stderr=as_json, width=80))
    with terminal.progress("copying") as told:
        told(1, 2)
    assert ("copying" in text.getvalue()) is is_shown


def test_a_backup_tells_how_far_it_is(settings: Settings, tmp_path: Path) -> None:
    from pipelines.operations.backup import make_backup, restore_backup

    steps: list[tuple[int, int]] = []
    made = make_backup(settings, tmp_path / "backup", told=lambda done, total: steps.append((done, total)))
    assert steps[-1][0] == steps[-1][1] == sum(path.stat().st_size for path in made.rglob("*") if path.is_file() and path.parent != made)
    back: list[tuple[int, int]] = []
    restore_backup(Settings(home=tmp_path / "other", config=tmp_path / "c"), made, told=lambda done, total: back.append((done, total)))
    assert back[-1] == steps[-1]


# --- completion by the shell ----------------------------------------------------------------------------------------------------


def completed(line: str, home: Path) -> list[str]:
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1), "_ASN_COMPLETE": "complete_bash"}
    program = str(Path(sys.executable).with_name("asn"))
    environment = {**os.environ, **words, "WAREHOUSE_HOME": str(home)}
    return subprocess.run([program], env=environment, capture_output=True, text=True, check=False).stdout.split()


def test_bash_completes_commands_options_and_tables(settings: Settings) -> None:
    assert completed("asn expo", settings.home) == ["export", "export-person"]
    assert completed("asn release ro", settings.home) == ["rollback"]
    assert completed("asn export --res", settings.home) == ["--restricted"]
    tables = json.loads((settings.releases / "current" / "manifest.json").read_text())["rows"]["open"]
    assert completed(f"asn export {next(iter(tables))[:3]}", settings.home) == [
        name for name in sorted(tables) if name[:3] == next(iter(tables))[:3]
    ]
