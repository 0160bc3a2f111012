"""Who was told what: decides which causes are news tonight, which are over, and remembers it in ``home/alerts.json``."""

from __future__ import annotations

import fcntl
import json
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.clock import city_time, night_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pipelines.alerts.causes import Cause


def tell(
    state_file: Path, present: Iterable[Cause], judged: Callable[[str], bool], now: datetime, send: Callable[[str, str], bool]
) -> list[str]:
    """Send what is new tonight and what is over; returns the titles that were sent.

    Args:
        state_file: where it is remembered; processes take turns.
        present: what is wrong now.
        judged: whether the cause of a key was looked at: only then its absence means that it is over.
        now: the present instant.
        send: gives title and text to the channels, and says whether any took them. What none took is sent next time.
    """
    sent = []
    with _state(state_file) as open_causes:
        lasting = set()
        for cause in present:
            lasting.add(cause.key)
            entry = open_causes.get(cause.key)
            if entry and (cause.once or entry["night"] == night_of(now)):
                continue
            since = entry["since"] if entry else cause.since.isoformat(timespec="seconds")
            title = f"{cause.kind.replace('_', ' ')}: {cause.subject}"
            if send(title, text_of(cause, since)):
                open_causes[cause.key] = {"title": title, "since": since, "night": night_of(now)}
                sent.append(title)
        for key in [key for key in open_causes if key not in lasting and judged(key)]:
            title = f"resolved: {open_causes[key]['title']}"
            if send(title, f"It is over; it began {_local(open_causes[key]['since'])}."):
                del open_causes[key]
                sent.append(title)
    return sent


def text_of(cause: Cause, since: str) -> str:
    """The text of a message, one line for each question that it answers."""
    return "\n".join(
        (
            f"What happened: {cause.what}",
            f"Since: {_local(since)}",
            f"What it touches: {cause.affected}",
            f"How to mend it: {cause.mend}",
        )
    )


def _local(instant: str) -> str:
    return city_time(datetime.fromisoformat(instant))


@contextmanager
def _state(path: Path) -> Iterator[dict[str, Any]]:
    """The open causes by key; what the block leaves in them is kept. A file that cannot be read counts as empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except ValueError:
            content = {}
        open_causes = dict(content.get("open", {})) if isinstance(content, dict) else {}
        try:
            yield open_causes
        finally:
            new = path.with_suffix(".new")
            new.write_text(json.dumps({"open": open_causes}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            new.replace(path)
