"""What of a cell may be shown to a person: the text of a plain column, the shape alone of a personal one.

A report is passed on more freely than the file, so nothing here relies on the reader being allowed to see the person.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.landing.values import clean, is_missing
from pipelines.privacy.masking import mask_identifiers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data_quality.contract import Column, Contract
    from pipelines.inspection.words import Words

MOST_CHARACTERS = 40
_LOOKED_AT = 400
_PLAIN = frozenset({"internal", "generalised"})
_DATES = frozenset({"date", "timestamp", "year_of"})
_NUMBERS = frozenset({"number", "integer", "money", "level"})
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE][+-]?\d+")
_DATE_SHAPE = re.compile(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}(?:[ T]+\d{1,2}[:.]\d{2}.{0,12})?|(?:19|20)\d{6}")
_NUMBER_SHAPE = re.compile(r"-?(?:rp\.?\s?)?[1-9](?:\d{0,13}|\d{0,2}(?:[.,]\d{3}){1,4})(?:[.,]\d{0,4})?(?:,-)?", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[\s.-]?\d){14,}(?!\d)")
_MAY_BE_A_NAME = re.compile(r"(?!.*\d{4})(?=.*[^\W\d_]{2})")
_LETTERS_IN_A_NIP = 3


def shape(text: str) -> str:
    """Digits as 9 and letters as x; scientific notation keeps its E, so that it can be recognised."""
    if _SCIENTIFIC.fullmatch(text):
        return re.sub(r"\d", "9", text)
    return "".join("9" if c.isdigit() else "x" if c.isalpha() else c for c in text)


def shown(column: Column | None, raw: object, words: Words, *, is_shifted: bool = False) -> str:
    """A cell as it may stand in a report. ``is_shifted``: the row's cells may stand under the wrong headers."""
    text = _printable(raw[:_LOOKED_AT]) if isinstance(raw, str) else ""
    if not clean(text):
        return words("value.blank")
    if is_missing(clean(text)):
        return text
    text = _as_plain(column, text) if column and column.classification in _PLAIN and not is_shifted else shape(text)
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _as_plain(column: Column, text: str) -> str:
    """Text as written, but for what looks like a number of a person; dates and amounts are long numbers that may be shown."""
    masked = mask_identifiers(text)
    if column.parser in _DATES | _NUMBERS:
        form = _DATE_SHAPE if column.parser in _DATES else _NUMBER_SHAPE
        if "[telepon]" not in masked and form.fullmatch(text):
            return text
        return masked if re.search(r"\d", text) else shape(text)  # words in a column of numbers may be a name
    return masked


def is_shifted(contract: Contract, cells: Mapping[str, object]) -> bool:
    """Whether a row's cells may stand under the wrong headers, so that a name may stand anywhere.

    Signs of it: letters in a NIP; where a name must stand none, or a number; a number as long as a NIP in a column of something else.
    """
    for column in contract.read_columns:
        text = cells.get(column.name)
        bare = clean(text) if isinstance(text, str) else ""
        if column.parser == "nip":
            letters = sum(c.isalpha() for c in bare)
            if letters >= _LETTERS_IN_A_NIP and not is_missing(bare):
                return True
        elif _LONG_NUMBER.search(bare) or (column.classification == "withheld" and column.required and not _MAY_BE_A_NAME.match(bare)):
            return True
    return False
