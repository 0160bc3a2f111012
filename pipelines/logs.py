"""Lines of the log: for people, or one JSON object a line (``WAREHOUSE_LOG_FORMAT=json``) for whatever collects them.

Every object has ``time`` (UTC), ``level``, ``run``, ``step``, ``extract``, ``delivery`` and ``message``; what does not apply is null.
Nothing but counts, dates and names of extracts is ever logged.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

_DELIVERY = re.compile(r"^([a-z_]+/[a-z_]+)(?: (\d{4}-\d{2}-\d{2}))?\b")
"""How every message about an extract or a delivery begins."""


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """A record as the fields of a line; records of Dagster know their run and step."""
    meta: dict[str, Any] = getattr(record, "dagster_meta", {}) or {}
    message = str(meta.get("orig_message") or record.getMessage())
    found = _DELIVERY.match(message)
    return {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "run": meta.get("run_id"),
        "step": meta.get("step_key"),
        "extract": found[1] if found else None,
        "delivery": found[2] if found else None,
        "message": message,
    }


class JsonLines(logging.Formatter):
    """One JSON object a line. Of an exception only its kind is written: its text may quote data."""

    def format(self, record: logging.LogRecord) -> str:
        line = fields_of(record)
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def json_handler() -> logging.Handler:
    """A handler of such lines. It keeps the standard output of now: what dbt is run with is redirected, the log is not."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    return handler
