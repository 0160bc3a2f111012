"""A person leaves every layer and does not come back; keys are replaced and the former ones are nowhere; what has run out goes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from data_quality.contract import contract_for, load_contracts
from pipelines.commands.main import app
from pipelines.lake import people, retention
from pipelines.lake.erasures import erased_keys
from pipelines.loading.ingest import Workplace, refresh_extract
from pipelines.operations import rights
from pipelines.operations.backup import make_backup, restore_backup
from pipelines.privacy.pseudonyms import KEY_LENGTH, SecretError, load_pseudonyms
from pipelines.publishing import outdated, release, shelf
from pipelines.publishing.release import Mart
from pipelines.settings import Settings, get_settings
from tests.canary import Marker, sightings
from tests.conftest import employee, write_employees

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.thorough

EMPLOYEES = contract_for("hr/employees")
DAYS = date(2026, 1, 1), date(2026, 2, 1)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
NIP = employee(3)["NIP BARU"]
OTHER = employee(4)["NIP BARU"]


def rows(day: date) -> list[dict[str, str]]:
    """Twenty people; the third is rejected in February, with a NIP that is written with blanks, and so is a row that is about nobody."""
    late = day == DAYS[1]
    changed = {3: {"NIP BARU": " ".join((NIP[:8], NIP[8:14], NIP[14:])), "GOL AKHIR ID": "??"}, 5: {"GOL AKHIR ID": "??"}}
    return [employee(number, **(changed.get(number, {}) if late else {})) for number in range(20)]


def deliver(settings: Settings, day: date, **of_third: str) -> None:
    table = [{**row, "NIP ATASAN": NIP if row["NIP BARU"] == OTHER else ""} for row in rows(day)]
    table[3] |= of_third
    path = write_employees(settings.landing, day, table)
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{line};{row['NIP ATASAN']}" for line, row in zip(lines, table, strict=True)]
    path.write_text("\n".join([f"{header};NIP ATASAN", *lines]) + "\n", encoding="utf-8")


def refresh(settings: Settings, now: datetime = NOW) -> None:
    settings.lake.prepare(load_contracts())
    work = Workplace(settings.landing, settings.lake, (), settings.pseudonym(), now=lambda: now.replace(tzinfo=None))
    refresh_extract(EMPLOYEES, work)


def publish(settings: Settings, now: datetime) -> Path:
    """A warehouse with the accepted people, and a release of it, with the proof in its manifest."""
    settings.build.mkdir(parents=True, exist_ok=True)
    settings.releases.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.warehouse_file)) as connection:
        connection.execute("create schema core; create schema restricted")
        connection.execute("create table core.dim_unit (unit_id varchar, path varchar, valid_from date, valid_to date)")
        files = f"{settings.lake.root}/accepted/hr/employees/history.parquet"
        connection.execute(f"create table restricted.people as select employee_key, supervisor_key from read_parquet('{files}')")
    facts = {"personal_data": rights.proof(settings, now)}
    made = release.build_release(
        settings.warehouse_file, settings.releases, [Mart("restricted", "people", "restricted")], min_cell_size=5, facts=facts, now=now
    )
    outdated.remove_outdated(settings.releases)
    return made


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two deliveries in the lake, a warehouse and two releases."""
    settings = Settings(home=tmp_path_factory.mktemp("rights") / "home")
    for day in DAYS:
        deliver(settings, day)
    refresh(settings)
    for day in range(2):
        publish(settings, NOW + timedelta(days=day))
        settings.warehouse_file.unlink()
    return settings.home


