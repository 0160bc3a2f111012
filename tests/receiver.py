"""A web server on this machine that keeps what it receives: a channel for alerts that a test can read."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Receiver:
    """``posts`` are the messages of apprise's JSON channel, ``gets`` the paths asked for. ``refuse`` answers so many times with 500."""

    port: int = 0
    posts: list[dict[str, Any]] = field(default_factory=list)
    gets: list[str] = field(default_factory=list)
    refuse: int = 0

    @property
    def channel(self) -> str:
        return f"json://127.0.0.1:{self.port}/"

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def titles(self) -> list[str]:
        return [str(post["title"]) for post in self.posts]


@contextmanager
def receiving() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._keep(lambda: kept.posts.append(json.loads(body)))

        def do_GET(self) -> None:
            self._keep(lambda: kept.gets.append(self.path))

        def _keep(self, keep: Callable[[], None]) -> None:
            """Kept before it is answered: whoever has the answer may look at once."""
            refused = kept.refuse > 0
            kept.refuse -= refused
            if not refused:
                keep()
            self.send_response(500 if refused else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()
