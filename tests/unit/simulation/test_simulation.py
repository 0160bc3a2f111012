"""The simulated city: same seed, same bytes; the truth is what is in the files; effects are really there."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from simulation import generate
from simulation.__main__ import main
from simulation.competence import RISE_A_YEAR, RISING_IN, TREND_A_YEAR, assess
from simulation.extracts import by_folder
from simulation.feedback import survey
from simulation.generate import World, build_world
from simulation.jobs import COMPETENCIES

if TYPE_CHECKING:
    from pathlib import Path

    from simulation import Truth

START, END = date(2026, 1, 1), date(2026, 8, 31)
NIP = re.compile(r"^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(19|20)\d{2}(0[1-9]|1[0-2]|21)[12]9\d{2}$")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """Return the landing folder of a small city and its truth."""
    folder = tmp_path_factory.mktemp("city")
    truth = generate(folder / "landing", folder / "truth.json", employees=300, start=START, end=END)
    return folder / "landing", truth


@pytest.fixture(scope="module")
def world() -> World:
    """Return a small city of which nothing is written."""
    return build_world(seed=5, employees=3000, start=date(2025, 1, 1), end=date(2026, 6, 30))


def lines(path: Path) -> list[str]:
    """Return the lines of a CSV file, whatever its encoding."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    encodings = ("utf-16",) if content[:2] == b"\xff\xfe" else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding).splitlines()
        except UnicodeDecodeError:
            continue
    raise AssertionError(path)


