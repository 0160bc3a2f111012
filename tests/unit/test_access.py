"""Who may read what: modes of releases, exports for one unit, connections that reach nowhere else, text that no spreadsheet runs."""

from __future__ import annotations

import csv
import json
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import pipelines
from data_quality.contract import contract_for
from pipelines.commands.main import app
from pipelines.inspection.returned import write_rejected
from pipelines.loading.ingest import refresh_extract
from pipelines.privacy.modes import OpenPlaceError
from pipelines.publishing import shelf
from pipelines.publishing.reading import open_shut
from pipelines.settings import get_settings
from pipelines.spreadsheets import as_text, is_formula, write_csv
from tests.conftest import employee, write_employees
from tests.unit.operations.shelves import make_warehouse, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.loading.ingest import Workplace

pytestmark = pytest.mark.thorough

UNITS = {"root": None, "a": "root", "a1": "a", "b": "root"}
PEOPLE = {"kb": "b", "ka": "a", "ka1": "a1", "moved": "a"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A release of four units; `ka1` reports to somebody of another unit, and who moved to `a` was appraised in `b` before."""
    home = tmp_path / "home"
    warehouse = make_warehouse(home / "build" / "warehouse.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop table restricted.people")
        connection.execute("create table restricted.dim_unit (unit_id text, parent_unit_id text, is_current boolean)")
        connection.executemany("insert into restricted.dim_unit values (?, ?, true)", list(UNITS.items()))
        connection.execute("insert into restricted.dim_unit values ('b', 'a', false)")
        connection.execute(
            "create table restricted.dim_employee (employee_key text, unit_id text, supervisor_key text, is_current boolean)"
        )
        connection.executemany("insert into restricted.dim_employee values (?, ?, 'kb', true)", list(PEOPLE.items()))
        connection.execute("insert into restricted.dim_employee values ('moved', 'b', 'kb', false)")
        connection.execute("create table restricted.appraisal (employee_key text, unit_id text, note text)")
        connection.executemany("insert into restricted.appraisal values (?, ?, '=1+1')", [*PEOPLE.items(), ("moved", "b")])
        connection.execute("create table restricted.wages (employee_key text, amount int); insert into restricted.wages values ('ka', 1)")
        connection.execute("create table restricted.secrets (person text); insert into restricted.secrets values ('kb')")
    monkeypatch.setattr("tests.unit.operations.shelves.make_warehouse", lambda *_: warehouse)
    names = ("dim_unit", "dim_employee", "appraisal", "wages", "secrets")
    monkeypatch.setattr("tests.unit.operations.shelves.MARTS", [_mart(name) for name in names])
    publish(home)
    monkeypatch.setenv("WAREHOUSE_HOME", str(home))
    get_settings.cache_clear()
    yield home
    get_settings.cache_clear()


def _mart(name: str) -> object:
    from pipelines.publishing.release import Mart

    return Mart("restricted", name, "restricted")


def export(home: Path, unit: str) -> tuple[int, Path]:
    target = home / "export"
    return CliRunner().invoke(app, ["release", "export", "--unit", unit, "--output", str(target)]).exit_code, target


def rows(target: Path, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(target / "competency.duckdb"), read_only=True) as connection:
        return connection.execute(f"from {table} order by all").fetchall()


# --- exports ----------------------------------------------------------------------------------------------------------------


def test_a_unit_gets_its_own_people_and_those_below_and_nobody_else(home: Path) -> None:
    code, target = export(home, "a")
    assert code == 0
    assert rows(target, "dim_employee") == [("ka", "a", None, True), ("ka1", "a1", None, True), ("moved", "a", None, True)]
    assert [row[:2] for row in rows(target, "appraisal")] == [("ka", "a"), ("ka1", "a1"), ("moved", "a")], "of b is what happened in b"
    with duckdb.connect(str(target / "competency.duckdb"), read_only=True) as connection:
        assert {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()} == {
            "dim_unit",
            "dim_employee",
            "appraisal",
        }
    assert b"kb" not in b"".join(path.read_bytes() for path in target.glob("*.csv"))


def test_an_export_is_for_its_owner_alone_and_is_noted_without_a_person(home: Path) -> None:
    _, target = export(home, "a1")
    assert target.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in target.iterdir()} == {0o600}
    (line,) = (home / "logs" / "access.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert (entry["what"], entry["unit"], entry["release"], entry["rows"]) == (
        "release export",
        "a1",
        shelf.current_name(home / "releases"),
        7,
    )
    assert entry["user"]
    assert "ka1" not in line


def test_an_export_is_noted_where_the_user_has_no_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 10001")

    monkeypatch.setattr("pipelines.operations.access_log.getpass.getuser", nameless)
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert export(home, "a1")[0] == 0
    entry = json.loads((home / "logs" / "access.jsonl").read_text())
    assert (entry["user"], entry["uid"]) == ("", os.getuid())


@pytest.mark.parametrize("unit", ["nowhere", "' or true --", "b') or (true", "", "../a"])
def test_of_an_unknown_unit_nothing_is_written(home: Path, unit: str) -> None:
    code, target = export(home, unit)
    assert code == 1
    assert sorted(path.name for path in home.iterdir()) == ["build", "releases"]
    assert not target.exists()


def test_an_export_replaces_nothing(home: Path) -> None:
    (home / "export").mkdir()
    assert export(home, "a")[0] == 1


# --- modes ------------------------------------------------------------------------------------------------------------------


def test_the_restricted_part_is_shut_to_others_and_the_open_one_is_not(tmp_path: Path) -> None:
    made = publish(tmp_path)
    assert {path.stat().st_mode & 0o007 for path in (made / "restricted", *(made / "restricted").rglob("*"))} == {0}
    assert {path.stat().st_mode & 0o777 for path in (made, made / "open", made / "open" / "parquet")} == {0o755}
    assert (made / "open" / "competency.duckdb").stat().st_mode & 0o777 == 0o444


def test_a_release_is_refused_where_everybody_would_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a file system that knows no modes: what is set has no effect."""
    monkeypatch.setattr(Path, "chmod", lambda *_, **__: None)
    with pytest.raises(OpenPlaceError, match="readable for everybody"):
        publish(tmp_path)
    assert shelf.stamps(tmp_path / "releases") == []


def test_folders_with_people_are_shut_when_the_place_is_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path))
    get_settings.cache_clear()
    assert CliRunner().invoke(app, ["prepare"]).exit_code == 0
    get_settings.cache_clear()
    assert {path.name: path.stat().st_mode & 0o007 for path in tmp_path.iterdir() if path.is_dir()} == {
        "landing": 0, "build": 0, "dagster": 0, "logs": 0, "releases": 0o005,
    }  # fmt: skip


