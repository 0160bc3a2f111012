"""Arrow schemas of the lake, from the contracts."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pyarrow as pa

from data_quality.results import CheckResult, LoadRecord

if TYPE_CHECKING:
    from data_quality.contract import Contract

ARROW_TYPES: dict[str, pa.DataType] = {
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "integer": pa.int32(),
    "level": pa.int32(),
    "year_of": pa.int32(),
    "money": pa.int64(),
    "number": pa.decimal128(18, 4),
    "boolean": pa.bool_(),
}
FIRST, LAST = "first_delivery_on", "last_delivery_on"
_PLACE = [pa.field("delivery_on", pa.date32()), pa.field("source_file", pa.string()), pa.field("source_row", pa.int32())]

REJECTED = pa.schema(
    [
        pa.field("delivery_on", pa.date32()),
        pa.field("source_file", pa.string()),
        pa.field("source_sheet", pa.string()),
        pa.field("source_row", pa.int32()),
        pa.field("record_key", pa.string()),
        pa.field("reasons", pa.string()),
        pa.field("messages", pa.string()),
        pa.field("raw", pa.string()),
        pa.field("typed", pa.string()),
    ]
)

_RECORD_TYPES = {"int": pa.int64(), "bool": pa.bool_(), "date": pa.date32(), "datetime": pa.timestamp("us"), "float": pa.float64()}


def _record_schema(kind: type[LoadRecord | CheckResult]) -> pa.Schema:
    return pa.schema(
        [pa.field(item.name, _RECORD_TYPES.get(str(item.type), pa.string())) for item in fields(kind) if item.name != "checks"]
    )


LOAD = _record_schema(LoadRecord)
CHECK = _record_schema(CheckResult)


def accepted_schema(contract: Contract) -> pa.Schema:
    """Columns of the accepted rows: those that may be stored, then their place in the delivery."""
    stored = [pa.field(column.name, ARROW_TYPES.get(column.parser, pa.string())) for column in contract.stored_columns]
    return pa.schema(stored + _PLACE)


def history_schema(contract: Contract) -> pa.Schema:
    """Columns of the history of a snapshot: those that may be stored, then the first and the last delivery that held them."""
    stored = [field for field in accepted_schema(contract) if field not in _PLACE]
    return pa.schema([*stored, pa.field(FIRST, pa.date32()), pa.field(LAST, pa.date32())])


def melted_schema(contract: Contract) -> pa.Schema:
    """Columns of the child table of a melted column: the parent's key, the competency and its value."""
    column = contract.melted
    assert column is not None
    keys = [pa.field(name, ARROW_TYPES.get(contract.column(name).parser, pa.string())) for name in contract.key]
    value = pa.field(f"assessed_{column.name}", ARROW_TYPES[column.parser])
    return pa.schema([*keys, pa.field("competency_code", pa.string()), value, *_PLACE])
