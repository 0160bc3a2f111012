"""The open marts as people take them away: CSV, CSV for an Indonesian Excel, workbooks, and what describes them all.

Parquet and the database are there already when this begins. Everything is read from that database, so that nothing leaves which
small-cell suppression has not passed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.durable import checksum
from pipelines.engine import MEMORY, literal, reading, share
from pipelines.publishing.keeping import DATABASE
from pipelines.publishing.workbooks import write_workbook
from pipelines.reporting.language import Language
from pipelines.spreadsheets import as_text_sql

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

    from pipelines.reporting.documentation import Documentation, Mart

SUMS = "SHA256SUMS"
_FRACTIONS = ("DECIMAL", "DOUBLE", "FLOAT")
_FRICTIONLESS = {
    "BIGINT": "integer",
    "INTEGER": "integer",
    "SMALLINT": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "DOUBLE": "number",
    "DECIMAL": "number",
}
_MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


@dataclass(frozen=True)
class Table:
    """An open mart as it stands in the database."""

    name: str
    columns: tuple[tuple[str, str], ...]
    """Names and types of DuckDB."""
    mart: Mart | None

    @property
    def descriptions(self) -> dict[str, str]:
        return {column.name: column.description for column in self.mart.columns} if self.mart else {}

    @property
    def overview(self) -> str:
        """The first paragraph of the description."""
        text = self.mart.description if self.mart else ""
        return " ".join(text.replace("## Overview", "").strip().split("\n\n")[0].split("\n## ")[0].split())


def write_downloads(folder: Path, *, documented: Documentation, facts: Mapping[str, Any]) -> None:
    """Write all downloads into the open folder of a release that is being built.

    Args:
        folder: the open part; holds the database and ``parquet/``.
        documented: descriptions of tables and columns.
        facts: the manifest of the release, as far as it is known.
    """
    with reading(folder / DATABASE, share(MEMORY, 2)) as connection:
        tables = open_tables(connection, documented)
        for table in tables:
            _write_csv(connection, table, folder)
            path = folder / "xlsx" / f"{table.name}.xlsx"
            path.parent.mkdir(exist_ok=True)
            write_workbook(connection, table.name, path, table.descriptions, f"{facts['release']} · {table.overview}")
    _write_json(folder / "datapackage.json", data_package(tables, facts))
    _write_json(folder / "catalogue.jsonld", catalogue(tables, facts, folder))
    _write_sums(folder)


def open_tables(connection: duckdb.DuckDBPyConnection, documented: Documentation) -> list[Table]:
    """Tables of the open database in the order of their names."""
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where not internal and schema_name = 'main' "
        "and table_name in (select table_name from duckdb_tables()) order by table_name, column_index"
    ).fetchall():
        columns.setdefault(table, []).append((column, kind))
    marts = {mart.name: mart for mart in documented.marts}
    return [Table(name, tuple(found), marts.get(name)) for name, found in columns.items()]


def _write_csv(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> None:
    """``csv/`` as data packages have it; ``csv-id/`` with semicolons, decimal commas and the mark by which Excel knows UTF-8."""
    for name, is_indonesian in (("csv", False), ("csv-id", True)):
        target = folder / name / f"{table.name}.csv"
        target.parent.mkdir(exist_ok=True)
        columns = ", ".join(_csv_column(column, kind, is_indonesian=is_indonesian) for column, kind in table.columns)
        delimiter = ";" if is_indonesian else ","
        connection.execute(
            f"copy (select {columns} from \"{table.name}\") to {literal(target)} (format csv, header, delimiter '{delimiter}')"  # noqa: S608 - names of the database
        )
        if is_indonesian:
            target.write_bytes(b"\xef\xbb\xbf" + target.read_bytes())


def _csv_column(name: str, kind: str, *, is_indonesian: bool) -> str:
    quoted = f'"{name}"'
    if kind == "VARCHAR":
        return f"{as_text_sql(quoted)} as {quoted}"
    if is_indonesian and kind.startswith(_FRACTIONS):
        return f"replace(cast({quoted} as varchar), '.', ',') as {quoted}"
    return quoted


def data_package(tables: list[Table], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The Frictionless description of the CSV files."""
    label = Language("id")
    resources = [
        {
            "name": table.name.replace("_", "-"),
            "path": f"csv/{table.name}.csv",
            "profile": "tabular-data-resource",
            "scheme": "file",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "title": table.name,
            "description": table.overview,
            "schema": {
                "fields": [
                    {
                        "name": column,
                        "title": label.label(column) if label.has_label(column) else column,
                        "type": _FRICTIONLESS.get(kind.partition("(")[0], "string"),
                        "description": table.descriptions.get(column, ""),
                    }
                    for column, kind in table.columns
                ],
                "missingValues": [""],
            },
        }
        for table in tables
    ]
    licences = {"licenses": [{"path": facts["licence"]}]} if facts.get("licence") else {}
    return {
        "profile": "tabular-data-package",
        "name": "asn-competency",
        "title": "Kompetensi ASN: data terbuka",
        "version": facts["release"],
        "created": facts["made_at"],
        **licences,
        "resources": resources,
    }


def catalogue(tables: list[Table], facts: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """DCAT 3 in JSON-LD, with the producer and the frequency that Satu Data Indonesia asks of a data set."""
    context = {
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "spdx": "http://spdx.org/rdf/terms#",
    }
    licence = {"dct:license": {"@id": facts["licence"]}} if facts.get("licence") else {}
    datasets = [
        {
            "@type": "dcat:Dataset",
            "dct:identifier": table.name,
            "dct:title": table.name,
            "dct:description": table.overview,
            "dct:publisher": {"@type": "foaf:Organization", "foaf:name": table.mart.owner if table.mart else ""},
            "dct:issued": facts["made_at"],
            "dct:accrualPeriodicity": "http://purl.org/cld/freq/daily",
            "dct:language": ["id", "en"],
            **licence,
            "dct:accessRights": f"Aggregates; figures that rest on fewer than {facts['min_cell_size']} people are withheld.",
            "dcat:distribution": [_distribution(folder, kind, table.name) for kind in _MEDIA],
        }
        for table in tables
    ]
    title = "Kompetensi ASN: data terbuka"
    return {"@context": context, "@type": "dcat:Catalog", "dct:title": title, "dct:issued": facts["made_at"], "dcat:dataset": datasets}


def _distribution(folder: Path, kind: str, name: str) -> dict[str, Any]:
    path = folder / kind / f"{name}.{kind}"
    return {
        "@type": "dcat:Distribution",
        "dcat:downloadURL": f"{kind}/{path.name}",
        "dcat:mediaType": _MEDIA[kind],
        "dcat:byteSize": path.stat().st_size,
        "spdx:checksum": {"spdx:algorithm": "SHA256", "spdx:checksumValue": checksum(path)},
    }


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_sums(folder: Path) -> None:
    """A list that ``sha256sum --check`` reads."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{checksum(path)}  {path.relative_to(folder)}" for path in files]
    (folder / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")
