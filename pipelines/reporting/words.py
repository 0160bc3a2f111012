"""Markdown of the project (descriptions of models, pages of ``docs/``) as HTML that fits into a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markdown_it.token import Token

_FIRST_LEVEL = 2
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def html_of(text: str, address: Callable[[str], str | None] | None = None, *, anchors: bool = False) -> Markup:
    """HTML of a text; the page has the only heading of the first level, links to files that are no page of the site become plain words.

    Args:
        text: Markdown; raw HTML in it is shown as text.
        address: what a link names -> the address of its page, or nothing where there is none. Links to the web stay.
        anchors: give each heading the id that GitHub gives it.
    """
    reader = _reader()
    tokens = reader.parse(_COMMENT.sub("", text))
    if anchors:
        for heading in _headings(tokens):
            heading.token.attrs["id"] = heading.anchor
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{max(int(token.tag[1]), _FIRST_LEVEL)}"
        if token.children:
            token.children = _relinked(token.children, address or (lambda _: None))
    body = reader.renderer.render(tokens, reader.options, {})
    # A column without a name has no header, and is none to a screen reader.
    body = body.replace("<th></th>", "<td></td>")
    # What can be wider than a phone scrolls by itself, and by keyboard too.
    body = body.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")
    return Markup(body.replace("<pre>", '<pre tabindex="0">'))  # noqa: S704 - markdown-it escapes


@dataclass(frozen=True)
class Heading:
    """A heading of a text, by the id that a link names it with."""

    level: int
    anchor: str
    title: str
    token: Token


def headings(text: str) -> list[Heading]:
    """All headings of a text, in order."""
    return list(_headings(_reader().parse(_COMMENT.sub("", text))))


def _headings(tokens: list[Token]) -> Iterator[Heading]:
    seen: dict[str, int] = {}
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            title = "".join(child.content for child in inline.children or ())
            anchor = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            times = seen[anchor] = seen.get(anchor, -1) + 1
            yield Heading(int(token.tag[1]), f"{anchor}-{times}" if times else anchor, title, token)


def title_of(text: str) -> str:
    """The first heading."""
    return next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), "")


def without_title(text: str) -> str:
    return _COMMENT.sub("", text).lstrip().partition("\n")[2]


def _relinked(children: list[Token], address: Callable[[str], str | None]) -> list[Token]:
    kept: list[Token] = []
    is_open = False
    for child in children:
        if child.type == "link_open":
            target = str(child.attrs.get("href", ""))
            found = target if target.startswith("https://") else address(target)
            is_open = bool(found)
            if not found:
                continue
            child.attrs["href"] = found
        elif child.type == "link_close" and not is_open:
            continue
        kept.append(child)
    return kept
