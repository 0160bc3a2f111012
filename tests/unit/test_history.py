"""The history of snapshots, held against the plainest thing that could be meant by it: a list of what each delivery holds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_quality.contract import contract_for
from pipelines.lake import history
from pipelines.lake.schemas import accepted_schema, history_schema

if TYPE_CHECKING:
    from pathlib import Path

POSITIONS = contract_for("hr/positions")
FIRST_DAY = date(2026, 1, 1)
Held = dict[str, str | None]
"""What a delivery holds: position -> its name."""


def day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


class Kept:
    """A history on disk, and beside it what each delivery in force holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.truth: dict[date, Held] = {}

    def change(self, put: dict[date, Held], take: set[date] = frozenset()) -> None:
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        files = {on: [self._delivery(on, held)] for on, held in put.items()}
        history.change(self.folder, POSITIONS, in_force=set(self.truth), put=files, take=take, scratch=scratch, memory="200MB")
        self.truth = {on: held for on, held in (self.truth | put).items() if on not in take}

    def _delivery(self, on: date, held: Held) -> Path:
        schema = accepted_schema(POSITIONS)
        rows = [
            {"position_id": key, "position_name": name, "delivery_on": on, "source_file": f"{on}.csv", "source_row": at}
            for at, (key, name) in enumerate(held.items())
        ]
        path = self.folder / f"{on}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
        return path

    @property
    def rows(self) -> list[dict[str, Any]]:
        table = pq.read_table(self.folder / history.FILE)
        assert table.schema.equals(history_schema(POSITIONS)), "the engine keeps every type"
        return table.to_pylist()

    def held(self, on: date) -> Held:
        tables = list(history.rows_of(self.folder, POSITIONS, on))
        return {row["position_id"]: row["position_name"] for table in tables for row in table.to_pylist()}

    @property
    def pieces(self) -> list[tuple[str, str | None, int, int]]:
        return [
            (
                row["position_id"],
                row["position_name"],
                (row["first_delivery_on"] - FIRST_DAY).days,
                (row["last_delivery_on"] - FIRST_DAY).days,
            )
            for row in self.rows
        ]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_what_does_not_change_is_kept_once(kept: Kept) -> None:
    for number in range(5):
        kept.change({day(number): {"a": "clerk", "b": None}})
    assert kept.pieces == [("a", "clerk", 0, 4), ("b", None, 0, 4)]


def test_a_change_and_a_way_back_are_pieces_of_their_own(kept: Kept) -> None:
    for number, name in enumerate(["clerk", "head", "head", "clerk"]):
        kept.change({day(number): {"a": name}})
    assert kept.pieces == [("a", "clerk", 0, 0), ("a", "head", 1, 2), ("a", "clerk", 3, 3)]


def test_days_without_a_delivery_part_nothing(kept: Kept) -> None:
    kept.change({day(0): {"a": "clerk"}, day(9): {"a": "clerk"}})
    assert kept.pieces == [("a", "clerk", 0, 9)]


def test_a_late_delivery_parts_the_piece_that_it_does_not_hold(kept: Kept) -> None:
    kept.change({day(0): {"a": "clerk"}, day(2): {"a": "clerk"}})
    kept.change({day(1): {"b": "head"}})
    assert kept.pieces == [("a", "clerk", 0, 0), ("a", "clerk", 2, 2), ("b", "head", 1, 1)]
    kept.change({}, {day(1)})
    assert kept.pieces == [("a", "clerk", 0, 2)]


def test_a_change_that_is_made_again_changes_nothing(kept: Kept) -> None:
    kept.change({day(0): {"a": "clerk"}, day(1): {"a": "head"}})
    before = kept.pieces
    kept.truth.pop(day(1))  # cut off before the record said that the delivery is in force
    kept.change({day(1): {"a": "head"}})
    assert kept.pieces == before


def test_of_a_delivery_that_no_record_knows_nothing_is_left_and_nothing_else_is_lost(kept: Kept) -> None:
    kept.change({day(0): {"a": "clerk"}, day(1): {"a": "head"}, day(2): {"a": "head"}})
    kept.truth.pop(day(1))
    kept.change({day(3): {"a": "head"}})
    assert kept.pieces == [("a", "clerk", 0, 0), ("a", "head", 2, 3)]


def test_how_many_rows_a_delivery_holds(kept: Kept) -> None:
    assert history.n_rows(kept.folder, day(0)) == 0
    kept.change({day(0): {"a": "clerk", "b": None}, day(1): {"a": "clerk"}})
    assert [history.n_rows(kept.folder, day(number)) for number in range(3)] == [2, 1, 0]


_HELD = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["clerk", "head", None]), max_size=3)
_STEP = st.tuples(st.dictionaries(st.integers(0, 6).map(day), _HELD, max_size=3), st.sets(st.integers(0, 6).map(day), max_size=2))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEP, min_size=1, max_size=6))
def test_every_delivery_in_force_holds_what_was_delivered_whatever_came_and_went(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[dict[date, Held], set[date]]]
) -> None:
    kept, at_once = Kept(tmp_path_factory.mktemp("kept")), Kept(tmp_path_factory.mktemp("at_once"))
    for put, take in steps:
        kept.change({on: held for on, held in put.items() if on not in take}, take)
    for on, held in kept.truth.items():
        assert kept.held(on) == held
    at_once.change(kept.truth)
    assert kept.rows == at_once.rows, "the same file as if all had come at once"
