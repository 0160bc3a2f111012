"""What stands on each page: figures, sentences and the template that lays them out. One function for each kind of page."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pipelines.reporting import charts
from pipelines.reporting.places import page_of
from pipelines.reporting.words import html_of, title_of, without_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipelines.reporting.documentation import Documentation
    from pipelines.reporting.figures import Figure, Figures
    from pipelines.reporting.language import Language
    from pipelines.reporting.open_data import OpenData

    Row = Mapping[str, Any]

QUARTERS = 9
"""Quarters of a heat map: two years and the one before."""
_MOST = 40
ELEMENTS = tuple(f"nrr_u{number}" for number in range(1, 10))


@dataclass(frozen=True)
class Page:
    """A page of the site in one language."""

    path: str
    template: str
    title: str
    context: dict[str, Any] = field(default_factory=dict)
    section: str = ""


@dataclass(frozen=True)
class Source:
    """All that pages are made from: the open data, its documentation, what the manifest says, the words of one language."""

    data: OpenData
    figures: Figures
    language: Language
    documentation: Documentation
    facts: Mapping[str, Any]
    texts: Mapping[str, str]
    """Pages of ``docs/`` by name."""
    glossary: Sequence[Mapping[str, str]]
    tiles: Mapping[str, tuple[int, int]]
    """Area code -> column and row in the scheme of districts."""

    @property
    def root(self) -> str:
        """The unit at the top of the city."""
        rows = self.data.rows("units")
        tops = [row["unit_id"] for row in rows if row["depth"] == 0]
        return max(tops, key=lambda top: sum(str(row["path"]).startswith(top) for row in rows), default="")

    @property
    def names(self) -> dict[str, Row]:
        return {row["unit_id"]: row for row in self.data.rows("units")}


def newest(rows: Sequence[Row], column: str) -> Row | None:
    """The last row, in the order of the query, that has a figure."""
    return next((row for row in reversed(rows) if row[column] is not None), None)


def change_in_words(rows: Sequence[Row], column: str, language: Language) -> str:
    """How a share by quarter moved in a year."""
    now = newest(rows, column)
    before = next((row for row in rows if now and row["quarter"] == now["quarter"].replace(year=now["quarter"].year - 1)), None)
    if now is None or before is None or before[column] is None:
        return language("change.unknown")
    moved = round(float(now[column] - before[column]) * 100, 1)
    if not moved:
        return language("change.same")
    return language("change.down" if moved < 0 else "change.up", points=language.number(abs(moved), 1))


@dataclass(frozen=True)
class Tile:
    """One number of importance, with where it leads."""

    text: str
    column: str
    value: Any
    period: str
    target: str
    history: tuple[float, ...] = ()
    is_hidden: bool = False


def _tile(
    source: Source, text: str, name: str, column: str, target: str, *, key: str | None = None, newest_first: bool = False
) -> Iterator[Tile]:
    rows = source.data.of(name, key) if key is not None else source.data.rows(name)
    ordered = list(reversed(rows)) if newest_first else rows
    found = newest(ordered, column)
    if found is None:
        return
    period = source.language.show("quarter", found["quarter"]) if "quarter" in found else str(found["year"])
    history = tuple(float(row[column]) for row in ordered if row[column] is not None)[-QUARTERS:]
    yield Tile(source.language(text), column, found[column], period, target, history)


def front(source: Source) -> Page:
    """The answers to four questions, and where to find the others."""
    language, of, root = source.language, source.figures.of, source.root
    trend, competencies = source.data.rows("city_trend"), source.data.rows("city_competencies")
    now = newest(trend, "share_below_standard")
    lead = language("front.empty")
    if now and competencies:
        lead = language(
            "front.lead", share=language.show("share_below_standard", now["share_below_standard"]),
            quarter=language.show("quarter", now["quarter"]), change=change_in_words(trend, "share_below_standard", language),
            worst=name_of(competencies[0], language),
        )  # fmt: skip
    tiles = [
        *_tile(source, "tile.below", "city_trend", "share_below_standard", "competencies.html"),
        *_tile(source, "tile.coverage", "city_trend", "coverage", "competencies.html"),
        *_tile(source, "tile.index", "unit_people", "total", page_of("unit", root), key=root, newest_first=True),
        *_tile(source, "tile.ikm", "city_service", "ikm_published", "service.html"),
        *_tile(source, "tile.sla", "city_service", "share_within_sla", "service.html"),
        *_tile(source, "tile.decline", "unit_training", "decline_rate", page_of("unit", root), key=root, newest_first=True),
        *_tile(source, "tile.budget", "city_budget", "allocated_idr", "plan.html", newest_first=True),
        *_tile(source, "tile.unfunded", "city_budget", "unfunded_need_idr", "plan.html", newest_first=True),
    ]
    short = ("competency_name", "n_assessed", "mean_gap", "share_below_standard", "share_below_standard_change")
    figures = {
        "competencies": of("city_competencies", "competencies.title", columns=short),
        "offices": of("city_offices", "offices.title", columns=("unit_name", "n_levels_assessed", *short[2:]), most=10),
        "trend": of("city_trend", "competency.trend", chart=charts.trend(trend, "share_below_standard", language)),
        "plan": of("plan_first", "plan.first", columns=("rank", "unit_name", "competency_name", "programme_name", "seats", "cost_idr"), most=5),
        "blocked": of("quality_blocked", "night.blocked", most=5),
    }
    return Page("index.html", "front.html.j2", language("front.title"), {
        "lead": lead, "tiles": tiles, "figures": figures, "night": night_in_words(source), "questions": _questions(source),
    }, "front")  # fmt: skip


def night_in_words(source: Source) -> str:
    """What the newest day of loading brought, as one sentence."""
    rows, language = source.data.rows("last_night"), source.language
    if not rows:
        return language("night.nothing")
    row = rows[0]
    counts = {name: language.number(row[column] or 0) for name, column in _NIGHT.items()}
    return language("night.words", day=language.show("delivery_on", row["delivery_on"]), **counts)


_NIGHT = {
    "deliveries": "n_deliveries", "read": "rows_read", "rejected": "rows_rejected", "duplicate": "rows_duplicate", "blocked": "n_blocked",
    "late": "n_late",
}  # fmt: skip


def _questions(source: Source) -> list[tuple[str, str]]:
    """Each question of a manager, with the page that answers it."""
    root = page_of("unit", source.root)
    places = {
        "q.below": "index.html#offices", "q.raise": "competencies.html", "q.known": "competencies.html", "q.closing": "index.html#trend",
        "q.effect": "programmes.html", "q.soon": "programmes.html", "q.cost": "plan.html#city_budget", "q.money": "plan.html#city_budget",
        "q.resist": f"{root}#unit_training", "q.right": f"{root}#unit_training", "q.fund": "plan.html", "q.satisfied": "service.html",
        "q.lowest": "service.html#service_elements", "q.fast": "service.html#service_ranking", "q.link": "service.html#service_link",
        "q.part": "service.html#service_participation", "q.professional": f"{root}#unit_people", "q.talent": f"{root}#talent",
        "q.sound": "quality.html", "q.wrong": "quality.html#quality_open", "q.nights": "quality.html#quality_runs",
    }  # fmt: skip
    return [(source.language(question), place) for question, place in places.items()]


def name_of(row: Row, language: Language) -> str:
    """The name of a competency; its code where the dictionary has none."""
    return str((language.code == "en" and row.get("name_en")) or row["competency_name"] or row["competency_code"])


def units(source: Source) -> Page:
    """The tree of units: offices, with what is below each."""
    names = source.names
    rows = sorted(names.values(), key=lambda row: [_called(names.get(part)) for part in str(row["path"]).split("/")])
    offices = [row for row in rows if row["depth"] <= 1]
    below: dict[str, list[Row]] = {}
    for row in rows:
        if row["depth"] > 1:
            below.setdefault(str(row["path"]).split("/")[1], []).append(row)
    lead = source.language("units.lead", n=source.language.number(len(rows)))
    context = {"lead": lead, "offices": offices, "below": below, "ranking": source.figures.of("city_offices", "offices.title")}
    return Page("units.html", "units.html.j2", source.language("units.title"), context, "units")


def _called(row: Row | None) -> str:
    return str(row["unit_name"] or row["unit_id"]) if row else ""


def unit_pages(source: Source) -> Iterator[Page]:
    """A page for each unit of today."""
    names = source.names
    below: dict[str, list[Row]] = {}
    for row in names.values():
        below.setdefault(row["parent_unit_id"] or "", []).append(row)
    for key, row in names.items():
        above = [names[part] for part in str(row["path"]).split("/")[:-1] if part in names]
        context = {"unit": row, "above": above, "below": sorted(below.get(key, []), key=lambda r: r["unit_name"] or ""), **_unit(source, key)}
        yield Page(page_of("unit", key), "unit.html.j2", row["unit_name"] or key, context, "units")


def _unit(source: Source, key: str) -> dict[str, Any]:
    of, language = source.figures.of, source.language
    gaps = of("unit_gaps", "unit.gaps", key)
    people, training, service = of("unit_people", "unit.people", key), of("unit_training", "unit.training", key), None
    if source.data.of("unit_service", key):
        service = of("unit_service", "unit.service", key, columns=_SERVICE)
    tiles = [
        *_tile(source, "tile.index", "unit_people", "total", "#unit_people", key=key, newest_first=True),
        *_tile(source, "tile.hours", "unit_training", "hours_per_head", "#unit_training", key=key, newest_first=True),
        *_tile(source, "tile.decline", "unit_training", "decline_rate", "#unit_training", key=key, newest_first=True),
        *_tile(source, "tile.culture", "unit_training", "learning_culture_index", "#unit_training", key=key, newest_first=True),
        *_tile(source, "tile.ikm", "unit_service", "ikm_published", "#unit_service", key=key, newest_first=True),
        *_tile(source, "tile.sla", "unit_service", "share_within_sla", "#unit_service", key=key, newest_first=True),
    ]
    plan, talent = of("unit_plan", "unit.first", key, most=15), _talent(source, key)
    return {
        "heat": _heat(gaps), "gaps": gaps, "tiles": tiles, "people": people, "training": training, "service": service,
        "elements": _elements(source, key), "plan": plan, "first": _first_in_words(plan.rows, language),
        "budget": of("unit_budget", "unit.budget", key), "talent": talent, "boxes": talent and replace(of("unit_talent", "unit.talent", key), rows=list(talent[1].values())),
        "is_small": bool(gaps.rows) and all(row["share_below_standard"] is None for row in gaps.rows),
    }  # fmt: skip


_SERVICE = (
    "quarter", "n_responses", "ikm_published", "mutu", "ci_low", "ci_high", "sample_sufficient", "n_complaints",
    "median_working_days_to_first_response", "median_working_days_to_close", "share_within_sla", "n_open",
)  # fmt: skip


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
        "unit.first.words", programme=row["programme_name"], competency=name_of(row, language), seats=language.number(row["seats"]),
        cost=language.show("cost_idr", row["cost_idr"]),
    )  # fmt: skip


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
                "competency.lead", share=language.show("share_below_standard", now["share_below_standard"]),
                n=language.show("n_assessed", now["n_assessed"]), quarter=language.show("quarter", now["quarter"]),
            )  # fmt: skip
        figures = [
            of("competency_trend", "competency.trend", code, chart=charts.trend(rows, "share_below_standard", language)),
            of("competency_offices", "competency.offices", code),
            of("competency_plan", "competency.plan", code),
        ]
        yield Page(page_of("competency", code), "figures.html.j2", name_of(row, language), {"lead": lead, "figures": figures, "code": code},
                   "competencies")  # fmt: skip


def programmes(source: Source) -> Iterator[Page]:
    """The catalogue of training and a page for each programme."""
    language, of = source.language, source.figures.of
    rows = source.data.rows("programmes")
    verdicts = "; ".join(f"{language.value('verdict', row['verdict'])}: {row['n']}" for row in source.data.rows("impact_verdicts"))
    lead = language("programmes.lead", n=language.number(len(rows)), verdicts=verdicts or language("none"))
    columns = ("programme_name", "method", "hours_jp", "cost_per_participant_idr", "n_treated", "att", "ci_low", "ci_high", "verdict", "cost_per_point")
    figure = of("programmes", "programmes.list", columns=columns)
    yield Page("programmes.html", "programmes.html.j2", language("programmes.title"), {"lead": lead, "figure": figure}, "programmes")
    for row in rows:
        key = row["programme_id"]
        events = [event for event in source.data.of("programme_events", key) if event["outcome"] == "competence"]
        figures = [
            of("programme_events", "programme.events", key, note=language("programme.events.note"), chart=charts.event_study(events, language)),
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
            "plan.lead", budget=language.show("budget_idr", whole["budget_idr"]), half=half["scenario"],
            levels=language.number(whole["cumulative_gap_levels_closed"]), half_levels=language.number(half["cumulative_gap_levels_closed"]),
        )  # fmt: skip
    curve = charts.budget_curve(source.data.rows("plan_curve"), scenarios, language)
    figures = [
        of("plan_scenarios", "plan.curve", note=language("plan.curve.note"), chart=curve),
        of("plan_first", "plan.first", most=_MOST),
        of("city_budget", "plan.money"),
    ]
    return Page("plan.html", "figures.html.j2", language("plan.title"), {"lead": lead, "figures": figures}, "plan")


def service(source: Source) -> Page:
    """Satisfaction and speed, unit by unit, and where in the city."""
    language, of = source.language, source.figures.of
    trend = source.data.rows("city_service")
    now = newest(trend, "ikm_published")
    lead = language("nothing")
    if now:
        lead = language(
            "service.lead", ikm=language.show("ikm_published", now["ikm_published"]), quarter=language.show("quarter", now["quarter"]),
            n=language.number(now["n_responses"] or 0), units=language.number(now["n_units"]),
        )  # fmt: skip
    figures = [
        of("service_ranking", "service.ranking"),
        of("city_service", "service.trend", chart=charts.trend([r for r in trend if r["ikm_published"] is not None], "ikm_published", language)),
        of("service_elements", "service.elements"),
        of("service_link", "service.link", note=language("service.link.note")),
        of("service_participation", "service.participation"),
    ]
    return Page("service.html", "service.html.j2", language("service.title"), {"lead": lead, "figures": figures, "districts": _districts(source, float(now["ikm_published"]) if now else 0.0), "map_of": of("service_map", "service.map")},
                "service")  # fmt: skip


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


def quality(source: Source) -> Page:
    """Whether the data is sound, and who mends what is not."""
    language, of = source.language, source.figures.of
    rows = source.data.rows("quality_extracts")
    counts = {name: language.number(sum(row[column] or 0 for row in rows)) for name, column in _TOTALS.items()}
    names = ("extracts", "open", "blocked", "rejected", "checks", "loads", "runs")
    figures = [of(f"quality_{name}", f"quality.{name}", most=_MOST // 2) for name in names]
    context = {"lead": language("quality.lead", **counts), "night": night_in_words(source), "figures": figures, "jumps": source.facts.get("jumps", [])}
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
    yield Page("metrics.html", "metrics.html.j2", language("metrics.title"), {"lead": lead, "subjects": documented.by_subject(), "tables": tables},
               "metrics")  # fmt: skip
    yield Page("downloads.html", "downloads.html.j2", language("downloads.title"), {"tables": tables}, "downloads")


def methods(source: Source) -> Iterator[Page]:
    """Pages of ``docs/`` that say how figures are reckoned and protected."""
    names = {name: title_of(text) for name, text in source.texts.items()}
    lead = source.language("methods.lead")
    yield Page("methods.html", "methods.html.j2", source.language("methods.title"), {"lead": lead, "names": names}, "methods")
    addresses = {f"{name}.md": f"{name}.html" for name in names}
    for name, text in source.texts.items():
        yield Page(page_of("method", name), "method.html.j2", names[name], {"body": html_of(without_title(text), pages=addresses)}, "methods")


def every_page(source: Source) -> Iterator[Page]:
    """All pages in one language."""
    yield front(source)
    yield units(source)
    yield from unit_pages(source)
    yield from competencies(source)
    yield from programmes(source)
    yield plan(source)
    yield service(source)
    yield quality(source)
    yield from dictionary(source)
    yield from methods(source)
