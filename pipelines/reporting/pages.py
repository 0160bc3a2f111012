"""All pages of the site in one language, in the order in which they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.reporting.front_page import front
from pipelines.reporting.reference_pages import dictionary, docs, quality
from pipelines.reporting.service_page import service
from pipelines.reporting.training_pages import competencies, plan, programmes
from pipelines.reporting.unit_pages import unit_pages, units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.reporting.page import Page, Source


def every_page(source: Source) -> Iterator[Page]:
    yield front(source)
    yield units(source)
    yield from unit_pages(source)
    yield from competencies(source)
    yield from programmes(source)
    yield plan(source)
    yield service(source)
    yield quality(source)
    yield from dictionary(source)
    yield from docs(source)
