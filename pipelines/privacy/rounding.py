"""Means of few people are shown coarsely: to a step that hides what one person adds to them.

From exact means of ten people last night and eleven tonight the value of the eleventh is ten times one less eleven times the
other; so is that of a head of office from the means of the office and of the units below it. A step of half the scale over the
number of people leaves each of the two sums uncertain by a quarter of the scale either way, which together is half the scale.
The step is smaller than the chance in a mean of so few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.privacy.tables import Table


def steps(width: float, people: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least of 1, 2, 5, 10, ... (and of 0.5, 0.2, 0.1, ...) that is not below half the scale over the number of people."""
    least = width / 2 / np.maximum(people, 1)
    tens = 10.0 ** np.floor(np.log10(least))
    times = np.select([least <= tens * (1 + 1e-9), least <= 2 * tens, least <= 5 * tens], [1.0, 2.0, 5.0], 10.0)
    return np.asarray(tens * times)


def rounded(table: Table) -> pd.DataFrame:
    """The table with each declared mean at its step."""
    result = table.frame.copy()
    for scale in table.scales:
        exact = pd.to_numeric(result[scale.column]).to_numpy(dtype=float)
        step = steps(scale.width, pd.to_numeric(result[scale.of]).fillna(0).to_numpy(dtype=float))
        coarse: pd.Series[Any] = pd.Series(np.round(np.floor(exact / step + 0.5) * step, 4), index=result.index, dtype=object)
        result[scale.column] = coarse.where(result[scale.column].notna(), None)
    return result
