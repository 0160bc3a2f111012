"""Belongs here: what an asset says of where it comes from: who answers for it, where its code is, where its page is.

All of it is said when the graph is loaded; a night pays nothing for it.
"""

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.publishing.for_readers import SITE
from pipelines.reporting.places import page_of
from pipelines.settings import Settings

PLATFORM = "Data platform team"
"""Who answers for what belongs to no office."""
PROJECT = Path(__file__).resolve().parents[2]


def owners(name: str | None) -> list[str]:
    """An office as Dagster names owners; none where nobody is named."""
    return [f"team:{name}"] if name else []


def code(files: Iterable[Path]) -> dict[str, Any]:
    """Links to the files that an asset is declared in; empty where an installation has them not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are a beta: where they change, links are lost and nothing else
        links = [dg.LocalFileCodeReference(file_path=str(file), label=str(file.relative_to(PROJECT))) for file in files if file.is_file()]
        return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[*links])} if links else {}


def page(settings: Settings, mart: str) -> dict[str, Any]:
    """The page of an open mart in the site of the current release."""
    return {"page": dg.MetadataValue.path(str(settings.releases / "current" / SITE / page_of("mart", mart)))}
