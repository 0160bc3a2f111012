"""What is wrong with the form of a contract, each with its line: words that no contract has, and values that mean nothing.

The standard lets any word and any value pass, so a slip (``clasification``, ``parser: txt``) would be read as if nothing had been written.
"""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml
from open_data_contract_standard import model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    Node = yaml.nodes.Node

PARSERS = frozenset({
    "age_band", "boolean", "code", "codes", "date", "free_text", "integer", "level", "money", "nip", "number", "period", "text",
    "timestamp", "year_of",
})  # fmt: skip
"""How a cell can be read; ``pipelines.landing.columns`` has a reader for each."""

VALUES: Mapping[str, frozenset[str]] = {
    "classification": frozenset({"internal", "pseudonymised", "generalised", "masked", "withheld", "forbidden"}),
    "severity": frozenset({"error", "warning"}),
    "engine": frozenset({"delivery", "greatExpectations"}),
    "required": frozenset({"true", "false"}),
    "primaryKey": frozenset({"true", "false"}),
    "parser": PARSERS,
    "deliveryKind": frozenset({"snapshot", "events", "updated_events"}),
    "dateOrder": frozenset({"day_first", "month_first"}),
    "rangePart": frozenset({"start", "end"}),
    "eventTime": frozenset({"past", "calendar"}),
}
"""What may stand behind a word, where that is a list."""

NUMBERS = frozenset({"freshnessWarning", "freshnessError", "retention", "retentionRejected", "primaryKeyPosition", "bound", "adultAge"})

PROPERTIES = NUMBERS | {
    "aliases", "businessImpactId", "codes", "dateOrder", "default", "deliveryKind", "derive", "descriptionId", "eventTime", "frequency",
    "into", "landingFolder", "meltedUnless", "oneOf", "parser", "rangeEndInto", "rangePart", "separator", "valueMap",
}  # fmt: skip
"""What the project adds to the standard, as ``{property: ..., value: ...}``."""

FREE = frozenset({"implementation", "value"})
"""Below these stand words of a rule's own."""


@lru_cache
def _words_of_the_standard() -> frozenset[str]:
    classes = [one for _, one in inspect.getmembers(model, inspect.isclass) if hasattr(one, "model_fields")]
    return frozenset(word for one in classes for name, field in one.model_fields.items() for word in (name, field.alias) if word)


def document(path: Path) -> Node | None:
    """The file as nodes that know their lines. Raises yaml.YAMLError."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open(encoding="utf-8") as stream:
        node: Node | None = yaml.compose(stream, loader)
    return node


def slips(path: Path) -> list[str]:
    """Every slip as ``line: what is wrong``."""
    try:
        root = document(path)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return [f"{mark.line + 1 if mark else 1}: no YAML: {error.problem or error.context}"]
    return [f"{line}: {text}" for line, text in sorted(_slips(root))] if root else ["1: the file is empty"]


def line_of(path: Path, *, name: str, nth: int = 1) -> int:
    """Line of the ``nth`` entry with this ``name`` or ``id``, or of the word itself; 1 where there is none."""
    found = sorted(
        node.start_mark.line + 1
        for node, key, value in _pairs(document(path))
        if (key == name) or (key in {"name", "id", "property"} and getattr(value, "value", None) == name)
    )
    return found[min(nth, len(found)) - 1] if found else 1


def _pairs(node: Node | None) -> Iterator[tuple[Node, str, Node]]:
    """Every word of the document with its node and what stands behind it."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key, str(key.value), value
            yield from _pairs(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _pairs(item)


def _slips(node: Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _slips(item)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    held = {str(key.value): value for key, value in node.value}
    for key, value in node.value:
        line, word = key.start_mark.line + 1, str(key.value)
        if word in seen:
            yield line, f"{word} stands twice"
        seen.add(word)
        if word not in _words_of_the_standard():
            yield line, f"no contract has the word {word!r}"
        yield from _value_slips(word, value)
        if word not in FREE:
            yield from _slips(value)
    if isinstance(held.get("property"), yaml.ScalarNode) and "value" in held:
        word = str(held["property"].value)
        if word not in PROPERTIES:
            yield held["property"].start_mark.line + 1, f"no contract of ours has the property {word!r}"
        yield from _value_slips(word, held["value"])


def _value_slips(word: str, value: Node) -> Iterator[tuple[int, str]]:
    """A value that is not one of those that its word can have."""
    if not isinstance(value, yaml.ScalarNode):
        return
    line, text = value.start_mark.line + 1, str(value.value)
    if word in VALUES and text not in VALUES[word]:
        yield line, f"{word} is {text!r}, and can be {', '.join(sorted(VALUES[word]))}"
    if word in NUMBERS and not text.replace(".", "", 1).isdigit():
        yield line, f"{word} is {text!r}, and must be a number"
