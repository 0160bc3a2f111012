"""The guides of docs/how-to, followed on a copy of the project: their files written, their changes made, their commands run.

They build on each other: the rule is one of the new source, the check and the page are of the new mart. At the end the project with all of
them is held to what the real one is held to.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.publishing import shelf
from tests.guides import DOCS, ROOT, applied, blocks

pytestmark = pytest.mark.slow

GUIDES = [DOCS / "how-to" / f"add-a-{name}.md" for name in ("source", "rule", "mart", "check", "page")]
COPIED = ("benchmarks", "config", "data_quality", "dbt_project", "deploy", "docs", "notebooks", "pipelines", "simulation", "tests")
FILES = ("Makefile", "README.md", "CONTRIBUTING.md", "pyproject.toml", "workspace.yaml")


class Copy:
    """A copy of the project, with an installation of its own that has what the small city's last refresh has built."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.home = root, home
        self.said: dict[str, str] = {}

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(self.root), "WAREHOUSE_HOME": str(self.home), "NO_COLOR": "1", "COLUMNS": "200"}
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )

    def follow(self, guide: Path) -> None:
        """Do what a guide says, block by block; what its commands print is kept under the guide's name."""
        for block in blocks(guide):
            if block.language == "sh":
                done = self.run(block.text)
                assert done.returncode in {0, 2} if "asn check" in block.text else done.returncode == 0, (
                    done.stdout[-3000:] + done.stderr[-3000:]
                )
                self.said[guide.stem] = self.said.get(guide.stem, "") + done.stdout
            elif block.language != "console":
                applied(block, self.root)


@pytest.fixture(scope="module")
def copy(night, tmp_path_factory) -> Copy:
    root = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("__pycache__", "target", "*.duckdb", "logs")
    for name in COPIED:
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for name in FILES:
        shutil.copy(ROOT / name, root / name)
    (root / ".venv").symlink_to(Path(sys.executable).parent.parent)
    home = root / "var"
    shutil.copytree(night.settings.home / "lake", home / "lake")
    (home / "build").mkdir()
    shutil.copy(night.settings.warehouse_file, home / "build")
    copy = Copy(root, home)
    # Tables of a new extract are in the lake from the first refresh on.
    for guide in GUIDES:
        copy.follow(guide)
    return copy


def test_the_new_source_is_checked_as_the_guide_says(copy):
    said = copy.said["add-a-source"]
    assert "1 of 2 rows" in said
    assert "cannot be read as a whole number" in said
    assert "the limit is 10.0 %" in said


def test_the_new_rule_names_its_mend(copy):
    assert "Correct jumlah_hari, or divide the period." in copy.said["add-a-rule"]


def test_the_new_mart_holds_every_report(copy):
    with duckdb.connect(str(copy.home / "build" / "warehouse.duckdb"), read_only=True) as warehouse:
        n_shown, n_received = warehouse.execute(
            "select (select sum(n_reports) from open.report_channels), (select count(*) from core.fct_complaint)"
        ).fetchone()
    assert n_shown == n_received > 0


def test_the_new_check_finds_a_report_that_is_lost(copy):
    """A check that cannot fail is none."""
    database = copy.home / "build" / "warehouse.duckdb"
    whole = database.read_bytes()
    with duckdb.connect(str(database)) as warehouse:
        warehouse.execute("update open.report_channels set n_reports = n_reports - 1")
    check = next(block.text for block in blocks(DOCS / "how-to" / "add-a-check.md") if block.language == "sh")
    done = copy.run(check)
    database.write_bytes(whole)
    assert done.returncode == 1
    assert "channels_hold_every_report" in done.stdout


def test_the_new_page_is_in_the_site(copy, night):
    current = (night.settings.releases / "current").resolve()
    open_data = copy.home / "competency.duckdb"
    with duckdb.connect(str(open_data)) as connection:
        connection.execute(f"attach '{current / 'open' / 'competency.duckdb'}' as release (read_only)")
        for (name,) in connection.execute("select table_name from duckdb_tables() where database_name = 'release'").fetchall():
            connection.execute(f"create table {name} as from release.main.{name}")
        connection.execute(f"attach '{copy.home / 'build' / 'warehouse.duckdb'}' as warehouse (read_only)")
        connection.execute("create table report_channels as from warehouse.open.report_channels")
    facts = copy.home / "facts.json"
    facts.write_text(json.dumps(shelf.manifest_of(current)), encoding="utf-8")
    manifest = copy.root / "dbt_project" / "target" / "manifest.json"
    done = copy.run(
        f'.venv/bin/python -c "import json; from pathlib import Path; from pipelines.reporting.site import build_site; '
        f"build_site(Path('{open_data}'), Path('{copy.home}/site'), manifest=json.loads(Path('{manifest}').read_text()), "
        f"facts=json.loads(Path('{facts}').read_text()))\""
    )
    assert done.returncode == 0, done.stderr[-3000:]
    page = (copy.home / "site" / "en" / "channels.html").read_text(encoding="utf-8")
    assert "Channels of reports" in page
    assert page.count("<tr>") > 2
    assert 'href="../en/channels.html"' in (copy.home / "site" / "en" / "index.html").read_text(encoding="utf-8")


def test_the_project_with_all_of_it_is_whole(copy):
    """What `make lint` and the tests of the documentation ask of the project, they ask of this one, and nothing is missing."""
    parsed = ".venv/bin/dbt parse --quiet --no-partial-parse --project-dir dbt_project --profiles-dir dbt_project --target-path $PWD/var/build/lint"
    for command in (
        ".venv/bin/python -m data_quality.dbt_sources --check",
        parsed,
        ".venv/bin/dbt-bouncer run --config-file dbt_project/dbt-bouncer.yml --show-all-failures",
        ".venv/bin/python -m pipelines.publishing.pages --manifest var/build/lint/manifest.json",
        ".venv/bin/python -m tests.asset_graph",
        ".venv/bin/python -m pytest -q -p no:cacheprovider tests/integration/test_project_documentation.py "
        "tests/unit/test_reporting.py tests/unit/test_mending.py",
    ):
        done = copy.run(command)
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
