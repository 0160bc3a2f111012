"""What files are read with: where any of it has changed, the same files are read anew."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from data_quality.contract import contract_for
from pipelines import ingest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("extract", "changed"),
    [
        ("evaluation/assessments", "ref_competency.csv"),
        ("evaluation/training_programmes", "ref_competency.csv"),
        ("feedback/complaints", "names.txt"),
    ],
)
def test_files_are_read_anew_when_a_list_has_changed_that_they_are_read_with(
    extract: str, changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = contract_for(extract)
    shutil.copytree(ingest.REFERENCE_DIR, tmp_path / "lists")
    shutil.copy(ingest.NAMES, tmp_path / "lists" / "names.txt")
    before = ingest.specification(contract, ())
    monkeypatch.setattr(ingest, "REFERENCE_DIR", tmp_path / "lists")
    monkeypatch.setattr(ingest, "NAMES", tmp_path / "lists" / "names.txt")
    assert ingest.specification(contract, ()) == before
    with (tmp_path / "lists" / changed).open("a", encoding="utf-8") as file:
        file.write("T.99,Kearsipan\n")
    assert ingest.specification(contract, ()) != before
