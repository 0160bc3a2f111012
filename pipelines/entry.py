"""The entry point of ``asn``: what only reads a release starts at once, everything else with all that it needs."""

from __future__ import annotations

import sys

READING = frozenset({"status", "query", "export", "serve", "publish-postgres"})
"""Commands of ``pipelines.reading_commands``; whoever asks for one of them waits for no library of the pipeline."""


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] in READING:
        from pipelines.reading_commands import app
    else:
        from pipelines.command import app
    app()
