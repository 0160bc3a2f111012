"""Damaged and hostile files among the deliveries of one night: each is blocked with words or counted, and harms nothing beside it."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from data_quality.contract import contract_for
from tests.files import writers
from tests.files.hostile import Hostile
from tests.files.hostile_archives import HOSTILE
from tests.files.night import Loaded, NightReport, NightTask, NightWorker
from tests.files.seeds import N_EMPLOYEES, SEEDS

if TYPE_CHECKING:
    from pathlib import Path

EXTRACT = "hr/employees"
FIRST_DAY = date(2025, 1, 2)
LIMITS = {"memory_mb": 768, "seconds": 20.0}
MOST_MB_SELF = 1_024
MOST_SECONDS = 400.0
OUTSIDERS = [name for name in SEEDS if name != EXTRACT]
NIGHTS = {"quick": [item for item in HOSTILE if not item.heavy], "heavy": [item for item in HOSTILE if item.heavy]}
"""Two nights at the same time: the heavy files wait for their limits, which takes seconds each."""
ITEMS = [(night, item) for night, items in NIGHTS.items() for item in items]


def day_of(night: str, item: Hostile) -> date:
    return FIRST_DAY + timedelta(days=2 * NIGHTS[night].index(item))


def healthy_days(night: str) -> list[date]:
    """The day before each hostile delivery, and the day after the last."""
    return [FIRST_DAY + timedelta(days=2 * number - 1) for number in range(len(NIGHTS[night]) + 1)]


@dataclass(frozen=True)
class Scene:
    root: Path
    report: NightReport
    seconds: float


def _write(root: Path, night: str) -> None:
    for extract in SEEDS:
        (root / "landing" / contract_for(extract).folder).mkdir(parents=True)
    folder = root / "landing" / contract_for(EXTRACT).folder
    healthy = writers.csv_file(SEEDS[EXTRACT](), ";")
    for day in healthy_days(night):
        (folder / f"{day}.csv").write_bytes(healthy)
    for item in NIGHTS[night]:
        item.write(folder / f"{day_of(night, item)}{item.suffix}")
    for extract in OUTSIDERS:
        target = root / "landing" / contract_for(extract).folder
        (target / "2025-01-10.csv").write_bytes(writers.csv_file(SEEDS[extract](), ";"))
        (target / "2025-01-11.xlsx").write_bytes(writers.xlsx_file(SEEDS[extract]())[:-900])
        (target / "2025-01-12.xlsx").write_bytes(writers.xlsx_file(SEEDS[extract]()))


def _run(root: Path, night: str) -> Scene:
    _write(root, night)
    began = time.monotonic()
    worker = NightWorker(root / "night.log")
    try:
        report = worker.load(NightTask(str(root), list(SEEDS), LIMITS), timeout=2 * MOST_SECONDS)
    finally:
        worker.close()
    return Scene(root, report, time.monotonic() - began)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scene]:
    roots = {night: tmp_path_factory.mktemp(night) for night in NIGHTS}
    with ThreadPoolExecutor(len(NIGHTS)) as pool:
        return dict(zip(NIGHTS, pool.map(_run, roots.values(), roots), strict=True))


@pytest.mark.parametrize("night", NIGHTS)
def test_the_night_ends_without_an_exception(scenes: dict[str, Scene], night: str) -> None:
    report = scenes[night].report
    assert (report.error, report.exit_code) == ("", 0)
    assert scenes[night].seconds < MOST_SECONDS


@pytest.mark.parametrize("night", NIGHTS)
def test_healthy_deliveries_between_hostile_ones_are_accepted_whole(scenes: dict[str, Scene], night: str) -> None:
    healthy = [scenes[night].report.delivery(EXTRACT, day) for day in healthy_days(night)]
    assert {(row.status, row.reason, row.n_in_force) for row in healthy} == {("accepted", "", N_EMPLOYEES)}
    assert len({row.digest for row in healthy}) == 1


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("extract", OUTSIDERS)
def test_other_extracts_come_in_too(scenes: dict[str, Scene], extract: str, night: str) -> None:
    first, damaged, second = (scenes[night].report.delivery(extract, date(2025, 1, day)) for day in (10, 11, 12))
    n_rows = len(SEEDS[extract]().rows)
    assert (first.status, first.n_in_force, second.status, second.n_in_force) == ("accepted", n_rows, "accepted", n_rows)
    assert first.digest == second.digest
    assert (damaged.status, damaged.n_in_force) == ("blocked", -1)


@pytest.mark.parametrize("night", NIGHTS)
def test_rows_are_conserved_in_every_delivery(scenes: dict[str, Scene], night: str) -> None:
    for days in scenes[night].report.loaded.values():
        for row in days.values():
            assert row.rows_read == row.rows_accepted + row.rows_rejected + row.rows_duplicate
            assert row.n_in_rejected == row.rows_rejected
            assert row.n_in_force == (row.rows_accepted if row.status == "accepted" else -1)


@pytest.mark.parametrize("night", NIGHTS)
def test_memory_stays_within_bounds(scenes: dict[str, Scene], night: str) -> None:
    """The process itself never holds a file; a guarded child may use what its limit says, and the interpreter beside it.

    The peak of a child counts from before it becomes another program, so that it is never below that of its parent.
    """
    report = scenes[night].report
    assert report.self_mb < MOST_MB_SELF
    assert report.children_mb < max(LIMITS["memory_mb"] + 128, report.self_mb + 1)


@pytest.mark.parametrize("night", NIGHTS)
def test_no_single_file_takes_the_night(scenes: dict[str, Scene], night: str) -> None:
    # a delivery that fills a pack is charged with the validation of the whole pack, hence the seconds beside the limit
    slowest = max(scenes[night].report.seconds.items(), key=lambda item: item[1])
    assert slowest[1] < 3 * LIMITS["seconds"] + 30, slowest


@pytest.mark.parametrize("night", NIGHTS)
def test_nothing_from_outside_the_landing_area_is_read_or_written(scenes: dict[str, Scene], night: str) -> None:
    root = scenes[night].root
    for path in (root / "lake").rglob("*.parquet"):
        assert "root:x:0" not in str(pq.read_table(path, partitioning=None).to_pydict())
    assert not list(root.rglob("outside.txt"))


@pytest.mark.parametrize(("night", "item"), ITEMS, ids=[item.name for _, item in ITEMS])
def test_a_hostile_file_meets_its_fate(scenes: dict[str, Scene], night: str, item: Hostile) -> None:
    fate, report, day = item.fate, scenes[night].report, day_of(night, item)
    if fate.kind == "stranger":
        assert day.isoformat() not in report.loaded[EXTRACT]
        assert any(name.startswith(day.isoformat()) for name in report.strangers[EXTRACT])
        return
    row = report.delivery(EXTRACT, day)
    if fate.kind == "blocked":
        _is_blocked_with_words(row, fate.words)
    elif fate.kind == "read":
        assert row.rows_read == fate.rows, row.reason
        assert fate.rejected[0] <= row.rows_rejected <= fate.rejected[1], row.reasons
        assert not fate.reason or any(fate.reason in reasons for reasons in row.reasons), row.reasons
        assert row.status == "accepted" or "min_share_of_previous" in row.reason
    elif row.status == "blocked":
        _is_blocked_with_words(row, fate.words)
    else:
        assert 0.6 * N_EMPLOYEES <= row.n_in_force <= 1.1 * N_EMPLOYEES


def _is_blocked_with_words(row: Loaded, words: str) -> None:
    assert row.status == "blocked"
    assert re.search(words, row.reason, re.IGNORECASE), row.reason
    assert len(row.reason) > 20
    assert "Traceback" not in row.reason
