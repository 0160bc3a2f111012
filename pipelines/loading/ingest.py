"""From deliveries in the landing area to accepted and rejected rows in the lake.

``refresh_extract`` is the one way in: it finds what is new or changed, reads it in batches of bounded size, has every batch
validated (small deliveries share a batch, because a validation has a fixed cost), and replaces each delivery whole.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from data_quality.contract import CONTRACTS_DIR, REFERENCE_DIR
from data_quality.event_times import calendar_start
from data_quality.validation import failing_rows
from pipelines.clock import naive, utc_now
from pipelines.lake.erasures import erased_keys
from pipelines.lake.retention import has_run_out, retain
from pipelines.landing.batches import TypedBatch, open_delivery
from pipelines.landing.columns import KnownCells
from pipelines.landing.deliveries import Delivery, discover, is_there, is_untouched, latest_day, refuse_early, refuse_shut
from pipelines.landing.headers import COMPETENCIES
from pipelines.landing.limits import Limits
from pipelines.landing.profiles import profiles_digest
from pipelines.landing.refusals import OF_LIMITS, MissingColumnsError, UnreadableFileError, is_of_the_disk, told_name
from pipelines.loading.delivery_load import DeliveryLoad, is_early
from pipelines.loading.standing import judge
from pipelines.privacy.names import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import date, datetime, timedelta
    from pathlib import Path

    import numpy as np

    from data_quality.contract import Contract
    from data_quality.results import LoadRecord
    from pipelines.lake.store import Lake
    from pipelines.landing.profiles import Profile
    from pipelines.loading.crew import Crew

READING_VERSION = "6"
"""Raised when the same bytes must be read anew because the reading itself has changed."""
MAX_OPEN_DELIVERIES = 100
MOST_NAMED = 5


class LoadError(RuntimeError):
    """A load broke off. The text says which deliveries, what kind of error and where in the code, never what the error said."""


_log = logging.getLogger(__name__)
_utc_now = naive(utc_now)


@dataclass(frozen=True)
class Workplace:
    """Everything a load needs besides the contract."""

    landing: Path
    lake: Lake
    profiles: tuple[Profile, ...]
    pseudonym: Callable[[str], str]
    batch_rows: int = 100_000
    limits: Limits = field(default_factory=Limits)
    now: Callable[[], datetime] = _utc_now
    progress: Callable[[str], None] = field(default=lambda _text: None)
    crew: Crew | None = None


@dataclass
class ExtractOutcome:
    """What a refresh did to one extract. ``records`` are those that this refresh wrote."""

    contract: Contract
    records: list[LoadRecord] = field(default_factory=list)
    unchanged: int = 0
    strangers: list[str] = field(default_factory=list)
    unfinished: list[date] = field(default_factory=list)

    @property
    def has_news(self) -> bool:
        return bool(self.records)

    def total(self, count: str) -> int:
        return sum(getattr(record, count) for record in self.records)


def specification(contract: Contract, profiles: tuple[Profile, ...]) -> str:
    """Changes when the same files would be read differently: contract, code lists, names to mask, profiles or the reading itself."""
    digest = hashlib.sha256(READING_VERSION.encode())
    digest.update((CONTRACTS_DIR / contract.source / f"{contract.name}.odcs.yaml").read_bytes())
    lists = {column.codes for column in contract.columns if column.codes}
    if contract.melted or any(column.parser == "codes" for column in contract.columns):
        lists.add(COMPETENCIES)
    for name in sorted(lists):
        digest.update((REFERENCE_DIR / f"{name}.csv").read_bytes())
    if any(column.parser == "free_text" for column in contract.columns):
        digest.update(NAMES.read_bytes())
    if any(column.event_time == "calendar" for column in contract.columns):
        digest.update(calendar_start().isoformat().encode())
    digest.update(profiles_digest(profiles, contract).encode())
    return digest.hexdigest()[:16]


def is_read_so(record: LoadRecord, current: str, limits: Limits) -> bool:
    """Whether a delivery was read by this specification; one that cost more than its limits, by these limits."""
    return record.specification in (current, _within(current, limits))


def _within(current: str, limits: Limits) -> str:
    return f"{current}-{hashlib.sha256(repr(limits).encode()).hexdigest()[:8]}"


@contextmanager
def quoting_nothing(contract: Contract, deliveries: Iterable[Delivery] = ()) -> Iterator[None]:
    """Errors of libraries quote the value they stumbled over, and whoever runs this keeps their text: only kind and place go on."""
    try:
        yield
    except (OSError, LoadError):
        raise
    except Exception as error:
        raise LoadError(f"{contract.extract}{_named(deliveries)}: {_kind_and_place(error)}") from None


def _named(deliveries: Iterable[Delivery]) -> str:
    """Dates and files of the deliveries that were at work: the first few of those that are validated together."""
    named = [f" {one.delivery_on} ({', '.join(told_name(name) for name in one.file_hashes)})" for one in dict.fromkeys(deliveries)]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return ",".join(named[:MOST_NAMED]) + more


def _kind_and_place(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {place.name}:{place.lineno}"


def refresh_extract(
    contract: Contract, work: Workplace, *, only: Collection[date] | None = None, force: bool = False, quiet: timedelta | None = None
) -> ExtractOutcome:
    """Load what is new or changed of one extract, judge its deliveries, and remove what the contract lets be kept no longer.

    Args:
        contract: the extract.
        work: where files come from and go to.
        only: restrict the load to these delivery dates.
        force: read deliveries again although nothing about them has changed.
        quiet: leave out deliveries of which a file was touched within this time; None: read them all.
    """
    removed = retain(work.lake, contract, work.now())
    deliveries, strangers = discover(work.landing, contract)
    _forget_renamed(contract, deliveries, work)
    known = work.lake.records(contract)
    current = specification(contract, work.profiles)
    outcome = ExtractOutcome(contract, strangers=strangers)
    pending, outlived = [], 0
    for delivery in deliveries:
        record = known.get(delivery.delivery_on)
        if only is not None and delivery.delivery_on not in only:
            continue
        if has_run_out(contract, delivery.delivery_on, work.now()):
            outlived += record is None
            continue
        waits = _waits(delivery, work, quiet)
        if waits:
            outcome.unfinished.append(delivery.delivery_on)
            work.progress(f"{contract.extract} {delivery.delivery_on} is left for the next run: {waits}")
            continue
        has_come = record is not None and is_early(record) and delivery.delivery_on <= latest_day(work.now())
        is_same = record is not None and record.fingerprint == delivery.fingerprint and is_read_so(record, current, work.limits)
        if is_same and not (force or has_come):
            outcome.unchanged += 1
        else:
            pending.append(delivery)
    if outlived:
        work.progress(
            f"{contract.extract}: {outlived} passed over, for rows may be kept for {contract.retention_years} years from their date"
        )
    with quoting_nothing(contract):
        # A delivery that was refused for its date was none: beside it no other one is late, and what comes in its place corrects nothing.
        before = {day: record for day, record in known.items() if not is_early(record) or record.in_force_fingerprint}
        loaded = _loaded(contract, pending, work, before, current)
        judged = judge(contract, work.lake, work.profiles)
    changed = loaded | judged | set(removed.deliveries)
    outcome.records = [record for day, record in sorted(work.lake.records(contract).items()) if day in changed]
    return outcome


def _waits(delivery: Delivery, work: Workplace, quiet: timedelta | None) -> str:
    """Why a delivery is left for the next run, in words; empty where it is not.

    Its files are hashed here, before anything of them is read: what is written into them later is other content than this run has
    loaded, and the next run sees that.
    """
    if quiet is not None and not is_untouched(delivery, work.now(), quiet):
        return "a file of it was changed just now"
    return "" if is_there(delivery) else _GONE


_GONE = "a file of it was renamed, removed or shut just now"


def _forget_renamed(contract: Contract, deliveries: list[Delivery], work: Workplace) -> None:
    """Remove the records of deliveries that were refused for their date and lie in the landing area no more: they were renamed."""
    here = {delivery.delivery_on for delivery in deliveries}
    for day, record in work.lake.records(contract).items():
        if day not in here and is_early(record) and not record.in_force_fingerprint:
            work.lake.drop_record(contract, day)


def _loaded(contract: Contract, pending: list[Delivery], work: Workplace, known: dict[date, LoadRecord], current: str) -> set[date]:
    """The dates of the deliveries that were loaded, by this process or, where there is much to load, by several."""
    shares = work.crew.shares(pending) if work.crew else [pending]
    if work.crew is None or len(shares) < 2:  # noqa: PLR2004 - one share is for this process
        return {record.delivery_on for record in _load(contract, pending, work, known, current)}
    work.progress(f"{contract.extract}: {len(pending)} deliveries, read by {len(shares)} processes")
    loaded: set[date] = set()
    with work.crew.at_work() as processes:
        tasks = [processes.submit(_load_share, work.crew.workplace, contract, share, known, current) for share in shares]
        for task in tasks:
            days, said = task.result()
            loaded |= days
            for line in said:
                work.progress(line)
    return loaded


def _load_share(
    workplace: Callable[[Callable[[str], None]], Workplace], contract: Contract, share: list[Delivery], known: dict[date, LoadRecord],
    current: str,
) -> tuple[set[date], list[str]]:  # fmt: skip
    """Load some deliveries in a process of its own; returns their dates, and what there was to say."""
    said: list[str] = []
    with quoting_nothing(contract):
        return {record.delivery_on for record in _load(contract, share, workplace(said.append), known, current)}, said


def _load(
    contract: Contract, pending: list[Delivery], work: Workplace, known: dict[date, LoadRecord], current: str
) -> Iterator[LoadRecord]:
    """Load deliveries; the batches of small ones are validated together."""
    pack: list[tuple[DeliveryLoad, TypedBatch | None]] = []
    size = 0
    for load, batch in _stream(contract, pending, work, known, current):
        rows = len(batch.rows) if batch else 0
        if pack and (size + rows > work.batch_rows or len({id(item) for item, _ in pack}) >= MAX_OPEN_DELIVERIES):
            yield from _flush(contract, pack)
            pack, size = [], 0
        pack.append((load, batch))
        size += rows
    yield from _flush(contract, pack)


def _stream(
    contract: Contract, pending: list[Delivery], work: Workplace, known: dict[date, LoadRecord], current: str
) -> Iterator[tuple[DeliveryLoad, TypedBatch | None]]:
    """Every batch of every delivery, and None after the last batch of each that could be read or is refused."""
    erased = erased_keys(work.lake.root)
    known_cells = KnownCells()
    for number, delivery in enumerate(pending, start=1):
        work.progress(f"{contract.extract} {delivery.delivery_on} ({number}/{len(pending)})")
        load = DeliveryLoad(delivery, work.lake, work.now(), current, known)
        try:
            refuse_early(delivery, load.now)
            refuse_shut(delivery)
            scratch = work.lake.staging(f"waiting-{contract.source}-{contract.name}-{delivery.delivery_on}")
            opened = open_delivery(
                delivery.files,
                contract,
                work.profiles,
                work.batch_rows,
                work.limits,
                scratch,
            )
            load.begin(opened)
            for file in opened:
                for batch in file.batches(work.batch_rows, work.pseudonym, known_cells):
                    yield load, load.bounded(load.without_erased(batch, erased))
        except Exception as error:  # one file must not stop the others of its night, whatever it does to the reader
            if is_of_the_disk(error):
                raise
            if isinstance(error, PermissionError) or not all(path.is_file() for path in delivery.files):  # which says nothing against it
                work.progress(f"{contract.extract} {delivery.delivery_on} is left for the next run: {_GONE}")
                continue
            load.refuse(_refusal(delivery, error))
            if isinstance(error, UnreadableFileError) and error.code in OF_LIMITS:
                load.specification = _within(current, work.limits)
        yield load, None


def _refusal(delivery: Delivery, error: Exception) -> Exception:
    """An error of reading in words that help whoever sent the file."""
    if isinstance(error, (UnreadableFileError, MissingColumnsError)):
        return error
    _log.error("reading %s %s failed: %s", delivery.contract.extract, delivery.delivery_on, _kind_and_place(error))
    return UnreadableFileError(delivery.files[0].name, "reader_failed", detail=type(error).__name__)


def _flush(contract: Contract, pack: list[tuple[DeliveryLoad, TypedBatch | None]]) -> Iterator[LoadRecord]:
    """Validate the batches of a pack in one go, hand each delivery its part, finish those that are complete."""
    batches = [batch for _, batch in pack if batch is not None]
    failing: dict[str, np.ndarray[Any, Any]] = {}
    if batches:
        with quoting_nothing(contract, (load.delivery for load, batch in pack if batch is not None)):
            failing = failing_rows(contract, pd.concat([batch.frame for batch in batches], ignore_index=True))
    start = 0
    for load, batch in pack:
        if batch is None:
            with quoting_nothing(contract, [load.delivery]):
                record = load.finish()
            yield record
            continue
        end = start + len(batch.rows)
        with quoting_nothing(contract, [load.delivery]):
            load.absorb(batch, {check: rows[(rows >= start) & (rows < end)] - start for check, rows in failing.items()})
        start = end


def totals(outcomes: Iterable[ExtractOutcome]) -> Counter[str]:
    """Sums over extracts, for the summary of a refresh."""
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts["deliveries"] += len(outcome.records)
        counts["blocked"] += sum(record.status == "blocked" for record in outcome.records)
        for name in ("rows_read", "rows_accepted", "rows_rejected", "rows_duplicate"):
            counts[name] += outcome.total(name)
    return counts