def digests(folder: Path) -> dict[str, str]:
    """Return the hash of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.thorough
def test_same_arguments_same_bytes(city: tuple[Path, Truth], tmp_path: Path) -> None:
    generate(tmp_path / "again", tmp_path / "truth.json", employees=300, start=START, end=END)
    assert digests(tmp_path / "again") == digests(city[0])


@pytest.mark.thorough
def test_another_seed_other_people(city: tuple[Path, Truth], tmp_path: Path) -> None:
    generate(tmp_path / "other", tmp_path / "truth.json", seed=2, employees=300, start=START, end=END)
    shared = set(digests(tmp_path / "other").values()) & set(digests(city[0]).values())
    assert len(shared) <= 2  # the broken files are the same


def test_every_extract_is_delivered_and_accounted_for(city: tuple[Path, Truth]) -> None:
    landing, truth = city
    assert {delivery.folder for delivery in truth.deliveries} == set(by_folder())
    listed = {file for delivery in truth.deliveries for file in delivery.files}
    assert listed == set(digests(landing))


def test_rows_read_are_in_the_files(city: tuple[Path, Truth]) -> None:
    landing, truth = city
    for delivery in truth.deliveries:
        if delivery.rule in {"columns_present", "unreadable_file"}:
            assert delivery.rows_read == 0
            continue
        found = 0
        for file in delivery.files:
            if file.endswith((".csv", ".gz")):
                found += len(lines(landing / file)) - 1
            elif file.endswith(".parquet"):
                found += pq.read_metadata(landing / file).num_rows
            else:
                found = delivery.rows_read
        assert found == delivery.rows_read, delivery


def test_counts_follow_from_the_planted_rows(city: tuple[Path, Truth]) -> None:
    _, truth = city
    for delivery in truth.deliveries:
        rows = [f for f in truth.faults if f.extract == delivery.extract and f.delivery_on == delivery.delivery_on and f.row]
        assert sum(fault.fate == "rejected" for fault in rows) == delivery.rows_rejected
        assert sum(fault.fate == "duplicate" for fault in rows) == delivery.rows_duplicate
        if delivery.status == "accepted" and delivery.rows_read:
            assert delivery.rows_rejected <= 0.1 * delivery.rows_read
        assert len({(fault.file, fault.row) for fault in rows}) == len(rows)


def test_planted_nips_stand_where_the_truth_says(city: tuple[Path, Truth]) -> None:
    landing, truth = city
    faults = [f for f in truth.faults if f.kind == "NIP in scientific notation" and f.file.endswith(".csv")]
    assert faults
    for fault in faults:
        assert "E+17" in lines(landing / fault.file)[fault.row - 1]


def test_blocked_deliveries_are_the_only_ones_of_their_day(city: tuple[Path, Truth]) -> None:
    _, truth = city
    days = [(delivery.extract, delivery.delivery_on) for delivery in truth.deliveries]
    assert len(days) == len(set(days))
    rules = {delivery.rule for delivery in truth.deliveries if delivery.status == "blocked"}
    assert {"columns_present", "min_share_of_previous", "max_rejected_share", "unreadable_file"} <= rules


def test_without_faults_nothing_is_rejected(tmp_path: Path) -> None:
    truth = generate(tmp_path / "landing", tmp_path / "truth.json", employees=200, start=START, end=date(2026, 4, 30), faults=False)
    assert not truth.faults
    assert all(d.status == "accepted" and not d.rows_rejected and not d.rows_duplicate for d in truth.deliveries)


def test_a_city_of_two_hundred_keeps_its_offices(tmp_path: Path) -> None:
    small = build_world(seed=1, employees=200, start=START, end=date(2026, 4, 30))
    names = set(small.city.names)
    assert {"Dinas Perhubungan", "Dinas Kependudukan dan Pencatatan Sipil"} <= names
    assert sum(name.startswith("Kecamatan ") for name in names) >= 3
    assert small.careers.states[0].is_present.sum() == 200


def test_nips_are_valid_and_evidently_invented(world: World) -> None:
    people = world.people
    assert len(set(people.nips)) == len(people)
    assert all(NIP.match(nip) for nip in people.nips)
    assert [nip[:8] for nip in people.nips] == list(np.char.replace(np.datetime_as_string(people.born), "-", ""))
    assert all((nip[12:14] == "21") == (status == "PPPK") for nip, status in zip(people.nips, people.statuses, strict=True))
    assert all((nip[14] == "1") == male for nip, male in zip(people.nips, people.is_male, strict=True))


def test_ranks_fit_the_kind_of_employment_at_all_times(world: World) -> None:
    for state in world.careers.states:
        is_pns = np.array([rank.isdigit() for rank in state.ranks])
        assert (is_pns == (state.statuses != "PPPK")).all()


def test_completion_raises_latent_levels_by_the_planted_effect(world: World) -> None:
    competence, parts = world.competence, world.competence.parts
    once = np.bincount(parts.persons[parts.completed()], minlength=len(world.people)) == 1
    for number, programme in enumerate(competence.programmes[:12]):
        chosen = parts.persons[parts.completed() & (parts.programmes == number) & (parts.ended < np.datetime64(END))]
        chosen = chosen[once[chosen]]
        if not len(chosen):
            continue
        added = competence.gains(date(2027, 1, 1))[chosen]
        trained = [COMPETENCIES.index(code) for code in programme.competencies]
        assert np.allclose(added[:, trained], programme.competence)
        assert np.allclose(np.delete(added, trained, axis=1), 0)


def test_assessed_levels_follow_the_latent_ones_on_average(world: World) -> None:
    first = date(2026, 6, 5)
    everybody = np.ones(len(world.people), dtype=bool)
    state = world.careers.on(first)
    frame = assess(5, world.city, world.jobs, world.competence, state, first, everybody, ~everybody)
    latent = world.competence.latent(first)[state.is_present]
    inside = (latent > 0) & (latent < 5)
    assessed = frame[list(COMPETENCIES)].to_numpy()
    assert abs((assessed - latent)[inside].mean()) < 0.02
    below = (assessed < world.jobs.levels[state.positions[state.is_present]][:, None]).mean()
    assert 0.33 < below < 0.47


def test_two_programmes_do_nothing_and_one_of_them_seems_to(world: World) -> None:
    idle = [p for p in world.competence.programmes if p.competence == p.rating == p.satisfaction == 0]
    assert [p.audience for p in idle] == ["all", "rising"]
    assert len(world.competence.programmes) == 41


def test_those_who_rise_do_so_without_any_training(world: World) -> None:
    rising, parts = world.competence.rising, world.competence.parts
    untrained = ~np.isin(np.arange(len(rising)), parts.persons[parts.completed()])
    change = world.competence.latent(date(2026, 6, 5)) - world.competence.latent(date(2025, 6, 5))
    column = COMPETENCIES.index(RISING_IN)
    assert np.allclose(change[untrained & rising, column] - RISE_A_YEAR, TREND_A_YEAR, atol=0.01)
    assert np.allclose(change[untrained & ~rising, column], TREND_A_YEAR, atol=0.01)
    assert rising[parts.persons[parts.programmes == 40]].all()


def test_resisting_units_decline_more(world: World) -> None:
    parts, city, people = world.competence.parts, world.city, world.people
    resists = np.isin(city.offices[people.units[parts.persons]], ("SATPOLPP", "SDABMBK", "SETWAN"))
    declines = parts.outcomes == "MENOLAK"
    assert declines[resists].mean() > 2 * declines[~resists].mean()


def test_the_able_are_invited_more_often(world: World) -> None:
    assert world.people.ability[world.competence.parts.persons].mean() > 0.1


def test_satisfaction_rises_with_the_share_of_trained_staff(world: World) -> None:
    services = world.services
    before, after = services.points(date(2025, 1, 2)), services.points(date(2026, 6, 30))
    assert (before == 0).all()
    assert after.max() > 1


def test_transport_explains_itself_badly(world: World) -> None:
    frame = survey(5, world.services, date(2025, 1, 1), date(2025, 3, 31), 20_000)
    office = next(unit for unit in world.city.units if unit.name == "Dinas Perhubungan")
    answers = frame[["u2", "u6"]].replace("", None).astype(float)
    weak = frame["unor_id"] == office.id
    assert (answers[weak].mean() < answers[~weak].mean() - 0.25).all()


def test_truth_is_written_as_json_and_kept_out_of_the_landing_folder(city: tuple[Path, Truth], tmp_path: Path) -> None:
    landing, truth = city
    written = json.loads((landing.parent / "truth.json").read_text(encoding="utf-8"))
    assert len(written["deliveries"]) == len(truth.deliveries)
    assert all("rows_accepted" in delivery for delivery in written["deliveries"])
    with pytest.raises(ValueError, match="truth"):
        generate(tmp_path / "a", tmp_path / "a" / "truth.json", employees=200, start=START, end=END)


def test_command_refuses_a_folder_that_is_not_empty(city: tuple[Path, Truth], capsys: pytest.CaptureFixture[str]) -> None:
    landing, _ = city
    arguments = [
        "--landing",
        str(landing),
        "--truth",
        str(landing.parent / "x.json"),
        "--from",
        "2026-01-01",
        "--to",
        "2026-08-31",
    ]
    assert main(arguments) == 2
    assert "not empty" in capsys.readouterr().err
