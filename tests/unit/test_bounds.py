"""How far withheld figures can be told: the bounds of the defence beside those of a linear program for each figure alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.optimize import linprog

from pipelines.privacy import bounds
from pipelines.privacy.bounds import MOST, REMAINDER, Equations, Proofs, components, shuttle, told

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.thorough

NO_EQUATIONS = Equations(np.zeros(0, dtype=int), np.zeros(0, dtype=int), np.zeros(0), np.zeros(0))


def adding_up(*lines: dict[int, int]) -> Equations:
    """Equations from the factor of each figure."""
    entries = [(number, figure, factor) for number, line in enumerate(lines) for figure, factor in line.items()]
    number, figure, factor = (np.array(part) for part in zip(*entries, strict=True))
    return Equations(number, figure, factor.astype(float), np.zeros(len(number)))


def hiding(size: int, *figures: int) -> np.ndarray:
    return np.isin(np.arange(size), figures)


def bounded(equations: Equations, hidden: np.ndarray, value: list[float], floor: float = 1.0) -> list[tuple[float, float]]:
    """The interval of each hidden figure."""
    size = len(value)
    low, high = shuttle(equations, hidden, np.array(value), np.full(size, floor), np.full(size, MOST))
    return [(float(low[at]), float(high[at])) for at in np.flatnonzero(hidden)]


TOTAL = adding_up({0: -1, 1: 1, 2: 1, 3: 1})
"""Figure 0 is the sum of 1, 2 and 3."""
DOWN_THE_TREE = adding_up({0: -1, 1: 1, 2: 1}, {1: -1, 3: 1, 4: 1})
"""0 is the sum of 1 and 2; 1 is that of 3 and 4."""
RECTANGLE_VALUES = [2, 9, 8, 9, 8, 19, 17, 18, 16]


def square(at: int) -> tuple[dict[int, int], ...]:
    """Four figures in two rows, and after them the totals of rows and columns."""
    return (
        {at: 1, at + 1: 1, at + 4: -1},
        {at + 2: 1, at + 3: 1, at + 5: -1},
        {at: 1, at + 2: 1, at + 6: -1},
        {at + 1: 1, at + 3: 1, at + 7: -1},
    )


def rectangle(at: int) -> tuple[dict[int, int], ...]:
    """Three figures in a row and two in the next, below the last of the first; after them the totals of rows and of these columns.

    The first row less the two columns, of which the second row is taken, is the first figure, which stands in no other sum.
    """
    rows = {at: 1, at + 1: 1, at + 2: 1, at + 5: -1}, {at + 3: 1, at + 4: 1, at + 6: -1}
    return *rows, {at + 1: 1, at + 3: 1, at + 7: -1}, {at + 2: 1, at + 4: 1, at + 8: -1}


def test_what_is_not_shown_lies_between_the_least_and_what_is_left_of_the_total() -> None:
    assert bounded(TOTAL, hiding(4, 1, 2), [33, 3, 10, 20]) == [(1, 12), (1, 12)]
    assert bounded(TOTAL, hiding(4, 1, 2), [33, 3, 10, 20], floor=0) == [(0, 13), (0, 13)]
    assert bounded(TOTAL, hiding(4, 1), [33, 3, 10, 20]) == [(3, 3)]


def test_a_total_that_is_not_shown_is_at_least_its_parts_and_has_no_end() -> None:
    assert bounded(TOTAL, hiding(4, 0, 1), [33, 3, 10, 20]) == [(31, MOST), (1, MOST - 30)]


def test_bounds_move_on_from_one_sum_to_the_next() -> None:
    assert bounded(DOWN_THE_TREE, hiding(5, 1, 2, 3, 4), [20, 12, 8, 5, 7]) == [(2, 19), (1, 18), (1, 18), (1, 18)]
    assert bounded(DOWN_THE_TREE, hiding(5, 1, 3), [20, 12, 8, 5, 7]) == [(12, 12), (5, 5)]
    assert bounded(DOWN_THE_TREE, hiding(5, 0, 1, 3), [20, 12, 8, 5, 7]) == [(16, MOST), (8, MOST - 8), (1, MOST - 15)]


def test_a_figure_in_no_sum_has_no_end() -> None:
    assert bounded(NO_EQUATIONS, hiding(2, 1), [4, 5]) == [(1, MOST)]


def test_sums_cross_where_figures_have_a_way_back_to_themselves() -> None:
    label, crossed = components(adding_up(*square(0)), hiding(8, 0, 1, 2, 3))
    assert len(set(label[:4])) == 1
    assert list(label[4:]) == [-1] * 4
    assert crossed[label[0]]
    label, crossed = components(adding_up(*square(0)), hiding(8, 0, 1, 2))
    assert not crossed[label[0]]
    label, crossed = components(NO_EQUATIONS, hiding(2, 1))
    assert list(label) == [-1, -1]
    assert not len(crossed)


def test_figures_that_hang_together_by_what_is_shown_alone_do_not() -> None:
    label, _ = components(TOTAL, hiding(4, 1, 2))
    assert label[1] == label[2] != -1
    label, _ = components(adding_up({0: 1, 1: 1, 4: -1}, {2: 1, 3: 1, 4: -1}), hiding(5, 0, 1, 2, 3))
    assert label[0] == label[1] != label[2] == label[3]


def test_what_several_sums_tell_only_together_is_told_with_those_sums() -> None:
    hidden = hiding(12, *range(5), 9, 10)
    case = Case(
        equations=adding_up(*rectangle(0), {9: 1, 10: 1, 11: -1}),
        value=np.array([*RECTANGLE_VALUES, 5, 6, 11], dtype=float),
        floor=np.ones(12),
        layer=np.array([0, 0, 0, 1, 1, 2, 3, 4, 5, 0, 0, 0]),
        hidden=hidden,
        asked=hidden,
    )
    found, behind = case.told(3.0)
    assert found == [0]
    assert [list(together) for together in behind] == [[0, 1, 2, 3]] * 2
    case.asked = hidden & ~hiding(12, 0)
    assert case.told(3.0) == ([], ())


def test_an_interval_just_as_wide_as_asked_for_is_wide_enough() -> None:
    free = hiding(4, 1, 2)
    case = Case(TOTAL, np.array([33.0, 3, 10, 20]), np.ones(4), np.zeros(4, dtype=int), free, free)
    assert case.told(11.0) == ([], ())
    assert case.told(11.5) == ([1, 2], ())


def test_what_one_part_of_the_tables_keeps_says_nothing_of_another() -> None:
    """Four figures that are free, and beside them five of which the first is told."""
    value = np.array([*[9] * 4, *[18] * 4, *RECTANGLE_VALUES], dtype=float)
    hidden = hiding(17, *range(4), *range(8, 13))
    case = Case(adding_up(*square(0), *rectangle(8)), value, np.ones(17), np.arange(17), hidden, hidden)
    found, behind = case.told(3.0)
    assert found == [8]
    assert [list(together) for together in behind] == [[4, 5, 6, 7]] * 2


def test_what_was_shown_the_night_before_is_not_shown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four figures in a square are free. Other figures stand before them tonight; a value, a floor or a width that differs is looked at."""
    square_of_nines = np.array([*[9] * 4, *[18] * 4], dtype=float)
    hidden = hiding(8, *range(4))
    first = Case(adding_up(*square(0)), square_of_nines, np.ones(8), np.arange(8), hidden, hidden)
    assert first.told(3.0)[0] == []
    before = frozenset(first.proofs.held)
    assert len(before) == 1

    asked = 0

    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal asked
        asked += 1
        return linprog(*arguments, **named)

    def programs(value: np.ndarray, floor: float, width: float) -> int:
        nonlocal asked
        asked = 0
        floors = np.where(hiding(11, *range(3, 7)), floor, 1.0)
        case = Case(
            adding_up(*square(3)), np.array([1, 2, 3, *value]), floors, np.arange(11), hiding(11, *range(3, 7)), hiding(11, *range(3, 7))
        )
        case.proofs = Proofs(before)
        assert case.told(width)[0] == []
        assert len(case.proofs.held) == 1, "what is met again is kept for the next night"
        return asked

    monkeypatch.setattr(bounds, "linprog", counted)
    assert programs(square_of_nines, 1.0, 3.0) == 0
    other = square_of_nines + np.array([1, 0, 0, 0, 1, 0, 1, 0])
    assert min(programs(other, 1.0, 3.0), programs(square_of_nines, 0.0, 3.0), programs(square_of_nines, 1.0, 3.5)) > 0


