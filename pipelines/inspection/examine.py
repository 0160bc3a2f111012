"""One file through everything that a delivery goes through on its way into the lake, with nothing stored.

The counts and the verdict are those that ``pipelines.loading.ingest`` would reach for a delivery of this file alone; a rule that
compares with the delivery before is not judged here, and the report says so.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import secrets
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from data_quality.contract import MELTED_MARK
from data_quality.validation import bounded, failing_rows
from data_quality.wording import wording
from pipelines.clock import utc_now
from pipelines.inspection.places import Places
from pipelines.inspection.refused import refused_report
from pipelines.inspection.repetitions import DUPLICATE, Repetitions
from pipelines.inspection.report import MOST_PLACES, InspectionReport, Place, Problem, RowCounts
from pipelines.inspection.seen import coercions_seen, columns_seen, formats_seen
from pipelines.inspection.words import Words
from pipelines.lake.retention import has_run_out
from pipelines.landing.batches import open_files
from pipelines.landing.deliveries import delivery_date, latest_day
from pipelines.landing.refusals import MissingColumnsError, UnreadableFileError, shown_name
from pipelines.loading.delivery_load import KEY_CONFLICT, NOT_EARLY, reasons_of
from pipelines.loading.standing import NEVER_BY_HAND, RETENTION

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from pathlib import Path

    from data_quality.contract import Contract, Severity
    from pipelines.inspection.words import Language
    from pipelines.landing.batches import OpenedFile, TypedBatch
    from pipelines.landing.limits import Limits
    from pipelines.landing.profiles import Profile

_MOST_OUTSIDE = 20
_BROKEN_OFF = (OSError, UnicodeError, ValueError, csv.Error)


def inspect_file(
    path: Path,
    contract: Contract,
    profiles: tuple[Profile, ...] = (),
    *,
    batch_rows: int = 100_000,
    language: Language = "id",
    limits: Limits | None = None,
    most_places: int = MOST_PLACES,
    found: str = "",
    now: datetime | None = None,
    told: Callable[[int, int | None], None] = lambda _done, _total: None,
) -> InspectionReport:
    """Inspect a file as a delivery of its own.

    Args:
        path: the file; nothing else is read and nothing is written.
        contract: what kind of data it holds.
        profiles: what is particular to the offices' files.
        batch_rows: rows that are validated at a time.
        language: of every text in the report.
        limits: what the file may cost.
        most_places: of each problem, how many places are kept.
        found: how the kind of data was recognised, in words.
        now: the instant of the inspection; None: the present one.
        told: is told after each batch how many rows were looked at.
    """
    words = Words(language)
    try:
        opened = open_files(path, contract, profiles, batch_rows, limits)
        examined = _Examination(opened, words, most_places, now or utc_now())
        examined.run(batch_rows, ephemeral_pseudonym(), told)
    except (UnreadableFileError, MissingColumnsError, *_BROKEN_OFF) as error:
        return refused_report(path, contract, profiles, error, words, limits=limits, found=found)
    return examined.report(path, profiles, found)


def ephemeral_pseudonym() -> Callable[[str], str]:
    """An injective function of NIPs that nobody can repeat: its key lives as long as the inspection."""
    key = secrets.token_bytes(32)
    return lambda nip: hmac.new(key, nip.encode(), hashlib.sha256).hexdigest()


class _Examination:
    """Collects what the batches of a file bring, as ``DeliveryLoad`` does, but places instead of rows."""

    def __init__(self, opened: list[OpenedFile], words: Words, most_places: int, now: datetime) -> None:
        self.opened, self.words, self.most_places = opened, words, most_places
        named, latest = delivery_date(opened[0].path), latest_day(now)
        self.is_early = named is not None and named > latest
        # A delivery without a date, or whose day has not come, would be one of today.
        self.delivery_on = named if named and not self.is_early else latest - timedelta(days=1)
        self.contract: Contract = opened[0].contract
        self.has_run_out = named is not None and has_run_out(self.contract, named, now)
        self.makers = [Places(file, words) for file in opened]
        self.n_read = self.n_rejected = 0
        self.failed: Counter[str] = Counter()
        self.coercions: Counter[str] = Counter()
        self.places: dict[str, list[Place]] = {}
        self.maker_of: dict[str, Places] = {}
        self.repetitions = Repetitions(self.contract, self.makers)
        self._rules = {rule.check_id: rule for rule in self.contract.row_rules}

    def run(self, batch_rows: int, pseudonym: Callable[[str], str], told: Callable[[int, int | None], None]) -> None:
        for number, file in enumerate(self.opened):
            for batch in file.batches(batch_rows, pseudonym):
                batch.frame = bounded(batch.frame, self.delivery_on)
                self._absorb(number, batch, failing_rows(self.contract, batch.frame))
                told(self.n_read, None)
        found = self.repetitions.find(batch_rows, self.most_places)
        self.failed += Counter({KEY_CONFLICT.check_id: found.n_conflicting, DUPLICATE: found.n_repeated})
        self.places |= {KEY_CONFLICT.check_id: found.conflicts, DUPLICATE: found.duplicates}

    def _absorb(self, number: int, batch: TypedBatch, failing: dict[str, np.ndarray[Any, Any]]) -> None:
        is_bad = np.zeros(len(batch.rows), dtype=bool)
        for check_id, rows in sorted(reasons_of(batch, failing).items()):
            self.failed[check_id] += len(rows)
            if self.severity(check_id) == "error":
                is_bad[rows] = True
            if len(rows):
                self.maker_of.setdefault(check_id, self.makers[number])
                places = self.places.setdefault(check_id, [])
                places += [self.makers[number].place(check_id, batch, int(at)) for at in rows[: self.most_places - len(places)]]
        self.n_read += len(batch.rows)
        self.n_rejected += int(is_bad.sum())
        self.coercions += batch.coercions
        self.repetitions.add(number, batch, ~is_bad)

    def severity(self, check_id: str) -> Severity:
        if check_id == DUPLICATE:
            return "warning"
        rule = self._rules.get(check_id)
        return rule.severity if rule else "error"

    # --- the report ---------------------------------------------------------------------------------------------------

    def report(self, path: Path, profiles: tuple[Profile, ...], found: str) -> InspectionReport:
        contract, words, first = self.contract, self.words, self.opened[0]
        n_conflicting, n_duplicate = self.failed[KEY_CONFLICT.check_id], self.failed[DUPLICATE]
        n_rejected = self.n_rejected + n_conflicting
        outside = sum(file.n_outside for file in self.opened)
        rows = RowCounts(self.n_read, self.n_read - n_rejected - n_duplicate, n_rejected, n_duplicate, outside)
        reasons = self._blocking({"max_rejected_share": n_rejected, "max_key_conflict_share": n_conflicting})
        by_hand = _accepted_by_hand(path, contract, profiles)
        let_in = {check: text for check, text in reasons.items() if by_hand and check not in NEVER_BY_HAND}
        blocking = tuple(text for check, text in reasons.items() if check not in let_in)
        notes = _notes(path, contract, words)
        if let_in:
            notes = (words("note.by_hand", day=str(by_hand), reasons=" ".join(let_in.values())), *notes)
        return InspectionReport(
            language=words.language,
            file=shown_name(path.name),
            extract=contract.extract,
            folder=contract.folder,
            found=found,
            verdict="blocked" if blocking else "accepted",
            sentence=_sentence(words, rows, is_blocked=bool(blocking), by_hand=bool(let_in)),
            reasons=blocking,
            notes=notes,
            detection=self._detection(),
            rows=rows,
            columns=columns_seen(contract, first.table.header, first.profile),
            formats=formats_seen(first, self.makers[0], words),
            coercions=coercions_seen(self.coercions, self.makers[0], words),
            problems=self._problems(),
        )

    def _detection(self) -> dict[str, Any]:
        """What the reader concluded, and which rows it left out."""
        several = len(self.opened) > 1
        detection = dict(self.opened[0].table.detection)
        outside = [f"{file.table.sheet}!{row}" if several else str(row) for file in self.opened for row in file.rows_outside]
        sheets = {"sheets": [file.table.sheet for file in self.opened]} if several else {}
        return detection | sheets | ({"rows_outside": outside[:_MOST_OUTSIDE]} if outside else {})

    def _blocking(self, counts: dict[str, int]) -> dict[str, str]:
        """The rules on the whole delivery that are broken, in words."""
        bounds = {rule.check_id: rule.bound or 0.0 for rule in self.contract.delivery_rules}
        reasons = {}
        if self.is_early:
            reasons[NOT_EARLY.check_id] = self.words("reason.not_early", latest=(self.delivery_on + timedelta(days=1)).isoformat())
        if self.has_run_out:
            reasons[RETENTION] = self.words("reason.retention", years=self.contract.retention_years)
        for check_id, n_failed in counts.items():
            if n_failed > bounds[check_id] * self.n_read:
                share, bound = (self.words.number(100 * part, 1) for part in (n_failed / self.n_read, bounds[check_id]))
                reasons[check_id] = self.words(f"reason.{check_id}", n=n_failed, read=self.n_read, share=share, bound=bound)
        return reasons

    def _problems(self) -> tuple[Problem, ...]:
        """Errors before warnings, the most frequent first, then in the order of their names."""
        problems = [self._problem(check_id, count) for check_id, count in self.failed.items() if count]
        return tuple(sorted(problems, key=lambda item: (item.severity != "error", -item.count, item.check_id)))

    def _problem(self, check_id: str, count: int) -> Problem:
        places = tuple(self.places[check_id])
        maker = self.maker_of.get(check_id, self.makers[0])
        cells = {(cell.header, cell.column): None for place in places for cell in place.cells}
        names, worded_id = maker.columns_of(check_id), check_id
        if self.contract.melted is None or names != (self.contract.melted.name,):
            cells = {(maker.header(name), maker.letter(name)): None for name in names} or cells
        elif check_id not in self._rules:  # a fault of a competency is worded with the header of that competency
            worded_id = f"{names[0]}{MELTED_MARK}{', '.join(header for header, _ in cells)}.{check_id.rpartition('.')[2]}"
        if check_id == DUPLICATE:
            key = "replaced" if self.contract.kind == "updated_events" else "duplicate"
            problem, mend, dimension = self.words(f"{key}.problem"), self.words(f"{key}.mend"), "uniqueness"
        else:
            worded = wording(self.contract, worded_id, self.words.language)
            rule = KEY_CONFLICT if check_id == KEY_CONFLICT.check_id else self._rules.get(check_id)
            problem, mend, dimension = worded.problem, worded.mend, rule.dimension if rule else "validity"
        headers, columns = (tuple(part for part in parts if part) for parts in zip(*cells, strict=True)) if cells else ((), ())
        return Problem(check_id, self.severity(check_id), headers, columns, dimension, problem, mend, count, places)


def _sentence(words: Words, rows: RowCounts, *, is_blocked: bool, by_hand: bool) -> str:
    if is_blocked:
        return words("sentence.blocked", read=rows.read, rejected=rows.rejected)
    if not rows.read:
        return words("sentence.empty")
    key = "sentence.by_hand" if by_hand else "sentence.accepted" if rows.rejected else "sentence.clean"
    if key == "sentence.clean" and rows.duplicate:
        key = "sentence.accepted"
    text = words(key, accepted=rows.accepted, read=rows.read, rejected=rows.rejected)
    return text + (words("sentence.duplicate", duplicate=rows.duplicate) if rows.duplicate else "")


def _accepted_by_hand(path: Path, contract: Contract, profiles: tuple[Profile, ...]) -> date | None:
    day = delivery_date(path)
    allowed = {day for profile in profiles if profile.extract == contract.extract for day in profile.accept_deliveries}
    return day if day in allowed else None


def _notes(path: Path, contract: Contract, words: Words) -> tuple[str, ...]:
    """What a person should know beside the verdict."""
    notes = []
    if (day := delivery_date(path)) is None:
        notes.append(words("note.name"))
    elif any(delivery_date(other) == day and other != path for other in path.parent.iterdir()):
        notes.append(words("note.siblings"))
    share = next((rule.bound for rule in contract.delivery_rules if rule.check_id == "min_share_of_previous"), None)
    if share is not None:
        notes.append(words("note.previous", bound=words.number(100 * share)))
    return (*notes, words("note.personal"))
