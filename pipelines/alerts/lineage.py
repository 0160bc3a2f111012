"""Which marts rest on an extract, from the manifest that dbt has written."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def marts_of(manifest_file: Path, extract: str) -> tuple[str, ...]:
    """Names of the published marts downstream of ``source/name``; none while dbt has not been parsed yet."""
    if not manifest_file.is_file():
        return ()
    children, marts = _graph(manifest_file, manifest_file.stat().st_mtime_ns)
    source, name = extract.split("/")
    waiting, seen = [f"source.asn.{source}.{name}"], set()
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += children.get(node, [])
    return tuple(sorted(marts[node] for node in seen if node in marts))


@lru_cache(maxsize=2)
def _graph(manifest_file: Path, _changed: int) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Children of each node, and the names of the marts by node."""
    content: dict[str, Any] = json.loads(manifest_file.read_text(encoding="utf-8"))
    marts = {
        id_: str(node["name"])
        for id_, node in content["nodes"].items()
        if node["resource_type"] == "model" and node["fqn"][1:2] == ["marts"]
    }
    return content["child_map"], marts
