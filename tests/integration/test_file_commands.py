"""The commands about files, as a person types them; and the Dagster job that replays."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from data_quality.contract import contract_for
from pipelines.commands import files
from pipelines.commands.main import app
from pipelines.defs.jobs import build_replay_job
from pipelines.loading.ingest import LoadError, Workplace, refresh_extract
from pipelines.settings import Settings
from tests.conftest import employee, write_employees

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

D1 = date(2026, 1, 1)
EMPLOYEES = contract_for("hr/employees")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with one delivery: 100 people, two of them with a sex that only the office understands."""
    (tmp_path / "config" / "sources").mkdir(parents=True)
    settings = Settings(home=tmp_path, config=tmp_path / "config", batch_rows=1_000)
    monkeypatch.setattr(files, "get_settings", lambda: settings)
    monkeypatch.setattr(files.console, "width", 200)
    rows = [employee(number) for number in range(100)]
    rows[3]["JENIS KELAMIN"], rows[4]["JENIS KELAMIN"] = "Ibu", "Bapak"
    write_employees(settings.landing, D1, rows)
    settings.lake.prepare([EMPLOYEES])
    refresh_extract(EMPLOYEES, Workplace(settings.landing, settings.lake, (), settings.pseudonym()))
    return settings


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def mend(settings: Settings) -> None:
    text = "extract: hr/employees\nvalues: {jenis_kelamin: {Ibu: P, Bapak: L}}\n"
    (settings.config / "sources" / "office.yaml").write_text(text)


def test_a_delivery_says_its_files_its_formats_and_the_fate_of_its_rows(settings: Settings) -> None:
    with files.console.capture() as captured:
        files.delivery("hr/employees", datetime(2026, 1, 1))
    said = captured.get()
    for part in (
        "2026-01-01.csv",
        settings.lake.records(EMPLOYEES)[D1].files[21:60],
        "valid UTF-8 throughout",
        "birth_year: date.day_first",
        "sex.unknown_code",
    ):
        assert part in said
    assert "Orang 3" not in said


def test_a_header_that_looks_like_markup_is_told_as_it_is(settings: Settings) -> None:
    path = write_employees(settings.landing, date(2026, 1, 2), [employee(1)])
    path.write_text(path.read_text(encoding="utf-8").replace("NIP BARU", "Skor [/100]"), encoding="utf-8")
    refresh_extract(EMPLOYEES, Workplace(settings.landing, settings.lake, (), settings.pseudonym()))
    with files.console.capture() as captured:
        files.delivery("hr/employees", datetime(2026, 1, 2))
    assert "columns seen: Skor [/100]" in captured.get()


def test_a_delivery_that_was_never_loaded_is_answered_with_those_that_were(settings: Settings) -> None:
    for command in ("delivery", "report"):
        result = run(command, "hr/employees", "2025-01-01")
        assert result.exit_code == 2
        assert "2026-01-01" in result.output
    assert run("delivery", "hr/people", "2026-01-01").exit_code == 2
    assert "rows may be kept" in " ".join(run("delivery", "hr/employees", "2010-01-01").output.replace("│", "").split())


