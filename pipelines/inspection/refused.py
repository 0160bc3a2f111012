"""The report on a file of which no row can be read: what was seen of it, and what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.inspection.grid import best_header, open_grids
from pipelines.inspection.report import InspectionReport
from pipelines.inspection.seen import columns_seen, missing_sentences
from pipelines.landing.headers import lacks_competencies
from pipelines.landing.limits import Limits
from pipelines.landing.profiles import profile_for
from pipelines.landing.refusals import MissingColumnsError, UnreadableFileError, shown_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from data_quality.contract import Contract
    from pipelines.inspection.grid import FoundContract
    from pipelines.inspection.words import Words
    from pipelines.landing.profiles import Profile


def refused_report(
    path: Path,
    contract: Contract,
    profiles: tuple[Profile, ...],
    error: Exception,
    words: Words,
    *,
    limits: Limits | None,
    found: str,
) -> InspectionReport:
    """The report for a file that could not be opened, or that broke off."""
    if isinstance(error, MissingColumnsError):
        return _without_columns(path, contract, profiles, words, limits=limits or Limits(), found=found)
    if isinstance(error, UnreadableFileError):
        reasons: tuple[str, ...] = (error.words(words.language),)
    else:
        reasons = (words("reason.broke_off", kind=type(error).__name__), words("reason.save_again"))
    return InspectionReport(
        words.language, shown_name(path.name), contract.extract, contract.folder, found, "refused", words("sentence.unreadable"), reasons
    )


def _without_columns(
    path: Path, contract: Contract, profiles: tuple[Profile, ...], words: Words, *, limits: Limits, found: str
) -> InspectionReport:
    profile = profile_for(profiles, contract, path.name)
    best = best_header(contract, open_grids(path, limits), profile)
    assert best is not None
    columns = columns_seen(contract, best.header, profile)
    competencies = lacks_competencies(contract, best.header)
    missing = [column.expected for column in columns if column.fate == "missing_required"]
    named = missing + ([words("competencies")] if competencies else [])
    return InspectionReport(
        language=words.language,
        file=shown_name(path.name),
        extract=contract.extract,
        folder=contract.folder,
        found=found,
        verdict="refused",
        sentence=words("sentence.missing", columns=", ".join(named)),
        reasons=missing_sentences(columns, words, competencies=competencies),
        detection={**best.grid.detection, "header_row": best.header_row},
        columns=columns,
    )


def no_file_report(path: Path, words: Words) -> InspectionReport:
    """The report for a folder, a pipe or a device: none of them can be read twice, and some never end."""
    reasons = (words("reason.not_a_file"),)
    return InspectionReport(
        words.language, shown_name(path.name), "", "", words("found.unknown"), "refused", words("sentence.unreadable"), reasons
    )


def unknown_report(path: Path, contracts: Sequence[Contract], found: FoundContract, words: Words) -> InspectionReport:
    """The report for a file of which it is not clear what data it holds, or which cannot even be asked."""
    if found.refusal is not None:
        sentence, reasons = "sentence.unreadable", [found.refusal.words(words.language)]
    else:
        sentence, reasons = "sentence.unknown", [words("reason.extracts", extracts=", ".join(item.folder for item in contracts))]
        if len(found.tied) > 1:
            reasons.insert(0, words("reason.tied", extracts=", ".join(item.folder for item in found.tied)))
    return InspectionReport(
        words.language, shown_name(path.name), "", "", words("found.unknown"), "refused", words(sentence), tuple(reasons)
    )
