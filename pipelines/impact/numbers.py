"""Numbers as a spreadsheet in Indonesian writes them: a comma before the decimals, points between the thousands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable

_WITH_COMMA = r"[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+"
_WITHOUT = r"[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+)"


def with_points(column: pd.Series[Any]) -> pd.Series[Any]:
    """The numbers of a column of text in which one at least has a decimal comma and all others may; any other column as it is.

    ``3.5`` beside ``3,5`` is written by two hands: left as it is, for whoever needs a number to refuse it.
    """
    if pd.api.types.is_numeric_dtype(column) or isinstance(column.dtype, pd.CategoricalDtype):
        return column
    values = column.dropna().unique()
    texts: dict[Hashable, str] = {value: value.strip() for value in values if isinstance(value, str)}
    if len(texts) < len(values):
        return column
    written = pd.Series([text for text in texts.values() if text], dtype="str")
    if written.empty or not written.str.fullmatch(_WITH_COMMA).any():
        return column
    if not written.str.fullmatch(f"(?:{_WITH_COMMA})|(?:{_WITHOUT})").all():
        return column
    read = {value: float(text.replace(".", "").replace(",", ".")) if text else None for value, text in texts.items()}
    return column.map(read, na_action="ignore").astype("float64")
