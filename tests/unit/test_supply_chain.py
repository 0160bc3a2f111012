"""The checks of dependencies and of the history find what they are for."""

from __future__ import annotations

import pytest

from pipelines.publishing.reading import identifier
from tests.supply_chain import secrets_in, vulnerable


def test_a_vulnerable_dependency_is_named_and_one_that_was_not_looked_up_is_not_called_sound() -> None:
    audited = [
        {"name": "a", "version": "1", "vulns": [{"id": "X-1"}]},
        {"name": "b", "version": "2", "vulns": []},
        {"name": "c", "skip_reason": "?"},
    ]
    found, n_looked_up = vulnerable(audited)
    assert [text.split(":")[0] for text in found] == ["a 1"]
    assert n_looked_up == 2


def test_a_secret_in_any_commit_is_found_and_not_repeated() -> None:
    token = "ghp_" + "a1B2" * 9
    added, removed = f"+++ b/config.py\n+TOKEN = '{token}'\n", f"+++ b/config.py\n-TOKEN = '{token}'\n"
    assert secrets_in(added) == ["config.py: GitHub Token"]
    assert secrets_in(removed) == [], "the commit that added it has it"
    assert token not in "".join(secrets_in(added))


@pytest.mark.parametrize("name", ['x"; drop table y; --', "", "a b", "a.b", "1a", "a'", "a" * 129])
def test_nothing_but_a_plain_name_becomes_part_of_a_query(name: str) -> None:
    with pytest.raises(ValueError, match="plain names"):
        identifier("core", name)
    assert identifier("core", "dim_unit") == '"core"."dim_unit"'
