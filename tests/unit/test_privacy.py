"""Pseudonyms and masking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.privacy.masking import mask
from pipelines.privacy.pseudonyms import SecretError, load_pseudonyms

if TYPE_CHECKING:
    from pathlib import Path

NIP = "199003012015011901"


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
