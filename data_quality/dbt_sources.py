"""The sources of the dbt project, written from the contracts.

What belongs here: which Parquet files dbt reads, under which names, with which columns. The columns of a delivered
table come from its contract, so that they are declared in one place; a test holds the files of the project against it.
Also written from the contracts is the model that collects the units that deliveries name, so that a new extract adds to it by itself.

    python -m data_quality.dbt_sources           write the files
    python -m data_quality.dbt_sources --check   say which files differ, exit 1 if any does
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from data_quality.contract import CONTRACTS_DIR, load_contracts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data_quality.contract import Column, Contract

PROJECT_DIR = Path(__file__).parent.parent / "dbt_project"
HEADER = "# Written by `python -m data_quality.dbt_sources`: change the contract, then write it again.\n"
HOME = "{{ env_var('WAREHOUSE_HOME', '../var') }}"

DATA_TYPES: dict[str, str] = {
    "date": "date",
    "timestamp": "timestamp",
    "integer": "integer",
    "level": "integer",
    "year_of": "integer",
    "money": "bigint",
    "number": "decimal(18,4)",
    "boolean": "boolean",
}
"""Type of a column in the lake by the parser of its contract; every other parser gives text."""

Described = tuple[str, str, str]
"""A column as (name, data type, description)."""

PLACE: tuple[Described, ...] = (
    ("delivery_on", "date", "Delivery that the row came with."),
    ("source_file", "varchar", "File of the delivery, by name."),
    ("source_row", "integer", "Row in that file, counted from 1 as a spreadsheet shows it."),
)

HELD: tuple[Described, ...] = (
    ("first_delivery_on", "date", "First of the deliveries in a row that hold it."),
    ("last_delivery_on", "date", "Last of the deliveries in a row that hold it."),
)
"""Of a snapshot the lake keeps a row once, with the deliveries that hold it."""

MELTED: dict[str, Described] = {
    "assessment_levels": ("assessed_level", "integer", "Assessed level, 0-5."),
}
"""Value column of a table that holds, one row each, what the file has in columns; its codes are `competency_code`."""

REJECTED: tuple[Described, ...] = (
    ("delivery_on", "date", "Delivery that the row came with."),
    ("source_file", "varchar", "File of the delivery, by name."),
    ("source_sheet", "varchar", "Sheet of a workbook; empty for other files."),
    ("source_row", "integer", "Row in that file, counted from 1 as a spreadsheet shows it."),
    ("record_key", "varchar", "Key of the row, pseudonymised, parts joined by |; empty when it could not be read."),
    ("reasons", "varchar", "Rules that the row broke, joined by ;."),
    ("messages", "varchar", "The same in words."),
    ("raw", "varchar", "The row as it was read, as JSON; restricted."),
)
REJECTED_EXTRACTS = ("hr/employees", "hr/units")
"""Extracts whose rejected rows the models read: who, or what, was rejected has not left."""

LOADS: tuple[Described, ...] = (
    ("source", "varchar", "Source system."),
    ("extract", "varchar", "Extract."),
    ("delivery_on", "date", "Delivery date."),
    ("rows_read", "bigint", "Rows read: accepted, rejected and duplicate together."),
    ("rows_accepted", "bigint", "Rows accepted."),
    ("rows_rejected", "bigint", "Rows rejected, each with its reasons."),
    ("rows_duplicate", "bigint", "Exact repetitions of another row of the delivery."),
    ("cells_coerced", "bigint", "Cells read by another way of writing than the contract's own."),
    ("columns_unknown", "bigint", "Columns that the contract does not know."),
    ("unknown_columns", "varchar", "Their headers."),
    ("is_corrected", "boolean", "The delivery replaced an earlier content of the same date."),
    ("is_late", "boolean", "The delivery came after a later one."),
    ("fingerprint", "varchar", "Hash of the delivered files."),
    ("loaded_at", "timestamp", "When it was loaded (UTC)."),
    ("status", "varchar", "accepted or blocked."),
    ("status_reason", "varchar", "Why it was blocked."),
    ("in_force_fingerprint", "varchar", "Hash of the content that is in force; empty when none is."),
    ("files", "varchar", "Files of the delivery, as JSON."),
    ("detection", "varchar", "What was detected of their form, as JSON."),
)

CHECKS: tuple[Described, ...] = (
    ("source", "varchar", "Source system."),
    ("extract", "varchar", "Extract."),
    ("delivery_on", "date", "Delivery date."),
    ("check_id", "varchar", "The rule that was checked."),
    ("kind", "varchar", "completeness, conformance or plausibility."),
    ("level", "varchar", "row or delivery."),
    ("severity", "varchar", "error or warning."),
    ("n_tested", "bigint", "Rows tested."),
    ("n_failed", "bigint", "Rows that failed."),
    ("threshold", "double", "Share of rows that may fail."),
    ("status", "varchar", "pass, warn, fail, not_applicable or error."),
    ("how_to_resolve", "varchar", "What to do when it fails."),
    ("description", "varchar", "What is checked."),
)

RUNS: tuple[Described, ...] = (
    ("run_id", "varchar", "Run of the scheduler."),
    ("job", "varchar", "Job that ran."),
    ("step", "varchar", "Step of the job."),
    ("started_at", "timestamp", "When the step began (UTC); empty when it was skipped."),
    ("status", "varchar", "success, failure or skipped."),
    ("seconds", "double", "How long the step took; empty when it was skipped."),
    ("rows_in", "bigint", "Rows read; empty where the step counts none."),
    ("rows_out", "bigint", "Rows written; empty where the step counts none."),
    ("bytes", "bigint", "Bytes read from files, or written; empty where the step counts none."),
    ("attempts", "bigint", "How often the step was tried."),
    ("release", "varchar", "Release that the step made; empty for every other."),
)

NAMED_UNITS = Path("models") / "intermediate" / "units" / "int_units__named.sql"

SOURCES: dict[str, str] = {
    "hr": "Personnel, units and positions, from SIASN and SIMPEG.",
    "evaluation": "Competency assessments, appraisals and training.",
    "feedback": "What citizens say and ask for: satisfaction surveys, complaints, requests for services.",
}


def render_sources(contracts_dir: Path = CONTRACTS_DIR) -> dict[Path, str]:
    """Give the source files of the dbt project: path below the project, and text."""
    contracts = load_contracts(contracts_dir)
    rendered: dict[Path, str] = {}
    for source in dict.fromkeys(contract.source for contract in contracts):
        tables: list[dict[str, Any]] = []
        for contract in contracts:
            if contract.source == source:
                tables.extend(_tables(contract))
        rendered[_path(source)] = _document(source, SOURCES.get(source, f"Deliveries of {source}."), tables)
    rendered[_path("quality")] = _document("quality", "How loads went and what checks found.", _quality_tables())
    rendered[NAMED_UNITS] = _named_units(contracts)
    return rendered


def _named_units(contracts: Sequence[Contract]) -> str:
    """Give the model of every unit that a row of a delivery names; the register of units itself is the extract whose key they are."""
    named = [
        f"select unit_id\nfrom {{{{ ref('stg_{contract.source}__{contract.name}') }}}}\nwhere unit_id is not null\n"
        for contract in contracts
        if "unit_id" in {column.name for column in contract.stored_columns} and contract.key != ("unit_id",)
    ]
    return f"{{# {HEADER.removeprefix('# ').strip()} #}}\n\n" + "union\n".join(named)


def _path(source: str) -> Path:
    return Path("models") / "staging" / source / f"_{source}__sources.yml"


def _tables(contract: Contract) -> list[dict[str, Any]]:
    """Tables of a contract: accepted rows, rows melted out of columns, rejected rows where models read them."""
    meta = {"owner": contract.owner, "contract": contract.extract}
    tables = [
        _table(
            contract.name,
            f"{contract.purpose} Accepted rows; grain: {contract.grain}.",
            _delivered(f"lake/accepted/{contract.extract}"),
            [*(_described(column) for column in contract.stored_columns), *(HELD if contract.is_snapshot else PLACE)],
            meta,
        )
    ]
    melted = contract.melted
    if melted is not None and melted.into is not None:
        keys = [_described(contract.column(name)) for name in contract.key]
        code = ("competency_code", "varchar", f"Code of the column ({melted.header}, ...).")
        tables.append(
            _table(
                melted.into,
                f"{melted.description} Accepted rows of {contract.extract}.",
                _delivered(f"lake/accepted/{contract.source}/{melted.into}"),
                [*keys, code, MELTED[melted.into], *PLACE],
                meta,
            )
        )
    if contract.extract in REJECTED_EXTRACTS:
        tables.append(
            _table(
                f"{contract.name}_rejected",
                f"Rejected rows of {contract.extract}, each with its reasons.",
                _delivered(f"lake/rejected/{contract.extract}"),
                REJECTED,
                meta,
            )
        )
    return tables


def _quality_tables() -> list[dict[str, Any]]:
    loads, checks = (_parquet(f"lake/loads/**/*{kind}.parquet") for kind in ("load", "checks"))
    owner = {"owner": "Data platform team"}
    return [
        _table("loads", "One record for every delivery.", loads, LOADS, owner),
        _table("checks", "One row for every check of a delivery.", checks, CHECKS, owner),
        _table("runs", "One row for every step of every run.", _parquet("lake/meta/runs/*.parquet"), RUNS, owner),
    ]


def _described(column: Column) -> Described:
    return column.name, DATA_TYPES.get(column.parser, "varchar"), column.description


def _delivered(folder: str) -> str:
    return _parquet(f"{folder}/**/*.parquet")


def _parquet(pattern: str) -> str:
    """Read all files of a pattern; a file without rows makes that possible before the first delivery."""
    return f"read_parquet('{HOME}/{pattern}', union_by_name=true, hive_partitioning=false)"


def _table(name: str, description: str, location: str, columns: Sequence[Described], meta: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "config": {"meta": {**meta, "external_location": location}},
        "columns": [{"name": column, "description": text, "data_type": data_type} for column, data_type, text in columns],
    }


def _document(source: str, description: str, tables: list[dict[str, Any]]) -> str:
    content = {"sources": [{"name": source, "description": description, "tables": tables}]}
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
    return HEADER + text


def differing(rendered: Mapping[Path, str]) -> list[Path]:
    """Name the paths whose text in the project is not the rendered one."""
    return [
        path
        for path, text in rendered.items()
        if not (PROJECT_DIR / path).is_file() or (PROJECT_DIR / path).read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the files; the exit code is 1 when a check finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m data_quality.dbt_sources", description="dbt sources from contracts.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs")
    options = parser.parse_args(arguments)
    rendered = render_sources()
    stale = differing(rendered)
    if options.check:
        for path in stale:
            print(f"differs from the contracts: {path}", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        target = PROJECT_DIR / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(rendered[path], encoding="utf-8")
        print(f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