def test_rejected_rows_go_back_to_the_office_as_a_workbook(settings: Settings, tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    target = tmp_path / "r.xlsx"
    assert run("report", "hr/employees", "2026-01-01", "--output", str(target)).exit_code == 0
    rows = CalamineWorkbook.from_path(str(target)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == ["5", "6"]
    assert "jenis_kelamin: kode tidak dikenal." in str(rows[1][2])
    assert target.stat().st_mode & 0o077 == 0
    noted = json.loads((settings.home / "logs" / "access.jsonl").read_text().splitlines()[-1])
    assert {name: noted[name] for name in ("what", "extract", "delivery_on", "rows")} == {
        "what": "report", "extract": "hr/employees", "delivery_on": "2026-01-01", "rows": 2,
    }  # fmt: skip


def test_a_report_goes_into_no_folder(settings: Settings, tmp_path: Path) -> None:
    result = run("report", "hr/employees", "2026-01-01", "--output", str(tmp_path))
    assert result.exit_code == 2
    assert "name a file in a folder that is there" in " ".join(result.output.replace("│", " ").split())
    assert not (settings.home / "logs" / "access.jsonl").exists()


def test_what_cannot_be_noted_is_not_handed_out(settings: Settings, tmp_path: Path) -> None:
    (settings.home / "logs" / "access.jsonl").mkdir(parents=True)
    result = run("report", "hr/employees", "2026-01-01", "--output", str(tmp_path / "rejected.xlsx"))
    assert (result.exit_code, (tmp_path / "rejected.xlsx").exists()) == (1, False)
    assert "access.jsonl (Is a directory), so nothing is handed out" in result.output


@pytest.mark.parametrize("suffix", ["html", "xlsx", "json"])
def test_a_check_writes_the_report_that_was_asked_for(settings: Settings, tmp_path: Path, suffix: str) -> None:
    file = settings.landing / "hr" / "pegawai" / "2026-01-01.csv"
    target = tmp_path / f"check.{suffix}"
    result = run("check", str(file), "--format", suffix, "--output", str(target))
    assert result.exit_code == 0
    assert target.stat().st_size > 500
    refused = run("check", str(file), "--extract", "hr/units", "--format", "json", "--output", str(target))
    assert refused.exit_code == 2
    assert run("check", str(file), "--format", "json", "--output", str(file)).exit_code == 2
    assert file.read_text().startswith("NIP BARU")


def test_a_folder_that_is_not_there_is_answered_in_words(settings: Settings, tmp_path: Path) -> None:
    target = str(tmp_path / "nowhere" / "r.xlsx")
    file = settings.landing / "hr" / "pegawai" / "2026-01-01.csv"
    for arguments in (("report", "hr/employees", "2026-01-01"), ("check", str(file), "--format", "xlsx")):
        result = run(*arguments, "--output", target)
        assert result.exit_code == 2, arguments
        assert "nowhere" in "".join(result.output.replace("│", "").split())


def test_replay_takes_in_what_a_profile_has_mended(settings: Settings) -> None:
    mend(settings)
    assert run("replay", "hr/employees").exit_code == 0
    assert settings.lake.records(EMPLOYEES)[D1].rows_accepted == 100


def test_where_nothing_is_to_be_done_that_is_said(settings: Settings) -> None:
    mend(settings)
    run("replay")
    assert "no delivery has rejected rows to take in" in run("replay").output
    assert "nothing is older than its contract lets it be kept" in run("retain").output


@pytest.mark.parametrize(
    ("error", "words"),
    [(LoadError("hr/employees: KeyError in of:7"), "KeyError in of:7"), (OSError(28, "full"), "the disk is full: make room")],
)
def test_a_replay_that_breaks_off_says_so_in_words(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, words: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("pipelines.loading.replay.replay_extract", broken)
    with pytest.raises(typer.Exit) as left:
        files.replay("hr/employees")
    assert left.value.exit_code == 1
    assert words in capsys.readouterr().err


def test_the_job_replays_every_extract(settings: Settings) -> None:
    (settings.landing / "hr" / "pegawai" / "2026-01-01.csv").unlink()
    mend(settings)
    assert build_replay_job(settings).execute_in_process().success
    record = settings.lake.records(EMPLOYEES)[D1]
    assert (record.rows_accepted, record.rows_rejected) == (100, 0)


def test_a_delivery_is_withdrawn_as_if_it_had_never_come_and_nothing_else_with_it(settings: Settings) -> None:
    wrong = write_employees(settings.landing, date(2026, 1, 2), [employee(number, **{"UNOR ID": "U9"}) for number in range(100)])
    work = Workplace(settings.landing, settings.lake, (), settings.pseudonym())
    refresh_extract(EMPLOYEES, work)
    refused = run("withdraw", "hr/employees", "2026-01-02")
    assert refused.exit_code == 2, "its file would bring it back"
    assert date(2026, 1, 2) in settings.lake.records(EMPLOYEES)
    wrong.unlink()
    assert run("withdraw", "hr/employees", "2026-01-02").exit_code == 0
    refresh_extract(EMPLOYEES, work)
    assert {day: record.in_force_rows for day, record in settings.lake.records(EMPLOYEES).items()} == {D1: 100}
    assert [settings.lake.n_rows("accepted", EMPLOYEES, day) for day in (D1, date(2026, 1, 2))] == [98, 0]
    assert run("withdraw", "hr/employees", "2026-01-02").exit_code == 2, "there is no such delivery any more"
