"""The inventory of personal data as a page: which table and column holds which class, from the contracts and the dbt project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.privacy.inventory import PLACES, STORED_AS
from pipelines.privacy.tables import SuppressionRule
from pipelines.publishing.tables import table
from pipelines.reporting.documentation import meta_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from data_quality.contract import Contract

PEOPLE_KEYS = ("employee_key", "supervisor_key")


def inventory_page(contracts: Sequence[Contract], manifest: Mapping[str, Any]) -> str:
    """The page, without its first line."""
    return "\n".join(
        [
            "# Inventory of personal data\n",
            "Which table and column holds which class. A notice of a breach names the data from here; `docs/privacy.md` says the rest.\n",
            "## Classes\n",
            *table(("Class", "What is stored", "Where the office's own text stands"), _classes()),
            "## Processing by extract\n",
            *table(("Extract", "Office", "Purpose", "About", "Rows kept", "Text of rejected rows kept"), map(_extract, contracts)),
            "## Columns that are personal\n",
            *table(("Extract", "Column", "Header", "Class", "Meaning"), (row for contract in contracts for row in _columns(contract))),
            "## Tables of the warehouse with people\n",
            "Under a pseudonym; never in the open release.\n",
            *table(("Table", "Columns", "Audience"), _people_tables(manifest)),
            "## Tables of the open release\n",
            "No row is about a person. Figures rest on the counts named, and are hidden where those are small.\n",
            *table(("Table", "Counts"), _open_tables(manifest)),
        ]
    )


def _classes() -> Iterable[tuple[str, str, str]]:
    for name, stored in STORED_AS.items():
        yield (
            f"`{name}`",
            stored,
            ", ".join(f"`{place}`" for place in PLACES.get(name, ())) or ("not personal" if name == "internal" else "nowhere"),
        )


def _extract(contract: Contract) -> tuple[str, ...]:
    keys = [column.name for column in contract.stored_columns if column.classification == "pseudonymised"]
    about = "civil servants" if keys else "citizens" if contract.source == "feedback" else "nobody"
    return (
        f"`{contract.extract}`", contract.owner, contract.purpose, about, f"{contract.retention_years} years",
        f"{contract.rejected_days} days",
    )  # fmt: skip


def _columns(contract: Contract) -> Iterable[tuple[str, ...]]:
    for column in contract.columns:
        if column.classification != "internal":
            yield f"`{contract.extract}`", f"`{column.name}`", column.header, f"`{column.classification}`", column.description


def _people_tables(manifest: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    for node in _models(manifest):
        keys = [name for name in node["columns"] if name in PEOPLE_KEYS]
        if keys:
            yield (
                f"`{node['schema']}.{node['name']}`",
                ", ".join(f"`{key}`" for key in keys),
                meta_of(node).get("audience", "none: the build only"),
            )


def _open_tables(manifest: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    for node in _models(manifest):
        meta = meta_of(node)
        if "open" in meta.get("audience", "").split("+"):
            rules = [SuppressionRule.from_meta(rule) for rule in meta.get("suppression", [])]
            counts = dict.fromkeys(rule.people or (rule.of if rule.is_share else None) or rule.count for rule in rules)
            yield f"`{node['name']}`", ", ".join(f"`{count}`" for count in counts) or "no figure of it is about people"


def _models(manifest: Mapping[str, Any]) -> list[Any]:
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return sorted(models, key=lambda node: (node["schema"], node["name"]))
