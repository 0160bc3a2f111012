"""What the command ``asn check`` does: inspect one file and show the report wherever it is wanted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from data_quality.contract import load_contracts
from pipelines.inspection.examine import inspect_file
from pipelines.inspection.grid import FoundContract, find_contract
from pipelines.inspection.page import render_page
from pipelines.inspection.refused import no_file_report, unknown_report
from pipelines.inspection.report import MOST_PLACES
from pipelines.inspection.terminal import print_report
from pipelines.inspection.words import Words
from pipelines.privacy.modes import private_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from rich.console import Console

    from pipelines.inspection.report import InspectionReport
    from pipelines.inspection.words import Language
    from pipelines.landing.limits import Limits
    from pipelines.landing.profiles import Profile

WORKBOOK_PLACES = 10_000


# Over 50 lines: half of them say what each parameter is.
def run_check(
    path: Path,
    extract: str | None = None,
    *,
    profiles: tuple[Profile, ...] = (),
    batch_rows: int = 100_000,
    limits: Limits | None = None,
    language: Language = "id",
    console: Console | None = None,
    now: datetime | None = None,
    told: Callable[[int, int | None], None] = lambda _done, _total: None,
    html: Path | None = None,
    json_file: Path | None = None,
    xlsx: Path | None = None,
) -> InspectionReport:
    """Inspect a file, print the report and write it to the files that are named.

    Args:
        path: the file; it is not loaded and not changed.
        extract: what it holds, as ``hr/employees`` or ``hr/pegawai``; else its folder or its headers say it.
        profiles: what is particular to the offices' files.
        batch_rows: rows that are validated at a time.
        limits: what the file may cost.
        language: of the report, ``id`` or ``en``.
        console: where to print; None prints nothing.
        now: the instant of the inspection; None: the present one.
        told: is told after each batch how many rows were looked at.
        html: page to write; like the two others readable by its owner alone.
        json_file: the same as JSON, see ``InspectionReport.as_dict``.
        xlsx: the file itself as a workbook with coloured cells.

    Raises:
        FileExistsError: a report would overwrite the file itself.
    """
    words, contracts = Words(language), load_contracts()
    if any(target is not None and target.resolve() == path.resolve() for target in (html, json_file, xlsx)):
        raise FileExistsError("a report may not take the place of the file that it is about: give it another name")
    match = find_contract(path, contracts, profiles, extract, limits) if path.is_file() else FoundContract(None, "unknown")
    if not path.is_file():
        report = no_file_report(path, words)
    elif match.contract is None:
        report = unknown_report(path, contracts, match, words)
    else:
        report = inspect_file(
            path, match.contract, profiles, batch_rows=batch_rows, language=language, limits=limits, now=now, told=told,
            most_places=WORKBOOK_PLACES if xlsx else MOST_PLACES, found=words(f"found.{match.found}", known=match.n_known),
        )  # fmt: skip
    _tell(report, console, html, json_file)
    if xlsx is not None:
        from pipelines.inspection.workbook import write_workbook

        write_workbook(report, xlsx, path, match.contract, profiles, limits)
    return report


def _tell(report: InspectionReport, console: Console | None, html: Path | None, json_file: Path | None) -> None:
    """Print the report and write it as a page and as JSON, each where it is asked for."""
    if console is not None:
        print_report(report, console)
    if html is not None:
        _write(html, render_page(report))
    if json_file is not None:
        _write(json_file, json.dumps(report.as_dict(), ensure_ascii=False, indent=2) + "\n")


def _write(target: Path, text: str) -> None:
    with private_file(target) as staged:
        staged.write_text(text, encoding="utf-8", errors="replace")