@dataclass
class Case:
    """Figures with all that is said of them; ``proofs``: what was shown before."""

    equations: Equations
    value: np.ndarray
    floor: np.ndarray
    layer: np.ndarray
    hidden: np.ndarray
    asked: np.ndarray
    proofs: Proofs = field(default_factory=Proofs)

    def told(self, width: float) -> tuple[list[int], tuple[np.ndarray, ...]]:
        widths = np.full(len(self.value), width)
        found = told(self.equations, self.hidden, self.value, self.floor, self.asked, widths, self.layer, self.proofs)
        return [int(at) for at in np.flatnonzero(found.figures)], found.behind

    def narrow(self, width: float, numbers: np.ndarray | None = None) -> list[int]:
        """What is asked for and told within less than ``width`` by the equations of these numbers; by a linear program for each end."""
        matrix = np.zeros((int(self.equations.number.max()) + 1, len(self.value)))
        np.add.at(matrix, (self.equations.number, self.equations.figure), self.equations.factor)
        matrix = matrix if numbers is None else matrix[numbers]
        least, most = np.where(self.hidden, self.floor, self.value), np.where(self.hidden, MOST, self.value)
        found = []
        for at in np.flatnonzero(self.asked):
            direction = (np.arange(len(self.value)) == at).astype(float)
            low, high = (
                linprog(sign * direction, A_eq=matrix, b_eq=np.zeros(len(matrix)), bounds=np.column_stack([least, most])).x[at]
                for sign in (1, -1)
            )
            if high - low < width - 1e-6:
                found.append(int(at))
        return found


