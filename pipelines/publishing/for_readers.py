"""What a release holds for those who look and those who take away, beside its databases: labels and descriptions, downloads, the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.processes import beside
from pipelines.publishing.downloads import write_downloads
from pipelines.publishing.keeping import DATABASE
from pipelines.publishing.views import describe_tables
from pipelines.reporting.documentation import documentation
from pipelines.reporting.site import build_site

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipelines.publishing.release import Addition

SITE = "site"
MANY = 50_000
"""Open rows from which a process of its own writes them as files while this one writes the site."""


def for_readers(documents: Mapping[str, Any]) -> list[Addition]:
    """The additions to a release, in their order: what is hashed or read by the next comes first.

    Args:
        documents: dbt's manifest, for the descriptions of tables, columns and metrics.
    """

    def views(staged: Path, _: dict[str, Any]) -> None:
        describe_tables(staged / "open" / DATABASE, documentation(documents))

    def downloads_and_site(staged: Path, facts: dict[str, Any]) -> None:
        with beside(1 if sum(facts["rows"]["open"].values()) >= MANY else 0) as others:
            downloads = others.submit(write_downloads, staged / "open", documented=documentation(documents), facts=facts)
            build_site(staged / "open" / DATABASE, staged / SITE, manifest=documents, facts=facts)
            downloads.result()

    return [views, downloads_and_site]
