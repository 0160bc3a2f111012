"""The known code that is most like a written one, to say it beside the refusal of a code that nobody knows."""

from __future__ import annotations

import difflib
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from data_quality.contract import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data_quality.contract import Column

_LONGEST = 80
_ALIKE, _SAME_LENGTH, _LEAST = 0.6, 0.15, 0.75


def most_like(folded: str, forms: Iterable[str]) -> str:
    """The form that is most like a text: one of its length before one of another, since a wrong letter is likelier than a lost one."""
    best: tuple[float, int, str] = (0.0, 0, "")
    for form in difflib.get_close_matches(folded, forms, n=12, cutoff=_ALIKE):
        likeness = difflib.SequenceMatcher(None, form, folded).ratio() + _SAME_LENGTH * (len(form) == len(folded))
        n_common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(form, folded, strict=False)))
        best = max(best, (likeness, n_common, form))
    return best[2] if best[0] >= _LEAST else ""


def written(column: Column, code: str) -> str:
    """How an office writes a code: the first form of a value map, the name beside a numeric code."""
    if not column.codes and column.value_map.get(code):
        return column.value_map[code][0]
    name = column.reference.attributes.get(code, {}).get("name_id", "") if column.reference else ""
    return f"{code} ({name})" if name and code.isdigit() else code


@lru_cache(maxsize=4_096)
def _nearest(column: Column, folded: str) -> str | None:
    reference = column.reference
    form = most_like(folded, reference.forms) if reference else ""
    if reference is None or not form:
        return None
    code = reference.forms[form]
    names = (reference.attributes.get(code, {}).get("name_id", ""), *column.value_map.get(code, ()))
    return next((name for name in names if fold(name) == form), written(column, code))


def nearest_code(column: Column, text: str) -> str | None:
    """The code, as offices write it, that is most like ``text``. None where none is alike; numbers are never alike."""
    folded = fold(text)
    return None if not folded or folded.isdigit() or len(folded) > _LONGEST else _nearest(column, folded)