def funnel(seed: int) -> Case:
    """Three counts, of which the first is the sum of the others, of an office with people of its own and of three units in it.

    Figures 0 to 11 are unit by count, the office first; 12 to 14 what the office has of its own of each count, which no table shows.
    """
    random = np.random.default_rng(seed)
    parts = random.integers(1, 9, (4, 2))  # of the office itself, and of each unit
    counts = np.column_stack([parts.sum(axis=1), parts])
    figure = np.arange(15)
    hidden = (random.random(15) < 0.7) | (figure >= 12)
    return Case(
        equations=adding_up(
            *({c: -1, 3 + c: 1, 6 + c: 1, 9 + c: 1, 12 + c: 1} for c in range(3)),
            *({3 * unit: -1, 3 * unit + 1: 1, 3 * unit + 2: 1} for unit in range(4)),
        ),
        value=np.concatenate([counts.sum(axis=0), counts[1:].ravel(), counts[0]]).astype(float),
        floor=np.where(figure < 12, 1.0, 0.0),
        layer=np.where(figure < 12, figure % 3, REMAINDER),
        hidden=hidden,
        asked=hidden & (random.random(15) < 0.8),
    )


def grid(seed: int) -> Case:
    """Three rows of four figures with the totals of rows (12 to 14) and columns (15 to 18), and no remainder anywhere."""
    random = np.random.default_rng(seed)
    inner = random.integers(1, 9, (3, 4))
    hidden = random.random(19) < np.where(np.arange(19) < 12, 0.8, 0.1)
    return Case(
        equations=adding_up(
            *({4 * row + column: 1 for column in range(4)} | {12 + row: -1} for row in range(3)),
            *({4 * row + column: 1 for row in range(3)} | {15 + column: -1} for column in range(4)),
        ),
        value=np.concatenate([inner.ravel(), inner.sum(axis=1), inner.sum(axis=0)]).astype(float),
        floor=np.ones(19),
        layer=np.concatenate([np.repeat(np.arange(3), 4), np.arange(3, 10)]),
        hidden=hidden,
        asked=hidden & (random.random(19) < 0.8),
    )


@pytest.mark.parametrize("width", [3.0, 6.0])
@pytest.mark.parametrize(
    ("make", "seed"), [(make, seed) for make, seeds in ((funnel, range(5)), (grid, (1, 2, 3, 8, 12, 47))) for seed in seeds]
)
def test_what_is_told_is_narrow_and_what_is_narrow_is_told(make: Callable[[int], Case], seed: int, width: float) -> None:
    """What single sums tell comes alone: what several tell together is asked for when that is mended."""
    case = make(seed)
    narrow, (found, behind) = case.narrow(width), case.told(width)
    assert bool(found) == bool(narrow)
    assert set(found) <= set(narrow)
    if behind:
        assert found == narrow
        assert set(found) <= set(case.narrow(width, np.unique(np.concatenate(behind)))), "the sums that are named do not tell it"
    assert case.told(width)[0] == found, "what was looked at before is judged otherwise"
