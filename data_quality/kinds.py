"""What kind of deliveries an extract sends, read from its contract alone: a tenth of what it costs to load all that a contract says."""

from __future__ import annotations

from pathlib import Path

import yaml

_CONTRACTS = Path(__file__).parent / "contracts"


def delivery_kinds() -> dict[str, str]:
    """``source/name`` -> snapshot, events or updated_events."""
    kinds = {}
    for path in sorted(_CONTRACTS.glob("*/*.odcs.yaml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        kinds[content["name"]] = next(item["value"] for item in content["customProperties"] if item["property"] == "deliveryKind")
    return kinds
