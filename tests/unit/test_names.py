"""The grammar of names (docs/architecture.md, *Names*): every column of contracts, sources, models and seeds, held to its type."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from data_quality.contract import load_contracts
from data_quality.dbt_sources import DATA_TYPES

PROJECT = Path(__file__).parents[2] / "dbt_project"

TEXT = r"string|varchar|text"
WHOLE = r"bigint|integer|hugeint|smallint"
EXACT = rf"{WHOLE}|decimal\(\d+, ?\d+\)"

BY_NAME = {
    r".+_on|valid_(from|to|until)|quarter": "date",
    r".+_at": r"timestamp|timestamp with time zone|timestamptz",
    r"(is|has)_.+": "boolean",
    r"n_.+": WHOLE,
    r".+_idr": EXACT,
    r".+_jp": EXACT,
    r"share_.+|.+_share|.+_rate": r"decimal\(\d+, ?\d+\)|double",
    r".+_(key|id|code)": TEXT,
}
"""What a name promises of its type."""

BY_TYPE = {
    "date": r".+_on|valid_(from|to|until)|quarter",
    r"timestamp.*": r".+_at",
    "boolean": r"(is|has|was|in|needs|sample|sign)_.+|.+_is_.+",
}
"""What a type asks of its name: a day, a moment, a sentence that is true or not."""

MONEY = re.compile(r"(^|_)(costs?|price|wage|pagu|rupiah|amount)(_|$)")
HOURS = re.compile(r"(^|_)(hours|jam)(_|$)")
FOREIGN = re.compile(r".+_(date|time|timestamp|dt|flag|cnt|count|num|pct|percent|amount)|(num|count|dt|flag)_.+")
"""Other grammars, of which none may creep in."""

EXCEPTIONS = {
    ("date", "data_as_of"): "the mart of training impact is named in the terms of its method",
    ("date", "g"): "cohort, as the literature of the estimators writes it",
    ("date", "t"): "period, as the literature of the estimators writes it",
    ("date", "treated_from"): "half-open like valid_from",
    ("date", "censored_from"): "half-open like valid_from",
    ("money", "cost_total"): "the unit of the costs of training_impact is in their description, as is that of the outcomes beside them",
    ("money", "cost_per_head"): "see cost_total",
    ("money", "cost_per_point"): "see cost_total",
    ("money", "cost_per_point_low"): "see cost_total",
    ("money", "cost_per_point_high"): "see cost_total",
    ("hours", "hours_per_head"): "a mean, named by the one head that it is for",
    ("hours", "hours_per_head_pppk"): "see hours_per_head",
    ("hours", "hours_jp_with_ceiling"): "hours_jp with a condition",
    ("foreign", "event_time"): "periods since training, as the literature of the estimators calls them",
}
"""By rule and column: why a name stands outside of the grammar."""


class Column(NamedTuple):
    table: str
    name: str
    data_type: str


def every_column() -> list[Column]:
    found = [Column(c.extract, x.name, DATA_TYPES.get(x.parser, "varchar")) for c in load_contracts() for x in c.columns]
    for path in sorted((PROJECT / "models").rglob("*.yml")):
        said = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        tables = [*said.get("models", []), *(table for source in said.get("sources", []) for table in source["tables"])]
        found += [Column(table["name"], c["name"], str(c.get("data_type", ""))) for table in tables for c in table.get("columns", [])]
    for path in sorted((PROJECT / "seeds").rglob("*.yml")):
        for seed in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("seeds", []):
            found += [Column(seed["name"], name, str(kind)) for name, kind in seed["config"]["column_types"].items()]
    return [column._replace(data_type=column.data_type.lower()) for column in found]


def breaches(column: Column) -> list[str]:
    """Names of the rules that a column breaks."""
    broken = [
        f"named {pattern}"
        for pattern, kind in BY_NAME.items()
        if re.fullmatch(pattern, column.name) and not re.fullmatch(kind, column.data_type)
    ]
    broken += [kind for kind, pattern in BY_TYPE.items() if re.fullmatch(kind, column.data_type) and not re.fullmatch(pattern, column.name)]
    is_number = re.fullmatch(rf"{EXACT}|double", column.data_type)
    is_other = re.match(r"n_|share_", column.name) or re.search(r"_(rate|share|weight|score|measure|year|level|value)$", column.name)
    for rule, pattern, ending in (("money", MONEY, "_idr"), ("hours", HOURS, "_jp")):
        if is_number and not is_other and pattern.search(column.name) and not column.name.endswith(("_idr", ending)):
            broken.append(rule)
    if FOREIGN.fullmatch(column.name):
        broken.append("foreign")
    return [rule for rule in broken if (rule, column.name) not in EXCEPTIONS]


COLUMNS = every_column()


def test_every_column_follows_the_grammar() -> None:
    assert len(COLUMNS) > 1500
    assert [(column, broken) for column in COLUMNS if (broken := breaches(column))] == []


def test_every_exception_is_needed() -> None:
    assert {name for _, name in EXCEPTIONS} <= {column.name for column in COLUMNS}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("received", "timestamp"), ("birth_date", "date"), ("ended", "date"), ("started_on", "timestamp"), ("closed_at", "date"), ("active", "boolean"),
        ("is_open", "string"), ("n_people", "double"), ("cost_idr", "double"), ("hours_jp", "double"), ("share_met", "bigint"), ("unit_id", "integer"),
        ("rank_code", "integer"), ("employee_key", "bigint"), ("unit_cost", "bigint"), ("training_hours", "integer"), ("people_count", "bigint"),
        ("num_people", "bigint"), ("open_flag", "boolean"),
    ],
)  # fmt: skip
def test_a_name_of_another_grammar_is_found(name: str, kind: str) -> None:
    assert breaches(Column("t", name, kind))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("received_at", "timestamp"), ("n_people", "bigint"), ("lower_is_inclusive", "boolean"), ("estimated_cost_idr", "decimal(18,0)"), ("valid_to", "date")],
)  # fmt: skip
def test_a_name_of_ours_is_not(name: str, kind: str) -> None:
    assert not breaches(Column("t", name, kind))
