"""Pseudonyms, masking and small cells."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pipelines.privacy.masking import mask
from pipelines.privacy.pseudonyms import SecretError, load_pseudonyms
from pipelines.privacy.suppression import SuppressionRule, Totals, suppress

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
    other = load_pseudonyms(tmp_path / "x", tmp_path / "other", "another secret")
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
