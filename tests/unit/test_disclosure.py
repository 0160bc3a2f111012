"""What is withheld from an open table, and that an attack with everything published does not find it."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from benchmarks.attack import Attack, exact, narrow, newcomers
from pipelines.privacy.protection import least_width
from pipelines.privacy.rounding import rounded, steps
from pipelines.privacy.suppression import SPLIT, WITHHELD, Suppressed, suppress
from pipelines.privacy.tables import Scale, Sum, SuppressionRule, Table, Totals
from pipelines.publishing.release import open_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.thorough

CITY: dict[str, str | None] = {
    "root": None, "a": "root", "b": "root", "c": "root", "a1": "a", "a2": "a", "a3": "a", "b1": "b", "b2": "b", "b3": "b", "b4": "b",
}  # fmt: skip
UNITS = pd.DataFrame(
    [(unit, parent, pd.Timestamp("2020-01-01"), pd.NaT) for unit, parent in CITY.items()],
    columns=["unit_id", "parent_unit_id", "valid_from", "valid_to"],
)
TREE = [Totals(within=["year"], tree="unit_id")]
FUNNEL = [Sum("invited", ("accepted", "declined")), Sum("accepted", ("absent", "completed"))]
STAGES = ["invited", "accepted", "declined", "absent", "completed"]
FUNNEL_RULES = [
    SuppressionRule("invited"),
    SuppressionRule("accepted"),
    SuppressionRule("declined", of="invited", reveals=("all",)),
    SuppressionRule("absent", of="accepted"),
    SuppressionRule("completed", of="accepted"),
]


def table(frame: pd.DataFrame, *rules: SuppressionRule, name: str = "t", **declared: Any) -> Table:
    return Table(name, frame.assign(is_suppressed=False, suppression_reason=None), rules, grain=("unit_id", "year"), **declared)


def people(counts: Mapping[str, int]) -> pd.DataFrame:
    return pd.DataFrame([{"unit_id": unit, "year": 2025, "n": n, "mean": n / 10} for unit, n in counts.items()])


def shown(one: Table, minimum: int = 5) -> pd.DataFrame:
    return suppress([one], UNITS, minimum).tables[one.name].set_index("unit_id")


def counts_shown(counts: Mapping[str, int]) -> dict[str, float | None]:
    result = shown(table(people(counts), SuppressionRule("n", ("mean",)), totals=TREE))
    return {unit: None if pd.isna(n) else float(n) for unit, n in result["n"].items()}


def test_a_small_figure_is_withheld_together_with_one_that_would_give_it_away() -> None:
    found = counts_shown({"root": 33, "a": 3, "b": 10, "c": 20})
    assert [unit for unit in found if found[unit] is None] == ["a", "b"]


def test_a_true_zero_and_a_large_figure_stay() -> None:
    assert counts_shown({"root": 30, "a": 0, "b": 10, "c": 20}) == {"root": 30, "a": 0, "b": 10, "c": 20}


def test_the_reason_does_not_tell_which_of_two_figures_is_small() -> None:
    result = shown(table(people({"root": 33, "a": 3, "b": 10, "c": 20}), SuppressionRule("n", ("mean",)), totals=TREE))
    assert result.loc["a", "suppression_reason"] == result.loc["b", "suppression_reason"]
    assert list(result["is_suppressed"]) == [False, True, True, False]
    assert result.loc[["a", "b"], "mean"].isna().all()


@pytest.mark.parametrize("counts", list(product([0, 1, 3, 4, 5, 9], repeat=3)))
def test_what_is_withheld_does_not_follow_from_the_total(counts: tuple[int, ...]) -> None:
    found = counts_shown(dict(zip("abc", counts, strict=True), root=sum(counts)))
    withheld = [n for unit, n in zip("abc", counts, strict=True) if found[unit] is None]
    if found["root"] is not None and withheld:
        assert len(withheld) >= 2
        assert sum(withheld) >= 5


def test_the_few_people_of_the_office_itself_do_not_follow_from_the_units_below_it() -> None:
    """42 less 20 less 20 are the two in the office itself, and so is their mean."""
    found = counts_shown({"root": 42, "a": 20, "b": 20})
    assert None in found.values()


def test_services_add_up_to_their_unit() -> None:
    frame = pd.DataFrame(
        {"unit_id": "a", "year": 2025, "service": ["all", "x", "y", "z"], "is_all": [True, False, False, False], "n": [60, 3, 20, 37]}
    )
    result = suppress([table(frame, SuppressionRule("n"), totals=[Totals(within=["unit_id", "year"], flag="is_all")])], UNITS, 5).tables[
        "t"
    ]
    assert result.set_index("service")["is_suppressed"].to_dict() == {"all": False, "x": True, "y": True, "z": False}


def test_people_are_judged_where_they_can_be_counted_several_times() -> None:
    frame = pd.DataFrame({"unit_id": ["a", "b"], "year": 2025, "n": [6, 6], "people": [4, 5], "rate": [0.5, 0.5]})
    result = shown(table(frame, SuppressionRule("n", ("rate",), "people")))
    assert result.loc["a", ["n", "people", "rate"]].isna().all()
    assert result.loc["b", ["n", "people", "rate"]].notna().all()


@pytest.mark.parametrize(
    ("n", "share", "is_shown"),
    [(20, 0.5, True), (20, 0.1, False), (20, 0.9, False), (20, 1.0, False), (20, 0.0, True), (7, 1.0, False), (4, 0.5, False)],
)
def test_a_share_is_shown_where_both_sides_are_enough_people(n: int, share: float, is_shown: bool) -> None:
    """All seven refused, and so did each; nobody refused, and nobody is harmed."""
    frame = pd.DataFrame({"unit_id": ["a"], "year": [2025], "n": [n], "refused": [share]})
    rules = (SuppressionRule("n"), SuppressionRule("refused", of="n", is_share=True, reveals=("all",)))
    result = shown(table(frame, *rules)).loc["a"]
    assert pd.notna(result["refused"]) == is_shown
    assert pd.notna(result["n"]) == (n >= 5)


def test_the_reason_of_a_share_is_its_own_only_where_its_people_are_shown() -> None:
    frame = pd.DataFrame({"unit_id": ["a", "b", "c"], "year": 2025, "n": [20, 4, 20], "refused": [0.1, 0.5, 0.5]})
    result = shown(table(frame, SuppressionRule("n"), SuppressionRule("refused", of="n", is_share=True)))
    assert result["suppression_reason"].fillna("").tolist() == [SPLIT, WITHHELD, ""]


def test_nobody_is_withheld_where_that_tells_of_everybody() -> None:
    frame = pd.DataFrame({"unit_id": ["a"], "year": [2025], "n": [20], "trained": [0.0]})
    rules = (SuppressionRule("n"), SuppressionRule("trained", of="n", is_share=True, reveals=("nobody",)))
    assert pd.isna(shown(table(frame, *rules)).loc["a", "trained"])


def test_the_same_people_in_two_tables_are_withheld_in_both() -> None:
    """`b` protects `a` in one table; shown in the other it would protect nothing."""
    counts = {"root": 33, "a": 3, "b": 10, "c": 20}
    rule = SuppressionRule("n", population="staff")
    first, second = table(people(counts), rule, totals=TREE), table(people({"b": 10, "c": 20}), rule, name="u")
    found = suppress([first, second], UNITS, 5).tables
    assert found["u"].set_index("unit_id")["n"].isna().to_dict() == {"b": True, "c": False}


@pytest.mark.parametrize("of_b3", [20, 21])
def test_one_unit_that_differs_does_not_part_the_people_of_the_others(of_b3: int) -> None:
    """A newcomer in `b3` between two marts: `b2`, shown in the other one, would tell `b1` by a subtraction."""
    counts = {"b": 73, "b1": 3, "b2": 10, "b3": 20, "b4": 40}
    rule = SuppressionRule("n", population="staff")
    first, second = table(people(counts), rule, totals=TREE), table(people({"b2": 10, "b3": of_b3, "b4": 40}), rule, name="u")
    found = {name: frame.set_index("unit_id")["n"] for name, frame in suppress([first, second], UNITS, 5).tables.items()}
    assert found["u"].isna().to_dict() == {"b2": True, "b3": False, "b4": False}
    assert found["u"]["b3"] == of_b3, "and what differs stays as each mart has it"


def test_what_is_small_in_one_of_two_tables_is_withheld_in_both() -> None:
    """The same number of cases, which only one mart knows to be of three people."""
    cases = people({"a": 9, "b": 9, "c": 9})
    of_three = table(cases.assign(persons=[9, 3, 9]), SuppressionRule("n", people="persons", population="cases"), name="u")
    for tables in (
        [table(cases, SuppressionRule("n", population="cases")), of_three],
        [of_three, table(cases, SuppressionRule("n", population="cases"))],
    ):
        found = suppress(tables, UNITS, 5).tables
        assert [found[name].set_index("unit_id")["n"].isna()["b"] for name in ("t", "u")] == [True, True]


def test_the_total_of_a_tree_does_not_tell_that_nobody_was() -> None:
    """8 and 12 of 20 trained: without a further share withheld, the third unit has none."""
    frame = pd.DataFrame({"unit_id": ["root", "a", "b", "c"], "year": 2025, "n": [100, 40, 40, 20], "trained": [0.2, 0.2, 0.3, 0.0]})
    rules = (SuppressionRule("n"), SuppressionRule("trained", of="n", is_share=True, reveals=("nobody",)))
    one = table(frame, *rules, totals=TREE)
    seen = shown(one)
    assert pd.isna(seen.loc["c", "trained"])
    found = attacked(one, seen.reset_index()).bounds()
    assert not found.empty
    assert narrow(found, 5).empty


@pytest.mark.parametrize(("minimum", "width"), [(2, 1), (3, 1), (4, 2), (5, 3), (10, 8)])
def test_of_a_withheld_figure_no_more_is_told_than_that_it_is_small(minimum: int, width: float) -> None:
    assert least_width(minimum) == width


def services(**columns: list[int]) -> pd.DataFrame:
    """A unit's row of all services and one for each, withheld figures left empty."""
    frame = pd.DataFrame(
        {"unit_id": "a", "year": 2025, "service": ["all", "x", "y", "z"], "is_all": [True, False, False, False], **columns}
    )
    rules = [SuppressionRule("n"), SuppressionRule("trained", of="n", reveals=("nobody",))]
    totals = [Totals(within=["unit_id", "year"], flag="is_all")]
    return suppress([table(frame, *rules, totals=totals)], UNITS, 5).tables["t"].set_index("service")


