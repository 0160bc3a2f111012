"""The commands about releases and backups, as a person types them."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import simulation
from pipelines.commands import backups, files, main, reading, releases, simulated, state
from pipelines.commands.main import app
from pipelines.lake.store import Lake
from pipelines.operations.recovery import RESTORING
from pipelines.publishing import outdated, shelf
from pipelines.run_lock import BUSY
from pipelines.settings import Settings
from tests.unit.operations.shelves import current, publish_nights
from tests.unit.operations.test_releases import damage

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with three releases."""
    settings = Settings(home=tmp_path / "home", config=tmp_path / "config", release_grace_hours=0)
    publish_nights(settings.home, 3)
    settings.pseudonym()
    for module in (releases, backups, files, reading, main):
        monkeypatch.setattr(module, "get_settings", lambda: settings)
        monkeypatch.setattr(module.console, "width", 200)
    return settings


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def said(*arguments: str, exit_code: int = 0) -> str:
    with releases.console.capture() as one, backups.console.capture() as two, main.console.capture() as three:
        result = run(*arguments)
    text = one.get() + two.get() + three.get() + result.output
    assert result.exit_code == exit_code, text
    return " ".join(text.split())


def test_the_list_says_of_each_release_what_it_holds_and_which_is_current(settings: Settings) -> None:
    text = said("release", "list")
    assert text.index("20260805T010000Z") < text.index("20260803T010000Z"), "newest first"
    assert text.count("current") == 1
    line = text[text.index("20260805T010000Z") :]
    assert line.startswith("20260805T010000Z")
    assert " 1 5 6 current" in line[: line.index("20260804T010000Z")], "deliveries, rows open, rows restricted"
    (settings.releases / "20260803T010000Z" / "manifest.json").unlink()
    assert "damaged: the manifest cannot be read" in said("release", "list")


def test_verify_says_what_is_wrong_with_exit_code_2(settings: Settings) -> None:
    assert said("release", "verify") == "20260805T010000Z: whole"
    damage(settings.releases / "20260803T010000Z" / "open" / "parquet" / "seats.parquet")
    text = said("release", "verify", "--all", exit_code=2)
    assert "20260804T010000Z: whole" in text
    assert "open/parquet/seats.parquet has another content than the manifest says" in text
    run("release", "verify", "20200101T000000Z")
    assert run("release", "verify", "20200101T000000Z").exit_code == 2
    (settings.releases / "current").unlink()
    assert "current names no release" in said("release", "verify", exit_code=2)


def test_rollback_and_resume_say_what_holds(settings: Settings) -> None:
    text = said("release", "rollback", "--reason", "wrong unit tree")
    assert "current is held at 20260804T010000Z" in text
    assert "rolled back from 20260805T010000Z (wrong unit tree)" in text
    assert current(settings.home) == "20260804T010000Z"
    listed = said("release", "list")
    assert "withdrawn" in listed
    assert "asn release resume" in listed
    assert "current is still 20260804T010000Z" in said("release", "resume")
    assert "nothing is held" in said("release", "resume", exit_code=1)
    assert "there is no release X" in said("release", "rollback", "X", exit_code=1)


def test_prune_says_what_goes_and_why_another_stays(settings: Settings) -> None:
    said("release", "rollback", "20260803T010000Z")
    text = said("release", "prune", "--keep", "1", "--dry-run")
    assert "20260803T010000Z stays: current" in text
    assert "would remove: 20260804T010000Z" in text
    assert len(shelf.stamps(settings.releases)) == 3
    assert "removed: 20260804T010000Z" in said("release", "prune", "--keep", "1")
    assert shelf.stamps(settings.releases) == ["20260803T010000Z", "20260805T010000Z"]


