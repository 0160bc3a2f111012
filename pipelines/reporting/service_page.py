"""Satisfaction and speed, unit by unit, and where in the city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.reporting import charts
from pipelines.reporting.page import Page, newest

if TYPE_CHECKING:
    from pipelines.reporting.page import Source


def service(source: Source) -> Page:
    """Satisfaction and speed, unit by unit, and where in the city."""
    language, of = source.language, source.figures.of
    trend = source.data.rows("city_service")
    now = newest(trend, "ikm_published")
    lead = language("nothing")
    if now:
        lead = language(
            "service.lead",
            ikm=language.show("ikm_published", now["ikm_published"]),
            quarter=language.show("quarter", now["quarter"]),
            n=language.number(now["n_responses"] or 0),
            units=language.number(now["n_units"]),
        )
    figures = [
        of("service_ranking", "service.ranking"),
        of("service_times", "service.times", note=language("service.times.note")),
        of(
            "city_service",
            "service.trend",
            chart=charts.trend([r for r in trend if r["ikm_published"] is not None], "ikm_published", language),
        ),
        of("service_elements", "service.elements"),
        of(
            "service_link",
            "service.link",
            note=language("service.link.note"),
            chart=charts.side_by_side(source.data.rows("service_link"), language),
        ),
        of("service_participation", "service.participation"),
    ]
    return Page(
        "service.html",
        "service.html.j2",
        language("service.title"),
        {
            "lead": lead,
            "figures": figures,
            "districts": _districts(source, float(now["ikm_published"]) if now else 0.0),
            "map_of": of("service_map", "service.map"),
        },
        "service",
    )


@dataclass(frozen=True)
class District:
    """A square of the scheme."""

    name: str
    column: int
    row: int
    unit_id: str
    score: Any
    n_units: int
    level: str


def _districts(source: Source, average: float) -> list[District]:
    """Districts that the scheme knows, with the satisfaction with the units that lie in them."""
    scores = {row["area_code"]: row for row in source.data.rows("service_map")}
    found = []
    for row in source.data.rows("units"):
        if row["area_code"] in source.tiles and row["depth"] == 1:
            score = scores.get(row["area_code"], {}).get("ikm_published")
            name = str(row["unit_name"]).removeprefix("Kecamatan ").removeprefix("Medan ")
            n_units = scores.get(row["area_code"], {}).get("n_units", 0)
            found.append(District(name, *source.tiles[row["area_code"]], row["unit_id"], score, n_units, _level(score, average)))
    return sorted(found, key=lambda district: (district.row, district.column))


def _level(score: float | None, average: float) -> str:
    """Where a district stands: within a point of the city, above or below."""
    if score is None:
        return "none"
    return "near" if abs(float(score) - average) <= 1 else "above" if float(score) > average else "below"
