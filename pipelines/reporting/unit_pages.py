"""The tree of units, and a page for each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipelines.reporting.page import QUARTERS, Page, name_of, offices_note, tiles_of
from pipelines.reporting.places import page_of, unit_above, units_of_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipelines.reporting.figures import Figure
    from pipelines.reporting.language import Language
    from pipelines.reporting.page import Source

    Row = Mapping[str, Any]


ELEMENTS = tuple(f"nrr_u{number}" for number in range(1, 10))


def units(source: Source) -> Page:
    """The tree of units: offices, with what is below each."""
    names = source.names
    rows = sorted(names.values(), key=lambda row: [_called(names.get(part)) for part in units_of_path(str(row["path"]))])
    offices = [row for row in rows if row["depth"] <= 1]
    below: dict[str, list[Row]] = {}
    for row in rows:
        if row["depth"] > 1:
            below.setdefault(units_of_path(str(row["path"]))[1], []).append(row)
    lead = source.language("units.lead", n=source.language.number(len(rows)))
    figures = [
        source.figures.of("city_offices", "offices.title", note=offices_note(source)),
        source.figures.of("city_refusals", "refusals.title"),
    ]
    context = {"lead": lead, "offices": offices, "below": below, "figures": figures}
    return Page("units.html", "units.html.j2", source.language("units.title"), context, "units")


def _called(row: Row | None) -> str:
    return str(row["unit_name"] or row["unit_id"]) if row else ""


def unit_pages(source: Source) -> Iterator[Page]:
    """A page for each unit of today."""
    names = source.names
    below: dict[str, list[Row]] = {}
    for row in names.values():
        below.setdefault(unit_above(str(row["path"])) or "", []).append(row)
    for key, row in names.items():
        above = [names[part] for part in units_of_path(str(row["path"]))[:-1] if part in names]
        context = {
            "unit": row,
            "above": above,
            "below": sorted(below.get(key, []), key=lambda r: r["unit_name"] or ""),
            **_unit(source, key),
        }
        yield Page(page_of("unit", key), "unit.html.j2", row["unit_name"] or key, context, "units")


def _unit(source: Source, key: str) -> dict[str, Any]:
    of, language = source.figures.of, source.language
    gaps = of("unit_gaps", "unit.gaps", key)
    people, training, service = of("unit_people", "unit.people", key), of("unit_training", "unit.training", key), None
    if source.data.of("unit_service", key):
        service = of("unit_service", "unit.service", key, columns=_SERVICE)
    tiles = [
        *tiles_of(source, "tile.index", "unit_people", "total", "#unit_people", key=key, newest_first=True),
        *tiles_of(source, "tile.hours", "unit_training", "hours_per_head", "#unit_training", key=key, newest_first=True),
        *tiles_of(source, "tile.decline", "unit_training", "decline_rate", "#unit_training", key=key, newest_first=True),
        *tiles_of(source, "tile.culture", "unit_training", "learning_culture_index", "#unit_training", key=key, newest_first=True),
        *tiles_of(source, "tile.ikm", "unit_service", "ikm_published", "#unit_service", key=key, newest_first=True),
        *tiles_of(source, "tile.sla", "unit_service", "share_within_sla", "#unit_service", key=key, newest_first=True),
    ]
    plan, talent = of("unit_plan", "unit.first", key, most=15), _talent(source, key)
    return {
        "heat": _heat(gaps),
        "gaps": gaps,
        "tiles": tiles,
        "people": people,
        "training": training,
        "service": service,
        "elements": _elements(source, key),
        "plan": plan,
        "first": _first_in_words(plan.rows, language),
        "budget": of("unit_budget", "unit.budget", key),
        "talent": talent,
        "boxes": talent and replace(of("unit_talent", "unit.talent", key), rows=list(talent[1].values())),
        "is_small": bool(gaps.rows) and all(row["share_below_standard"] is None for row in gaps.rows),
    }


_SERVICE = (
    "quarter",
    "n_responses",
    "ikm_published",
    "mutu",
    "ci_low",
    "ci_high",
    "sample_sufficient",
    "n_complaints",
    "median_working_days_to_first_response",
    "median_working_days_to_close",
    "share_within_sla",
    "n_open",
)


@dataclass(frozen=True)
class Heat:
    """Gaps of a unit: a row for each competency, a column for each quarter."""

    quarters: tuple[Any, ...]
    rows: tuple[tuple[Row, dict[Any, Row]], ...]


def _heat(gaps: Figure) -> Heat:
    quarters = tuple(sorted({row["quarter"] for row in gaps.rows})[-QUARTERS:])
    by_competency: dict[str, dict[Any, Row]] = {}
    for row in gaps.rows:
        by_competency.setdefault(row["competency_code"], {})[row["quarter"]] = row
    return Heat(quarters, tuple((max(cells.items())[1], cells) for cells in by_competency.values()))


def _first_in_words(rows: Sequence[Row], language: Language) -> str:
    row = next((row for row in rows if row["programme_name"] and row["seats"] is not None and row["cost_idr"] is not None), None)
    if row is None:
        return language("unit.first.none")
    return language(
        "unit.first.words",
        programme=row["programme_name"],
        competency=name_of(row, language),
        seats=language.number(row["seats"]),
        cost=language.show("cost_idr", row["cost_idr"]),
    )


def _elements(source: Source, key: str) -> tuple[str, list[tuple[str, Any]]] | None:
    """Scores of the nine elements in the newest quarter that has them."""
    row = next((row for row in source.data.of("unit_service", key) if row["nrr_u1"] is not None), None)
    if row is None:
        return None
    return source.language.show("quarter", row["quarter"]), [(element, row[element]) for element in ELEMENTS]


def _talent(source: Source, key: str) -> tuple[int, dict[int, Row]] | None:
    """The nine boxes of the newest year."""
    rows = source.data.of("unit_talent", key)
    return (rows[0]["year"], {row["box"]: row for row in rows if row["year"] == rows[0]["year"]}) if rows else None