@pytest.fixture
def settings(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    home = tmp_path / "home"
    shutil.copytree(filled, home, symlinks=True)
    monkeypatch.setenv("WAREHOUSE_HOME", str(home))
    get_settings.cache_clear()
    yield Settings(home=home)
    get_settings.cache_clear()


def key(settings: Settings) -> Marker:
    return Marker("hr/employees", "employee_key", "pseudonymised", settings.pseudonym()(NIP))


PLAIN = Marker("hr/employees", "nip", "pseudonymised", NIP)


def places(settings: Settings, *markers: Marker) -> set[str]:
    return {place for _, place in sightings(settings.home, markers, skip=("landing/",))}


def state(settings: Settings) -> str:
    """A digest of all rows of the lake and of what the records count."""
    tables = [
        pq.read_table(path, partitioning=None).to_pylist()
        for layer in ("accepted", "rejected")
        for path in people.files(settings.lake, EMPLOYEES, layer)
    ]
    counts = [(day, r.rows_read, r.rows_accepted, r.rows_rejected, r.rows_duplicate) for day, r in settings.lake.records(EMPLOYEES).items()]
    return hashlib.sha256(json.dumps([tables, counts], default=str).encode()).hexdigest()


# --- erasure ----------------------------------------------------------------------------------------------------------------


def test_a_person_leaves_every_layer_and_the_next_release_proves_it(settings: Settings) -> None:
    whom = key(settings)
    assert {place.split("/")[0] for place in places(settings, whom, PLAIN)} == {"lake", "releases"}
    done = rights.erase(settings, NIP, NOW)
    assert (done.rows, len(done.releases), done.is_current_left) == (2, 1, True)
    publish(settings, NOW + timedelta(days=3))
    assert places(settings, whom, PLAIN) == {"lake/meta/erased.json"}, "the list that keeps the person out"
    proof = (shelf.current_manifest(settings.releases) or {})["personal_data"]
    assert proof["erased_people"] == 1
    assert proof["rows_left"] == {"lake": 0, "warehouse": 0, "releases": 0}
    assert proof["last_erased_at"] == NOW.isoformat()
    assert NIP not in json.dumps(proof)
    assert whom.text not in json.dumps(proof)


def test_counts_still_add_up_and_others_stay(settings: Settings) -> None:
    before = settings.lake.records(EMPLOYEES)
    rights.erase(settings, NIP, NOW)
    after = settings.lake.records(EMPLOYEES)
    assert [(r.rows_read, r.rows_accepted, r.rows_rejected) for r in before.values()] == [(20, 20, 0), (20, 18, 2)]
    assert [(r.rows_read, r.rows_accepted, r.rows_rejected, r.in_force_rows) for r in after.values()] == [(19, 19, 0, 19), (19, 18, 1, 19)]
    assert [people.recounted(settings.lake, EMPLOYEES, record) for record in after.values()] == list(after.values())
    found = rights.copy_of(settings, OTHER)["lake"]["hr/employees"]["accepted/hr/employees"]
    assert [row["supervisor_key"] for row in found] == [None], "one row for both deliveries; the mention of the erased superior is gone"


def test_a_file_that_comes_again_does_not_bring_anybody_back(settings: Settings) -> None:
    whom = key(settings)
    rights.erase(settings, NIP, NOW)
    deliver(settings, DAYS[0], PANGKAT="")
    (settings.landing / "hr" / "pegawai" / "2026-01-01.csv").open("a").write("\n")
    deliver(settings, date(2026, 3, 1))
    refresh(settings)
    assert places(settings, whom, PLAIN) - {f"releases/{shelf.current_name(settings.releases)}/restricted/{name}" for name in
                                            ("competency.duckdb", "parquet/people.parquet")} == {"lake/meta/erased.json"}  # fmt: skip
    record = settings.lake.records(EMPLOYEES)[date(2026, 3, 1)]
    assert (record.rows_read, record.rows_accepted) == (19, 19)
    assert json.loads(record.detection)[-1] == {people.ERASED_NOTE: 1}


@pytest.mark.parametrize("after", range(3))
def test_an_erasure_that_was_cut_off_is_finished_by_the_next(settings: Settings, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    whole, written = _state_after_erasure(settings), 0
    replace = people.replace_table

    def failing(path: Path, table: object) -> None:
        nonlocal written
        if written == after:
            raise KeyboardInterrupt
        written += 1
        replace(path, table)

    with monkeypatch.context() as patch:
        patch.setattr(people, "replace_table", failing)
        if after < 2:
            with pytest.raises(KeyboardInterrupt):
                rights.erase(settings, NIP, NOW)
            assert rights.proof(settings, NOW)["rows_left"]["lake"], "a release would be refused now"
    rights.erase(settings, NIP, NOW)
    assert state(settings) == whole


def _state_after_erasure(settings: Settings) -> str:
    other = Settings(home=settings.home.with_name("whole"))
    shutil.copytree(settings.home, other.home, symlinks=True)
    rights.erase(other, NIP, NOW)
    return state(other)


def test_an_older_backup_does_not_bring_anybody_back(settings: Settings, tmp_path: Path) -> None:
    whom = key(settings)
    made = make_backup(settings, tmp_path / "backup")
    rights.erase(settings, NIP, NOW)
    said = restore_backup(settings, made, force=True)
    assert any("asn erase --again" in line for line in said)
    assert rights.proof(settings, NOW)["rows_left"]["lake"], "so that a release would be refused"
    assert CliRunner().invoke(app, ["erase", "--again"]).exit_code == 0
    publish(settings, NOW + timedelta(days=3))
    for put_aside in settings.home.glob(".before-restore-*"):
        shutil.rmtree(put_aside)
    left = places(settings, whom, PLAIN)
    assert left == {"lake/meta/erased.json"}


def test_the_proof_sees_what_is_left(settings: Settings) -> None:
    rights.erase(settings, NIP, NOW)
    outdated.remove_outdated(settings.releases)
    (settings.releases / outdated.NOTE).unlink()
    assert rights.proof(settings, NOW)["rows_left"] == {"lake": 0, "warehouse": 0, "releases": 2}, "a row of theirs, one of a subordinate"


def test_a_rollback_to_a_release_with_the_person_ends(settings: Settings) -> None:
    shelf.hold(settings.releases, shelf.current_name(settings.releases) or "", "test", NOW)
    rights.erase(settings, NIP, NOW)
    outdated.let_go(settings.releases)
    made = publish(settings, NOW + timedelta(days=3))
    assert shelf.stamps(settings.releases) == [made.name] == [shelf.current_name(settings.releases)]
    assert not (settings.releases / outdated.NOTE).exists()


# --- a copy -----------------------------------------------------------------------------------------------------------------


def test_a_person_gets_everything_that_is_held_of_them(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "nip.txt").write_text(NIP)
    done = CliRunner().invoke(app, ["export-person", str(tmp_path / "nip.txt"), "--output", str(tmp_path / "copy.json")])
    assert done.exit_code == 0, done.output
    content = json.loads((tmp_path / "copy.json").read_text())
    lake = content["lake"]["hr/employees"]
    assert (len(lake["accepted/hr/employees"]), len(lake["rejected/hr/employees"])) == (2, 1), "one as superior, one accepted, one rejected"
    assert lake["rejected/hr/employees"][0]["raw"]["nama"] == "Orang 3"
    assert len(content["marts"]['"main"."people"']) == 2
    assert (tmp_path / "copy.json").stat().st_mode & 0o777 == 0o600
    log = settings.home / "logs" / "access.jsonl"
    assert json.loads(log.read_text())["what"] == "export-person"
    assert log.stat().st_mode & 0o777 == 0o600
    assert NIP not in log.read_text() + done.output
    refused = CliRunner().invoke(app, ["export-person", str(tmp_path / "nip.txt"), "--output", str(tmp_path)])
    assert (refused.exit_code, refused.output.strip()) == (1, f"{tmp_path}: Is a directory")


def test_a_nip_is_not_taken_from_the_command_line_nor_repeated(settings: Settings) -> None:
    for given, text in ((["erase", NIP], ""), (["erase", "-"], f"{NIP}9\n"), (["export-person", "-"], "Budi\n")):
        done = CliRunner().invoke(app, given, input=text)
        assert done.exit_code != 0
        assert NIP not in done.output
        assert "Budi" not in done.output
    assert erased_keys(settings.lake.root) == frozenset()
    done = CliRunner().invoke(app, ["erase", "-"], input=f"{NIP}\n")
    assert done.exit_code == 0, done.output
    assert NIP not in done.output
    assert len(erased_keys(settings.lake.root)) == 1


# --- keys -------------------------------------------------------------------------------------------------------------------


def test_after_a_rotation_no_former_key_is_left_and_people_are_met_again(settings: Settings) -> None:
    rights.erase(settings, OTHER, NOW)
    former, secret = key(settings), settings.secret_file.read_text()
    assert rights.rotate(settings) == 2, "the history, and the rejected rows of the one delivery that has any"
    publish(settings, NOW + timedelta(days=3))
    assert places(settings, former) == set()
    assert key(settings).text != former.text
    assert any(place.startswith("lake/accepted") for place in places(settings, key(settings)))
    deliver(settings, date(2026, 3, 1))
    refresh(settings)
    assert OTHER not in json.dumps(rights.copy_of(settings, OTHER)), "who was erased stays out under the new keys"
    assert len(rights.copy_of(settings, NIP)["lake"]["hr/employees"]["accepted/hr/employees"]) == 2
    with pytest.raises(SecretError, match="not the one"):
        load_pseudonyms(settings.secret_file, settings.lake.root, secret.strip())
    assert settings.secret_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("after", range(4))
def test_a_rotation_that_was_cut_off_is_finished_and_nothing_is_loaded_meanwhile(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    written, replace = 0, people.replace_table

    def failing(path: Path, table: object) -> None:
        nonlocal written
        if written == after:
            raise KeyboardInterrupt
        written += 1
        replace(path, table)

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(people, "replace_table", failing)
        patch.setattr(rights, "_discard_derived", cut_off)
        with pytest.raises(KeyboardInterrupt):
            rights.rotate(settings)
    with pytest.raises(SecretError, match="rotate"):
        settings.pseudonym()
    rights.rotate(settings)
    accepted = [k for path in people.files(settings.lake, EMPLOYEES, "accepted") for k in pq.read_table(path)["employee_key"].to_pylist()]
    assert set(accepted) == {settings.pseudonym()(row["NIP BARU"]) for row in rows(DAYS[0])}
    assert not settings.secret_file.with_name("pseudonym.key.next").exists()


def test_the_secret_is_made_with_a_warning_and_stands_nowhere_else(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Settings(home=tmp_path / "new").pseudonym()
    assert "Keep a copy" in caplog.text
    assert (tmp_path / "new" / "secrets" / "pseudonym.key").read_text().strip() not in caplog.text
    secret = Marker("", "", "secret", settings.secret_file.read_text().strip())
    assert places(settings, secret) == {"secrets/pseudonym.key"}
    for process in ("environ", "cmdline"):
        assert secret.text.encode() not in Path(f"/proc/{os.getpid()}/{process}").read_bytes()


def test_a_secret_that_can_be_guessed_makes_no_lake(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="shorter"):
        load_pseudonyms(tmp_path / "key", tmp_path / "lake", "medan")


def test_trying_every_nip_finds_nobody_without_the_secret(settings: Settings) -> None:
    """NIPs follow a pattern: whoever knows birth month and appointment tries the rest. An unkeyed hash gives them all away."""
    held = {k for path in people.files(settings.lake, EMPLOYEES, "accepted") for k in pq.read_table(path)["employee_key"].to_pylist()}
    tried = [f"19900{month}15201501{sex}{n:03d}" for month in range(1, 10) for sex in (1, 2) for n in range(1, 1000)]
    real = {row["NIP BARU"] for row in rows(DAYS[0])}
    assert real <= set(tried)
    unkeyed = {hashlib.sha256(nip.encode()).hexdigest()[:KEY_LENGTH]: nip for nip in tried}
    guessed = load_pseudonyms(settings.home / "guess", settings.home / "elsewhere", "a guess that is long enough").function()
    assert held.isdisjoint(unkeyed)
    assert held.isdisjoint(map(guessed, tried))
    as_if_unkeyed = {hashlib.sha256(nip.encode()).hexdigest()[:KEY_LENGTH] for nip in real}
    assert {unkeyed[k] for k in as_if_unkeyed} == real, "the same trial finds everybody where there is no secret"


# --- retention --------------------------------------------------------------------------------------------------------------


def test_what_has_run_out_goes_and_is_not_read_again(settings: Settings) -> None:
    late = datetime(2036, 1, 15, tzinfo=UTC)
    refresh(settings, late)
    records = settings.lake.records(EMPLOYEES)
    assert [record.in_force_fingerprint is None for record in records.values()] == [True, False]
    (kept,) = people.files(settings.lake, EMPLOYEES, "accepted")
    assert {row["first_delivery_on"] for row in pq.read_table(kept).to_pylist()} == {date(2026, 2, 1)}
    assert retention.rejected_with_text(settings.lake, EMPLOYEES, DAYS[1]) == [], "the text of rejected rows goes after 90 days"
    told = retention.facts(settings.lake, EMPLOYEES, late)
    assert told == {"years": 10, "rejected_days": 90, "oldest_delivery": "2026-02-01", "deliveries_removed": 1, "due": 0}
    assert retention.run_out(settings.lake, EMPLOYEES, late) == retention.RunOut((), ())


def test_who_was_rejected_is_known_when_the_text_of_the_row_is_gone(settings: Settings) -> None:
    def rejected() -> list[dict[str, str]]:
        return [
            row for path in people.files(settings.lake, EMPLOYEES, "rejected") for row in pq.read_table(path, partitioning=None).to_pylist()
        ]

    before, late = rejected(), NOW + timedelta(days=91)
    refresh(settings, late)
    kept = rejected()
    assert [row["record_key"] for row in kept] == [row["record_key"] for row in before] != [], "or the models would take them for gone"
    assert {row["raw"] for row in kept} == {"{}"}
    assert [json.loads(row["typed"]) for row in kept] == [{"employee_key": row["record_key"]} for row in kept]
    assert settings.lake.records(EMPLOYEES)[DAYS[1]].rows_rejected == len(kept)
    assert retention.run_out(settings.lake, EMPLOYEES, late) == retention.RunOut((), ())
    rights.rotate(settings)
    assert {row["record_key"] for row in rejected()}.isdisjoint({row["record_key"] for row in kept})
    rights.erase(settings, NIP, late)
    assert len(rejected()) == len(kept) - 1
    assert rights.proof(settings, late)["rows_left"]["lake"] == 0


def test_nothing_goes_before_its_time(settings: Settings) -> None:
    assert retention.run_out(settings.lake, EMPLOYEES, datetime(2036, 1, 1, tzinfo=UTC)).deliveries == ()
    assert retention.run_out(settings.lake, EMPLOYEES, NOW + timedelta(days=90)) == retention.RunOut((), ())
    assert retention.run_out(settings.lake, EMPLOYEES, NOW + timedelta(days=91)) == retention.RunOut((), (DAYS[1],))
    assert [c.extract for c in load_contracts() if c.retention_years is None or c.rejected_days is None] == []


def test_a_person_is_found_in_whichever_column_of_keys() -> None:
    """Extracts with one column of keys, with two and with more."""
    columns = {"a_key": ["x", None, "y"], "b_key": [None, "x", "y"], "c_key": ["y", "y", "y"]}
    assert people._holds(pa.table({"a_key": columns["a_key"]}), {"x"}).to_pylist() == [True, False, False]
    assert people._holds(pa.table(columns), {"x"}).to_pylist() == [True, True, False]
