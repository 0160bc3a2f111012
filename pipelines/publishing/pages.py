"""Pages of `docs/` that are written from the project: what is said in one place is not typed in another.

python -m pipelines.publishing.pages           write the pages
python -m pipelines.publishing.pages --check   say which pages differ, exit 1 if any does
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data_quality.contract import load_contracts
from pipelines.building import warehouse
from pipelines.publishing.commands_page import commands_page
from pipelines.publishing.contracts_page import contracts_page
from pipelines.publishing.inventory_page import inventory_page
from pipelines.publishing.metrics import Metric, definitions
from pipelines.publishing.settings_page import settings_page
from pipelines.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GLOSSARY = warehouse.DBT_PROJECT / "seeds" / "reference" / "glossary.csv"
DOCS = Path(__file__).parent.parent.parent / "docs"
WRITTEN = "<!-- Written by `python -m pipelines.publishing.pages`: change {}, then write it again. -->\n"


def metrics_page(manifest: Mapping[str, Any]) -> str:
    """The catalogue of metrics."""
    known = definitions(manifest)
    files = {node["name"]: node["original_file_path"] for node in manifest["metrics"].values()}
    places = {name: (file, place) for file in set(files.values()) for place, name in enumerate(_names_in(file))}
    lines = [
        WRITTEN.format("`dbt_project/models/metrics`"),
        "# Metrics\n",
        "What each figure means, defined once in the semantic layer of the dbt project (`dbt_project/models/metrics`) and computed from",
        "there by the tests, which hold every column named below against it. A **headline** is a figure of the whole city that the",
        "manifest of each release keeps.\n",
    ]
    for subject, group in groupby(
        sorted(known.metrics.values(), key=lambda metric: places[metric.name]), key=lambda m: known.subject(m.name)
    ):
        lines += [f"## {subject}\n"]
        for metric in group:
            lines += _metric(metric)
    return "\n".join(lines)


def _names_in(file: str) -> list[str]:
    """Metrics in the order in which their file has them; a manifest keeps none."""
    import yaml

    content = yaml.safe_load((warehouse.DBT_PROJECT / file).read_text(encoding="utf-8"))
    return [metric["name"] for metric in content["metrics"]]


def _metric(metric: Metric) -> list[str]:
    meta = metric.meta
    column = "the number of rows" if str(meta["column"]) == "1" else f"`{meta['column']}`"
    shown = f"{column} of `{meta['mart']}`" if meta["column"] is not None else f"in `{meta['mart']}` as a part of other figures"
    if meta.get("where"):
        shown += f" where `{meta['where']}`"
    grain = ", ".join(f"`{name}`" for name in meta.get("mart_grain", meta["grain"])) + (f"; {meta['covers']}" if meta.get("covers") else "")
    return [
        f"### {metric.label}\n",
        f"`{metric.name}`" + (", **headline**" if metric.is_headline else "") + f". {metric.description}\n",
        f"* Formula: {meta['formula']}",
        f"* Unit: {meta['unit']}",
        f"* Grain: {grain}",
        f"* Shown: {shown}",
        f"* Source: {meta['source']}",
        f"* Owner: {meta['owner']}\n",
    ]


def glossary_page(rows: Sequence[Mapping[str, str]]) -> str:
    """The glossary, by English term."""
    lines = [
        WRITTEN.format("`dbt_project/seeds/reference/glossary.csv`"),
        "# Glossary\n",
        "The terms of the project in English and Indonesian. Indonesian names stay where a regulation or an office uses them.\n",
        "| Term | Istilah | Meaning | Arti | Source |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in sorted(rows, key=lambda row: row["term_en"].casefold()):
        cells = (row[name].replace("|", "\\|") for name in ("term_en", "term_id", "definition_en", "definition_id", "source"))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def pages(manifest: Mapping[str, Any]) -> dict[Path, str]:
    """Every page that is written: path and text."""
    with GLOSSARY.open(newline="", encoding="utf-8") as file:
        terms = list(csv.DictReader(file))
    contracts = load_contracts()
    return {
        DOCS / "metrics.md": metrics_page(manifest),
        DOCS / "glossary.md": glossary_page(terms),
        DOCS / "personal-data.md": _written("the contracts or `pipelines/privacy/inventory.py`", inventory_page(contracts, manifest)),
        DOCS / "contracts.md": _written("the contracts in `data_quality/contracts`", contracts_page(contracts)),
        DOCS / "commands.md": _written("the texts of the commands in `pipelines`", commands_page(_asn())),
        DOCS / "settings.md": _written("`pipelines/settings.py`", settings_page()),
    }


def _written(source: str, page: str) -> str:
    return f"{WRITTEN.format(source)}{page.rstrip()}\n"


def _asn() -> Any:
    """The command line, which stands above this layer: it is described here, and nothing of it is called."""
    import typer

    return typer.main.get_command(import_module("pipelines.commands.main").app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the pages; the exit code is 1 when a check finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.publishing.pages", description="Pages of docs/ from the project.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a page differs")
    parser.add_argument("--manifest", type=Path, help="manifest of dbt; without it the project is parsed")
    options = parser.parse_args(arguments)
    manifest = json.loads(options.manifest.read_text(encoding="utf-8")) if options.manifest else warehouse.read_manifest(Settings())
    stale = {path: text for path, text in pages(manifest).items() if not path.is_file() or path.read_text(encoding="utf-8") != text}
    for path, text in stale.items():
        if options.check:
            print(f"differs from the project: {path.relative_to(DOCS.parent)}", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
            print(f"written: {path.relative_to(DOCS.parent)}")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
