"""Free text without the identifiers that people write into it.

Masks what can be recognised by its form. Names are not recognised here; free text therefore never leaves the restricted layer.
"""

from __future__ import annotations

import re

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("[tautan]", re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)),
    ("[surel]", re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")),
    ("[plat]", re.compile(r"\b[A-Z]{1,2}\s?\d{1,4}\s?[A-Z]{1,3}\b")),
    ("[telepon]", re.compile(r"(?<!\d)(?:\+?62|0)[\s.-]?8[\d\s.-]{7,14}\d(?!\d)")),
    ("[angka]", re.compile(r"(?<!\d)\d(?:[\s.-]?\d){7,}(?!\d)")),
)


def mask(text: str) -> str:
    """Replace links, addresses, plates, telephone numbers and every run of eight or more digits (NIK, NIP, accounts)."""
    for label, pattern in _PATTERNS:
        text = pattern.sub(label, text)
    return text
