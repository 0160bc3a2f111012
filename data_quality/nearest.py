"""The known code that is most like a written one, to say it beside the refusal of a code that nobody knows."""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import TYPE_CHECKING

from data_quality.contract import fold

if TYPE_CHECKING:
    from data_quality.contract import CodeList, Column

_LONGEST = 80
_ALIKE = 0.5


@lru_cache(maxsize=4_096)
def _nearest(column: Column, folded: str) -> str | None:
    forms = _forms(column)
    near = difflib.get_close_matches(folded, forms, n=1, cutoff=_ALIKE)
    return forms[near[0]] if near else None


@lru_cache(maxsize=64)
def _forms(column: Column) -> dict[str, str]:
    reference = column.reference
    return {form: _shown(reference, code) for form, code in reference.forms.items()} if reference else {}


def _shown(reference: CodeList, code: str) -> str:
    name = reference.attributes.get(code, {}).get("name_id", "")
    return f"{code} ({name})" if name and fold(name) != fold(code) else code


def nearest_code(column: Column, text: str) -> str | None:
    """The code, with its name, whose written form is most like ``text``; None where none is alike."""
    folded = fold(text)
    return _nearest(column, folded) if folded and len(folded) <= _LONGEST else None
