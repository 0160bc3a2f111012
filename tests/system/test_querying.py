"""docs/querying.md: every command and query of the page, run as it stands there against the small city's release."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.building.warehouse import read_manifest
from pipelines.publishing.release import published_marts
from pipelines.publishing.session import open_session

PAGE = Path(__file__).parents[2] / "docs" / "querying.md"
BLOCKS = re.findall(r"^### (.+?)$(.*?)(?=^##)", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
TASKS = [(title, language, code) for title, body in BLOCKS for language, code in re.findall(r"```(\w+)\n(.*?)```", body, re.DOTALL)]


@pytest.fixture(scope="module")
def desk(night, tmp_path_factory):
    """A folder as an analyst has it, with the installation under its usual name."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "var").symlink_to(night.settings.home)
    return folder


def test_there_are_ten_tasks_of_at_most_three_steps():
    assert len(BLOCKS) == 10
    assert {title for title, _, _ in TASKS} == {title for title, _ in BLOCKS}


@pytest.mark.parametrize(("title", "language", "code"), TASKS, ids=[title for title, _, _ in TASKS])
def test_task(desk, title, language, code):
    programs = Path(sys.executable).parent
    if language == "sh" and code.startswith("duckdb ") and not (programs / "duckdb").is_file():
        pytest.skip("the package duckdb-cli is not installed")
    command = {
        "sh": ["bash", "-euo", "pipefail", "-c", code],
        "python": [sys.executable, "-c", code],
        "sql": [str(programs / "asn"), "query", code],
    }[language]
    environment = {**os.environ, "WAREHOUSE_HOME": str(desk / "var"), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=desk, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    quiet = "sha256sum" in code
    assert quiet or len(done.stdout.strip()) > 20, done.stdout


def test_what_was_exported_can_be_opened(desk):
    assert shutil.which("bash")
    assert (desk / "plan.xlsx").read_bytes().startswith(b"PK")
    assert "Layanan" in (desk / "ikm.csv").read_text(encoding="utf-8-sig").splitlines()[0]


def test_the_example_of_every_table_that_is_released_can_be_asked(night):
    manifest = read_manifest(night.settings)
    audiences = {}
    for mart in published_marts(manifest):
        audiences.setdefault(mart.name, set()).add(mart.audience)
    examples = {node["name"]: re.findall(r"```sql\n(.*?)```", node["description"], re.DOTALL) for node in manifest["nodes"].values()}
    for name, where in audiences.items():
        session = open_session(night.settings.releases / "current", restricted="open" not in where)
        assert examples[name], name
        for query in examples[name]:
            session.execute(query)
