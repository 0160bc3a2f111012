"""Why an estimate has its verdict: in English for the tables, in Indonesian for the pages, from one list (``reasons.yaml``)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from pipelines.sentences import said_again

_NUMBER = re.compile(r"-?(?:\d[\d.]*(?:e[-+]?\d+)?%?|nan|inf)")


@cache
def reasons() -> dict[str, dict[str, str]]:
    """The templates of every reason, by its code and language."""
    return dict(yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")))


def reason(code: str, **places: object) -> str:
    """A reason in English, as the tables hold it."""
    return reasons()[code]["en"].format(**places)


def in_indonesian(text: str) -> str:
    """A reason of the tables in Indonesian; empty for one whose words are not known."""
    found = (said_again(text, words["en"], words["id"], _place) for words in reasons().values())
    return next((said for said in found if said is not None), "")


def _place(text: str) -> str | None:
    """What stands in a place of a reason: a number in the signs of the country, another reason, or some of them side by side."""
    if _NUMBER.fullmatch(text):
        return text.replace(".", ",").replace("-", "−")
    parts = [in_indonesian(part) for part in text.split("; ")]
    return in_indonesian(text) or ("; ".join(parts) if all(parts) else None)
