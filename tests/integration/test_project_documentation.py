"""What the dbt project says of itself: nothing is without a description, and the written pages are what it says now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines import warehouse
from pipelines.publishing.metrics import definitions
from pipelines.publishing.pages import pages
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

SAID_OF_A_METRIC = {"owner", "unit", "formula", "grain", "source", "mart", "column"}

WITHOUT_METRIC = {
    "check_results": "lists checks; how many fail is in the manifest of the release",
    "competency_gap": "the rows of people behind competency_gap_by_unit, whose metrics are theirs",
}


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return warehouse.read_manifest(Settings(home=tmp_path_factory.mktemp("documentation")))


def test_the_written_pages_are_those_of_the_project(manifest: dict[str, Any]) -> None:
    """When it fails: `python -m pipelines.publishing.pages`."""

    def text(path: Path) -> str:
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    assert [path.name for path, page in pages(manifest).items() if page != text(path)] == []


def test_every_metric_says_what_it_is(manifest: dict[str, Any]) -> None:
    metrics = definitions(manifest).metrics.values()
    assert [m.name for m in metrics if not (m.label and m.description)] == []
    assert [(m.name, SAID_OF_A_METRIC - set(m.meta)) for m in metrics if not set(m.meta) >= SAID_OF_A_METRIC] == []
    assert [m.name for m in metrics if m.is_headline and m.meta.get("rests_on") not in definitions(manifest).metrics] == []
    assert [name for name, node in manifest["semantic_models"].items() if not node["description"] or not node["label"]] == []


def test_every_mart_has_a_metric(manifest: dict[str, Any]) -> None:
    """A new mart brings its metrics, or says here why it has none."""
    marts = {node["name"] for node in manifest["nodes"].values() if node["fqn"][1:2] == ["marts"] and node["resource_type"] == "model"}
    shown = {metric.meta["mart"].split(".")[1] for metric in definitions(manifest).metrics.values()}
    assert shown <= marts
    assert marts - shown - set(WITHOUT_METRIC) == set()
    assert set(WITHOUT_METRIC) <= marts - shown
