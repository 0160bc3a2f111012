"""Quality of the data, dictionary, metrics, docs, downloads: what stands behind the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.reporting.handbook import INDEX_PAGE
from pipelines.reporting.page import Page, night_in_words
from pipelines.reporting.places import page_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.reporting.page import Source

_MOST = 20
"""Rows of a long list; the download has all."""


def quality(source: Source) -> Page:
    """Whether the data is sound, and who mends what is not."""
    language, of = source.language, source.figures.of
    rows = source.data.rows("quality_extracts")
    counts = {name: language.number(sum(row[column] or 0 for row in rows)) for name, column in _TOTALS.items()}
    names = ("extracts", "open", "blocked", "rejected", "checks", "loads", "runs")
    figures = [of(f"quality_{name}", f"quality.{name}", most=_MOST) for name in names]
    context = {
        "lead": language("quality.lead", **counts),
        "night": night_in_words(source),
        "figures": figures,
        "jumps": source.facts.get("jumps", []),
    }
    return Page("quality.html", "quality.html.j2", language("quality.title"), context, "quality")


_TOTALS = {"n": "n_deliveries", "read": "rows_read", "rejected": "rows_rejected"}


def dictionary(source: Source) -> Iterator[Page]:
    """Every open table with its columns, the metrics, and the words."""
    language, documented, tables = source.language, source.documentation, source.data.tables
    marts = [mart for mart in documented.marts if mart.name in tables]
    context = {"lead": language("dictionary.lead", n=len(marts)), "marts": marts, "tables": tables, "glossary": source.glossary}
    yield Page("dictionary.html", "dictionary.html.j2", language("dictionary.title"), context, "dictionary")
    for mart in marts:
        yield Page(page_of("mart", mart.name), "mart.html.j2", mart.name, {"mart": mart, "n_rows": tables[mart.name]}, "dictionary")
    lead = language("metrics.lead", n=len(documented.metrics))
    yield Page(
        "metrics.html",
        "metrics.html.j2",
        language("metrics.title"),
        {"lead": lead, "subjects": documented.by_subject(), "tables": tables},
        "metrics",
    )
    yield Page("downloads.html", "downloads.html.j2", language("downloads.title"), {"tables": tables}, "downloads")


def docs(source: Source) -> Iterator[Page]:
    """The pages of ``docs/`` and their index."""
    language, handbook = source.language, source.handbook
    yield Page(INDEX_PAGE, "docs.html.j2", language("docs.title"), {"lead": language("docs.lead"), "body": handbook.index}, "docs")
    for doc in handbook.docs:
        yield Page(doc.path, "doc.html.j2", doc.title, {"doc": doc}, "docs")
