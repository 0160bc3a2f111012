"""The site of a release on the loopback of this machine: its pages and the open files beside them, nothing restricted."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = ("site", "open")
FRONT = "/site/index.html"


class _Handler(SimpleHTTPRequestHandler):
    """Gives files below ``site/`` and ``open/`` of one folder."""

    def send_head(self):  # type: ignore[no-untyped-def]  # the type of its parent is private
        parts = [part for part in unquote(urlsplit(self.path).path).split("/") if part]
        if not parts:
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", FRONT)
            self.end_headers()
            return None
        if parts[0] not in SHOWN or ".." in parts:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path):  # type: ignore[no-untyped-def]  # the type of its parent is private
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what somebody reads is nobody's business."""


def site_server(release: Path, port: int) -> ThreadingHTTPServer:
    """A server for one release, on 127.0.0.1; ``serve_forever`` starts it. A link is followed at each request: the newest is shown."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, directory=str(release)))
