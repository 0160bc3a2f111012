"""Sentences that are written in English and shown in Indonesian, each once in either language, as templates with named places.

Whoever writes one fills the English template. Whoever shows what was written finds the template that it came from, and says its pair.
"""

from __future__ import annotations

import re
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def said_again(text: str, english: str, indonesian: str, place: Callable[[str], str | None] = str) -> str | None:
    """``text`` in the words of the Indonesian template; None where it does not come from the English one.

    ``place`` says what stood in a place as it is to stand there, None where that is nothing that can stand in one. Numbers keep the form
    that the English template has given them.
    """
    found = _pattern(english).fullmatch(text)
    if found is None:
        return None
    said = []
    for literal, name, _, _ in Formatter().parse(indonesian):
        filled = place(found[name]) if name else ""
        if filled is None:
            return None
        said += [literal, filled]
    return "".join(said)


@cache
def _pattern(english: str) -> re.Pattern[str]:
    """What a filled template looks like, whatever stands in its places."""
    parts = Formatter().parse(english)
    return re.compile("".join(re.escape(literal) + (f"(?P<{name}>.*?)" if name else "") for literal, name, _, _ in parts))
