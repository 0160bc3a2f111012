"""`asn status`, `query`, `export` and `serve` against the release of the small city."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from pipelines.commands.entry import READING
from pipelines.commands.main import app
from pipelines.commands.reading import app as reading_app
from pipelines.publishing.server import site_server
from pipelines.settings import get_settings

ASN = str(Path(sys.executable).with_name("asn"))


@pytest.fixture(autouse=True)
def at_home(night, monkeypatch):
    monkeypatch.setenv("WAREHOUSE_HOME", str(night.settings.home))
    monkeypatch.setenv("COLUMNS", "200")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def asn(*arguments: str, exit_code: int = 0, text: str = "") -> str:
    result = CliRunner().invoke(app, arguments, input=text or None)
    assert result.exit_code == exit_code, result.output
    return result.output


def test_every_reading_command_is_in_both_places():
    assert {command.name or command.callback.__name__ for command in reading_app.registered_commands} == READING
    assert {command.name or command.callback.__name__ for command in app.registered_commands} >= READING


def test_status_says_the_release_what_is_blocked_and_what_to_do(night):
    text = asn("status")
    assert f"release {(night.settings.releases / 'current').resolve().name}, age" in text
    assert "last run: success of nightly_refresh" in text
    state = json.loads(asn("status", "--json"))
    with night.open("open") as connection:
        blocked = connection.execute("select count(*) from load_quality where status = 'blocked'").fetchone()[0]
    assert len(state["blocked"]) + state["n_blocked_before"] == blocked
    for delivery in state["blocked"]:
        assert f"asn delivery {delivery['extract']} {delivery['delivery_on']}" in text


def test_tables_are_said_with_what_they_are(night):
    with night.open("open") as connection:
        known = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        comment = connection.execute(
            "select comment from duckdb_columns() where table_name = 'dim_unit' and column_name = 'depth'"
        ).fetchone()[0]
    said = json.loads(asn("tables", "--json"))
    assert {table["table_name"] for table in said} == known
    assert "## Grain" in said[0]["comment"]
    assert "## " not in asn("tables"), "what it is, without grain and rules"
    columns = {column["column_name"]: column for column in json.loads(asn("tables", "dim_unit", "--json"))}
    assert columns["depth"]["comment"] == comment
    assert json.loads(asn("tables", "dim_unit", "--restricted", "--json")) == list(columns.values()), "it is in both databases"
    assert "talent_box" in {table["table_name"] for table in json.loads(asn("tables", "--restricted", "--json"))} - known
    assert "there is no table nix" in asn("tables", "nix", exit_code=2)


_SHOWS_IMPORTS = """
import sys
from pipelines.commands.entry import main
sys.argv = ["asn", *sys.argv[1:]]
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize("words", [["status", "--json"], ["tables"], ["query", "select 1"]])
def test_who_only_reads_waits_for_no_library_of_the_pipeline(night, words):
    done = subprocess.run(
        [sys.executable, "-c", _SHOWS_IMPORTS, *words], env={**os.environ, "WAREHOUSE_HOME": str(night.settings.home)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    imported = set(done.stderr.splitlines()[-1].split())
    assert {"duckdb", "pipelines"} <= imported
    assert not imported & {"dagster", "dbt", "great_expectations", "numpy", "pandas", "pyarrow", "scipy"}


def test_a_home_without_a_release_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path))
    get_settings.cache_clear()
    assert "to do: run make refresh" in asn("status", exit_code=1)
    asn("query", "select 1", exit_code=1)
    asn("export", "dim_unit", exit_code=1)
    asn("serve", exit_code=1)


def test_strict_status_fails_where_somebody_has_to_do_something(tmp_path, night, monkeypatch):
    (tmp_path / "releases").symlink_to(night.settings.releases)
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path))
    monkeypatch.setenv("WAREHOUSE_NOW", "2031-01-01T00:00:00+00:00")
    get_settings.cache_clear()
    assert "to do: a night was missed" in asn("status", "--strict", exit_code=3)
    asn("status")


def test_a_query_reads_the_release_and_nothing_else(tmp_path, night):
    rows = json.loads(asn("query", "--json", "select count(*) as n from open.dim_unit"))
    with night.open("open") as connection:
        assert rows == [{"n": connection.execute("select count(*) from dim_unit").fetchone()[0]}]
    assert asn("query", "-", "--format", "csv", text="select 1 as a, '=1' as b") == "a,b\n1,'=1\n"
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    for sql in (
        f"from read_csv('{secret}')",
        f"copy dim_unit to '{tmp_path}/x.csv'",
        "set enable_external_access = true",
        "delete from dim_unit",
        "selekt",
    ):
        asn("query", sql, exit_code=2)
    assert sorted(tmp_path.iterdir()) == [secret]
    asn("query", "from competency_gap limit 1", exit_code=2)
    assert json.loads(asn("query", "--restricted", "--json", "select count(*) > 0 as n from competency_gap")) == [{"n": True}]


