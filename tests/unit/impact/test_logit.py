"""The logit of being trained beside shares that can be counted, and which columns say anything new."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.impact import logit
from pipelines.impact.logit import fit_propensity, independent_columns

RANDOM = np.random.default_rng(4)
ONES = np.ones(40)
FIRST, SECOND = RANDOM.normal(size=(2, 40))


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ([ONES, FIRST, SECOND], [0, 1, 2]),
        ([ONES, FIRST, 2 * FIRST + 1, SECOND], [0, 1, 3]),
        ([ONES, FIRST, SECOND, FIRST - SECOND], [0, 1, 2]),
        ([ONES, 0 * FIRST, SECOND], [0, 2]),
        ([ONES, 0 * FIRST, SECOND, SECOND + 1], [0, 2]),
        ([ONES, 1e-6 * FIRST, 1e6 * SECOND], [0, 1, 2]),
        ([ONES, 0 * FIRST, 1e-6 * FIRST, 1e6 * SECOND], [0, 2, 3]),
        ([ONES, FIRST, FIRST + 1e-3 * SECOND], [0, 1, 2]),
        ([ONES, FIRST, FIRST + 1e-6 * SECOND], [0, 1]),
        ([ONES, 0 * FIRST, FIRST, FIRST + 1e-3 * SECOND], [0, 2, 3]),
        ([0 * ONES], []),
    ],
)
def test_columns_that_say_nothing_new_are_left_out_whatever_their_scale(columns: list[np.ndarray], kept: list[int]) -> None:
    x = np.column_stack(columns)
    assert independent_columns(x.T @ x).tolist() == kept


def shares(*groups: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ones and a column for each group but the first; who is trained; in which groups anybody is: from how many are, of how many."""
    group = np.repeat(np.arange(len(groups)), [n for _, n in groups])
    x = np.column_stack([np.ones(len(group)), *(group == one for one in range(1, len(groups)))]).astype(float)
    treated = np.concatenate([np.arange(n) < trained for trained, n in groups])
    return x, treated, np.array([trained > 0 for trained, _ in groups])[group]


def test_the_probability_is_the_share_of_each_group() -> None:
    x, treated, possible = shares((2, 8), (3, 4), (1, 20))
    found = fit_propensity(x, treated, possible)
    assert found.converged
    assert found.probability == pytest.approx(np.repeat([0.25, 0.75, 0.05], [8, 4, 20]))
    assert found.columns.tolist() == [0, 1, 2]
    # A group's log odds have the variance 1 / (n p (1 - p)); the first is the constant of the others.
    first, second, third = 1 / (8 * 0.1875), 1 / (4 * 0.1875), 1 / (20 * 0.0475)
    assert found.bread == pytest.approx(first * np.array([[1, -1, -1], [-1, 1, 1], [-1, 1, 1]]) + np.diag([0, second, third]), rel=1e-6)


def test_where_nobody_is_trained_the_probability_is_nothing_and_moves_no_other() -> None:
    x, treated, possible = shares((2, 8), (0, 6), (3, 4))
    found = fit_propensity(x, treated, possible)
    assert found.converged
    assert found.probability == pytest.approx(np.repeat([0.25, 0, 0.75], [8, 6, 4]))
    assert found.columns.tolist() == [0, 2]


@pytest.mark.parametrize(
    "groups",
    [
        ((1, 2000), (1999, 2000), (1, 2)),
        ((1, 400), (20, 25)),
        ((399, 400), (5, 25)),
        ((8, 53), (4, 448), (13, 14), (1, 5)),
        ((1, 9000), (3, 4), (9, 10)),
    ],
)
def test_a_share_far_from_that_of_all_people_is_found(groups: tuple[tuple[int, int], ...]) -> None:
    """A whole step of Newton leads from the share of all to where everybody of a small group seems certain, and none leads back."""
    found = fit_propensity(*shares(*groups))
    assert found.converged
    assert found.probability == pytest.approx(np.concatenate([np.full(n, trained / n) for trained, n in groups]), rel=1e-5)


def test_at_the_maximum_the_trained_and_their_probabilities_have_the_same_covariates() -> None:
    """Also where whole steps of Newton lead away from it: a few people lie very far out."""
    number = np.concatenate([FIRST, [60.0, -80.0, 70.0]])
    x = np.column_stack([np.ones(43), number])
    treated = np.concatenate([np.arange(40) % 3 == 0, [True, False, False]])
    found = fit_propensity(x, treated, np.ones(43, dtype=bool))
    assert found.converged
    assert x.T @ found.probability == pytest.approx(x.T @ treated, abs=1e-4)


@pytest.mark.parametrize("trained", [0, 6])
def test_where_all_are_alike_nobody_is_certain(trained: int) -> None:
    x, treated, _ = shares((trained, 6))
    found = fit_propensity(x, treated, np.ones(6, dtype=bool))
    assert found.probability == pytest.approx(trained / 6, abs=1e-5)
    assert found.probability.max() <= 1 - 1e-6


def test_people_told_apart_by_a_number_are_as_good_as_certain() -> None:
    number = np.arange(20.0)
    found = fit_propensity(np.column_stack([np.ones(20), number - 9.5]), number > 9.5, np.ones(20, dtype=bool))
    assert found.probability[number > 9.5].min() > 0.999
    assert found.probability[number < 9.5].max() < 0.001
    assert found.probability.max() <= 1 - 1e-6


def test_a_search_that_is_broken_off_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logit, "_MAX_STEPS", 1)
    assert not fit_propensity(*shares((2, 8), (3, 4))).converged
