"""Which figure is withheld for another: the smallest that helps, a total last, and what readers know already only where nothing else is left."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.privacy.bounds import REMAINDER, Equations
from pipelines.privacy.figures import LAST, NONE, System
from pipelines.privacy.protection import Before, withheld_figures


def system(
    value: list[int],
    *lines: dict[int, int],
    small: tuple[int, ...] = (0,),
    unpublished: int = 0,
    whole: dict[int, int] | None = None,
    implies: tuple[tuple[int, int], ...] = (),
) -> System:
    """Figures by their values, of which the last few are remainders; what of a line has the factor -1 is its total."""
    size = len(value)
    figure = np.arange(size)
    entries = [(number, at, factor, LAST if factor < 0 else 0.0) for number, line in enumerate(lines) for at, factor in line.items()]
    published = figure < size - unpublished
    numbers = np.array(value, dtype=float)
    return System(
        value=numbers,
        floor=np.where(published, np.minimum(numbers, 1), 0.0),
        sensitive=np.isin(figure, small),
        published=published,
        equations=Equations(*(np.array(part) for part in zip(*entries, strict=True))),
        implies=np.array(implies, dtype=int).reshape(-1, 2),
        layer=np.where(published, figure, REMAINDER),
        whole=np.array([(whole or {}).get(at, NONE) for at in range(size)]),
        places={},
        names=pd.Series(dtype=object),
    )


def withheld(given: System, before: Before | None = None) -> list[int]:
    return [int(at) for at in np.flatnonzero(withheld_figures(given, 5, before))]


def known(size: int, *shown: int, withheld: tuple[int, ...] = ()) -> Before:
    return Before(np.isin(np.arange(size), withheld), np.isin(np.arange(size), shown))


SUM = {0: 1, 1: 1, 2: 1, 3: -1}


def test_the_smallest_figure_gives_way_and_a_total_last() -> None:
    assert withheld(system([3, 20, 10, 33], SUM)) == [0, 2]
    assert withheld(system([3, 10, 13], {0: 1, 1: 1, 2: -1}, small=(0, 1))) == [0, 1]
    assert withheld(system([1, 1, 2], {0: 1, 1: 1, 2: -1}, small=(0, 1, 2))) == [0, 1, 2]
    assert withheld(system([2, 2, 9, 13], {0: 1, 1: 1, 2: 1, 3: -1}, small=(0, 1))) == [0, 1, 2]


def test_what_readers_know_from_before_gives_way_only_where_nothing_else_is_left() -> None:
    assert withheld(system([3, 20, 10, 33], SUM), known(4, 2)) == [0, 1]
    assert withheld(system([3, 20, 10, 33], SUM), known(4, 1, 2)) == [0, 3]
    assert withheld(system([3, 20, 10, 33], SUM), known(4, 1, 2, 3)) == [0, 2]
    assert withheld(system([30, 20, 10, 60], SUM, small=()), known(4, withheld=(1,))) == [1, 2]


def test_of_two_sums_the_one_with_fewer_withheld_figures_gives_way() -> None:
    """In the first sum another figure is withheld, which leaves too little room; in the second none is."""
    two = system([2, 1, 9, 12, 30, 32], {0: 1, 1: 1, 2: 1, 3: -1}, {0: 1, 4: 1, 5: -1}, small=(0, 1))
    assert withheld(two) == [0, 1, 2, 4]


def test_what_is_told_over_a_remainder_is_mended_where_the_smallest_figure_is_shown() -> None:
    """0 is all that the remainder 6 is, which is 3 less 1 and the remainder 7, which is 5 less 4."""
    for one, other in ((9, 20), (20, 9)):
        chain = system(
            [3, one, 40, 3 + one + 6, other, other + 6, 3, 6], {0: 1, 6: -1}, {6: 1, 1: 1, 7: 1, 3: -1}, {7: 1, 4: 1, 5: -1}, unpublished=2
        )
        assert withheld(chain) == [0, 1 if one < other else 4]


@pytest.mark.parametrize(
    ("beside", "gives_way"), [((50, 20, 30, 40), 10), ((50, 30, 20, 40), 11), ((50, 30, 40, 20), 12), ((20, 50, 30, 40), 9)]
)
def test_where_sums_cross_the_smallest_figure_of_all_that_tell_together_gives_way(beside: tuple[int, ...], gives_way: int) -> None:
    """Three figures of a row and the two below the last of them tell the first, 0; each of their sums, 5 to 8, has one large part."""
    rows = {0: 1, 1: 1, 2: 1, 9: 1, 5: -1}, {3: 1, 4: 1, 10: 1, 6: -1}
    columns = {1: 1, 3: 1, 11: 1, 7: -1}, {2: 1, 4: 1, 12: 1, 8: -1}
    totals = [small + large for small, large in zip((8, 6, 6, 6), beside, strict=True)]
    crossing = system([2, 3, 3, 3, 3, *totals, *beside], *rows, *columns, small=(0, 1, 2, 3, 4))
    assert withheld(crossing) == [0, 1, 2, 3, 4, gives_way]
    its_total = gives_way - 4
    assert withheld(crossing, known(13, gives_way)) == [0, 1, 2, 3, 4, its_total], "what readers know already protects nothing"
    assert withheld(crossing, known(13, gives_way, its_total))[-1] == 9 + sorted(range(4), key=lambda at: beside[at])[1]


def test_what_is_emptied_with_a_withheld_figure_is_withheld_and_what_is_emptied_with_that() -> None:
    given = system([3, 20, 10, 33, 50, 60], SUM, implies=((0, 4), (4, 5)))
    assert withheld(given) == [0, 2, 4, 5]


@pytest.mark.parametrize(("part", "found"), [(0, [0, 1]), (1, [0, 1, 2]), (3, [0, 1, 2])])
def test_a_part_of_a_withheld_whole_is_withheld_and_kept_from_being_told_unless_it_is_nobody(part: int, found: list[int]) -> None:
    """Of the three at 0 so many are 1, which is what 3 has more than 2."""
    assert withheld(system([3, part, 40, 40 + part], {1: 1, 2: 1, 3: -1}, whole={1: 0}, implies=((0, 1),))) == found


def test_of_a_part_of_a_withheld_whole_no_more_room_is_asked_for_than_the_whole_has() -> None:
    """Of the two at 0 one is 1 and one is 4; with both withheld, either is anything from nobody to two."""
    assert withheld(system([2, 1, 40, 42, 1], {1: 1, 4: 1, 2: 1, 3: -1}, whole={1: 0, 4: 0}, small=(0, 1, 4))) == [0, 1, 4]


@pytest.mark.parametrize(("small", "found"), [((), []), ((3,), [1])])
def test_a_remainder_of_few_people_alone_makes_a_figure_give_way(small: tuple[int, ...], found: list[int]) -> None:
    assert withheld(system([42, 20, 20, 2], {1: 1, 2: 1, 3: 1, 0: -1}, small=small, unpublished=1)) == found