@pytest.mark.parametrize("nothing", ["", " ", "/* a comment */"])
def test_no_query_is_answered_in_words(night, nothing):
    said = CliRunner().invoke(app, ["query", nothing])
    assert (said.exit_code, "there is no query" in said.output) == (2, True)


@pytest.mark.parametrize("ending", ["xlsx", "csv", "parquet"])
def test_an_export_into_no_folder_is_answered_in_words(tmp_path, night, ending):
    said = CliRunner().invoke(app, ["export", "training_plan", "--to", str(tmp_path / "nowhere" / f"x.{ending}")])
    assert said.exit_code == 2
    assert "No such file or directory" in said.output


def test_a_port_that_is_taken_is_answered_in_words(night):
    with site_server(get_settings().releases / "current", 0) as server:
        said = CliRunner().invoke(app, ["serve", "--port", str(server.server_address[1])])
    assert said.exit_code == 1
    assert "--port names another" in said.output


def test_long_answers_are_cut_and_say_so():
    assert "50 of" in asn("query", "from check_results")
    assert "1 of" in asn("query", "--limit", "1", "from check_results")


@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".parquet"])
def test_an_export_has_the_rows_that_were_asked_for(tmp_path, night, ending):
    target = tmp_path / f"gaps{ending}"
    asn("export", "competency_gap_by_unit", "--to", str(target), "--where", "competency_code = 'M.1'")
    with night.open("open") as connection:
        expected = connection.execute(
            "select count(*), sum(n_employees) from competency_gap_by_unit where competency_code = 'M.1'"
        ).fetchone()
    if ending == ".xlsx":
        head, *rows = CalamineWorkbook.from_path(str(target)).get_sheet_by_name("Data").to_python()
        at = head.index("n_employees")
        found = (len(rows), sum(row[at] or 0 for row in rows))
    else:
        found = duckdb.sql(f"select count(*), sum(n_employees) from '{target}'").fetchone()
    assert found == expected
    assert "--force writes over it" in CliRunner().invoke(app, ["export", "dim_unit", "--to", str(target)]).output
    asn("export", "dim_unit", "--to", str(target), "--force")


def test_an_export_for_an_indonesian_excel(tmp_path, night):
    target = tmp_path / "ikm.csv"
    asn("export", "service_quality", "--to", str(target), "--semicolons", "--labels")
    content = target.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines(), delimiter=";"))
    with night.open("open") as connection:
        total = connection.execute("select sum(ikm_published) from service_quality").fetchone()[0]
    assert sum(float(row["IKM"].replace(",", ".")) for row in rows if row["IKM"]) == pytest.approx(float(total))


def test_a_workbook_of_columns_without_labels(tmp_path, night):
    asn("export", "service_quality", "--labels", "--to", str(tmp_path / "ikm.xlsx"))
    asn("export", "talent_box", "--restricted", "--to", str(tmp_path / "boxes.xlsx"))
    for name, column in (("ikm", "IKM"), ("boxes", "employee_key")):
        rows = CalamineWorkbook.from_path(str(tmp_path / f"{name}.xlsx")).get_sheet_by_name("Kamus").to_python()
        assert column in {row[0] for row in rows}
    asn("export", "dim_unit", "--to", str(tmp_path / "units.xlsx"))
    rows = CalamineWorkbook.from_path(str(tmp_path / "units.xlsx")).get_sheet_by_name("Kamus").to_python()
    assert all(row[4] for row in rows[1:]), "what the columns mean goes with them"


def test_restricted_rows_go_into_a_private_file_and_are_noted(tmp_path, night):
    notes = night.settings.home / "logs" / "access.jsonl"
    before = notes.read_text().count("competency_gap") if notes.is_file() else 0
    target = tmp_path / "gaps.parquet"
    asn("export", "competency_gap", "--to", str(target), exit_code=2)
    asn("export", "competency_gap", "--to", str(target), "--restricted")
    assert target.stat().st_mode & 0o077 == 0
    assert notes.read_text().count("competency_gap") == before + 1
    asn("export", "competency_gap", "--to", str(tmp_path / "x.doc"), "--restricted", exit_code=2)


def test_the_server_shows_the_site_and_the_open_files_and_nothing_else(night):
    with site_server(night.settings.releases / "current", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        with urllib.request.urlopen(f"{base}/") as answer:
            assert answer.url == f"{base}/site/index.html"
            assert b'<html lang="id">' in answer.read()
        with urllib.request.urlopen(f"{base}/open/csv/dim_unit.csv") as answer:
            assert answer.read().startswith(b"unit_version_key")
        for path in (
            "restricted/competency.duckdb",
            "manifest.json",
            "open/../restricted/competency.duckdb",
            "%2e%2e/held.json",
            "site/%2e%2e/manifest.json",
        ):
            with pytest.raises(urllib.error.HTTPError) as error:
                urllib.request.urlopen(f"{base}/{path}")
            assert error.value.code == 404, path
        server.shutdown()
