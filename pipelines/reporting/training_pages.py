"""Competencies, the programmes that teach them, and what to fund."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.reporting import charts
from pipelines.reporting.page import Page, name_of, newest
from pipelines.reporting.places import page_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipelines.reporting.language import Language
    from pipelines.reporting.page import Source

    Row = Mapping[str, Any]


_MOST = 40
"""Rows of a long list; the download has all."""


def competencies(source: Source) -> Iterator[Page]:
    """The list of competencies and a page for each."""
    language, of = source.language, source.figures.of
    figure = of("city_competencies", "competencies.title")
    trend = of("city_trend", "competency.trend", chart=charts.trend(source.data.rows("city_trend"), "share_below_standard", language))
    context = {"lead": language("competencies.lead"), "figure": figure, "trend": trend}
    yield Page("competencies.html", "competencies.html.j2", language("competencies.title"), context, "competencies")
    for row in figure.rows:
        code = row["competency_code"]
        rows = source.data.of("competency_trend", code)
        now = newest(rows, "share_below_standard")
        lead = ""
        if now:
            lead = language(
                "competency.lead",
                share=language.show("share_below_standard", now["share_below_standard"]),
                n=language.show("n_assessed", now["n_assessed"]),
                quarter=language.show("quarter", now["quarter"]),
            )
        figures = [
            of("competency_trend", "competency.trend", code, chart=charts.trend(rows, "share_below_standard", language)),
            of("competency_offices", "competency.offices", code),
            of("competency_plan", "competency.plan", code),
        ]
        yield Page(
            page_of("competency", code),
            "figures.html.j2",
            name_of(row, language),
            {"lead": lead, "figures": figures, "code": code},
            "competencies",
        )


def programmes(source: Source) -> Iterator[Page]:
    """The catalogue of training and a page for each programme."""
    language, of = source.language, source.figures.of
    rows = source.data.rows("programmes")
    verdicts = "; ".join(f"{language.value('verdict', row['verdict'])}: {row['n']}" for row in source.data.rows("impact_verdicts"))
    lead = language("programmes.lead", n=language.number(len(rows)), verdicts=verdicts or language("none"))
    columns = (
        "programme_name",
        "method",
        "hours_jp",
        "cost_per_participant_idr",
        "n_treated",
        "att",
        "ci_low",
        "ci_high",
        "verdict",
        "cost_per_point",
    )
    figure = of("programmes", "programmes.list", columns=columns)
    yield Page("programmes.html", "programmes.html.j2", language("programmes.title"), {"lead": lead, "figure": figure}, "programmes")
    for row in rows:
        key = row["programme_id"]
        events = [event for event in source.data.of("programme_events", key) if event["outcome"] == "competence"]
        figures = [
            of(
                "programme_events",
                "programme.events",
                key,
                note=language("programme.events.note"),
                chart=charts.event_study(events, language),
            ),
            of("programme_funnel", "programme.funnel", key, note=language("programme.funnel.note")),
            of("programme_reach", "programme.reach", key, note=language("programme.reach.note")),
            of("programme_effects", "programme.effects", key),
            of("programme_estimates", "programme.estimates", key),
            of("programme_described", "programme.described", key),
        ]
        context = {"programme": row, "verdict": verdict_in_words(row, language), "figures": figures}
        yield Page(page_of("programme", key), "programme.html.j2", row["programme_name"] or key, context, "programmes")


def verdict_in_words(row: Row, language: Language) -> str:
    """What may be said of a programme, as a sentence."""
    if not row["verdict"]:
        return language("verdict.none")
    needs_figures = row["verdict"] in {"credible_positive", "credible_negative", "fragile", "inconclusive"}
    if needs_figures and row["att"] is None:
        return language("verdict.hidden" if row["is_suppressed"] else "verdict.not_estimated")
    figures = {name: language.form("two", row[column]) for name, column in _INTERVAL.items() if row[column] is not None}
    text = language(f"verdict.{row['verdict']}", **figures) if needs_figures else language(f"verdict.{row['verdict']}")
    if row["cost_per_point"] is not None:
        text += " " + language("verdict.cost", cost=language.show("cost_per_point", row["cost_per_point"]))
    return text


_INTERVAL = {"att": "att", "low": "ci_low", "high": "ci_high"}


def plan(source: Source) -> Page:
    """What each budget buys, and what to fund first."""
    language, of = source.language, source.figures.of
    scenarios = source.data.rows("plan_scenarios")
    whole, half = (next((row for row in scenarios if row["budget_share"] == share), None) for share in (1, 0.5))
    lead = language("nothing")
    if whole and half and whole["cumulative_gap_levels_closed"] and half["cumulative_gap_levels_closed"]:
        lead = language(
            "plan.lead",
            budget=language.show("budget_idr", whole["budget_idr"]),
            half=half["scenario"],
            levels=language.number(whole["cumulative_gap_levels_closed"]),
            half_levels=language.number(half["cumulative_gap_levels_closed"]),
            proven=language.show("share_from_effects", whole["share_from_effects"]),
        )
    curve = charts.budget_curve(source.data.rows("plan_curve"), scenarios, language)
    figures = [
        of("plan_scenarios", "plan.curve", note=language("plan.curve.note"), chart=curve),
        of("plan_first", "plan.first", most=_MOST),
        of("city_budget", "plan.money", note=language("plan.money.note")),
    ]
    return Page("plan.html", "figures.html.j2", language("plan.title"), {"lead": lead, "figures": figures}, "plan")
