"""Rules of this project that dbt-bouncer has no check for; `dbt-bouncer.yml` says where each applies.

Each check looks at one node of the manifest and fails with a text that says what to mend.
"""

from __future__ import annotations

import re
from typing import Any

from dbt_bouncer.check_framework.decorator import check, fail

RULE_COLUMNS = ("rule_set", "valid_from", "valid_to", "source", "confidence")
PLAIN_TESTS = {"filled", "unique", "accepted_values", "relationships"}
"""Tests whose failure `mart_resolution` explains, whatever they look at."""
NUMBER = re.compile(r"^(bigint|integer|double|decimal)")


@check
def check_seed_types_every_column(seed: Any) -> None:
    """A seed gives each of its columns a type: left to be guessed, a code such as 05 becomes the number 5."""
    typed = set(seed.config.column_types or {})
    missing = sorted(set(seed.columns or {}) - typed) + sorted(typed - set(seed.columns or {}))
    if missing or not typed:
        fail(f"`{seed.name}`: in one of column_types and columns alone: {missing or 'everything'}.")


@check
def check_rule_seed_says_when_and_whence(seed: Any) -> None:
    """A rule names its rule set, the time in which it counts, its source and how sure that is."""
    missing = [column for column in RULE_COLUMNS if column not in (seed.columns or {})]
    if missing:
        fail(f"`{seed.name}` lacks the columns {missing}.")


@check
def check_contract_names_what_is_never_empty(model: Any) -> None:
    """A contracted table has a column that is never empty, and the engine holds it: else a row could be nothing at all."""
    kinds = [str(getattr(c.type, "value", c.type)) for column in (model.columns or {}).values() for c in (column.constraints or [])]
    if "not_null" not in kinds:
        fail(f"`{model.name}` has no column with the constraint not_null.")


@check
def check_test_says_how_to_resolve(test: Any) -> None:
    """Whoever reads check_results must learn what to do; for the plain tests a macro says it."""
    name = test.test_metadata.name if getattr(test, "test_metadata", None) else ""
    if name not in PLAIN_TESTS and not (test.meta or {}).get("how_to_resolve"):
        fail(f"`{test.name}` does not say how_to_resolve in its meta.")


@check
def check_model_shows_no_person(model: Any, *, forbidden_column_pattern: str) -> None:
    """Some columns may never stand in a table of this audience."""
    shown = [name for name in model.columns or {} if re.match(forbidden_column_pattern, name)]
    if shown:
        fail(f"`{model.name}` shows {shown}.")


@check
def check_open_figures_rest_on_a_count(model: Any, ctx: Any) -> None:
    """Every number of an open mart is hidden with a small count of people, is part of the grain, or is declared public.

    `meta.suppression` names the counts and what each hides, `meta.public_figures` the numbers that tell nothing of people.
    """
    meta, columns = model.meta or {}, model.columns or {}
    rules = meta.get("suppression", [])
    figures = [rule.get("share") or rule["count"] for rule in rules]
    hidden = {name for name in figures if name.isidentifier()}  # a share may be an expression of columns
    hidden |= {name for rule in rules for name in (*rule.get("hides", []), *(rule[key] for key in ("people", "of") if key in rule))}
    hidden |= {scale[key] for scale in meta.get("scales", []) for key in ("column", "of")} - set(columns)  # only to find what is misspelt
    if any("population" in rule for rule in rules) and "unit_id" not in columns:
        fail(f"`{model.name}` names a population, but has no unit_id: people are the same of one unit and day.")
    public = set(meta.get("public_figures", []))
    unknown = sorted((hidden | public) - set(columns))
    if unknown:
        fail(f"`{model.name}` names columns in its meta that it does not have: {unknown}.")
    grain: set[str] = set()
    for test in ctx.tests:
        if test.attached_node == model.unique_id and test.test_metadata and test.test_metadata.name in {"unique", "unique_combination"}:
            grain |= set(test.test_metadata.kwargs.get("columns") or [test.column_name])
    numbers = {name for name, column in columns.items() if NUMBER.match(str(column.data_type).lower())}
    bare = sorted(numbers - hidden - public - grain)
    if bare:
        fail(f"`{model.name}` shows numbers that no count of people hides: {bare}.")


@check
def check_macro_is_called(macro: Any, ctx: Any) -> None:
    """A macro is used somewhere; `<engine>__<macro>` is used when the macro that dispatches to it is."""
    manifest = getattr(ctx.manifest_obj, "manifest", ctx.manifest_obj)
    used = {
        name
        for kind in ("nodes", "macros", "unit_tests")
        for item in getattr(manifest, kind).values()
        if getattr(item, "depends_on", None)
        for name in getattr(item.depends_on, "macros", None) or []
    }
    dispatched = re.sub(r"^macro\.(\w+)\.[a-z]+?__", r"macro.\1.", macro.unique_id)
    overrides = f"macro.dbt.{macro.name}" in manifest.macros
    if not overrides and not macro.name.startswith("test_") and not {macro.unique_id, dispatched} & used:
        fail(f"`{macro.name}` is used by no model, test or other macro.")
