"""A night's load of some extracts in a process of its own, and what it did and cost.

``NightWorker`` starts ``python -m tests.files.night``, so that a crash, a hang or memory out of bounds is a finding and not the end of
whoever asked; it may be asked for several nights. Readings of memory are the peak of the process itself and of any one of the
processes that it has started; seconds are those between two deliveries, so that the one which fills a pack is charged with its
validation.
"""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data_quality.contract import contract_for
from pipelines.lake.store import Lake

PLACE = ("delivery_on", "source_file", "source_row")


@dataclass(frozen=True)
class NightTask:
    """Load the extracts from ``root/landing`` into ``root/lake``. ``by_hand`` are days whose rows no rule on deliveries may keep out."""

    root: str
    extracts: list[str]
    limits: dict[str, float] = field(default_factory=dict)
    by_hand: list[str] = field(default_factory=list)


@dataclass
class Loaded:
    """One delivery after the night: its record, and a digest of its accepted rows (without their place) while it is in force."""

    status: str
    reason: str
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rows_duplicate: int
    n_in_force: int
    n_in_rejected: int
    digest: str
    reasons: dict[str, int]


@dataclass
class NightReport:
    """What a night did. ``error`` holds the traceback of an exception that left the load, ``exit_code`` that of the process."""

    exit_code: int
    error: str = ""
    loaded: dict[str, dict[str, Loaded]] = field(default_factory=dict)
    strangers: dict[str, list[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    self_mb: int = 0
    children_mb: int = 0

    def delivery(self, extract: str, day: date) -> Loaded:
        return self.loaded[extract][day.isoformat()]


def table_bytes(table: pa.Table) -> bytes:
    """Rows in Arrow's stream format: equal bytes mean equal values, types, names and order."""
    sink = pa.BufferOutputStream()
    plain = table.replace_schema_metadata(None).combine_chunks()
    with pa.ipc.new_stream(sink, plain.schema) as writer:
        writer.write_table(plain)
    return bytes(sink.getvalue())


def accepted_rows(lake: Path, source: str, table: str, day: date, key: tuple[str, ...]) -> pa.Table | None:
    """Accepted rows of a delivery without their place, in the order of keys; None when the delivery is not in force."""
    contract = contract_for(f"{source}/{table}")
    record = Lake(lake).record(contract, day)
    if record is None or record.in_force_fingerprint is None:
        return None
    rows = pa.concat_tables(Lake(lake).rows("accepted", contract, day)).drop_columns(list(PLACE))
    return rows.sort_by([(name, "ascending") for name in key])


class NightWorker:
    """A process that loads nights, one after the other. After a night that failed it is to be closed."""

    def __init__(self, log: Path, command: tuple[str, ...] = ("-m", "tests.files.night")) -> None:
        self._log = log
        with log.open("wb") as errors:
            self._process = subprocess.Popen([sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)

    def load(self, task: NightTask, timeout: float) -> NightReport:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        timer = threading.Timer(timeout, self._process.kill)
        timer.start()
        try:
            self._process.stdin.write(json.dumps(asdict(task)).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = b""
        timed_out = not timer.is_alive()
        timer.cancel()
        if not answer:
            code = self._process.wait()
            words = f"the night took longer than {timeout:g} s" if timed_out else f"the process ended with {code}"
            return NightReport(code, f"{words}: {self._log.read_text(errors='replace')[-2_000:]}")
        content = json.loads(answer)
        loaded = {extract: {day: Loaded(**row) for day, row in days.items()} for extract, days in content.pop("loaded").items()}
        return NightReport(0, loaded=loaded, **content)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


# --- within the process ----------------------------------------------------------------------------------------------


def pseudonym(nip: str) -> str:
    return f"key-{nip}"


def _workplace(task: NightTask, progress: Any) -> Any:
    from data_quality.contract import load_contracts
    from pipelines.lake.store import Lake
    from pipelines.landing.limits import Limits
    from pipelines.landing.profiles import Profile
    from pipelines.loading.ingest import Workplace

    root = Path(task.root)
    lake = Lake(root / "lake")
    lake.prepare(load_contracts())
    days = tuple(map(date.fromisoformat, task.by_hand))
    profiles = tuple(Profile(extract, accept_deliveries=days) for extract in task.extracts) if days else ()
    return Workplace(root / "landing", lake, profiles, pseudonym, limits=Limits(**task.limits), progress=progress)


def _clock(seconds: dict[str, float]) -> tuple[Callable[[str], None], Callable[[], None]]:
    """``progress`` for the load, and what ends the last measurement."""
    name, began = "", time.monotonic()

    def progress(text: str) -> None:
        nonlocal name, began
        now = time.monotonic()
        if name:
            seconds[name] = round(now - began, 2)
        name, began = text.split(" (", maxsplit=1)[0], now

    return progress, lambda: progress("")


def _loaded(lake: Any, contract: Any, record: Any) -> dict[str, Any]:
    day = record.delivery_on
    rows = accepted_rows(lake.root, contract.source, contract.name, day, contract.key)
    folder = lake.root / "rejected" / contract.source / contract.name / f"delivery={day}"
    reasons = [text for path in folder.glob("*.parquet") for text in pq.read_table(path, partitioning=None)["reasons"].to_pylist()]
    return {
        "status": record.status,
        "reason": record.status_reason,
        "rows_read": record.rows_read,
        "rows_accepted": record.rows_accepted,
        "rows_rejected": record.rows_rejected,
        "rows_duplicate": record.rows_duplicate,
        "n_in_force": -1 if rows is None else rows.num_rows,
        "n_in_rejected": len(reasons),
        "digest": "" if rows is None else hashlib.sha256(table_bytes(rows)).hexdigest(),
        "reasons": {reason: reasons.count(reason) for reason in sorted(set(reasons))},
    }


def _load(task: NightTask) -> dict[str, Any]:
    from data_quality.contract import contract_for
    from pipelines.loading.ingest import refresh_extract

    seconds: dict[str, float] = {}
    progress, end = _clock(seconds)
    work = _workplace(task, progress)
    answer: dict[str, Any] = {"error": "", "loaded": {}, "strangers": {}, "seconds": seconds}
    for extract in task.extracts:
        contract = contract_for(extract)
        try:
            answer["strangers"][extract] = refresh_extract(contract, work).strangers
        except Exception:  # noqa: BLE001 - whatever leaves the load is what this is for
            answer["error"] += f"{extract}: {traceback.format_exc()}"
        end()
        records = work.lake.records(contract)
        answer["loaded"][extract] = {day.isoformat(): _loaded(work.lake, contract, record) for day, record in records.items()}
    for name, who in (("self_mb", resource.RUSAGE_SELF), ("children_mb", resource.RUSAGE_CHILDREN)):
        answer[name] = resource.getrusage(who).ru_maxrss >> 10
    return answer


def serve() -> None:
    """Answer each task on standard input with a line on standard output."""
    import great_expectations  # noqa: F401 - its import takes seconds, which are no file's

    for line in sys.stdin:
        print(json.dumps(_load(NightTask(**json.loads(line)))), flush=True)


if __name__ == "__main__":
    serve()
