"""What people take away of the small city's release: each file, and each view under Indonesian labels, gives the rows of the mart."""

from __future__ import annotations

import hashlib
import json

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from pipelines.publishing.downloads import SUMS, catalogue, data_package, open_tables
from pipelines.reporting.documentation import Documentation
from pipelines.reporting.language import Language


@pytest.fixture(scope="module")
def folder(night):
    return night.settings.releases / "current" / "open"


@pytest.fixture(scope="module")
def tables(night):
    with night.open("open") as connection:
        yield {
            name: connection.execute(f'from "{name}"').df()
            for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()
        }


def types_of(night, table: str) -> dict[str, str]:
    with night.open("open") as connection:
        return dict(
            connection.execute(
                "select column_name, data_type from duckdb_columns() where table_name = ? and schema_name = 'main'", [table]
            ).fetchall()
        )


@pytest.mark.parametrize(("kind", "options"), [("csv", "delim = ','"), ("csv-id", "delim = ';', decimal_separator = ','")])
def test_csv_gives_the_mart(night, folder, tables, kind, options):
    for name in tables:
        types = types_of(night, name)
        with night.open("open") as connection:
            file = f"read_csv('{folder / kind / name}.csv', header = true, {options}, columns = {types}, quote = '\"', escape = '\"')"
            # An empty text and no text are one in a CSV file.
            columns = ", ".join(f"nullif({column}, '')" if form == "VARCHAR" else column for column, form in types.items())
            mart, read = f'select {columns} from "{name}"', f"select {columns} from {file}"
            left, right = (f"(select count(*) from ({one} except all {other}))" for one, other in ((mart, read), (read, mart)))
            assert connection.execute(f"select {left} + {right}").fetchone() == (0,), name


def test_the_indonesian_csv_is_known_as_utf8_by_excel(folder):
    assert (folder / "csv-id" / "dim_unit.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert not (folder / "csv" / "dim_unit.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_workbooks_give_numbers_as_numbers_and_a_dictionary(night, folder, tables):
    for name in ("competency_gap_by_unit", "service_quality", "load_quality", "training_plan"):
        book = CalamineWorkbook.from_path(str(folder / "xlsx" / f"{name}.xlsx"))
        assert book.sheet_names == ["Data", "Kamus"]
        head, *rows = book.get_sheet_by_name("Data").to_python()
        frame = tables[name]
        assert head == list(frame.columns)
        assert len(rows) == len(frame)
        for column, kind in types_of(night, name).items():
            if kind.startswith(("DECIMAL", "BIGINT", "INTEGER")):
                at = head.index(column)
                cells = [row[at] for row in rows if row[at] != ""]
                assert all(isinstance(cell, (int, float)) for cell in cells), column
                assert len(cells) == frame[column].notna().sum()
                assert sum(cells) == pytest.approx(float(frame[column].astype("float64").sum()))
        words = book.get_sheet_by_name("Kamus").to_python()[2:]
        assert [row[0] for row in words] == head
        assert all(row[1] and row[2] and row[4] for row in words)


def test_the_header_of_a_workbook_stays(folder):
    import zipfile

    sheet = zipfile.ZipFile(folder / "xlsx" / "service_quality.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in sheet
    assert "<f>" not in sheet


def test_checksums_hold_for_every_file(folder):
    lines = (folder / SUMS).read_text().splitlines()
    named = {line.partition("  ")[2]: line.partition("  ")[0] for line in lines}
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    assert named.keys() == files.keys() - {SUMS}
    for name, path in files.items():
        if name != SUMS:
            assert named[name] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_data_package_describes_its_files(folder):
    from frictionless import Package

    package = Package(str(folder / "datapackage.json"))
    for name in ("dim-competency", "load-quality", "training-budget-by-unit"):
        report = package.get_resource(name).validate(limit_rows=200)
        assert report.valid, report.flatten(["type", "message"])
    assert all(field.title and field.description for resource in package.resources for field in resource.schema.fields)
    assert len(package.resources) == len(list((folder / "csv").glob("*.csv")))


def test_the_catalogue_names_files_that_are_there(folder):
    content = json.loads((folder / "catalogue.jsonld").read_text(encoding="utf-8"))
    assert content["dcat:dataset"]
    for dataset in content["dcat:dataset"]:
        assert dataset["dct:description"]
        assert dataset["dct:publisher"]["foaf:name"], dataset["dct:title"]
        for file in dataset["dcat:distribution"]:
            path = folder / file["dcat:downloadURL"]
            assert path.stat().st_size == file["dcat:byteSize"]
            assert hashlib.sha256(path.read_bytes()).hexdigest() == file["spdx:checksum"]["spdx:checksumValue"]


def test_a_licence_is_named_where_the_office_has_chosen_one(folder):
    address = "https://creativecommons.org/licenses/by/4.0/"
    before = {name: json.loads((folder / name).read_text(encoding="utf-8")) for name in ("datapackage.json", "catalogue.jsonld")}
    assert "licenses" not in before["datapackage.json"]
    assert not any("dct:license" in dataset for dataset in before["catalogue.jsonld"]["dcat:dataset"])
    facts = {"release": "20260101T000000Z", "made_at": "2026-01-01T00:00:00+00:00", "min_cell_size": 5, "licence": address}
    with duckdb.connect(str(folder / "competency.duckdb"), read_only=True) as connection:
        tables = open_tables(connection, Documentation((), ()))
    assert data_package(tables, facts)["licenses"] == [{"path": address}]
    assert {dataset["dct:license"]["@id"] for dataset in catalogue(tables, facts, folder)["dcat:dataset"]} == {address}


def test_older_drivers_still_read_the_database(folder):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'competency.duckdb'}' as open (read_only)")
        tags = connection.execute("select tags from duckdb_databases() where database_name = 'open'").fetchone()[0]
        assert connection.execute("select count(*) from open.indonesia.dim_unit").fetchone()[0]
    assert tags.get("storage_version", "v1.4.0").startswith(("v1.4", "v1.2", "v1.0"))


def test_indonesian_views_are_the_tables(night):
    with night.open("open") as marts:
        views = {name for (name,) in marts.execute("select view_name from duckdb_views() where schema_name = 'indonesia'").fetchall()}
        tables = {name for (name,) in marts.execute("select table_name from duckdb_tables()").fetchall()}
        assert views == tables
        for name in tables:
            assert (
                marts.execute(f"select count(*) from indonesia.{name}").fetchone()
                == marts.execute(f"select count(*) from {name}").fetchone()
            )
        label = Language("id").label("share_below_standard")
        assert (
            marts.execute(f'select sum("{label}") from indonesia.competency_gap_by_unit').fetchone()
            == marts.execute("select sum(share_below_standard) from competency_gap_by_unit").fetchone()
        )
