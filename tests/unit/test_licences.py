"""No dependency has a licence that nobody has looked at, and the page says which each has."""

from __future__ import annotations

import re

import pytest

from tests import licences

INSTALLED = licences.installed()


ROWS = re.findall(r"^\| (\S+) \| (.+?) \| (run|run with \w+|develop) \|$", licences.PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_dependency_has_a_permitted_licence() -> None:
    """Of the page too: the extras are not installed where this is tested."""
    assert len(INSTALLED) > 100
    assert [row for row in INSTALLED if not licences.is_permitted(row.licence)] == []
    assert [row for row in ROWS if not licences.is_permitted(row[1])] == []


def test_the_page_says_the_licence_of_every_dependency() -> None:
    """When it fails: `make licences`. Another platform may have fewer packages than the page, never others."""
    assert {tuple(row) for row in INSTALLED} - set(ROWS) == set()
    assert {name for name, _, _ in ROWS} <= set(licences.uses())


def test_the_page_has_what_each_extra_brings() -> None:
    page = {name: needed_to for name, _, needed_to in ROWS}
    brought = {"redis": "celery", "kubernetes": "kubernetes", "psycopg2-binary": "postgres", "pyspark": "spark", "grpcio-status": "spark"}
    assert {name: page.get(name) for name in brought} == {name: f"run with {extra}" for name, extra in brought.items()}


@pytest.mark.parametrize("expression", ["MIT", "MIT OR GPL-3.0-only", "MPL-2.0 AND (Apache-2.0 OR MIT)"])
def test_a_known_licence_is_permitted(expression: str) -> None:
    assert licences.is_permitted(expression)


@pytest.mark.parametrize("expression", ["", "GPL-3.0-only", "MIT AND GPL-3.0-only", "Proprietary", "AGPL-3.0-only"])
def test_any_other_is_not(expression: str) -> None:
    assert not licences.is_permitted(expression)
