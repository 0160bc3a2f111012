"""One comparison by hand: who is compared with whom, who is left out, and what each person moves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.impact.comparisons import Comparison, Method, Overlap, compare
from pipelines.impact.covariates import build_design

CONDITIONAL = [Method.REGRESSION, Method.WEIGHTING, Method.DOUBLY_ROBUST]


def compared(
    method: Method, change: list[float], treated: str, covariate: str | list[float] = "", overlap: Overlap | None = None
) -> Comparison | None:
    """``treated``: a T for who is trained, a dot for who is not; ``covariate`` or stratum: a number or letter of each."""
    frame = pd.DataFrame({"x": list(covariate)} if len(covariate) else {}, index=range(len(change)))
    strata = (
        np.array([ord(letter) for letter in covariate], dtype=np.int64) if method is Method.STRATA and isinstance(covariate, str) else None
    )
    trained = np.array([mark == "T" for mark in treated], dtype=bool)
    return compare(method, np.array(change, dtype=float)[:, None], trained, build_design(frame), strata, overlap or Overlap())


def test_the_trained_alone_are_their_mean() -> None:
    found = compared(Method.TREATED_ONLY, [1, 3, 9], "TT.")
    assert found is not None
    assert found.att == pytest.approx([2])
    assert found.influence[:, 0] == pytest.approx([-0.5, 0.5, 0])
    assert (found.n_treated, found.n_control, found.n_outside) == (2, 0, 0)
    assert compared(Method.TREATED_ONLY, [9], ".") is None
    assert compared(Method.TREATED_ONLY, [9], "T") is not None


def test_without_a_covariate_the_difference_is_that_of_the_means() -> None:
    found = compared(Method.UNCONDITIONAL, [1, 3, 9, 5, 4], "TT...")
    assert found is not None
    assert found.att == pytest.approx([-4])
    assert found.influence[:, 0] == pytest.approx([-0.5, 0.5, -1, 1 / 3, 2 / 3])
    assert (found.n_treated, found.n_control, found.n_outside) == (2, 3, 0)


def test_strata_are_compared_each_by_itself_and_weighted_by_its_trained() -> None:
    """a: 4 beside 1 and 3; b: 10 and 12 beside 5; c has no control and d nobody who was trained."""
    found = compared(Method.STRATA, [4, 1, 3, 10, 12, 5, 99, 77, 70], "T..TT.T..", "aaabbbcdd")
    assert found is not None
    assert found.att == pytest.approx([14 / 3])
    assert found.influence[:, 0] == pytest.approx([-8 / 9, 1 / 6, -1 / 6, 1 / 9, 7 / 9, 0, 0, 0, 0])
    assert (found.n_treated, found.n_control, found.n_outside) == (3, 3, 1)
    two = compared(Method.STRATA, [4, 1, 3, 10, 12, 5], "T..TT.", "aaabbb")
    assert two is not None
    assert two.att == pytest.approx([14 / 3])


@pytest.mark.parametrize("method", [Method.STRATA, *CONDITIONAL])
@pytest.mark.parametrize(("treated", "covariate"), [("", ""), ("...", "aab"), ("TTT", "aab"), ("T.", "ab")])
def test_where_nobody_is_left_there_is_no_comparison(method: Method, treated: str, covariate: str) -> None:
    assert compared(method, [1.0] * len(treated), treated, covariate) is None


@pytest.mark.parametrize("method", CONDITIONAL)
def test_a_covariate_of_two_values_makes_of_every_method_that_with_two_strata(method: Method) -> None:
    change, treated, covariate = [4, 1, 3, 10, 12, 5, 6, 2], "T..TT..T", "aaabbbba"
    found, wanted = compared(method, change, treated, covariate), compared(Method.STRATA, change, treated, covariate)
    assert found is not None
    assert wanted is not None
    assert found.att == pytest.approx(wanted.att)
    assert found.influence == pytest.approx(wanted.influence)


@pytest.mark.parametrize("method", CONDITIONAL)
def test_who_is_compared_with_nobody_moves_nothing(method: Method) -> None:
    """Trained people of c have no control, controls of d nobody who was trained."""
    change, treated, covariate = [4, 1, 3, 10, 12, 5, 6, 2, 99, 77, 78], "T..TT..TT..", "aaabbbbacdd"
    found, without = compared(method, change, treated, covariate), compared(method, change[:8], treated[:8], covariate[:8])
    assert found is not None
    assert without is not None
    assert found.att == pytest.approx(without.att)
    assert found.influence[:8] == pytest.approx(without.influence)
    assert found.influence[8:] == pytest.approx(0, abs=1e-12)
    assert (found.n_treated, found.n_outside) == (4, 1)


@pytest.mark.parametrize("method", CONDITIONAL)
def test_one_control_is_enough_for_those_who_are_like_it(method: Method) -> None:
    found = compared(method, [4, 6, 3, 99], "TT.T", "aaab")
    assert found is not None
    assert found.att == pytest.approx([2])
    assert (found.n_treated, found.n_control, found.n_outside) == (2, 1, 1)


@pytest.mark.parametrize("method", CONDITIONAL)
def test_of_a_number_that_all_controls_share_the_trained_must_have_the_same(method: Method) -> None:
    found = compared(method, [4, 6, 3, 3, 99, 99], "TT..TT", [5.0, 5.0, 5.0, 5.0, 5.5, 8.0])
    assert found is not None
    assert found.att == pytest.approx([2])
    assert found.n_outside == 2


@pytest.mark.parametrize("method", CONDITIONAL)
def test_the_trained_may_follow_a_relation_of_numbers_that_holds_among_the_controls(method: Method) -> None:
    """Of controls the second number is twice the first; of one who was trained it is not."""
    first = [1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 2.0]
    frame = pd.DataFrame({"first": first, "second": [2 * x for x in first[:6]] + [5.0]})
    trained = np.array([True, True, True, False, False, False, True])
    found = compare(method, np.array([[3.0], [4], [5], [1], [2], [3], [99]]), trained, build_design(frame), None, Overlap())
    assert found is not None
    assert found.att == pytest.approx([2])
    assert found.n_outside == 1


@pytest.mark.parametrize("method", CONDITIONAL)
def test_a_group_that_is_trained_much_more_often_than_all_is_compared_all_the_same(method: Method) -> None:
    """Of 25 in b twenty are trained, of 400 in a one: far from all of b, so nobody is beyond comparison."""
    found = compared(method, [3.0] * 20 + [1.0] * 5 + [7.0] + [7.0] * 399, "T" * 20 + "." * 5 + "T" + "." * 399, "b" * 25 + "a" * 400)
    assert found is not None
    assert found.n_outside == 0
    assert found.att == pytest.approx([40 / 21])


def test_who_is_almost_certainly_trained_counts_as_outside_and_a_control_like_that_has_no_weight() -> None:
    """In a 39 of 40 are trained: 97.5 %; in b 399 of 400."""
    few = "T" * 39 + "." + "T" * 5 + "." * 20, "a" * 40 + "c" * 25
    many = "T" * 399 + "." + "T" * 5 + "." * 20, "b" * 400 + "c" * 25
    for (treated, covariate), overlap, outside in ((few, Overlap(), 39), (few, Overlap(max_treated=0.98), 0), (many, Overlap(), 399)):
        found = compared(Method.WEIGHTING, [1.0] * len(treated), treated, covariate, overlap)
        assert found is not None
        assert found.n_outside == outside
    for (treated, covariate), att in ((few, -39.0), (many, 0.0)):
        change = [44.0 if at == len(treated) - 26 else 0.0 for at in range(len(treated))]
        found = compared(Method.WEIGHTING, change, treated, covariate)
        assert found is not None
        assert found.att == pytest.approx([att])
    assert compared(Method.WEIGHTING, [1.0] * 40, "T" * 39 + ".", "a" * 20 + "b" * 20) is None


@pytest.mark.parametrize("method", [Method.WEIGHTING, Method.DOUBLY_ROBUST])
def test_controls_that_are_like_nobody_who_was_trained_are_not_enough(method: Method) -> None:
    """The one control of b is dropped, because 19 of 20 are trained; in c nobody is."""
    treated, covariate = "T" * 19 + "." * 21, "b" * 20 + "c" * 20
    assert compared(method, [1.0] * 40, treated, covariate, Overlap(trim=0.9, max_treated=1.0)) is None
    assert compared(method, [1.0] * 40, treated, covariate, Overlap(trim=0.96, max_treated=1.0)) is not None
