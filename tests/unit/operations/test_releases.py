"""Releases: names that sort, a switch that no reader sees half done, verification, rollback, pruning."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pipelines.publishing import keeping, release, shelf
from pipelines.publishing.keeping import ReleaseError, findings, heal, prunable, prune, resume, rollback
from tests.unit.operations.shelves import (
    MARTS,
    MONDAY,
    current,
    in_a_killed_process,
    kill_this_process,
    make_warehouse,
    publish,
    publish_nights,
    seats,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.thorough


# --- verification -----------------------------------------------------------------------------------------------------


def test_a_new_release_is_whole(tmp_path: Path) -> None:
    folder = publish(tmp_path)
    assert findings(folder) == []
    assert json.loads((folder / "manifest.json").read_text())["rows"] == {"open": {"seats": 3}, "restricted": {"people": 4}}


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.chmod(0o600)
    path.write_bytes(content)


def test_one_changed_bit_of_any_file_is_found(tmp_path: Path) -> None:
    folder = publish(tmp_path)
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"]
    assert len(files) == 6
    for path in files:
        whole = path.read_bytes()
        damage(path)
        assert any(str(path.relative_to(folder)) in line for line in findings(folder, open_databases=False)), path
        path.write_bytes(whole)
    assert findings(folder) == []


def test_missing_and_strange_files_and_an_unreadable_manifest_are_found(tmp_path: Path) -> None:
    folder = publish(tmp_path)
    (folder / "open" / "parquet" / "seats.parquet").rename(folder / "open" / "parquet" / "chairs.parquet")
    found = "; ".join(findings(folder))
    assert "open/parquet/seats.parquet is missing" in found
    assert "open/parquet/chairs.parquet is not in the manifest" in found
    (folder / "manifest.json").chmod(0o600)
    (folder / "manifest.json").write_text("{")
    assert findings(folder) == ["manifest.json cannot be read: JSONDecodeError"]


def test_counts_that_the_manifest_does_not_say_are_found(tmp_path: Path) -> None:
    folder = publish(tmp_path)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["rows"]["open"] = {"seats": 4, "desks": 1}
    path.chmod(0o600)
    path.write_text(json.dumps(manifest))
    assert findings(folder) == [
        "open/competency.duckdb: table desks is missing",
        "open: seats has 3 rows, 3 in Parquet, 4 in the manifest",
    ]


# --- names and the switch ---------------------------------------------------------------------------------------------


def test_after_a_clock_that_jumped_back_the_later_release_sorts_later_and_is_current(tmp_path: Path) -> None:
    first = publish(tmp_path, MONDAY)
    second = publish(tmp_path, MONDAY - timedelta(days=400), rows=9)
    third = publish(tmp_path, MONDAY - timedelta(days=400), rows=10)
    assert first.name < second.name < third.name
    assert second.name == "20260803T010001Z"
    assert current(tmp_path) == third.name
    assert seats(tmp_path) == 10
    assert shelf.made_at(third.name, shelf.manifest_of(third)) == MONDAY - timedelta(days=400)
    assert [findings(folder) for folder in (first, second, third)] == [[], [], []]


def test_the_time_zone_of_the_clock_does_not_change_a_name(tmp_path: Path) -> None:
    from zoneinfo import ZoneInfo

    folder = publish(tmp_path, MONDAY.astimezone(ZoneInfo("Asia/Jakarta")))
    assert folder.name == "20260803T010000Z"


def test_every_switch_is_noted(tmp_path: Path) -> None:
    publish_nights(tmp_path, 2)
    rollback(tmp_path / "releases", reason="a delivery of last year came again")
    (tmp_path / "releases" / "switches.jsonl").open("a").write('{"cut')
    noted = [(note["from"], note["to"], note["why"]) for note in shelf.switches(tmp_path / "releases")]
    assert noted == [
        (None, "20260803T010000Z", "published"),
        ("20260803T010000Z", "20260804T010000Z", "published"),
        ("20260804T010000Z", "20260803T010000Z", "rollback: a delivery of last year came again"),
    ]


# --- rollback ---------------------------------------------------------------------------------------------------------


def test_a_rollback_shows_the_release_before_and_stays_over_new_ones_until_resume(tmp_path: Path) -> None:
    first, second = publish_nights(tmp_path, 2)
    releases = tmp_path / "releases"
    kept = rollback(releases, reason="wrong figures", now=MONDAY)
    assert (kept.release, kept.instead_of, kept.reason) == (first.name, [second.name], "wrong figures")
    assert seats(tmp_path) == 3
    third = publish(tmp_path, MONDAY + timedelta(days=2), rows=20)
    assert third.is_dir()
    assert current(tmp_path) == first.name, "a new release was shown although another is held"
    assert heal(releases) == []
    assert resume(releases) == third.name
    assert seats(tmp_path) == 20
    assert publish(tmp_path, MONDAY + timedelta(days=3)).name == current(tmp_path)


def test_resume_does_not_bring_back_what_was_withdrawn(tmp_path: Path) -> None:
    first, second = publish_nights(tmp_path, 2)
    releases = tmp_path / "releases"
    rollback(releases)
    assert resume(releases) is None
    assert current(tmp_path) == first.name
    assert heal(releases) == []
    assert current(tmp_path) == first.name
    assert rollback(releases, second.name).instead_of == [first.name], "going forward by name is allowed"
    with pytest.raises(ReleaseError, match="nothing is held"):
        resume(tmp_path)


def test_two_rollbacks_in_a_row_withdraw_both(tmp_path: Path) -> None:
    first, second, third = publish_nights(tmp_path, 3)
    rollback(tmp_path / "releases")
    kept = rollback(tmp_path / "releases")
    assert current(tmp_path) == first.name
    assert kept.instead_of == [second.name, third.name]


def test_a_rollback_passes_over_a_damaged_release(tmp_path: Path) -> None:
    first, second, third = publish_nights(tmp_path, 3)
    damage(second / "open" / "competency.duckdb")
    assert rollback(tmp_path / "releases").release == first.name
    with pytest.raises(ReleaseError, match=f"{second.name}: open/competency.duckdb"):
        rollback(tmp_path / "releases", second.name)
    assert third.is_dir()


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (None, "no whole release to go back to"),
        ("20200101T000000Z", "there is no release"),
        ("20260803T010000Z", "current release already"),
    ],
)
def test_a_rollback_to_nowhere_changes_nothing(tmp_path: Path, to: str | None, words: str) -> None:
    folder = publish(tmp_path)
    with pytest.raises(ReleaseError, match=words):
        rollback(tmp_path / "releases", to)
    assert current(tmp_path) == folder.name
    assert shelf.held(tmp_path / "releases") is None


def test_a_rollback_that_was_killed_before_the_switch_is_finished_by_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = publish_nights(tmp_path, 2)
    monkeypatch.setattr(shelf, "switch_current", kill_this_process)
    in_a_killed_process(lambda: rollback(tmp_path / "releases"))
    monkeypatch.undo()
    assert current(tmp_path) == second.name
    assert heal(tmp_path / "releases") == [f"current was put to {first.name}: a rollback had been cut off"]
    assert current(tmp_path) == first.name


# --- pruning ----------------------------------------------------------------------------------------------------------


def test_pruning_keeps_the_newest_the_current_and_the_held(tmp_path: Path) -> None:
    nights = publish_nights(tmp_path, 5)
    releases = tmp_path / "releases"
    rollback(releases, nights[1].name)
    assert prune(releases, 2) == [nights[0].name, nights[2].name]
    assert shelf.stamps(releases) == [nights[1].name, nights[3].name, nights[4].name]
    assert seats(tmp_path) == 4


def test_a_release_stays_for_the_grace_time_after_another_took_its_place(tmp_path: Path) -> None:
    nights = publish_nights(tmp_path, 4)
    left_on = MONDAY + timedelta(days=3)
    gone, reasons = prunable(tmp_path / "releases", 1, grace=timedelta(hours=30), now=left_on + timedelta(hours=1))
    assert gone == [nights[0].name]
    assert reasons == {nights[1].name: "was current until 2026-08-05 08:00 WIB", nights[2].name: "was current until 2026-08-06 08:00 WIB"}
    assert prunable(tmp_path / "releases", 1, grace=timedelta(hours=30), now=left_on - timedelta(days=90))[0] == [], "the clock jumped back"


def test_a_release_that_a_process_reads_stays(tmp_path: Path) -> None:
    nights = publish_nights(tmp_path, 3)
    with (nights[0] / "open" / "competency.duckdb").open("rb"):
        gone, reasons = prunable(tmp_path / "releases", 1, grace=timedelta(0))
        assert reasons == {nights[0].name: "1 files are open"}
        assert gone == [nights[1].name]
    assert prune(tmp_path / "releases", 1) == [nights[0].name, nights[1].name]


def test_a_release_whose_removal_was_killed_is_no_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nights = publish_nights(tmp_path, 3)
    monkeypatch.setattr(shutil, "rmtree", kill_this_process)
    in_a_killed_process(lambda: prune(tmp_path / "releases", 1))
    monkeypatch.undo()
    assert shelf.stamps(tmp_path / "releases") == [nights[1].name, nights[2].name]
    assert heal(tmp_path / "releases") == [f"swept .removing-{nights[0].name}, which a run that was cut off had left"]


# --- what breaks while a release is made ------------------------------------------------------------------------------


def write_with(error: OSError):
    def failing(*_: object, **__: object) -> None:
        raise error

    return failing


@pytest.mark.parametrize("number", ["ENOSPC", "EROFS", "EIO"])
@pytest.mark.parametrize("place", ["_write_database", "_checksums", "_seal"])
def test_a_disk_that_fails_leaves_the_release_before_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, number: str
) -> None:
    import errno

    first = publish(tmp_path)
    monkeypatch.setattr(release, place, write_with(OSError(getattr(errno, number), "injected")))
    with pytest.raises(OSError, match="injected"):
        publish(tmp_path, MONDAY + timedelta(days=1), rows=7)
    monkeypatch.undo()
    assert [path.name for path in (tmp_path / "releases").iterdir() if path.name.startswith(".")] == []
    assert current(tmp_path) == first.name
    assert findings(first) == []
    second = publish(tmp_path, MONDAY + timedelta(days=1), rows=7)
    assert (current(tmp_path), seats(tmp_path)) == (second.name, 7)


def test_a_full_disk_for_real(tmp_path: Path) -> None:
    """The kernel refuses to let any file grow beyond 100 kB, as a full disk would: DuckDB's own writing fails."""
    import resource

    first = publish(tmp_path)
    make_warehouse(tmp_path / "build" / "warehouse.duckdb", rows=200_000)
    pid = os.fork()
    if not pid:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            release.build_release(tmp_path / "build" / "warehouse.duckdb", tmp_path / "releases", MARTS, min_cell_size=5, facts={})
        except Exception:  # noqa: BLE001 - whatever a reader meets is a finding
            os._exit(9)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    assert current(tmp_path) == first.name
    assert findings(first) == []
    assert shelf.stamps(tmp_path / "releases") == [first.name]
    assert seats(tmp_path) == 3
    assert (publish(tmp_path, MONDAY + timedelta(days=1)).name, heal(tmp_path / "releases")) == (current(tmp_path), [])


