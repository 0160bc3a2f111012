"""The entry point of ``asn``: what only reads a release starts at once, everything else with all that it needs."""

from __future__ import annotations

import os
import sys

from data_quality.errors import ConfigurationError

READING = frozenset({"status", "tables", "query", "export", "serve", "publish-postgres"})
"""Commands of ``pipelines.commands.reading``; whoever asks for one of them waits for no library of the pipeline."""


def main() -> None:
    """Run the command; exit code 2 where a setting, a contract or a profile is written wrongly."""
    try:
        if _first_word() in READING:
            from pipelines.commands.reading import app
        else:
            from pipelines.commands.main import app
        app()
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def _first_word() -> str:
    """The command; while the shell completes a line (bash, zsh, fish and PowerShell alike), that of the line."""
    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS")
    words = line.split() if "_ASN_COMPLETE" in os.environ and line else sys.argv
    return words[1] if len(words) > 1 else ""
