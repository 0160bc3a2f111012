"""Where the real public files lie that tests read and this repository may not hold, because they stand under no licence that lets it."""

from __future__ import annotations

import os
from pathlib import Path

REAL = Path(os.environ.get("ASN_REAL_DATA") or Path(__file__).parents[2] / "shared" / "real")
"""The folder beside the checkout, or the one that ASN_REAL_DATA names. Tests that need a file of it are skipped without it."""
NOT_THERE = "the real public files are neither beside this checkout nor where ASN_REAL_DATA says"
ANSWERS = REAL / "skm" / "sekadau_2019_smt1_responden_001_049.csv"
"""Published answers of 49 respondents to a survey of 2019."""
