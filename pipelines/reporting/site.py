"""Writes the site of a release: every page in both languages, one style sheet, nothing else.

The whole site of a city of 1,100 units is some 2,400 pages; they are written one after another, and what it takes grows with the number
of units.
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from pipelines.engine import MEMORY, reading, share
from pipelines.reporting.documentation import documentation
from pipelines.reporting.figures import Figures, shade
from pipelines.reporting.handbook import read_handbook
from pipelines.reporting.language import CODES, Language, form_of
from pipelines.reporting.open_data import OpenData
from pipelines.reporting.page import Source
from pipelines.reporting.pages import every_page
from pipelines.reporting.places import Place, page_of
from pipelines.reporting.words import html_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.reporting.handbook import Handbook

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
MENU = {
    "front": "index.html", "units": "units.html", "competencies": "competencies.html", "programmes": "programmes.html", "plan": "plan.html",
    "service": "service.html", "quality": "quality.html", "metrics": "metrics.html", "dictionary": "dictionary.html",
    "docs": "docs.html", "downloads": "downloads.html",
}  # fmt: skip
_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_EDGE = 100, 24, 2


def build_site(database: Path, site: Path, *, manifest: Mapping[str, Any], facts: Mapping[str, Any]) -> int:
    """Write all pages into a new folder; returns how many.

    Args:
        database: the open database of the release.
        site: the folder, made here.
        manifest: dbt's manifest, for descriptions of tables and metrics.
        facts: the manifest of the release, as far as it is known: release, made_at, min_cell_size, jumps.
    """
    site.mkdir(parents=True)
    (site / "style.css").write_text((HERE / "style.css").read_text(encoding="utf-8"), encoding="utf-8")
    written = 0
    with reading(database, share(MEMORY, 2)) as connection:
        data, handbook = OpenData(connection), read_handbook(PROJECT / "docs")
        for code in CODES:
            written += _write_language(_source(data, Language(code), manifest, facts, handbook), site)
    return written


def _source(data: OpenData, language: Language, manifest: Mapping[str, Any], facts: Mapping[str, Any], handbook: Handbook) -> Source:
    documented = documentation(manifest)
    figures = Figures(data, language, documented.suppression)
    return Source(data, figures, language, documented, facts, handbook, _table(_GLOSSARY), _tiles())


def _write_language(source: Source, site: Path) -> int:
    pages = list(every_page(source))
    known = frozenset(page.path for page in pages)
    language, facts = source.language, source.facts
    environment = _environment()
    made = language.form("moment", datetime.fromisoformat(str(facts["made_at"])))
    shared = {"language": language, "menu": list(MENU.items()), "release": facts["release"], "made": made, "k": facts["min_cell_size"]}
    templates = {name: environment.get_template(name) for name in {page.template for page in pages}}
    for page in pages:
        place = Place(page.path, language.code, known)
        target = site / place.file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(templates[page.template].render(page=page, place=place, **shared, **page.context), encoding="utf-8")
    return len(pages)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(default=True), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals.update(page_of=page_of, form_of=form_of, shade=shade, sparkline=sparkline, html_of=html_of)
    return environment


def sparkline(values: Sequence[float]) -> str:
    """Points of a small line without axes; nothing for fewer than two values."""
    if len(values) < 2:  # noqa: PLR2004 - a change is between two
        return ""
    low, high = min(values), max(values)
    step = _SPARK_WIDTH / (len(values) - 1)
    height = _SPARK_HEIGHT - 2 * _SPARK_EDGE
    return " ".join(
        f"{at * step:.1f},{_SPARK_EDGE + height * (0.5 if high == low else (high - value) / (high - low)):.1f}"
        for at, value in enumerate(values)
    )


_GLOSSARY = PROJECT / "dbt_project" / "seeds" / "reference" / "glossary.csv"


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _tiles() -> dict[str, tuple[int, int]]:
    return {row["area_code"]: (int(row["column"]), int(row["row"])) for row in _table(HERE / "districts.csv")}
