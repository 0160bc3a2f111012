"""Metrics as the dbt project defines them: from a definition in dbt's manifest to a figure.

The definitions (``dbt_project/models/metrics``) are those of the dbt semantic layer, so that every tool that reads it computes
the same. Here is the small part of it that the project itself needs: simple, ratio and derived metrics, grouped by columns of
the tables they rest on, filtered by their dimensions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.reporting.documentation import meta_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

AGGREGATIONS = {
    "sum": "sum({})",
    "count": "count({})",
    "count_distinct": "count(distinct {})",
    "average": "avg({})",
    "median": "percentile_cont(0.5) within group (order by {})",
    "min": "min({})",
    "max": "max({})",
}
_DIMENSION = re.compile(r"\{\{\s*(?:Time)?Dimension\('(?:\w+__)?(\w+)'[^)]*\)\s*\}\}")


class MetricError(ValueError):
    """A definition asks for something that this reading of it does not know."""


@dataclass(frozen=True)
class Metric:
    """One metric of the project."""

    name: str
    label: str
    description: str
    kind: str
    parameters: dict[str, Any]
    filters: tuple[str, ...]
    meta: dict[str, Any]

    @property
    def is_headline(self) -> bool:
        return bool(self.meta.get("headline"))


@dataclass(frozen=True)
class _Leaf:
    """A measure under the filters of everything that it is a part of."""

    measure: str
    filters: tuple[str, ...]


@dataclass(frozen=True)
class Definitions:
    """All metrics and semantic models of a manifest."""

    metrics: dict[str, Metric]
    semantic_models: dict[str, dict[str, Any]]
    relations: Mapping[str, str] = field(default_factory=dict)
    """SQL that takes the place of a model's table: model -> relation."""

    def sql(self, name: str, by: Sequence[str] = ()) -> str:
        """A query with the columns ``by`` and ``value``."""
        leaves: dict[_Leaf, str] = {}
        value = self._expression(name, (), leaves)
        keys = ", ".join(by)
        queries = [f"{alias} as ({self._leaf_sql(leaf, by, alias)})" for leaf, alias in leaves.items()]
        first, *others = leaves.values()
        if by:
            joined = first + "".join(f" full outer join {other} using ({keys})" for other in others)
            return f"with {', '.join(queries)} select {keys}, {value} as value from {joined}"  # noqa: S608 - names of the project
        joined = first + "".join(f" cross join {other}" for other in others)
        return f"with {', '.join(queries)} select {value} as value from {joined}"  # noqa: S608 - names of the project

    def leaf_measures(self, name: str) -> list[str]:
        leaves: dict[_Leaf, str] = {}
        self._expression(name, (), leaves)
        return [leaf.measure for leaf in leaves]

    def model_of(self, name: str) -> str:
        """The dbt model that the metric rests on; one model for each metric."""
        models = {_model_name(self._semantic_model(measure)) for measure in self.leaf_measures(name)}
        if len(models) != 1:
            raise MetricError(f"{name} rests on {sorted(models)}")
        return models.pop()

    def subject(self, name: str) -> str:
        """What the metric is a figure of: the label of its semantic model."""
        return str(self._semantic_model(self.leaf_measures(name)[0])["label"])

    def relation_of(self, model: str) -> str:
        """Where the rows of a dbt model are."""
        tables = {_model_name(m): "{schema_name}.{alias}".format(**m["node_relation"]) for m in self.semantic_models.values()}
        return self.relations.get(model, tables[model])

    def _expression(self, name: str, filters: tuple[str, ...], leaves: dict[_Leaf, str]) -> str:
        metric = self.metrics[name]
        filters += metric.filters
        parameters = metric.parameters
        if metric.kind == "simple":
            leaf = _Leaf(parameters["measure"]["name"], (*filters, *_filters(parameters["measure"])))
            return f"{leaves.setdefault(leaf, f'm{len(leaves)}')}.value"
        if metric.kind == "ratio":
            top, bottom = (
                self._expression(parameters[part]["name"], (*filters, *_filters(parameters[part])), leaves)
                for part in ("numerator", "denominator")
            )
            return f"(cast({top} as double) / nullif({bottom}, 0))"
        if metric.kind == "derived":
            parts = {
                part.get("alias") or part["name"]: self._expression(part["name"], (*filters, *_filters(part)), leaves)
                for part in parameters["metrics"]
            }
            names = re.compile(rf"\b({'|'.join(map(re.escape, parts))})\b")
            return f"({names.sub(lambda found: parts[found[1]], parameters['expr'])})"
        raise MetricError(f"{name} is of the kind {metric.kind}")

    def _leaf_sql(self, leaf: _Leaf, by: Sequence[str], alias: str) -> str:
        model = self._semantic_model(leaf.measure)
        measure = next(m for m in model["measures"] if m["name"] == leaf.measure)
        if measure["agg"] not in AGGREGATIONS:
            raise MetricError(f"{leaf.measure} is aggregated by {measure['agg']}")
        columns = {d["name"]: str(d.get("expr") or d["name"]) for d in (*model["dimensions"], *model["entities"])}
        unknown = set(by) - set(columns.values())
        if unknown:
            raise MetricError(f"{leaf.measure} cannot be grouped by {sorted(unknown)}")
        relation = self.relation_of(_model_name(model))
        conditions = [_DIMENSION.sub(lambda found: columns[found[1]], text) for text in leaf.filters]
        latest = measure.get("non_additive_dimension")
        if latest and columns[latest["name"]] not in by:
            # A state is never added up over time: that of the last (or first) moment counts.
            moment = columns[latest["name"]]
            conditions.append(f"{moment} = (select {latest['window_choice']}({moment}) from {relation} as everything)")  # noqa: S608 - names of the project
        value = AGGREGATIONS[measure["agg"]].format(measure.get("expr") or measure["name"])
        # A group without a row for which the filter holds is still a group: its sum is 0 or empty, as the measure has it.
        kept = f" filter (where {' and '.join(f'({c})' for c in conditions)})" if conditions else ""
        selected = ", ".join([*by, f"{value}{kept} as value"])
        grouped = f" group by {', '.join(by)}" if by else ""
        return f"select {selected} from {relation} as {alias}_rows{grouped}"  # noqa: S608 - names of the project

    def _semantic_model(self, measure: str) -> dict[str, Any]:
        for model in self.semantic_models.values():
            if any(m["name"] == measure for m in model["measures"]):
                return model
        raise MetricError(f"no semantic model has the measure {measure}")


def definitions(manifest: Mapping[str, Any], relations: Mapping[str, str] | None = None) -> Definitions:
    """The metrics of a manifest, by name."""
    metrics = {
        node["name"]: Metric(
            node["name"],
            node["label"],
            node["description"],
            node["type"],
            node["type_params"],
            tuple(_filters(node)),
            meta_of(node),
        )
        for node in manifest["metrics"].values()
    }
    return Definitions(metrics, {node["name"]: node for node in manifest["semantic_models"].values()}, relations or {})


def _filters(node: Mapping[str, Any]) -> Iterator[str]:
    for found in ((node.get("filter") or {}).get("where_filters")) or []:
        yield found["where_sql_template"]


def _model_name(semantic_model: Mapping[str, Any]) -> str:
    return str(semantic_model["node_relation"]["alias"])
