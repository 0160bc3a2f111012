"""What the dbt project says of its tables and metrics, for the catalogue and the dictionary."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Column:
    name: str
    data_type: str
    description: str
    rests_on: tuple[str, ...]
    """Counts and shares that decide whether it is shown."""


@dataclass(frozen=True)
class Mart:
    """A table of the open release."""

    name: str
    description: str
    owner: str
    columns: tuple[Column, ...]
    made_from: tuple[str, ...]
    sql: str


@dataclass(frozen=True)
class MetricPage:
    """A metric as its definition describes it."""

    name: str
    label: str
    description: str
    meta: Mapping[str, Any]
    subject: str


@dataclass(frozen=True)
class Documentation:
    marts: tuple[Mart, ...]
    metrics: tuple[MetricPage, ...]

    @property
    def suppression(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Mart -> column -> the counts and shares that it rests on."""
        return {mart.name: {column.name: column.rests_on for column in mart.columns if column.rests_on} for mart in self.marts}

    def by_subject(self) -> list[tuple[str, list[MetricPage]]]:
        ordered = sorted(self.metrics, key=lambda metric: metric.subject)
        return [(subject, list(group)) for subject, group in groupby(ordered, key=lambda metric: metric.subject)]


def documentation(manifest: Mapping[str, Any]) -> Documentation:
    """The open marts and all metrics of a dbt manifest."""
    marts = [
        _mart(node)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and "open" in str(meta_of(node).get("audience", "")).split("+")
    ]
    metrics = [
        MetricPage(node["name"], node["label"], node["description"], meta_of(node), str(meta_of(node)["mart"]))
        for node in manifest["metrics"].values()
    ]
    return Documentation(tuple(sorted(marts, key=lambda mart: mart.name)), tuple(metrics))


def _mart(node: Mapping[str, Any]) -> Mart:
    meta = meta_of(node)
    rests: dict[str, list[str]] = {}
    for rule in meta.get("suppression", []):
        # A rule is on a count of people, or on a share that would tell of nearly all of them; a share rests on the count it is of.
        figure = rule.get("count") or rule["share"]
        grounds = [rule["of"], figure] if "share" in rule else [figure]
        for column in dict.fromkeys((figure, *([rule["people"]] if rule.get("people") else []), *rule.get("hides", ()))):
            rests.setdefault(column, []).extend(ground for ground in grounds if ground not in rests.get(column, []))
    columns = tuple(
        Column(name, str(column.get("data_type") or ""), column["description"], tuple(rests.get(name, ())))
        for name, column in node["columns"].items()
    )
    parents = sorted({name.split(".")[-1] for name in node["depends_on"]["nodes"]})
    return Mart(node["name"], node["description"], str(meta.get("owner", "")), columns, tuple(parents), str(node["raw_code"]).strip())


def meta_of(node: Mapping[str, Any]) -> dict[str, Any]:
    """What a model or metric of a dbt manifest says of itself beside its description, wherever the version of dbt has put it."""
    return {**node.get("meta", {}), **node.get("config", {}).get("meta", {})}
