"""From the rules of a contract to a Great Expectations suite. The rules are written in the contract, and only there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from great_expectations import ExpectationSuite

    from data_quality.contract import Rule

_COLUMN_ARGUMENTS = ("column", "column_A", "column_B")


def camel(expectation: str) -> str:
    """``expect_column_values_to_be_between`` -> ``ExpectColumnValuesToBeBetween`` (``_a_``, ``_A`` included)."""
    return "".join(part[:1].upper() + part[1:] for part in expectation.split("_"))


def applicable(rule: Rule, columns: frozenset[str], melted: dict[str, list[str]]) -> list[dict[str, Any]]:
    """The keyword arguments of each expectation that a rule becomes for a frame with these columns.

    A rule on a melted column holds for every column that it stands for; a rule on a column that is absent says nothing.
    """
    column = rule.kwargs.get("column")
    if column in melted:
        return [{**rule.kwargs, "column": name} for name in melted[column]]
    used = [rule.kwargs[argument] for argument in _COLUMN_ARGUMENTS if argument in rule.kwargs]
    return [dict(rule.kwargs)] if all(name in columns for name in used) else []


def build_suite(name: str, rules: Iterable[Rule], columns: frozenset[str], melted: dict[str, list[str]]) -> ExpectationSuite:
    """The suite for a frame with these columns; each expectation carries its ``check_id`` in ``meta``."""
    import great_expectations as gx
    from great_expectations import expectations

    built = []
    for rule in rules:
        kind = getattr(expectations, camel(rule.expectation), None)
        if kind is None:
            raise ValueError(f"rule {rule.check_id}: Great Expectations knows no {rule.expectation!r}")
        built += [
            kind(**_arguments(kwargs), meta={"check_id": rule.check_id})
            for kwargs in applicable(rule, columns, melted)
        ]  # fmt: skip
    return gx.ExpectationSuite(name=name, expectations=built)


def _arguments(kwargs: dict[str, Any]) -> dict[str, Any]:
    """JSON pairs arrive as lists; GX compares tuples."""
    pairs = kwargs.get("value_pairs_set")
    return {**kwargs, "value_pairs_set": [tuple(pair) for pair in pairs]} if pairs else kwargs
