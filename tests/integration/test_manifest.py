"""The manifest of a project that was changed is that of the project as it is, and not a patchwork of two."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from pipelines.building import warehouse
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_test_that_warns_still_warns_after_its_source_was_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade changes the files of an installation that has a parsed project lying there."""
    project = tmp_path / "dbt_project"
    shutil.copytree(warehouse.DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    monkeypatch.setattr(warehouse, "DBT_PROJECT", project)
    settings = Settings(home=tmp_path / "home")
    settings.home.mkdir()

    def severities() -> dict[str, str]:
        nodes = json.loads(warehouse.manifest_path(settings).read_text(encoding="utf-8"))["nodes"].values()
        return {node["name"]: node["config"]["severity"].lower() for node in nodes if node["resource_type"] == "test"}

    before = severities()
    sources = project / "models" / "staging" / "hr" / "_hr__sources.yml"
    text = sources.read_text(encoding="utf-8")
    assert "Rejected rows" in text
    sources.write_text(text.replace("Rejected rows", "Rows that were rejected"), encoding="utf-8")
    assert severities() == before
    assert before["employees_of_rejected_rows_only"] == "warn"
