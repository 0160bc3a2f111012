"""Rows that wait for the formats of their columns: they come back as they went, and leave nothing on the disk."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.landing.batches import OpenedFile, open_delivery
from pipelines.landing.text_batches import TextBatch, Waiting
from tests.unit.test_reading import EMPLOYEES, employee, write_employees

if TYPE_CHECKING:
    from collections.abc import Iterator

CELLS = st.one_of(st.none(), st.text(max_size=8))
ROWS = st.lists(st.tuples(st.integers(1, 2**40), CELLS, CELLS, st.sampled_from(["", "broken_quotes", "too_long"])), max_size=6)


def batch(rows: list[tuple[int, str | None, str | None, str]]) -> TextBatch:
    faults = sorted({fault for *_, fault in rows if fault})
    frame = pd.DataFrame({"nip": [row[1] for row in rows], "name": [row[2] for row in rows]}, dtype=object)
    where = {fault: np.array([at for at, row in enumerate(rows) if row[3] == fault], dtype=np.int64) for fault in faults}
    return TextBatch(frame, np.array([row[0] for row in rows], dtype=np.int64), where)


def told(one: TextBatch) -> Any:
    assert {str(dtype) for dtype in one.frame.dtypes} == {"object"}
    return one.frame.to_dict("list"), one.rows.tolist(), {fault: positions.tolist() for fault, positions in one.faults.items()}


@given(st.lists(ROWS, max_size=4))
def test_batches_come_back_as_they_went_and_once(content: list[Any]) -> None:
    waiting = Waiting(Path(tempfile.gettempdir()))
    for rows in content:
        waiting.add(batch(rows))
    assert [told(one) for one in waiting.taken()] == [told(batch(rows)) for rows in content]
    assert list(waiting.taken()) == []


@given(st.lists(ROWS, max_size=4))
def test_without_a_place_on_the_disk_one_batch_is_held_or_none(content: list[Any]) -> None:
    waiting = Waiting(None)
    for rows in content:
        waiting.add(batch(rows))
    assert waiting.holds_all == (len(content) < 2)
    assert [told(one) for one in waiting.taken()] == ([told(batch(rows)) for rows in content] if waiting.holds_all else [])


@pytest.mark.parametrize("on_disk", [True, False])
def test_a_large_file_is_taken_apart_once_and_leaves_nothing_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, on_disk: bool
) -> None:
    """Where rows have no place to wait, they are read from the file again: they come out the same."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    passes: list[int] = []

    def counted(self: OpenedFile, batch_rows: int) -> Iterator[TextBatch]:
        passes.append(batch_rows)
        return as_written(self, batch_rows)

    as_written = OpenedFile.text_batches
    monkeypatch.setattr(OpenedFile, "text_batches", counted)
    path = write_employees(tmp_path, date(2026, 1, 1), [employee(number) for number in range(25)])
    (opened,) = open_delivery([path], EMPLOYEES, (), 10, scratch=scratch if on_disk else None)
    assert list(scratch.iterdir()) == [], "no name, so nobody else finds it, and nothing stays when the process is killed"
    first = [one.frame["employee_key"].tolist() for one in opened.batches(10, str)]
    assert [len(keys) for keys in first] == [10, 10, 5]
    assert len(passes) == (1 if on_disk else 2)
    assert [one.frame["employee_key"].tolist() for one in opened.batches(10, str)] == first, "whoever asks again gets them from the file"
