"""What kind of deliveries an extract sends and where they arrive, at a tenth of what it costs to load all that a contract says."""

from __future__ import annotations

from pathlib import Path

import yaml

_CONTRACTS = Path(__file__).parent / "contracts"


def delivery_kinds() -> dict[str, str]:
    """``source/name`` -> snapshot, events or updated_events."""
    return _of_each("deliveryKind")


def landing_folders() -> dict[str, str]:
    """``source/name`` -> folder of the landing area."""
    return _of_each("landingFolder")


def _of_each(wanted: str) -> dict[str, str]:
    found = {}
    for path in sorted(_CONTRACTS.glob("*/*.odcs.yaml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        found[content["name"]] = next(item["value"] for item in content["customProperties"] if item["property"] == wanted)
    return found