def test_that_nobody_of_few_people_is_trained_is_no_secret_that_costs_another_figure() -> None:
    """Of the three at x nobody is trained. That follows from the others, but tells of nobody how many they are."""
    result = services(n=[33, 3, 10, 10], trained=[20, 0, 10, 10])
    assert result["n"].isna().tolist() == [False, True, False, False]
    assert result["trained"].isna().tolist() == [False, True, False, False]


def random_city(seed: int) -> pd.DataFrame:
    """What each unit has of its own, added up the tree."""
    random = np.random.default_rng(seed)
    own = {}
    for unit in CITY:
        absent, completed, pending, declined, silent = (int(random.choice([0, 0, 1, 2, 4, 7, 12])) for _ in range(5))
        accepted = absent + completed + pending
        own[unit] = dict(zip(STAGES, (accepted + declined + silent, accepted, declined, absent, completed), strict=True))

    def below(unit: str) -> list[str]:
        return [unit, *(part for child, parent in CITY.items() if parent == unit for part in below(child))]

    return pd.DataFrame(
        [{"unit_id": unit, "year": 2025, **{s: sum(own[part][s] for part in below(unit)) for s in STAGES}} for unit in CITY]
    )


def attacked(one: Table, seen: pd.DataFrame, before: pd.DataFrame | None = None) -> Attack:
    return Attack(
        [one],
        {one.name: seen},
        lambda frame: [CITY[unit] or "" for unit in frame["unit_id"]],
        {one.name: before} if before is not None else None,
    )


