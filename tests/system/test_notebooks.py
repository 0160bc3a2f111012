"""The example notebooks run against the release as they are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.py"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(night, monkeypatch, path):
    pytest.importorskip("marimo")
    monkeypatch.setenv("WAREHOUSE_HOME", str(night.settings.home))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    notebook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(notebook)
    _, found = notebook.app.run()
    frame = found.get("gaps", found.get("verdicts"))
    assert len(frame)
    assert "encoding" in found["chart"].to_dict()
