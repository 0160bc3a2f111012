"""The two extracts that are simple lists: training budgets and disciplinary actions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.randomness import hex_id, pick, stream

if TYPE_CHECKING:
    from simulation.city import City
    from simulation.people import People

COMPONENTS = {
    "TEKNIS": 0.30,
    "FUNGSIONAL": 0.2,
    "MANAJERIAL": 0.15,
    "SOSIAL_KULTURAL": 0.05,
    "SERTIFIKASI": 0.05,
    "PERSONEL": 0.2,
    "PEMELIHARAAN": 0.05,
}
EXPENDITURE = 7_400_000_000_000
SHARE_FOR_TRAINING = 0.0021
PENALTIES = ("1", "2", "3", "21", "23", "24", "25", "27")
PENALTY_WEIGHTS = (0.3, 0.2, 0.12, 0.1, 0.12, 0.08, 0.05, 0.03)
_FIRST_DAY = 15


def budgets_frame(seed: int, city: City, day: date) -> pd.DataFrame:
    """Return the extract evaluation/anggaran_pelatihan: the year so far, as known in the middle of the month after it.

    A delivery in January closes the year before.
    """
    known = day - timedelta(days=_FIRST_DAY)
    rng = stream(seed, f"budget {known.year}")
    total = round(EXPENDITURE * 1.06 ** (known.year - 2024) / 1_000_000) * 1_000_000
    units = np.array(city.roots)
    weights = rng.dirichlet(np.full(len(units), 3.0))
    shares = np.array(list(COMPONENTS.values()))
    planned = np.round(weights[:, None] * shares * total * SHARE_FOR_TRAINING / 1000).astype(np.int64) * 1000
    pace = rng.uniform(0.75, 1.0, planned.shape)
    spent = np.floor(planned * pace * (known.timetuple().tm_yday / 366) ** 1.3 / 1000).astype(np.int64) * 1000
    return pd.DataFrame(
        {
            "tahun": known.year,
            "unor_id": np.repeat(city.ids[units], len(COMPONENTS)),
            "komponen": np.tile(np.array(list(COMPONENTS), dtype=object), len(units)),
            "pagu": planned.ravel(),
            "realisasi": spent.ravel(),
            "total_belanja_daerah": total,
        }
    )


def build_discipline(seed: int, people: People, start: date, end: date) -> pd.DataFrame:
    """Every disciplinary action that is in the files at the start or comes during the period."""
    rng = stream(seed, "discipline")
    first = np.datetime64(start) - 700
    n_days = (np.datetime64(end) - first).astype(int)
    n = max(12, round(len(people) * 0.004 * n_days / 365.25))
    persons = rng.choice(np.flatnonzero(np.isnat(people.joins_on)), n)
    decided = np.sort(first + rng.integers(0, n_days, n).astype("timedelta64[D]"))
    lasts = rng.choice(np.array([0, 180, 270, 365]), n)
    ended = np.where(lasts > 0, decided + lasts.astype("timedelta64[D]"), np.datetime64("NaT"))
    return pd.DataFrame(
        {
            "id": [hex_id(seed, "hukuman", number) for number in range(n)],
            "nip_baru": people.nips[persons],
            "jenis_hukuman_id": pick(rng, PENALTIES, n, PENALTY_WEIGHTS),
            "hukuman_tanggal": decided.astype("datetime64[s]"),
            "akhir_hukuman_tanggal": ended.astype("datetime64[s]"),
        }
    )