@pytest.mark.parametrize("seed", range(25))
def test_an_attack_finds_nothing_in_a_funnel_down_the_tree(seed: int) -> None:
    one = table(random_city(seed), *FUNNEL_RULES, totals=TREE, sums=FUNNEL)
    seen = suppress([one], UNITS, 5).tables["t"]
    numbers = seen[STAGES].apply(pd.to_numeric)
    assert not ((numbers > 0) & (numbers < 5)).any(axis=None)
    found = attacked(one, seen).bounds()
    assert narrow(found, 5).empty


def test_the_attack_finds_what_hiding_small_figures_alone_leaves_open() -> None:
    told = 0
    for seed in range(10):
        one = table(random_city(seed), *FUNNEL_RULES, totals=TREE, sums=FUNNEL)
        naked = one.frame.assign(**{s: one.frame[s].where((one.frame[s] == 0) | (one.frame[s] >= 5)) for s in STAGES})
        told += len(exact(attacked(one, naked).bounds()))
    assert told > 10


@pytest.mark.parametrize(("year", "above", "other"), [(2019, "a", "b"), (2021, "a", "b"), (2023, "a", "b"), (2025, "b", "a")])
def test_a_unit_that_is_not_there_stands_where_it_first_or_last_stood(year: int, above: str, other: str) -> None:
    """Trainings are told of years before the first delivery of the units, and of units between two lives.

    Counted below the other unit, x would hide that 3 people are of that unit itself.
    """
    began, moved = pd.Timestamp("2020-02-01"), pd.Timestamp("2024-03-01")
    rest = [(unit, parent, began, pd.NaT) for unit, parent in (("root", ""), ("a", "root"), ("b", "root"), ("y", other))]
    units = pd.DataFrame([("x", "a", began, pd.Timestamp("2022-05-01")), ("x", "b", moved, pd.NaT), *rest], columns=UNITS.columns)
    frame = people({"root": 70, above: 30, other: 30, "y": 27, "x": 7}).assign(year=year)
    seen = suppress([table(frame, SuppressionRule("n", ("mean",)), totals=TREE)], units, 5).tables["t"].set_index("unit_id")
    assert seen["n"].isna()[[other, "y"]].any()


