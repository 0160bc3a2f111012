"""Every command of docs/operations.md is run on a copy of the small city, or stands here with the reason why not."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.publishing import shelf
from pipelines.settings import Settings

if TYPE_CHECKING:
    from tests.system.conftest import Night

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations.md"
BLOCKS = re.findall(r"^```(?:bash|console)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)

NOT_RUN = {
    "sudo ": "changes the machine",
    "asn refresh": "takes minutes: tests/system/test_drill.py runs it, after a restore, on a full disk and with nothing new",
    "asn keys rotate": "replaces every key, and the releases that the commands after it look at: tests/unit/test_rights.py runs it",
    "asn export-person ": "asks for a NIP: tests/unit/test_rights.py runs it",
    "asn erase ": "asks for a NIP: tests/unit/test_rights.py runs it",
    "asn release export ": "needs the id of a unit: tests/unit/test_access.py runs it",
    "pg_dump ": "needs a server: tests/system/test_postgres.py has one, without a dump",
    "dagster-celery ": "needs a broker: tests/system/test_celery.py has one",
    "uv sync ": "changes the environment that runs the tests",
    "podman ": "needs a container engine and downloads an image; test_deployment.py reads the files",
    "kubectl ": "needs a cluster; test_deployment.py reads the files",
    "helm ": "needs a cluster and downloads a chart; test_deployment.py reads the values",
}


def lines(block: str) -> list[str]:
    return [line.strip().removeprefix("$ ") for line in block.splitlines() if line.strip() and not line.strip().startswith("#")]


def is_run(line: str) -> bool:
    return not line.startswith(tuple(NOT_RUN))


@pytest.fixture(scope="module")
def city(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with what the page names: the home (lake, landing files, two releases), a folder for backups, the environment file."""
    place = tmp_path_factory.mktemp("page")
    home = place / "var/lib/asn-warehouse"
    for part in ("lake", "landing", "releases", "secrets"):
        shutil.copytree(night.settings.home / part, home / part, symlinks=True)
    _earlier_release(home / "releases")
    (place / "srv/backup").mkdir(parents=True)
    (place / "etc/asn-warehouse").mkdir(parents=True)
    (place / "tmp").mkdir()
    example = (ROOT / "deploy/systemd/environment.example").read_text()
    (place / "etc/asn-warehouse/environment").write_text(placed(example, place))
    return place


def _earlier_release(releases: Path) -> None:
    """The same release under the name of a night before: there is something to roll back to."""
    current = releases / str(shelf.current_name(releases))
    earlier = shutil.copytree(current, releases / "20260101T000000Z")
    manifest = earlier / "manifest.json"
    content = json.loads(manifest.read_text())
    manifest.chmod(0o600)
    manifest.write_text(json.dumps({**content, "release": earlier.name}))


def placed(text: str, place: Path) -> str:
    """The paths of the page, below the temporary folder; the program where it is."""
    text = text.replace("/opt/asn-warehouse", str(ROOT))
    return re.sub(r"(?<![\w.$/-])/(var/lib/asn-warehouse|srv|etc/asn-warehouse|tmp)\b", rf"{place}/\1", text)


@pytest.mark.parametrize("number", [number for number, block in enumerate(BLOCKS) if any(map(is_run, lines(block)))])
def test_the_commands_of_the_page_work(city: Path, number: int) -> None:
    """In the order of the page: what one block leaves is there for the next."""
    wanted = [placed(line, city) for line in lines(BLOCKS[number]) if is_run(line)]
    environment = {
        **os.environ,
        "WAREHOUSE_HOME": str(city / "var/lib/asn-warehouse"),
        "DAGSTER_HOME": str(city / "var/lib/asn-warehouse/dagster"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(["bash", "-e", "-c", "\n".join(wanted)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{wanted}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def test_what_is_not_run_has_a_reason_and_every_reason_a_command() -> None:
    commands = [line for block in BLOCKS for line in lines(block)]
    assert len(commands) > 40
    for prefix in NOT_RUN:
        assert any(line.startswith(prefix) for line in commands), f"no command begins with {prefix!r} any more"


def test_files_that_the_page_names_exist() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        if target != "alerts.md":
            assert (PAGE.parent / target).exists(), target
    for name in re.findall(r"tests/[\w/]+\.py", text):
        assert (ROOT / name).is_file(), name
    for name in set(re.findall(r"WAREHOUSE_[A-Z_]+", text)):
        assert name.removeprefix("WAREHOUSE_").lower() in Settings.model_fields, name
