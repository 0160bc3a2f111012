"""The front page: four questions answered, and where the other answers are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.reporting import charts
from pipelines.reporting.page import Page, change_in_words, name_of, newest, night_in_words, offices_note, tiles_of

if TYPE_CHECKING:
    from pipelines.reporting.page import Source


def front(source: Source) -> Page:
    """The answers to four questions, and where to find the others."""
    language, of, root = source.language, source.figures.of, source.root
    trend, competencies = source.data.rows("city_trend"), source.data.rows("city_competencies")
    now = newest(trend, "share_below_standard")
    lead = language("front.empty")
    if now and competencies:
        lead = language(
            "front.lead",
            share=language.show("share_below_standard", now["share_below_standard"]),
            quarter=language.show("quarter", now["quarter"]),
            change=change_in_words(trend, "share_below_standard", language),
            worst=name_of(competencies[0], language),
        )
    tiles = [
        *tiles_of(source, "tile.below", "city_trend", "share_below_standard", "competencies.html"),
        *tiles_of(source, "tile.coverage", "city_trend", "coverage", "competencies.html"),
        *tiles_of(source, "tile.index", "unit_people", "total", source.of_city(), key=root, newest_first=True),
        *tiles_of(source, "tile.ikm", "city_service", "ikm_published", "service.html"),
        *tiles_of(source, "tile.sla", "city_service", "share_within_sla", "service.html"),
        *tiles_of(source, "tile.decline", "unit_training", "decline_rate", source.of_city(), key=root, newest_first=True),
        *tiles_of(source, "tile.budget", "city_budget", "allocated_idr", "plan.html", newest_first=True),
        *tiles_of(source, "tile.unfunded", "city_budget", "unfunded_need_idr", "plan.html", newest_first=True),
    ]
    short = ("competency_name", "n_assessed", "mean_gap", "share_below_standard", "share_below_standard_change")
    by_unit = ("unit_name", "n_levels_assessed", *short[2:])
    figures = {
        "competencies": of("city_competencies", "competencies.title", columns=short),
        "offices": of("city_offices", "offices.title", columns=by_unit, most=10, note=offices_note(source)),
        "trend": of("city_trend", "competency.trend", chart=charts.trend(trend, "share_below_standard", language)),
        "plan": of(
            "plan_first", "plan.first", columns=("rank", "unit_name", "competency_name", "programme_name", "seats", "cost_idr"), most=5
        ),
        "blocked": of("quality_blocked", "night.blocked", most=5),
    }
    return Page(
        "index.html",
        "front.html.j2",
        language("front.title"),
        {
            "lead": lead,
            "tiles": tiles,
            "figures": figures,
            "night": night_in_words(source),
            "questions": _questions(source),
        },
        "front",
    )


def _questions(source: Source) -> list[tuple[str, str]]:
    """Each question of a manager, with the page that answers it."""
    places = {
        "q.below": "index.html#offices",
        "q.raise": "competencies.html",
        "q.known": "competencies.html",
        "q.closing": "index.html#trend",
        "q.effect": "programmes.html",
        "q.soon": "programmes.html",
        "q.cost": "plan.html#city_budget",
        "q.money": "plan.html#city_budget",
        "q.resist": "units.html#city_refusals",
        "q.right": source.of_city("#unit_training"),
        "q.fund": "plan.html",
        "q.satisfied": "service.html",
        "q.lowest": "service.html#service_elements",
        "q.fast": "service.html#service_ranking",
        "q.soon_served": "service.html#service_times",
        "q.link": "service.html#service_link",
        "q.part": "service.html#service_participation",
        "q.professional": source.of_city("#unit_people"),
        "q.talent": source.of_city("#talent"),
        "q.sound": "quality.html",
        "q.wrong": "quality.html#quality_open",
        "q.nights": "quality.html#quality_runs",
    }
    return [(source.language(question), place) for question, place in places.items()]
