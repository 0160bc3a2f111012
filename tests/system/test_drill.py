"""The drill: a backup brought back in another place, a night that finds the disk full, and one that mends everything else.

One night costs minutes, so the faults come together: what is proved is that `current` stays whole through all of them and that one
more run, without a person, publishes the same figures as before.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.building import warehouse
from pipelines.commands.main import run_nightly
from pipelines.operations.backup import make_backup, restore_backup
from pipelines.publishing import keeping, shelf
from pipelines.settings import Settings
from tests.releases import OF_THE_RUN, figures

if TYPE_CHECKING:
    from tests.system.conftest import Night

pytestmark = pytest.mark.slow
ASN = Path(sys.executable).with_name("asn")


def parquet_hashes(release: Path) -> dict[str, str]:
    """What the manifest says of the Parquet files, but for the results of the run's own tests, which tell its time."""
    files = shelf.manifest_of(release)["files"]
    return {name: digest for name, digest in files.items() if name.endswith(".parquet") and Path(name).stem not in OF_THE_RUN}


@pytest.fixture(scope="module")
def restored(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The small city from its backup, under another path; its landing area stays behind."""
    place = tmp_path_factory.mktemp("drill")
    made = make_backup(night.settings, place / "backup")
    other = Settings(home=place / "home", config=night.settings.config)
    restore_backup(other, made)
    return other


def refresh(settings: Settings, *, largest_file: int | None = None) -> subprocess.CompletedProcess[str]:
    """``asn refresh`` as a person or a timer starts it; ``largest_file`` (bytes) is where the disk is full."""
    command = [str(ASN), "refresh"]
    if largest_file is not None:
        command = ["prlimit", f"--fsize={largest_file}", *command]
    environment = {**os.environ, "WAREHOUSE_HOME": str(settings.home), "WAREHOUSE_CONFIG": str(settings.config), "COLUMNS": "200"}
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def test_a_night_on_a_full_disk_fails_in_words_and_keeps_what_was_there(restored: Settings) -> None:
    release, before = shelf.current_name(restored.releases), figures(restored.releases / "current")
    done = refresh(restored, largest_file=12_000_000)
    assert done.returncode == 1, done.stdout
    assert "the release before it is still the current one" in done.stdout
    assert "simulating" not in done.stdout, "an installation with data was filled with an invented city"
    assert shelf.current_name(restored.releases) == release
    assert figures(restored.releases / "current") == before
    assert all(record.status == "accepted" or record.status_reason for record in restored.lake.records(_units()).values())


def _units():
    from data_quality.contract import contract_for

    return contract_for("hr/units")


def test_the_next_night_mends_everything_and_publishes_the_same_figures(night: Night, restored: Settings) -> None:
    """Beside the full disk: a damaged warehouse, a manifest cut off, a link to nothing, a release that a killed run left."""
    restored.warehouse_file.write_bytes(b"no database")
    whole = (night.settings.dbt_target / "manifest.json").read_bytes()
    (restored.dbt_target / "manifest.json").write_bytes(whole[:100_000])
    (restored.dbt_target / "manifest.digest").write_text(warehouse.project_digest())
    (restored.dbt_target / "partial_parse.msgpack").write_bytes(b"\xc1\xc1")
    (restored.releases / "current").unlink()
    (restored.releases / "current").symlink_to("20990101T000000Z")
    (restored.releases / ".building-20260101T000000Z" / "open").mkdir(parents=True)
    kept = shelf.stamps(restored.releases)
    assert run_nightly(restored)
    made = shelf.current_name(restored.releases)
    assert made is not None
    assert made > kept[-1]
    assert keeping.findings(restored.releases / made) == []
    assert figures(restored.releases / made) == figures(night.settings.releases / "current")
    assert parquet_hashes(restored.releases / made) == parquet_hashes(night.settings.releases / "current")
    assert not list(restored.releases.glob(".building-*"))
    assert warehouse.last_build_digest(restored) is not None


def test_after_a_rollback_a_night_with_nothing_new_leaves_it_and_says_so(restored: Settings) -> None:
    newest = shelf.current_name(restored.releases)
    kept = keeping.rollback(restored.releases, reason="drill")
    done = refresh(restored)
    assert done.returncode == 0, done.stdout
    assert "nothing new" in done.stdout
    assert f"current is held at {kept.release}" in done.stdout
    assert f"rolled back from {newest}" in done.stdout
    assert shelf.current_name(restored.releases) == kept.release
    assert shelf.stamps(restored.releases) == [kept.release, newest]
    assert keeping.resume(restored.releases) is None


def test_without_the_secret_nothing_is_loaded_and_with_it_the_night_goes_on(restored: Settings) -> None:
    secret = restored.home / "secrets" / "pseudonym.key"
    content = secret.read_bytes()
    release = shelf.current_name(restored.releases)
    secret.unlink()
    done = refresh(restored)
    assert done.returncode == 1
    assert "restore the secret from the backup" in done.stdout
    assert not secret.exists(), "a new secret was made for an old lake"
    assert shelf.current_name(restored.releases) == release
    secret.write_bytes(content)
    assert refresh(restored).returncode == 0
    assert shelf.current_name(restored.releases) == release
