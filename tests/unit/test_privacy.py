"""Pseudonyms, masking and small cells."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from pipelines.privacy.audit import given_away
from pipelines.privacy.masking import mask
from pipelines.privacy.pseudonyms import SecretError, load_pseudonyms
from pipelines.privacy.suppression import Sum, SuppressionRule, Totals, suppress
from tests.disclosure import equations, solved

if TYPE_CHECKING:
    from pathlib import Path

NIP = "199003012015011901"
UNITS = pd.DataFrame(
    [(u, p, pd.Timestamp("2020-01-01"), pd.NaT) for u, p in (("root", None), ("a", "root"), ("b", "root"), ("c", "root"))],
    columns=["unit_id", "parent_unit_id", "valid_from", "valid_to"],
)


def test_a_key_depends_on_the_secret_and_stays_the_same(tmp_path: Path) -> None:
    first = load_pseudonyms(tmp_path / "secrets" / "key", tmp_path / "lake")
    again = load_pseudonyms(tmp_path / "secrets" / "key", tmp_path / "lake")
    other = load_pseudonyms(tmp_path / "x", tmp_path / "other", "another secret, long enough")
    assert first.function()(NIP) == again.function()(NIP) != other.function()(NIP)
    assert (tmp_path / "secrets" / "key").stat().st_mode & 0o777 == 0o600
    assert first.secret.decode() not in repr(first)


def test_a_lake_refuses_another_secret_and_a_lost_one(tmp_path: Path) -> None:
    load_pseudonyms(tmp_path / "key", tmp_path / "lake")
    with pytest.raises(SecretError, match="not the one"):
        load_pseudonyms(tmp_path / "key", tmp_path / "lake", "wrong")
    (tmp_path / "key").unlink()
    with pytest.raises(SecretError, match="missing"):
        load_pseudonyms(tmp_path / "key", tmp_path / "lake")


@pytest.mark.parametrize(
    "secret",
    ["0812-3456-7890", "+62 812 3456 7890", "a.b@contoh.invalid", "0000012345678901", NIP, "BK 1234 AB", "https://contoh.invalid/x"],
)
def test_identifiers_in_free_text_are_masked(secret: str) -> None:
    assert secret not in mask(f"Mohon bantu, {secret}, terima kasih")


def _table(counts: dict[str, int]) -> pd.DataFrame:
    rows = [{"unit_id": unit, "quarter": pd.Timestamp("2026-01-01"), "n": n, "mean": n / 10} for unit, n in counts.items()]
    return pd.DataFrame(rows).assign(is_suppressed=False, suppression_reason=None)


def _shown(counts: dict[str, int], minimum: int = 5) -> dict[str, float | None]:
    rules, totals = [SuppressionRule("n", ("mean",))], Totals(within=["quarter"], tree="unit_id")
    result = suppress(_table(counts), rules, minimum, totals, UNITS)
    return {unit: None if pd.isna(n) else n for unit, n in zip(result["unit_id"], result["n"], strict=True)}


def test_a_small_cell_is_hidden_together_with_one_that_would_give_it_away() -> None:
    shown = _shown({"root": 33, "a": 3, "b": 10, "c": 20})
    assert shown["a"] is None
    assert [unit for unit in "bc" if shown[unit] is None] == ["b"]
    assert shown["root"] == 33


def test_a_true_zero_and_a_large_cell_stay() -> None:
    assert _shown({"root": 30, "a": 0, "b": 10, "c": 20}) == {"root": 30, "a": 0, "b": 10, "c": 20}


@pytest.mark.parametrize("counts", list(product([0, 1, 3, 4, 5, 9], repeat=3)))
def test_no_hidden_cell_follows_from_the_total(counts: tuple[int, ...]) -> None:
    a, b, c = counts
    shown = _shown({"root": a + b + c, "a": a, "b": b, "c": c})
    hidden = [n for unit, n in zip("abc", counts, strict=True) if shown[unit] is None]
    if shown["root"] is not None and hidden:
        assert len(hidden) >= 2
        assert sum(hidden) >= 5


def test_services_add_up_to_their_unit() -> None:
    frame = pd.DataFrame(
        {"unit_id": "a", "quarter": "2026-01-01", "service": ["all", "x", "y", "z"], "is_all": [True, False, False, False], "n": [60, 3, 20, 37],
         "ikm": [80.0, 70.0, 81.0, 82.0], "is_suppressed": False, "suppression_reason": None}
    )  # fmt: skip
    result = suppress(frame, [SuppressionRule("n", ("ikm",))], 5, Totals(within=["unit_id", "quarter"], flag="is_all"), UNITS)
    assert result.set_index("service")["is_suppressed"].to_dict() == {"all": False, "x": True, "y": True, "z": False}


CITY = {"root": None, "a": "root", "b": "root", "c": "root", "a1": "a", "a2": "a", "a3": "a", "b1": "b", "b2": "b"}
CITY_UNITS = pd.DataFrame(
    [(unit, parent, pd.Timestamp("2020-01-01"), pd.NaT) for unit, parent in CITY.items()],
    columns=["unit_id", "parent_unit_id", "valid_from", "valid_to"],
)
FUNNEL = [Sum("invited", ("accepted", "declined")), Sum("accepted", ("absent", "completed"))]
STAGES = ["invited", "accepted", "declined", "absent", "completed"]


def _funnel(own: dict[str, dict[str, int]]) -> pd.DataFrame:
    """What each unit has of its own, added up the tree."""

    def below(unit: str) -> list[str]:
        return [unit, *(part for child, parent in CITY.items() if parent == unit for part in below(child))]

    rows = [{"unit_id": unit, "year": 2025, **{s: sum(own[part][s] for part in below(unit)) for s in STAGES}} for unit in CITY]
    return pd.DataFrame(rows).assign(is_suppressed=False, suppression_reason=None)


def _attacked(frame: pd.DataFrame, shown: pd.DataFrame) -> list[tuple[int, str]]:
    rules = equations(frame, STAGES, "unit_id", ["year"], frame["unit_id"].map(CITY), [(one.total, list(one.parts)) for one in FUNNEL])
    return solved(frame, shown, STAGES, rules)


def test_a_hidden_total_is_not_the_sum_of_shown_parts() -> None:
    """`a` is hidden to protect `c`; both its parts are large, and nobody sits in `a` itself."""
    units = CITY_UNITS[CITY_UNITS["unit_id"].isin(["root", "a", "b", "c", "a1", "a2"])]
    frame = _table({"root": 63, "a": 20, "b": 40, "c": 3, "a1": 9, "a2": 11})
    shown = suppress(frame, [SuppressionRule("n", ("mean",))], 5, Totals(within=["quarter"], tree="unit_id"), units).set_index("unit_id")[
        "n"
    ]
    assert pd.isna(shown["a"])
    assert pd.isna(shown["c"])
    assert pd.isna(shown["a1"])
    assert shown["a2"] == 11


def test_people_are_judged_where_they_can_be_counted_several_times() -> None:
    frame = pd.DataFrame(
        {"unit_id": ["a", "b"], "n": [6, 6], "people": [4, 5], "rate": [0.5, 0.5], "is_suppressed": False, "suppression_reason": None}
    )
    shown = suppress(frame, [SuppressionRule("n", ("rate",), "people")], 5, None, UNITS)
    assert shown.loc[0, ["n", "people", "rate"]].isna().all()
    assert shown.loc[1, ["n", "people", "rate"]].notna().all()


def test_a_hidden_part_of_a_row_does_not_follow_from_the_others() -> None:
    whole = {"invited": 40, "accepted": 38, "declined": 2, "absent": 0, "completed": 30}
    frame = pd.DataFrame([{"unit_id": "a", **whole}]).assign(is_suppressed=False, suppression_reason=None)
    shown = suppress(frame, [SuppressionRule(s, ()) for s in STAGES], 5, None, UNITS, FUNNEL).loc[0]
    assert shown["invited"] == 40
    assert shown["completed"] == 30, "eight who have not completed are shown nowhere and protect the accepted"
    assert pd.isna(shown["declined"])
    assert pd.isna(shown["accepted"])


def _random_city(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    own = {}
    for unit in CITY:
        absent, completed, pending, declined, unanswered = (int(rng.choice([0, 0, 1, 2, 4, 7, 12])) for _ in range(5))
        accepted = absent + completed + pending
        own[unit] = dict(zip(STAGES, (accepted + declined + unanswered, accepted, declined, absent, completed), strict=True))
    return _funnel(own)


@pytest.mark.parametrize("seed", range(60))
def test_no_hidden_cell_follows_from_all_sums_together(seed: int) -> None:
    frame = _random_city(seed)
    shown = suppress(frame, [SuppressionRule(s, ()) for s in STAGES], 5, Totals(within=["year"], tree="unit_id"), CITY_UNITS, FUNNEL)
    counts = shown[STAGES].apply(pd.to_numeric)
    assert not ((counts > 0) & (counts < 5)).any(axis=None)
    assert _attacked(frame, shown) == []


def test_the_attack_finds_what_hiding_small_cells_alone_leaves_open() -> None:
    tables = [_random_city(seed) for seed in range(60)]
    naked = [table.assign(**{s: table[s].where((table[s] == 0) | (table[s] >= 5)) for s in STAGES}) for table in tables]
    assert sum(bool(_attacked(table, shown)) for table, shown in zip(tables, naked, strict=True)) > 30


def test_three_sums_give_away_what_none_does_alone() -> None:
    """x + y, y + z and z + x are known: so is each."""
    cells = [(0, "x"), (1, "y"), (2, "z")]
    sums = [{cells[0]: 1, cells[1]: 1}, {cells[1]: 1, cells[2]: 1}, {cells[2]: 1, cells[0]: 1}]
    assert set(given_away(sums, set(cells))) == set(cells)
    assert given_away(sums[:2], set(cells)) == {}
    assert given_away(sums[:2], {cells[0], cells[1]}) == {cells[0]: [0, 1], cells[1]: [1]}