# --- connections ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    ["from read_csv('/etc/hostname')", "from read_text('/etc/hostname')", "copy (select 1) to '/tmp/out.csv'", "attach '/tmp/x.duckdb'",
     "install httpfs", "load httpfs", "set enable_external_access = true"],
)  # fmt: skip
def test_a_connection_of_a_reader_reaches_nothing_else(home: Path, query: str) -> None:
    with open_shut(home / "releases" / "current" / "restricted" / "competency.duckdb") as connection:
        assert connection.execute("select count(*) from dim_unit").fetchall() == [(5,)]
        with pytest.raises(duckdb.Error):
            connection.execute(query)


# --- spreadsheets -----------------------------------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://x.invalid")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "+A1",
    "-A1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_written_as_text_in_a_csv(tmp_path: Path, text: str) -> None:
    write_csv(pd.DataFrame({text: [text], "n": [-5]}), tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        head, row = csv.reader(file)
    assert head == [f"'{text}", "n"]
    assert row == [f"'{text}", "-5"]


@pytest.mark.parametrize("text", ["-5", "+62 812", "-1.234,5", "a=b", "", "Dinas - A"])
def test_numbers_and_words_stay(text: str) -> None:
    assert as_text(text) == text


@given(st.text(max_size=20))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    written = str(as_text(text))
    assert not is_formula(written)
    assert written.endswith(text)


def test_formulas_of_an_office_come_back_as_text_in_the_workbook(work: Workplace, tmp_path: Path) -> None:
    contract, day = contract_for("hr/employees"), datetime(2026, 1, 1, tzinfo=UTC).date()
    write_employees(
        work.landing,
        day,
        [employee(n, **({"NAMA": FORMULAS[1].replace('"', ""), "GOL AKHIR ID": "??"} if n == 3 else {})) for n in range(20)],
    )
    refresh_extract(contract, work)
    record = work.lake.records(contract)[day]
    assert write_rejected(work.lake, contract, record, tmp_path / "r.xlsx", "id") == 1
    with zipfile.ZipFile(tmp_path / "r.xlsx") as archive:
        sheet, styles = archive.read("xl/worksheets/sheet1.xml").decode(), archive.read("xl/styles.xml").decode()
    assert "=HYPERLINK" in sheet
    assert "<f>" not in sheet
    assert 'quotePrefix="1"' in styles


def test_every_writer_of_tables_goes_through_one_place() -> None:
    """Whoever writes a CSV or a workbook imports it, or writes text as text; a new writer that does neither is found here.

    But for what is copied into PostgreSQL: no spreadsheet opens it, and a table must hold what the mart holds.
    """
    code = Path(pipelines.__file__).parent
    paths = sorted({*code.rglob("*.py")} - {code / "publishing" / "postgres.py"})
    assert len(paths) > 100
    for path in paths:
        text = path.read_text(encoding="utf-8")
        writes = any(sign in text for sign in (".to_csv(", "csv.writer", "DictWriter", "xlsxwriter.Workbook(", ".to_excel(", "format csv"))
        is_text = ('"strings_to_formulas": False' in text and "write_formula" not in text) or "import cell_text" in text
        assert not writes or path.name == "spreadsheets.py" or "from pipelines.spreadsheets import" in text or is_text, path
