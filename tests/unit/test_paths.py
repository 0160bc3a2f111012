"""Nothing is read or written outside of its root, whatever a name says."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from data_quality.contract import contract_for
from pipelines.landing.deliveries import discover
from pipelines.operations.backup import MANIFEST, BackupError, make_backup, restore_backup
from pipelines.publishing import outdated, shelf
from pipelines.settings import Settings
from tests.conftest import employee, write_employees
from tests.unit.operations.shelves import publish_nights

if TYPE_CHECKING:
    from pathlib import Path

EMPLOYEES = contract_for("hr/employees")
DAY = date(2026, 1, 1)


@pytest.mark.parametrize("linked", ["hr/pegawai", "hr"])
def test_a_folder_that_leads_out_of_the_landing_area_is_not_read(tmp_path: Path, linked: str) -> None:
    outside = tmp_path / "outside" / "hr" / "pegawai"
    write_employees(tmp_path / "outside", DAY, [employee(1)])
    link = tmp_path / "landing" / linked
    link.parent.mkdir(parents=True)
    link.symlink_to(outside if linked == "hr/pegawai" else outside.parent)
    assert discover(tmp_path / "landing", EMPLOYEES) == ([], ["hr/pegawai/"])


def test_the_landing_area_itself_may_be_a_link(tmp_path: Path) -> None:
    write_employees(tmp_path / "disk", DAY, [employee(1)])
    (tmp_path / "landing").symlink_to(tmp_path / "disk")
    assert [delivery.delivery_on for delivery in discover(tmp_path / "landing", EMPLOYEES)[0]] == [DAY]


@pytest.mark.parametrize(
    ("name", "target"), [("home/../../x", "y"), ("/etc/x", "y"), ("home/releases/x", "../../../etc"), ("home/releases/x", "/etc")]
)
def test_a_backup_with_a_link_that_leads_out_is_refused(tmp_path: Path, name: str, target: str) -> None:
    settings = Settings(home=tmp_path / "home", config=tmp_path / "config")
    publish_nights(settings.home, 1)
    made = make_backup(settings, tmp_path / "backup")
    manifest = json.loads((made / MANIFEST).read_text())
    manifest["links"][name] = target
    (made / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BackupError, match="outside"):
        restore_backup(Settings(home=tmp_path / "other", config=tmp_path / "other-config"), made)
    assert not (tmp_path / "other" / "releases").exists()


def test_a_backup_gives_no_program_the_rights_of_its_owner(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", config=tmp_path / "config")
    publish_nights(settings.home, 1)
    made = make_backup(settings, tmp_path / "backup")
    manifest = json.loads((made / MANIFEST).read_text())
    name = next(name for name in manifest["files"] if name.endswith("competency.duckdb"))
    manifest["files"][name]["mode"] = "4755"
    (made / MANIFEST).write_text(json.dumps(manifest))
    other = Settings(home=tmp_path / "other", config=tmp_path / "other-config")
    restore_backup(other, made)
    assert (other.home / name.removeprefix("home/")).stat().st_mode & 0o7000 == 0


def test_a_note_about_releases_removes_nothing_but_releases(tmp_path: Path) -> None:
    publish_nights(tmp_path, 1)
    (tmp_path / "precious").mkdir()
    (tmp_path / "releases" / outdated.NOTE).write_text(json.dumps({"releases": ["../precious", "/etc", "."]}))
    assert outdated.remove_outdated(tmp_path / "releases") == []
    assert (tmp_path / "precious").is_dir()
    assert len(shelf.stamps(tmp_path / "releases")) == 1
