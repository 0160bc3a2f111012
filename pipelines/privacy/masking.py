"""Free text without the people in it: numbers and addresses by their form, names by what stands around them.

No pattern finds everything: `docs/privacy.md` states what was measured. Masked text therefore never leaves the restricted layer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pipelines.privacy import identifiers, names

if TYPE_CHECKING:
    from collections.abc import Iterable

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


class Span(NamedTuple):
    """A place in a text, and what it is replaced by."""

    start: int
    end: int
    label: str


def spans(text: str) -> list[Span]:
    """What is masked in a text, in its order; places that overlap are one, with the label of the first detector that found it."""
    found = list(identifiers.find(text))
    return _merged([*(Span(*one) for one in found), *(Span(*one) for one in names.find(text))])


def mask(text: str) -> str:
    """Replace numbers of people, addresses on the net, plates and names."""
    text = _INVISIBLE.sub("", text)
    return _replaced(text, spans(text))


def mask_identifiers(text: str) -> str:
    """The same without names: for text of a column that holds none, as the name of a hospital, which may look like one."""
    text = _INVISIBLE.sub("", text)
    return _replaced(text, _merged(Span(*one) for one in identifiers.find(text)))


def _merged(found: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(found, key=lambda one: one.start):  # a stable sort: identifiers come before names
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = Span(last.start, max(last.end, span.end), last.label)
        else:
            merged.append(span)
    return merged


def _replaced(text: str, found: list[Span]) -> str:
    parts, at = [], 0
    for span in found:
        parts += [text[at : span.start], span.label]
        at = span.end
    return "".join([*parts, text[at:]])