@pytest.mark.parametrize("place", ["_checksums", "_seal"])
def test_what_a_killed_run_left_is_swept_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    first = publish(tmp_path)
    monkeypatch.setattr(release, place, kill_this_process)
    in_a_killed_process(lambda: publish(tmp_path, MONDAY + timedelta(days=1)))
    monkeypatch.undo()
    left = [path.name for path in (tmp_path / "releases").iterdir() if path.name.startswith(".building-")]
    assert left == [".building-20260804T010000Z"]
    assert current(tmp_path) == first.name
    publish(tmp_path, MONDAY + timedelta(days=2))
    assert not [path for path in (tmp_path / "releases").iterdir() if path.name.startswith(".")]


def test_a_run_killed_between_the_folder_and_the_switch_leaves_the_old_release_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(tmp_path)
    monkeypatch.setattr(shelf, "switch_current", kill_this_process)
    in_a_killed_process(lambda: publish(tmp_path, MONDAY + timedelta(days=1)))
    monkeypatch.undo()
    assert current(tmp_path) == first.name
    third = publish(tmp_path, MONDAY + timedelta(days=1), rows=8)
    assert third.name == "20260804T010001Z"
    assert (current(tmp_path), seats(tmp_path)) == (third.name, 8)


# --- healing of `current` ---------------------------------------------------------------------------------------------


