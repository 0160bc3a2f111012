"""A person is erased and the secret rotated in the small city; one night later nothing of them, and no former key, is left anywhere."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest

from data_quality.contract import load_contracts
from pipelines.commands.main import _prepare, run_nightly
from pipelines.lake.erasures import erased_keys
from pipelines.operations import rights
from pipelines.publishing import shelf
from pipelines.settings import Settings
from tests.canary import Marker, sightings
from tests.system.test_canary_night import OFFICES_OWN, _people

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.conftest import Night

pytestmark = pytest.mark.slow


def test_a_night_after_an_erasure_and_a_rotation_nothing_is_left(night: Night, tmp_path: Path) -> None:
    nip = next(marker.text for marker in _people(night) if marker.classification == "pseudonymised" and len(marker.text) == 18)
    settings = Settings(home=shutil.copytree(night.settings.home, tmp_path / "home", symlinks=True))
    _prepare(settings)
    key, n_rows = settings.pseudonym()(nip), sum(_rows(settings).values())
    before = {contract.extract: sum(r.rows_read for r in settings.lake.records(contract).values()) for contract in load_contracts()}
    n_erased = len(erased_keys(settings.lake.root))
    copy = rights.copy_of(settings, nip)
    assert copy["marts"], "the person is in the marts"
    assert rights.erase(settings, nip, settings.clock()).rows > 0
    rights.rotate(settings)
    assert run_nightly(settings)
    markers = [Marker("", "nip", "", nip), Marker("", "former key", "", key), Marker("", "key", "", settings.pseudonym()(nip))]
    seen = sightings(settings.home, markers, skip=OFFICES_OWN)
    assert {(marker.column, place) for marker, place in seen} == {("key", "lake/meta/erased.json")}
    manifest = shelf.current_manifest(settings.releases) or {}
    proof = manifest["personal_data"]
    assert (proof["erased_people"], proof["rows_left"]) == (n_erased + 1, {"lake": 0, "warehouse": 0, "releases": 0})
    assert nip not in json.dumps(manifest)
    assert shelf.stamps(settings.releases) == [manifest["release"]]
    assert 0.97 * n_rows < sum(_rows(settings).values()) < n_rows, "everybody else is there, under new keys"
    after = {contract.extract: sum(r.rows_read for r in settings.lake.records(contract).values()) for contract in load_contracts()}
    assert all(after[extract] <= before[extract] for extract in before)


def _rows(settings: Settings) -> dict[str, int]:
    """Rows about people in the restricted part of the current release."""
    path = settings.releases / "current" / "restricted" / "competency.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return {
            name: connection.execute(f"select count(*) from {name}").fetchall()[0][0]
            for name in ("dim_employee", "competency_gap", "appraisal")
        }
