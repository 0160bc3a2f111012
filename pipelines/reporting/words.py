"""Markdown of the project (descriptions of models, pages of ``docs/``) as HTML that fits into a page."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown_it.token import Token

_FIRST_LEVEL = 2
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def html_of(text: str, pages: Mapping[str, str] | None = None) -> Markup:
    """HTML of a text; the page has the only heading of the first level, links to files that are no page of the site become plain words.

    Args:
        text: Markdown; raw HTML in it is shown as text.
        pages: file named in a link -> address of its page.
    """
    reader = _reader()
    tokens = reader.parse(_COMMENT.sub("", text))
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{max(int(token.tag[1]), _FIRST_LEVEL)}"
        if token.children:
            token.children = _relinked(token.children, pages or {})
    body = reader.renderer.render(tokens, reader.options, {})
    # What can be wider than a phone scrolls by itself, and by keyboard too.
    body = body.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")
    return Markup(body.replace("<pre>", '<pre tabindex="0">'))  # noqa: S704 - markdown-it escapes


def title_of(text: str) -> str:
    """The first heading."""
    return next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), "")


def without_title(text: str) -> str:
    return _COMMENT.sub("", text).lstrip().partition("\n")[2]


def _relinked(children: list[Token], pages: Mapping[str, str]) -> list[Token]:
    kept: list[Token] = []
    is_open = False
    for child in children:
        if child.type == "link_open":
            target = str(child.attrs.get("href", ""))
            address = pages.get(target.partition("#")[0]) or (target if target.startswith("https://") else "")
            is_open = bool(address)
            if not is_open:
                continue
            child.attrs["href"] = address
        elif child.type == "link_close" and not is_open:
            continue
        kept.append(child)
    return kept