TRAINED = "trained within a year"
LINK_RULES = [
    SuppressionRule("n"),
    SuppressionRule("share", ("change",), of="n", is_share=True, population=TRAINED, reveals=("all", "nobody")),
    SuppressionRule("n_before"),
    SuppressionRule("share - change", ("change",), of="n_before", is_share=True, population=TRAINED, years_back=1),
]


@pytest.mark.parametrize(("trained", "is_change_shown", "told"), [(0.5, False, 0), (0.5, True, 0), (0.05, False, 0), (0.05, True, 1)])
def test_a_change_on_the_year_before_is_judged_in_the_row_of_that_year(trained: float, is_change_shown: bool, told: int) -> None:
    """A tenth of 40 people are too few to be shown, and half of them are not: only a change that tells of the former is told."""
    frame = pd.DataFrame(
        {
            "unit_id": "a", "quarter": pd.to_datetime(["2025-01-01", "2026-01-01"]), "n": [40, 20], "share": [trained, 1.0],
            "change": [np.nan, 1.0 - trained], "n_before": [np.nan, 40],
        }
    )  # fmt: skip
    one = Table("t", frame.assign(is_suppressed=False, suppression_reason=None), LINK_RULES, grain=("unit_id", "quarter"))
    seen = suppress([one], UNITS, 5).tables["t"]
    assert seen["share"].isna().tolist() == [trained < 0.1, True]
    if is_change_shown:
        seen[["share", "change"]] = seen[["share", "change"]].where([[True, True], [False, False]], frame[["share", "change"]])
    assert len(exact(attacked(one, seen).bounds())) == told


