"""The checks of our own that `make lint` runs over the manifest: each passes what is right and fails what is not."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace as Item
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[2] / "dbt_project"
FILE = PROJECT / "checks" / "manifest" / "project_rules.py"

framework = pytest.importorskip("dbt_bouncer.check_framework.exceptions")


@pytest.fixture(scope="module")
def rules() -> Any:
    spec = importlib.util.spec_from_file_location("project_rules", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["project_rules"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["project_rules"]


def fails(check: Any, ctx: Any = None, **given: Any) -> bool:
    made = check(**given)
    made._ctx = ctx
    try:
        made.execute()
    except framework.DbtBouncerFailedCheckError:
        return True
    return False


def columns(**types: str) -> dict[str, Item]:
    return {name: Item(data_type=kind, constraints=[]) for name, kind in types.items()}


def seed(*names: str, typed: tuple[str, ...] | None = None) -> Item:
    return Item(
        name="s", columns=dict.fromkeys(names), config=Item(column_types=dict.fromkeys(typed if typed is not None else names, "string"))
    )


def test_every_column_of_a_seed_has_a_type(rules: Any) -> None:
    assert not fails(rules.check_seed_types_every_column, seed=seed("a", "b"))
    assert fails(rules.check_seed_types_every_column, seed=seed("a", "b", typed=("a",)))
    assert fails(rules.check_seed_types_every_column, seed=seed("a", typed=("a", "b")))
    assert fails(rules.check_seed_types_every_column, seed=seed())


def test_a_rule_says_when_and_whence(rules: Any) -> None:
    assert not fails(
        rules.check_rule_seed_says_when_and_whence, seed=seed("rule_set", "valid_from", "valid_to", "source", "confidence", "x")
    )
    assert fails(rules.check_rule_seed_says_when_and_whence, seed=seed("rule_set", "valid_from", "valid_to", "source"))


def test_something_in_a_table_is_never_empty(rules: Any) -> None:
    table = Item(name="t", columns=columns(a="string"))
    assert fails(rules.check_contract_names_what_is_never_empty, model=table)
    table.columns["a"].constraints = [Item(type="not_null")]
    assert not fails(rules.check_contract_names_what_is_never_empty, model=table)


def test_a_test_says_how_to_resolve(rules: Any) -> None:
    check = rules.check_test_says_how_to_resolve
    assert not fails(check, test=Item(name="t", test_metadata=Item(name="filled"), meta={}))
    assert fails(check, test=Item(name="t", test_metadata=Item(name="unique_combination"), meta={}))
    assert fails(check, test=Item(name="t", test_metadata=None, meta={"kind": "conformance"}))
    assert not fails(check, test=Item(name="t", test_metadata=None, meta={"how_to_resolve": "Mend it."}))


def test_persons_stay_out_of_the_open_marts(rules: Any) -> None:
    entries = yaml.safe_load((PROJECT / "dbt-bouncer.yml").read_text(encoding="utf-8"))["manifest_checks"]
    patterns = {e["include"]: e["forbidden_column_pattern"] for e in entries if e["name"] == "check_model_shows_no_person"}

    def shown(folder: str, column: str) -> bool:
        return fails(
            rules.check_model_shows_no_person, model=Item(name="m", columns={column: 1}), forbidden_column_pattern=patterns[folder]
        )

    assert shown("^models/marts/open", "employee_key")
    assert shown("^models/marts/open", "nip")
    assert not shown("^models/marts/open", "unit_id")
    assert not shown("^models/marts/open", "service_name")
    assert shown("^models/marts/restricted", "employee_name")
    assert not shown("^models/marts/restricted", "employee_key")


def test_open_figures_rest_on_a_count(rules: Any) -> None:
    test = Item(attached_node="model.m", column_name=None, test_metadata=Item(name="unique_combination", kwargs={"columns": ["year"]}))
    ctx = Item(tests=[test])

    def failing(meta: dict[str, Any], **types: str) -> bool:
        model = Item(name="m", unique_id="model.m", meta=meta, columns=columns(unit_id="string", **types))
        return fails(rules.check_open_figures_rest_on_a_count, ctx, model=model)

    hidden = {"suppression": [{"count": "n", "hides": ["mean_x"]}]}
    assert not failing(hidden, year="integer", n="bigint", mean_x="decimal(9,2)")
    assert failing(hidden, year="integer", n="bigint", mean_x="decimal(9,2)", share_y="decimal(9,2)")
    assert not failing({**hidden, "public_figures": ["share_y"]}, n="bigint", mean_x="decimal(9,2)", share_y="decimal(9,2)")
    share = {"suppression": [*hidden["suppression"], {"share": "share_y", "of": "n"}]}
    assert not failing(share, n="bigint", mean_x="decimal(9,2)", share_y="decimal(9,2)")
    assert failing({"suppression": [{"share": "share_y", "of": "m"}]}, n="bigint", share_y="decimal(9,2)")
    assert failing({**hidden, "scales": [{"column": "mean_z", "of": "n"}]}, n="bigint", mean_x="decimal(9,2)")
    assert failing(hidden, n="bigint")  # hides a column that the mart does not have


def test_a_population_is_of_units(rules: Any) -> None:
    """The people of one unit and day are the same in whatever mart; without a unit there is nobody to compare."""
    meta = {"suppression": [{"count": "n", "population": "reports"}]}

    def failing(**types: str) -> bool:
        model = Item(name="m", unique_id="model.m", meta=meta, columns=columns(n="bigint", **types))
        return fails(rules.check_open_figures_rest_on_a_count, Item(tests=[]), model=model)

    assert not failing(unit_id="string")
    assert failing(channel="string")


def test_a_macro_is_called(rules: Any) -> None:
    def failing(name: str, *used: str) -> bool:
        node = Item(depends_on=Item(macros=[f"macro.asn.{u}" for u in used]))
        ctx = Item(manifest_obj=Item(nodes={"n": node}, macros={"macro.dbt.generate_schema_name": Item()}, unit_tests={}))
        return fails(rules.check_macro_is_called, ctx, macro=Item(name=name, unique_id=f"macro.asn.{name}"))

    assert not failing("text", "text")
    assert failing("text", "other")
    assert not failing("default__text", "text")
    assert failing("default__text", "other")
    assert not failing("generate_schema_name")


def test_many_rules_are_in_force() -> None:
    entries = yaml.safe_load((PROJECT / "dbt-bouncer.yml").read_text(encoding="utf-8"))["manifest_checks"]
    assert len(entries) >= 40
    assert len({entry["name"] for entry in entries}) >= 40
    assert all(entry.get("severity", "error") == "error" for entry in entries)
