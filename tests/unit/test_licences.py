"""No dependency has a licence that nobody has looked at, and the page says which each has."""

from __future__ import annotations

import re

import pytest

from tests import licences

INSTALLED = licences.installed()


def test_every_dependency_has_a_permitted_licence() -> None:
    assert len(INSTALLED) > 100
    assert [row for row in INSTALLED if not licences.is_permitted(row.licence)] == []


def test_the_page_says_the_licence_of_every_dependency() -> None:
    """When it fails: `make licences`. Another platform may have fewer packages than the page, never others."""
    rows = set(re.findall(r"^\| (\S+) \| (.+?) \| (\w+) \|$", licences.PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert {(row.name, row.licence, "run" if row.is_needed_to_run else "develop") for row in INSTALLED} - rows == set()
    assert {name for name, _, _ in rows} - {"package"} <= set(licences.locked())


@pytest.mark.parametrize("expression", ["MIT", "MIT OR GPL-3.0-only", "MPL-2.0 AND (Apache-2.0 OR MIT)"])
def test_a_known_licence_is_permitted(expression: str) -> None:
    assert licences.is_permitted(expression)


@pytest.mark.parametrize("expression", ["", "GPL-3.0-only", "MIT AND GPL-3.0-only", "Proprietary", "AGPL-3.0-only"])
def test_any_other_is_not(expression: str) -> None:
    assert not licences.is_permitted(expression)