def test_a_link_that_is_gone_or_names_nothing_is_put_to_the_newest_whole_release(tmp_path: Path) -> None:
    first, second = publish_nights(tmp_path, 2)
    link = tmp_path / "releases" / "current"
    link.unlink()
    assert heal(tmp_path / "releases") == [f"current was put to {second.name}: current names no release"]
    link.unlink()
    link.symlink_to("20990101T000000Z")
    assert shelf.current_manifest(tmp_path / "releases") is None
    damage(second / "restricted" / "parquet" / "people.parquet")
    heal(tmp_path / "releases")
    assert current(tmp_path) == first.name
    assert seats(tmp_path) == 3


def test_a_copy_of_a_release_in_the_place_of_the_link_is_replaced_by_a_link(tmp_path: Path) -> None:
    folder = publish(tmp_path)
    link = tmp_path / "releases" / "current"
    link.unlink()
    shutil.copytree(folder, link)
    heal(tmp_path / "releases")
    assert link.is_symlink()
    assert current(tmp_path) == folder.name
    heal(tmp_path / "releases")
    assert sorted(path.name for path in (tmp_path / "releases").iterdir()) == [folder.name, "current", "switches.jsonl"]


def test_a_damaged_current_release_gives_way_to_the_one_before(tmp_path: Path) -> None:
    first, second = publish_nights(tmp_path, 2)
    damage(second / "open" / "competency.duckdb")
    (said,) = heal(tmp_path / "releases")
    assert said == f"current was put to {first.name}: open/competency.duckdb has another content than the manifest says"
    damage(first / "open" / "competency.duckdb")
    (said,) = heal(tmp_path / "releases")
    assert "current is gone until this night has published" in said
    assert publish(tmp_path, MONDAY + timedelta(days=5)).name == current(tmp_path)