def test_status_says_the_age_and_a_rollback(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "release 20260805T010000Z, age" in said("status")
    said("release", "rollback")
    assert "current is held at 20260804T010000Z" in said("status")


def test_status_says_that_an_erasure_waits_for_the_next_release(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "still holds who was erased" not in said("status")
    outdated.outdate(settings.releases)
    assert "to do: the release that is shown still holds who was erased, or former keys: run make refresh" in said("status")


def test_who_may_read_the_releases_alone_is_told_of_the_release(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.lake.prepare([])
    monkeypatch.setattr(state.os, "access", lambda *_: False)  # the modes hold for everybody but root, who may run the tests
    text = said("status")
    assert "release 20260805T010000Z, age" in text
    assert "only who runs the warehouse may look at them" in text
    assert "nothing to do" not in text
    assert json.loads(run("status", "--json").output)["is_partial"]


def test_who_may_not_read_the_restricted_part_is_told_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def shut(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("pipelines.publishing.session.open_session", shut)
    assert "this user may not read the restricted part" in said("query", "--restricted", "from people", exit_code=1)


def test_what_looks_like_markup_is_shown_as_it_is(settings: Settings) -> None:
    assert "[/y] [nama] [/x]" in said("query", "select '[/x]' as \"[/y] [nama]\"")
    assert "(see [/note])" in said("release", "rollback", "--reason", "see [/note]")
    assert "(see [/note])" in said("release", "list")


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_restricted_rows_that_take_the_place_of_an_open_file_are_for_their_owner_alone(
    settings: Settings, tmp_path: Path, ending: str
) -> None:
    target = tmp_path / f"people.{ending}"
    target.write_text("open to all")
    target.chmod(0o644)
    said("export", "people", "--restricted", "--to", str(target), exit_code=2)
    said("export", "people", "--restricted", "--to", str(target), "--force")
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [target.name]


def test_the_commands_live_on_the_day_of_the_installation(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rehearsal = settings.model_copy(update={"now": datetime(2026, 8, 6, 1, tzinfo=UTC)})
    for module in (releases, backups):
        monkeypatch.setattr(module, "get_settings", lambda: rehearsal)
    assert "20260805T010000Z 24.0 h" in said("release", "list")
    assert "since 2026-08-06 08:00 WIB" in said("release", "rollback")
    assert next(iter(reversed(list(shelf.switches(settings.releases)))))["at"] == "2026-08-06T01:00:00+00:00"
    said("backup", str(tmp_path / "backup"))
    assert json.loads((tmp_path / "backup" / "manifest.json").read_text())["made_at"] == "2026-08-06T01:00:00+00:00"


def test_a_release_of_a_later_clock_has_no_negative_age(settings: Settings) -> None:
    from datetime import timedelta

    assert releases.age(timedelta(hours=-5)) == "made later than this clock"
    assert releases.age(timedelta(seconds=-1)) == "0.0 h"
    assert releases.age(timedelta(days=5)) == "5 d"


def test_a_backup_comes_back(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "backup in" in said("backup", str(tmp_path / "backup"))
    noted = json.loads((settings.home / "logs" / "access.jsonl").read_text(encoding="utf-8"))
    assert (noted["what"], noted["landing"]) == ("backup", False)
    assert "is not empty" in said("backup", str(tmp_path / "backup"), exit_code=1)
    assert "holds build, lake, releases, secrets already" in said("restore", str(tmp_path / "backup"), exit_code=1)
    other = Settings(home=tmp_path / "other", config=tmp_path / "config")
    monkeypatch.setattr(backups, "get_settings", lambda: other)
    assert "now: asn release verify" in said("restore", str(tmp_path / "backup"))
    assert current(other.home) == "20260805T010000Z"
    damage(tmp_path / "backup" / "home" / "secrets" / "pseudonym.key")
    assert "is damaged, nothing was restored: home/secrets/pseudonym.key" in said("restore", str(tmp_path / "backup"), exit_code=1)


@pytest.mark.parametrize(
    "arguments", [("backup", "x"), ("restore", "."), ("release", "rollback"), ("release", "resume"), ("release", "prune")]
)
def test_while_a_refresh_runs_nothing_else_writes(settings: Settings, arguments: tuple[str, ...]) -> None:
    code = "import sys; from pathlib import Path; from pipelines.run_lock import run_lock\n"
    code += "with run_lock(Path(sys.argv[1]), 'asn refresh'): print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(settings.lock_file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        text = said(*arguments, exit_code=BUSY)
    finally:
        holder.communicate("")
    assert f"asn refresh (process {holder.pid}" in text
    assert current(settings.home) == "20260805T010000Z"


def test_a_secret_in_the_environment_is_said_not_to_be_in_the_backup(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = settings.model_copy(
        update={"secret": settings.model_fields["secret"].annotation and __import__("pydantic").SecretStr("s3cret")}
    )
    monkeypatch.setattr(backups, "get_settings", lambda: other)
    text = said("backup", str(tmp_path / "backup"))
    assert "WAREHOUSE_SECRET" in text
    assert "s3cret" not in text


# --- refresh says in words why it cannot ------------------------------------------------------------------------------


def test_a_read_only_disk_is_said_in_words(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(settings.home))

    monkeypatch.setattr(main, "_prepare", read_only)
    assert f"{settings.home}: the disk is read-only" in said("refresh", exit_code=1)
    assert current(settings.home) == "20260805T010000Z"


def test_a_disk_that_fails_under_dagster_is_said_in_words(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    (settings.landing / "hr").mkdir(parents=True)
    (settings.landing / "hr" / "x.csv").write_text("x")
    for error, words in (
        (OSError(errno.ENOSPC, "No space left"), "the disk is full"),
        (OperationalError("insert", {}, Exception("database or disk is full")), "OperationalError"),
        (RuntimeError("dbt parse failed:\nOSError: [Errno 27] File too large"), "OSError: [Errno 27] File too large"),
    ):

        def fail(*_: object, error: Exception = error, **__: object) -> bool:
            raise error

        monkeypatch.setattr(main, "run_nightly", fail)
        text = said("refresh", exit_code=1)
        assert words in text
        assert "the release before it is still the current one" in text


def test_a_lake_of_a_newer_version_is_refused_in_words(settings: Settings) -> None:
    (settings.lake.root / "format.json").write_text('{"format": 99}')
    assert "has format 99, this version knows up to 3: install the version that wrote it" in said("refresh", exit_code=1)


@pytest.mark.parametrize(
    "arguments", [("refresh",), ("backup", "copy"), ("replay", "hr/employees"), ("withdraw", "hr/units", "2026-01-01")]
)
def test_what_a_restore_that_was_cut_off_has_left_is_neither_written_nor_copied(settings: Settings, arguments: tuple[str, ...]) -> None:
    (settings.home / RESTORING).mkdir()
    assert "was cut off: run `asn restore` again with --force" in said(*arguments, exit_code=1)


def test_an_empty_landing_area_beside_a_filled_lake_is_not_filled_with_an_invented_city(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restore the offices' files may be elsewhere."""
    filled: list[Settings] = []
    monkeypatch.setattr(main, "_simulate", lambda settings, *_: filled.append(settings))
    monkeypatch.setattr(main, "run_nightly", lambda _, **__: True)
    monkeypatch.setattr(main, "_records", lambda _: {("hr/units", "2026-01-01"): object()})
    monkeypatch.setattr(main, "_summarise", lambda *_, **__: None)
    said("refresh")
    assert filled == []
    monkeypatch.setattr(main, "_records", lambda _: {})
    said("refresh")
    assert filled == [settings]


@pytest.mark.parametrize("how", ["the option", "the setting"])
def test_where_offices_deliver_an_empty_home_is_an_error_and_no_invented_city(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Settings(home=tmp_path / "elsewhere", simulation=how != "the setting")
    monkeypatch.setattr(main, "get_settings", lambda: home)
    said_so = said("refresh", *(["--no-simulation"] if how == "the option" else []), exit_code=1)
    assert f"there is nothing to load: the landing area {home.landing} is empty" in " ".join(said_so.split())
    assert simulated.is_empty(home.landing)
    assert not list(home.releases.iterdir())


def test_a_city_is_not_simulated_beside_deliveries_that_are_in_the_lake(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "_records", lambda _: {("hr/units", "2026-01-01"): object()})
    assert "holds deliveries" in said("simulate", "--employees", "500", exit_code=1)
    assert simulated.is_empty(settings.landing)


def files_of(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_simulation_that_is_cut_off_leaves_no_part_of_a_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Settings(home=tmp_path / "home")
    home.landing.mkdir(parents=True)

    def cut_off(n_files: int) -> Callable[[str], None]:
        left = iter(range(n_files))

        def told(_text: str) -> None:
            if next(left, None) is None:
                raise KeyboardInterrupt

        return told

    with pytest.raises(KeyboardInterrupt):
        simulated.fill(home, 500, 7, cut_off(3))
    assert simulated.is_empty(home.landing), "what was written may not be taken for deliveries"

    moves, rename = iter(range(2)), Path.rename

    def cut_off_while_moving(self: Path, target: Path) -> Path:
        if next(moves, None) is None:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", cut_off_while_moving)
    with pytest.raises(KeyboardInterrupt):
        simulated.fill(home, 500, 7, lambda _text: None)
    monkeypatch.undo()
    assert not simulated.is_empty(home.landing)
    simulated.finish(home.landing)
    whole = Settings(home=tmp_path / "whole")
    whole.landing.mkdir(parents=True)
    simulated.fill(whole, 500, 7, lambda _text: None)
    assert files_of(home.landing) == files_of(whole.landing)


def test_a_city_is_simulated_up_to_the_day_of_the_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came after the day of a rehearsal would be refused, as from the future."""
    home = Settings(home=tmp_path, now=datetime(2026, 2, 28, 17, 30, tzinfo=UTC))
    home.landing.mkdir(parents=True)
    periods = []

    def made(folder: Path, _truth: Path, *, start: date, end: date, **_: object) -> None:
        folder.mkdir()
        periods.append((start, end))

    monkeypatch.setattr(simulation, "generate", made)
    simulated.fill(home, 500, 7, lambda _text: None)
    assert periods == [(date(2024, 2, 28), date(2026, 2, 28))], "half past midnight of the first of March in Medan"


# --- a disk that fails while files are read ---------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["pipelines.loading.delivery_load.DeliveryLoad.begin", "pipelines.landing.readers.detect_format"])
@pytest.mark.parametrize("number", ["ENOSPC", "EROFS", "EIO"])
def test_a_full_disk_does_not_block_the_delivery_that_was_being_read(
    work, monkeypatch: pytest.MonkeyPatch, number: str, place: str
) -> None:
    """It would be blocked for good: the next night finds the file unchanged."""
    from datetime import date

    from data_quality.contract import contract_for
    from pipelines.loading.ingest import refresh_extract
    from tests.conftest import employee, write_employees

    employees = contract_for("hr/employees")
    write_employees(work.landing, date(2026, 1, 1), [employee(number) for number in range(40)])

    def full(*_: object, **__: object) -> None:
        raise OSError(getattr(errno, number), "injected")

    monkeypatch.setattr(place, full)
    with pytest.raises(OSError, match="injected"):
        refresh_extract(employees, work)
    monkeypatch.undo()
    assert Lake(work.lake.root).records(employees) == {}
    (record,) = refresh_extract(employees, work).records
    assert (record.status, record.rows_accepted) == ("accepted", 40)


def test_an_archive_on_a_failing_disk_is_not_called_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zipfile

    from pipelines.landing.formats import detect_format
    from pipelines.landing.limits import Limits
    from pipelines.landing.refusals import UnreadableFileError

    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"cut off" * 20)
    with pytest.raises(UnreadableFileError, match="damaged"):
        detect_format(path, Limits())

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "injected")

    monkeypatch.setattr(zipfile.ZipFile, "__init__", fail)
    with pytest.raises(OSError, match="injected"):
        detect_format(path, Limits())
