"""The pages of ``docs/`` as pages of the site: read and rendered once, and the same in both languages, for their text is English.

``docs/README.md`` is the index; its headings are the groups that a page can belong to.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.reporting.places import page_of
from pipelines.reporting.words import headings, html_of, title_of, without_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from markupsafe import Markup

    from pipelines.reporting.words import Heading

KIND, INDEX, INDEX_PAGE = "doc", "README.md", "docs.html"
_PARTS = 4
"""Headings of the second level from which on a page has a list of them."""


@dataclass(frozen=True)
class Doc:
    """A page of ``docs/``."""

    path: str
    """Its page in the site."""
    title: str
    group: str
    body: Markup
    contents: tuple[Heading, ...]


@dataclass(frozen=True)
class Handbook:
    """All pages, and the index that groups them."""

    index: Markup
    docs: tuple[Doc, ...]


def read_handbook(folder: Path) -> Handbook:
    """The pages that an installation has beside it; a wheel alone has none."""
    texts = {str(path.relative_to(folder).as_posix()): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.md"))}
    titles = {file: title_of(text) for file, text in texts.items()}
    texts = {file: _titled(text, file, titles) for file, text in texts.items()}
    index = texts.pop(INDEX, "")
    groups = dict(_groups(index))
    docs = tuple(_doc(file, text, groups.get(file, ""), frozenset(texts)) for file, text in texts.items())
    return Handbook(html_of(without_title(index), lambda link: address_of(link, INDEX, frozenset(texts))), docs)


def _doc(file: str, text: str, group: str, files: frozenset[str]) -> Doc:
    parts = tuple(one for one in headings(without_title(text)) if one.level == 2)  # noqa: PLR2004 - parts of a page have headings of the second level
    body = html_of(without_title(text), lambda link: address_of(link, file, files), anchors=True)
    return Doc(_page(file), title_of(text), group, body, parts if len(parts) >= _PARTS else ())


def _titled(text: str, file: str, titles: Mapping[str, str]) -> str:
    """The text with the title of a page where a link shows the name of its file, which a reader of the site never meets."""

    def title(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(file), found[2]))
        return f"[{titles[target]}]({found[2]}{found[3] or ''})" if target in titles else found[0]

    return re.sub(r"\[([\w-]+\.md)\]\(((?:[\w.-]+/)*\1)(#[\w-]+)?\)", title, text)


def _groups(index: str) -> Iterator[tuple[str, str]]:
    group = ""
    for line in index.splitlines():
        group = line.removeprefix("## ") if line.startswith("## ") else group
        for file in re.findall(r"\]\(([^)#]+\.md)\)", line):
            yield file, group


def _page(file: str) -> str:
    """All pages lie in one folder, so that a link between two of them is the same in every language."""
    return INDEX_PAGE if file == INDEX else page_of(KIND, file.removesuffix(".md").replace("/", "-"))


def address_of(link: str, file: str, files: frozenset[str]) -> str | None:
    """The address of what a link in ``file`` names, as seen from the page of that file; nothing for what is no page of the site."""
    name, mark, anchor = link.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(file), name)) if name else file
    if target not in {*files, INDEX}:
        return None
    return f"{posixpath.relpath(_page(target), posixpath.dirname(_page(file)) or '.') if name else ''}{mark}{anchor}"