def test_without_any_release_a_link_to_nothing_goes(tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to("20990101T000000Z")
    assert heal(tmp_path) == ["current named nothing: removed"]
    assert list(tmp_path.iterdir()) == []
    assert heal(tmp_path / "nowhere") == []


def test_sizes_and_rows(tmp_path: Path) -> None:
    folder = publish(tmp_path, rows=5)
    manifest = shelf.manifest_of(folder)
    assert keeping.total_rows(manifest, "open") == 5
    assert keeping.total_rows(manifest, "restricted") == 6
    assert keeping.size_of(folder) == sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert shelf.made_at("20260101T000000Z", {}) == datetime(2026, 1, 1, tzinfo=UTC), "the first releases tell their time by name only"


# --- the same figures, the same files ---------------------------------------------------------------------------------


def test_the_order_of_rows_in_the_warehouse_changes_no_file_and_no_hidden_cell(tmp_path: Path) -> None:
    """Three units under one: one small, two that would protect it equally well. Hidden in turn by two nights, they give it away."""
    import duckdb

    from pipelines.privacy.tables import SuppressionRule, Totals
    from pipelines.publishing.release import Mart

    mart = Mart("open", "staff", "open", [SuppressionRule("n", ())], [Totals(within=(), tree="unit_id")], grain=("unit_id",))
    found = []
    for number, order in enumerate(("unit_id", "unit_id desc", "n, unit_id desc")):
        warehouse = make_warehouse(tmp_path / str(number) / "warehouse.duckdb")
        with duckdb.connect(str(warehouse)) as connection:
            units = "select * from (values ('A', 'A'), ('B', 'A/B'), ('C', 'A/C'), ('D', 'A/D')) as v(unit_id, path)"
            connection.execute(f"insert into core.dim_unit select *, date '2020-01-01', null from ({units}) order by unit_id desc")
            staff = "select * from (values ('A', 42), ('B', 2), ('C', 20), ('D', 20)) as v(unit_id, n)"
            connection.execute(
                f"create table open.staff as select *, false as is_suppressed, null::varchar as suppression_reason from ({staff}) order by {order}"
            )
        folder = release.build_release(warehouse, tmp_path / str(number), [mart], min_cell_size=5, facts={}, now=MONDAY)
        found.append(shelf.manifest_of(folder)["files"]["open/parquet/staff.parquet"])
    hidden = duckdb.sql(f"select unit_id from '{folder}/open/parquet/staff.parquet' where is_suppressed order by all").fetchall()
    assert len(hidden) == 2
    assert found[0] == found[1] == found[2]