def test_the_tree_is_the_one_that_the_marts_add_up_along(tmp_path: Path) -> None:
    """A root that names itself, two units that name each other, an id with a slash: the path says which unit is above."""
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create schema core")
        connection.execute(
            "create table core.dim_unit as select *, date '2020-01-01' as valid_from, null::date as valid_to from (values "
            "('r/1', 'r/1', 'r~11'), ('a', 'r/1', 'r~11/a'), ('a1', 'a', 'r~11/a/a1'), ('x', 'y', 'x'), ('y', 'x', 'y')"
            ") as units(unit_id, parent_unit_id, path)"
        )
    _, units = open_tables(tmp_path / "warehouse.duckdb", [])
    assert dict(zip(units["unit_id"], units["parent_unit_id"].fillna(""), strict=True)) == {
        "r/1": "",
        "a": "r/1",
        "a1": "a",
        "x": "",
        "y": "",
    }
    one = table(people({"r/1": 20, "a": 17, "a1": 17}), SuppressionRule("n", ("mean",)), totals=TREE)
    assert suppress([one], units, 5).tables["t"]["n"].isna().any(), "3 people of the root itself are what it has beyond the unit below it"


def second_night(one: Table, first: Suppressed, frame: pd.DataFrame) -> tuple[Table, Suppressed]:
    again = table(frame, *one.rules, totals=one.totals, sums=one.sums)
    return again, suppress([again], UNITS, 5, first.memory)


def test_what_was_withheld_stays_so_until_it_has_changed_by_enough_people() -> None:
    one = table(people({"root": 64, "a": 4, "b": 20, "c": 20, "a1": 4}), SuppressionRule("n"), totals=TREE)
    first = suppress([one], UNITS, 5)
    _, grown = second_night(one, first, people({"root": 65, "a": 5, "b": 20, "c": 20, "a1": 5}))
    _, nearly = second_night(one, first, people({"root": 68, "a": 8, "b": 20, "c": 20, "a1": 8}))
    _, new = second_night(one, first, people({"root": 69, "a": 9, "b": 20, "c": 20, "a1": 9}))
    for result, is_withheld in ((grown, True), (nearly, True), (new, False)):
        assert pd.isna(result.tables["t"].set_index("unit_id").loc["a", "n"]) == is_withheld


def test_what_readers_know_from_last_night_protects_nothing_tonight() -> None:
    """`b` was shown and has not changed: withholding it tonight would leave `a` open to whoever kept last night's release."""
    one = table(people({"root": 51, "a": 6, "b": 10, "c": 35}), SuppressionRule("n"), totals=TREE)
    first = suppress([one], UNITS, 5)
    assert not first.tables["t"]["is_suppressed"].any()
    again, second = second_night(one, first, people({"root": 49, "a": 3, "b": 10, "c": 36}))
    tonight = second.tables["t"]
    assert pd.isna(tonight.set_index("unit_id").loc["a", "n"])
    attack = attacked(again, tonight, first.tables["t"])
    assert attack.guessed_from_before() == 0
    assert narrow(attack.bounds(), 5).empty
    forgetful = suppress([again], UNITS, 5).tables["t"]
    assert attacked(again, forgetful, first.tables["t"]).guessed_from_before() > 0


@pytest.mark.parametrize("seed", range(10))
def test_two_releases_of_the_same_figures_are_the_same(seed: int) -> None:
    one = table(random_city(seed), *FUNNEL_RULES, totals=TREE, sums=FUNNEL)
    first = suppress([one], UNITS, 5)
    _, second = second_night(one, first, random_city(seed))
    pd.testing.assert_frame_equal(first.tables["t"], second.tables["t"])


def test_the_value_of_a_newcomer_does_not_follow_from_two_means() -> None:
    scale = Scale("mean", "n", 5.0)
    nights = [pd.DataFrame({"unit_id": ["a"], "year": 2025, "n": [n], "mean": [total / n]}) for n, total in ((10, 31.0), (11, 33.0))]
    exact_value = newcomers(nights[0], nights[1], ("unit_id", "year"), "mean", "n", None)
    assert exact_value == [pytest.approx((2.0, 2.0), abs=0.01)]
    coarse = [rounded(table(night, scales=[scale])) for night in nights]
    ((low, high),) = newcomers(coarse[0], coarse[1], ("unit_id", "year"), "mean", "n", 5.0)
    assert low <= 2.0 <= high
    assert high - low >= 5.0


def test_steps_are_round_and_no_finer_than_what_one_person_can_hide_in() -> None:
    found = steps(5.0, np.array([5, 10, 25, 100, 2500]))
    assert found == pytest.approx([0.5, 0.5, 0.1, 0.05, 0.001])
