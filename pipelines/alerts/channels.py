"""Where messages go: the channels of apprise, and the address that is asked for after each good night."""

from __future__ import annotations

import http.client
import logging
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ATTEMPTS = 3
TIMEOUT = 10
"""Seconds that the heartbeat may take."""
_log = logging.getLogger(__name__)


def send(urls: Sequence[str], title: str, body: str, *, pause: Callable[[float], None] = time.sleep) -> int:
    """Send to every channel; returns how many took the message.

    A channel that does not answer is tried again after 2 and 4 seconds. One that is given up is logged by its place and kind,
    never by its URL, which holds a token.
    """
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its own lines may hold parts of a URL
    n_sent = 0
    for place, url in enumerate(urls, start=1):
        channel = apprise.Apprise()
        if not channel.add(url):
            _log.warning("alert channel %d is not a URL that apprise knows", place)
            continue
        for attempt in range(1, ATTEMPTS + 1):
            if channel.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT):
                n_sent += 1
                break
            if attempt < ATTEMPTS:
                pause(2.0**attempt)
        else:
            _log.warning("alert channel %d (%s) did not take the message", place, url.split(":")[0])
    return n_sent


def beat(url: str) -> bool:
    """Ask for the heartbeat address once; whether it answered. Never raises: a night does not fail for it."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 - settings allow http and https alone
            return bool(200 <= answer.status < 300)  # noqa: PLR2004 - the range of success
    except (OSError, ValueError, http.client.HTTPException) as error:
        _log.warning("the heartbeat could not be sent: %s", type(error).__name__)
        return False
