"""Where pages are, and links between them that hold wherever the folder lies: relative, lower level first."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.reporting.language import CODES

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def slug(key: str) -> str:
    """The name of a page's file for an id: the id itself where a file can have that name, else a hash of it."""
    if _SAFE.fullmatch(key) and key.lower() != "index":
        return key
    return "x" + hashlib.sha256(key.encode()).hexdigest()[:16]


def page_of(kind: str, key: str) -> str:
    return f"{kind}/{slug(key)}.html"


def units_of_path(path: str) -> list[str]:
    """The ids in a path of dim_unit, from the root on, in which a slash within an id is written ``~1`` and a tilde ``~0``."""
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")]


def unit_above(path: str) -> str | None:
    """The id of the unit above the one of a path; None at a root."""
    return next(iter(units_of_path(path)[-2:-1]), None)


@dataclass(frozen=True)
class Place:
    """A page in a language, as the others see it. Indonesian pages are at the top, English ones below ``en/``."""

    path: str
    code: str
    pages: AbstractSet[str]

    @property
    def file(self) -> str:
        """The path in the site."""
        return self.path if self.code == CODES[0] else f"{self.code}/{self.path}"

    @property
    def _up(self) -> str:
        return "../" * self.file.count("/")

    def asset(self, name: str) -> str:
        return f"{self._up}{name}"

    def open(self, name: str) -> str:
        """A file of the open part of the release, which lies beside the site."""
        return f"{self._up}../open/{name}"

    def to(self, path: str) -> str:
        """A page in the same language."""
        return f"{self._up}{Place(path, self.code, self.pages).file}"

    def link(self, target: str) -> str:
        """The page of ``kind/key``, or nothing where there is none."""
        kind, _, key = target.partition("/")
        path = page_of(kind, key) if key else ""
        return self.to(path) if path in self.pages else ""

    def in_language(self, code: str) -> str:
        return f"{self._up}{Place(self.path, code, self.pages).file}"
