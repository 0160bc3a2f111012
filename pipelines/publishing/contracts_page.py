"""What each extract must be, as a page: columns with their spellings, and every rule with its mend, from the contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_quality.dbt_sources import DATA_TYPES
from pipelines.publishing.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data_quality.contract import Column, Contract, Rule

_INTRODUCTION = """# Extracts: columns and rules

What each extract must be, written from its contract in `data_quality/contracts/`. How files are read is in
[Delivering extracts](extracts.md), what the classes mean in the [inventory of personal data](personal-data.md). A row that breaks an
**error** is kept out with its reason; a **warning** is counted. Headers and codes match whatever their case, blanks and punctuation.
"""
_KINDS = {
    "snapshot": "all rows each time; what is in it no more has ended",
    "events": "new rows each time",
    "updated_events": "new rows, and older ones again where they have changed",
}
_OF_TIME = (".in_future", ".before_calendar")
_MOST_FORMS = 4
"""Spellings that are named; the contract has all."""


def contracts_page(contracts: Sequence[Contract]) -> str:
    """The page, without its first line."""
    lines = [_INTRODUCTION]
    for contract in contracts:
        lines += _contract(contract)
    return "\n".join(lines)


def _contract(contract: Contract) -> list[str]:
    hours = contract.freshness_hours
    late = f", late after {hours['warning']:g} h, an error after {hours['error']:g} h" if {"warning", "error"} <= hours.keys() else ""
    return [
        f"## {contract.extract}\n",
        f"{contract.purpose}\n",
        f"* Folder: `var/landing/{contract.folder}`",
        f"* Delivered: {contract.cadence.replace('_', ' ')}{late}",
        f"* Holds: {_KINDS[contract.kind]}; a row is {contract.grain.removesuffix(' a delivery')}",
        f"* Key: {', '.join(f'`{name}`' for name in contract.key)}",
        f"* Owner: {contract.owner}\n",
        *table(("Header", "Also written", "Column", "Type", "Must be there", "Class", "Meaning"), map(_column, contract.columns)),
        *table(("Rule", "Level", "Holds when", "Berlaku bila", "Mend"), _rules(contract)),
    ]


def _column(column: Column) -> tuple[str, ...]:
    aliases = ", ".join(column.aliases[:_MOST_FORMS]) + (", …" if len(column.aliases) > _MOST_FORMS else "")
    return (
        f"`{column.header}`", aliases, f"`{column.name}`", DATA_TYPES.get(column.parser, "text"),
        "yes" if column.required else f"one of the {column.one_of}" if column.one_of else "",
        column.classification, f"{column.description}{_codes(column)}",
    )  # fmt: skip


def _codes(column: Column) -> str:
    return f" Codes: `{column.codes}`." if column.codes else ""


def _rules(contract: Contract) -> Iterator[tuple[str, ...]]:
    """Rules that are declared, and bounds of dates; that a required column is filled and a code known, the columns above say."""
    declared: list[Rule] = [*contract.delivery_rules, *contract.rules, *(rule for column in contract.columns for rule in column.rules)]
    for rule in (*declared, *(rule for rule in contract.row_rules if rule.check_id.endswith(_OF_TIME))):
        bound = f" ({rule.bound:g})" if rule.bound is not None else ""
        yield f"`{rule.check_id}`", rule.severity, f"{rule.description}{bound}", rule.description_id, rule.how_to_resolve
