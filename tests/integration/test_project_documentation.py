"""What the dbt project says of itself: nothing is without a description, and the written pages are what it says now."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from data_quality.contract import contract_for
from pipelines.building import warehouse
from pipelines.publishing.metrics import definitions
from pipelines.publishing.pages import DOCS, GLOSSARY, pages
from pipelines.publishing.release import published_marts
from pipelines.settings import Settings
from tests import asset_graph

if TYPE_CHECKING:
    from pathlib import Path

SAID_OF_A_METRIC = {"owner", "unit", "formula", "grain", "source", "mart", "column"}

WITHOUT_METRIC = {
    "check_results": "lists checks; how many fail is in the manifest of the release",
    "competency_gap_history": "the same rows, quarter by quarter",
    "training_impact": "estimates with an uncertainty and a verdict of their own; no sum of rows means anything",
    "training_impact_event": "the detail of training_impact",
    "training_impact_gt": "the detail of training_impact",
    "training_plan": "a plan, not a measurement: its figures are those of the programme and the seeds that weigh them",
    "service_competency_link": "sets figures of other marts side by side, whose metrics are theirs",
    "competency_gap": "the rows of people behind competency_gap_by_unit, whose metrics are theirs",
}


NOT_TERMS = {"BKPSDM", "SQL", "BKAD", "FILLING", "HMAC", "MAPPING", "SHA", "UTC", "WIB", "RENDAH", "SEDANG", "TINGGI", "TAHUNAN"} | {
    "INVITED", "REGISTERED", "DECLINED", "ATTENDED", "COMPLETED", "FAILED", "NO", "SHOW", "HEALTH", "NOT", "TAUGHT", "LEVEL", "OFFERED",
    "FOR", "POSITION", "TRAINED", "SINCE", "ASSESSMENT",
}  # fmt: skip
"""Offices, codes and techniques that need no explanation to whoever reads a mart."""


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return warehouse.read_manifest(Settings(home=tmp_path_factory.mktemp("documentation")))


def test_the_written_pages_are_those_of_the_project(manifest: dict[str, Any]) -> None:
    """When it fails: `python -m pipelines.publishing.pages`."""

    def text(path: Path) -> str:
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    assert [path.name for path, page in pages(manifest).items() if page != text(path)] == []


def test_the_picture_of_the_asset_graph_is_that_of_the_definitions() -> None:
    """When it fails: `make pictures`."""
    assert asset_graph.draw() == asset_graph.PICTURE.read_text(encoding="utf-8")


def test_every_metric_says_what_it_is(manifest: dict[str, Any]) -> None:
    metrics = definitions(manifest).metrics.values()
    assert [m.name for m in metrics if not (m.label and m.description)] == []
    assert [(m.name, SAID_OF_A_METRIC - set(m.meta)) for m in metrics if not set(m.meta) >= SAID_OF_A_METRIC] == []
    assert [m.name for m in metrics if m.is_headline and m.meta.get("rests_on") not in definitions(manifest).metrics] == []
    assert [name for name, node in manifest["semantic_models"].items() if not node["description"] or not node["label"]] == []


def test_every_headline_has_a_bound(manifest: dict[str, Any]) -> None:
    with (warehouse.DBT_PROJECT / "seeds" / "rules" / "rule_headline_jump.csv").open(newline="", encoding="utf-8") as file:
        bounded = {row["metric"] for row in csv.DictReader(file)}
    headlines = {metric.name for metric in definitions(manifest).metrics.values() if metric.is_headline}
    assert headlines == bounded


def test_every_mart_has_a_metric(manifest: dict[str, Any]) -> None:
    """A new mart brings its metrics, or says here why it has none."""
    marts = {node["name"] for node in manifest["nodes"].values() if node["fqn"][1:2] == ["marts"] and node["resource_type"] == "model"}
    known = definitions(manifest)
    shown = {metric.meta["mart"].split(".")[1] for metric in known.metrics.values()}
    assert shown <= marts
    shown |= {known.model_of(name) for name in known.metrics} & marts
    assert marts - shown - set(WITHOUT_METRIC) == set()
    assert set(WITHOUT_METRIC) <= marts - shown


def test_the_glossary_is_whole_and_explains_every_abbreviation() -> None:
    with GLOSSARY.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 80
    assert [row["term_en"] for row in rows if not all(row.values())] == []
    assert len({row["term_en"].casefold() for row in rows}) == len(rows)
    explained = GLOSSARY.read_text(encoding="utf-8")
    marts = (warehouse.DBT_PROJECT / "models" / "marts").rglob("*.yml")
    said = [path.read_text(encoding="utf-8").split("\nunit_tests:")[0] for path in (DOCS / "metrics.md", DOCS / "questions.md", *marts)]
    words = re.sub(r"```.*?```|`[^`]*`", "", "\n".join(said), flags=re.DOTALL)
    assert {word for word in re.findall(r"\b[A-Z]{2,}\b", words) if word not in explained} - NOT_TERMS == set()


def test_nothing_is_without_a_description(manifest: dict[str, Any]) -> None:
    """`dbt docs generate` shows no empty page: models, seeds, sources, their columns, macros, tests of our own, exposures."""
    own = {id_: node for kind in ("nodes", "sources", "macros", "exposures", "metrics", "semantic_models", "unit_tests")
           for id_, node in manifest[kind].items() if node["package_name"] == "asn"}  # fmt: skip
    plain_tests = {id_ for id_, node in own.items() if node["resource_type"] == "test" and node.get("test_metadata")}
    described = {id_: node for id_, node in own.items() if id_ not in plain_tests and node["resource_type"] != "operation"}
    assert len(described) > 200
    assert [id_ for id_, node in described.items() if not (node.get("description") or "").strip()] == []
    columns = [
        (id_, name)
        for id_, node in described.items()
        for name, column in node.get("columns", {}).items()
        if not column["description"].strip()
    ]
    assert columns == []
    parts = ("dimensions", "measures", "entities")
    assert [
        (name, part["name"])
        for name, node in manifest["semantic_models"].items()
        for key in parts
        for part in node[key]
        if not part["description"]
    ] == []
    assert [
        (id_, part["name"])
        for id_, node in manifest["macros"].items()
        if id_ in own
        for part in node["arguments"]
        if not part["description"]
    ] == []


def test_every_column_of_a_seed_is_described(manifest: dict[str, Any]) -> None:
    for node in manifest["nodes"].values():
        if node["resource_type"] == "seed":
            with (warehouse.DBT_PROJECT / node["original_file_path"]).open(encoding="utf-8") as file:
                assert file.readline().strip().split(",") == list(node["columns"]), node["name"]


def test_exposures_name_every_published_table(manifest: dict[str, Any]) -> None:
    """A new mart stands in the exposure of its audience."""
    published: dict[str, set[str]] = {"open": set(), "restricted": set()}
    for mart in published_marts(manifest):
        published[mart.audience].add(mart.name)
    named = {node["name"]: {ref["name"] for ref in node["refs"]} for node in manifest["exposures"].values()}
    assert named["analysts_open"] == published["open"]
    assert named["analysts_restricted"] == published["restricted"]
    assert named["site"] <= published["open"]


# --- docs/walks.md ----------------------------------------------------------------------------------------------------------

_STEP = re.compile(r"^\* ((?:`\w+` > )+`\w+`): (.+)$", re.MULTILINE)
WALKS = re.split(r"^## ", (DOCS / "walks.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]


def below(manifest: dict[str, Any], name: str) -> set[str]:
    """Names of all models that are made from a model."""
    found: set[str] = set()
    waiting = [f"model.asn.{name}"]
    while waiting:
        for child in manifest["child_map"][waiting.pop()]:
            if child.startswith("model.") and child not in found:
                found.add(child)
                waiting.append(child)
    return {child.rpartition(".")[2] for child in found}


@pytest.mark.parametrize("walk", WALKS, ids=[walk.partition("\n")[0] for walk in WALKS])
def test_every_step_of_a_walk_is_one_of_the_project(manifest: dict[str, Any], walk: str) -> None:
    """Each model of a line is made from the one before it, and all of them from the extract; the mart at its end has the columns."""
    extract = walk.partition("\n")[0]
    staging = f"stg_{extract.replace('/', '__')}"
    lines = _STEP.findall(walk)
    assert lines
    for chain, columns in lines:
        names = re.findall(r"`(\w+)`", chain)
        assert {names[0]} <= {staging, *below(manifest, staging)}, names[0]
        for before, after in pairwise(names):
            assert after in below(manifest, before), f"{after} is not made from {before}"
        mart = manifest["nodes"][f"model.asn.{names[-1]}"]
        assert mart["fqn"][1] == "marts", names[-1]
        assert set(re.findall(r"`(\w+)`", columns)) <= set(mart["columns"]), names[-1]


@pytest.mark.parametrize("walk", WALKS, ids=[walk.partition("\n")[0] for walk in WALKS])
def test_a_walk_names_every_mart_that_its_extract_reaches(manifest: dict[str, Any], walk: str) -> None:
    extract = walk.partition("\n")[0]
    contract = contract_for(extract)
    assert f"`var/landing/{contract.folder}/" in walk
    assert f"`data_quality/contracts/{extract}.odcs.yaml`" in walk
    assert f"`lake/accepted/{extract}/`" in walk
    marts = {node["name"] for node in manifest["nodes"].values() if node["fqn"][1:2] == ["marts"] and node["resource_type"] == "model"}
    of_loading = {"load_quality", "check_results", "refresh_runs"}
    fed = {re.findall(r"`(\w+)`", chain)[-1] for chain, _ in _STEP.findall(walk)}
    reached = set(re.findall(r"`(\w+)`", walk.rpartition("Reached, but not fed:")[2]))
    assert not fed & reached
    assert fed | reached == marts & below(manifest, f"stg_{extract.replace('/', '__')}") - of_loading
