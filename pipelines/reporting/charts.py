"""The few large charts, as SVG from Vega-Lite specifications.

Colours are variables of the style sheet, so that one drawing serves both themes. Labels come ready from the language of the page;
every chart stands beside the table that it is drawn from and is hidden from screen readers, which read that table.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import vl_convert
from markupsafe import Markup

from pipelines.reporting.language import Language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = Mapping[str, Any]

_WIDTH, _HEIGHT = 640, 240
_VEGA_LITE = "5.20"
_FONT = "system-ui, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"
_INK, _MUTED, _RULE, _MAIN, _SECOND, _BAND = (f"var(--{name})" for name in ("ink", "muted", "rule", "main", "second", "band"))
_CONFIG: dict[str, Any] = {
    "font": _FONT,
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelColor": _MUTED, "titleColor": _MUTED, "gridColor": _RULE, "domainColor": _RULE, "tickColor": _RULE, "labelFontSize": 13,
        "titleFontSize": 13, "titleFontWeight": "normal", "labelAngle": 0, "titlePadding": 8,
    },
    "axisX": {"grid": False},
    "text": {"fontSize": 13, "color": _INK},
}  # fmt: skip
_NEAR = 0.03
"""Of an axis: points that are no farther apart share a label."""
_TWO_LINES = "[slice(datum.label, 0, -5), slice(datum.label, -4)]"
"""The year of a quarter below its number, so that nine of them stand side by side."""
_SIZE = re.compile(r'(<svg[^>]*?) width="(\d+)" height="(\d+)"')


@cache
def _locale(code: str) -> dict[str, Any]:
    language = Language(code)
    decimal = language.number(1.5, 1)[1]
    return {"decimal": decimal, "thousands": "." if decimal == "," else ",", "grouping": [3], "currency": ["Rp", ""], "minus": "−"}


def _draw(spec: dict[str, Any], language: Language) -> Markup:
    whole = {"width": _WIDTH, "height": _HEIGHT, "config": _CONFIG, **spec}
    svg = vl_convert.vegalite_to_svg(whole, vl_version=_VEGA_LITE, allowed_base_urls=[], format_locale=_locale(language.code))
    svg = _SIZE.sub(r"\1", svg, count=1).replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    return Markup(re.sub(r' (?:role|aria-label|aria-roledescription)="[^"]*"', "", svg))  # noqa: S704 - drawn here, from figures and own texts


def trend(rows: Sequence[Row], column: str, language: Language) -> Markup | str:
    """One figure, quarter by quarter, from zero where it is a share."""
    is_share = column.startswith("share_")
    points = [
        {"quarter": language.show("quarter", row["quarter"]), "value": float(row[column]), "label": language.show(column, row[column])}
        for row in rows
        if row[column] is not None
    ]
    if len(points) < 2:  # noqa: PLR2004 - a line needs two
        return ""
    order = [language.show("quarter", row["quarter"]) for row in rows]
    x = {
        "field": "quarter",
        "type": "ordinal",
        "scale": {"domain": order},
        "axis": {"title": None, "labelExpr": _TWO_LINES, "labelLineHeight": 19},
    }
    y = {
        "field": "value", "type": "quantitative", "scale": {"zero": is_share, "nice": True},
        "axis": {"title": language.label(column), "format": ".0%" if is_share else ".1f", "tickCount": 4},
    }  # fmt: skip
    ends = [points[0], points[-1]]
    spec = {
        "encoding": {"x": x, "y": y},
        "layer": [
            {"data": {"values": points}, "mark": {"type": "line", "color": _MAIN, "strokeWidth": 2.5}},
            {"data": {"values": points}, "mark": {"type": "point", "color": _MAIN, "filled": True, "size": 50}},
            {"data": {"values": ends}, "mark": {"type": "text", "dy": -13, "fontWeight": "bold"}, "encoding": {"text": {"field": "label"}}},
        ],
    }
    return _draw(spec, language)


def event_study(rows: Sequence[Row], language: Language) -> Markup | str:
    """An effect by periods before and after the training, with the band of all periods together."""
    points = [
        {"time": int(row["event_time"]), **{name: float(row[name]) for name in ("att", "band_low", "band_high") if row[name] is not None}}
        for row in rows
        if row["att"] is not None
    ]
    if len(points) < 2:  # noqa: PLR2004 - a line needs two
        return ""
    times = [point["time"] for point in points]
    x = {
        "field": "time", "type": "quantitative", "scale": {"domain": [min(times) - 0.4, max(times) + 0.4], "nice": False},
        "axis": {"title": language.label("event_time"), "values": times, "format": "d"},
    }  # fmt: skip
    y = {"field": "att", "type": "quantitative", "axis": {"title": language.label("att"), "format": "+.2~f", "tickCount": 5}}
    banded = [point for point in points if "band_low" in point and "band_high" in point]
    spec = {
        "encoding": {"x": x, "y": y},
        "layer": [
            {"data": {"values": [{"att": 0}]}, "mark": {"type": "rule", "color": _INK, "strokeWidth": 1}, "encoding": {"x": None}},
            {
                "data": {"values": [{"time": -0.5}]},
                "mark": {"type": "rule", "color": _SECOND, "strokeDash": [5, 4]},
                "encoding": {"y": None},
            },
            {
                "data": {"values": banded},
                "mark": {"type": "rule", "color": _BAND, "strokeWidth": 14, "strokeCap": "butt"},
                "encoding": {"y": {"field": "band_low", "type": "quantitative"}, "y2": {"field": "band_high"}},
            },
            {"data": {"values": points}, "mark": {"type": "line", "color": _MAIN, "strokeWidth": 1.5}},
            {"data": {"values": points}, "mark": {"type": "point", "color": _MAIN, "filled": True, "size": 70}},
        ],
    }
    return _draw(spec, language)


def side_by_side(rows: Sequence[Row], language: Language) -> Markup | str:
    """A point for each unit of which both are known: how competent it is, how satisfied those are whom it serves."""
    both = ("competency_index", "ikm_published")
    points = [{name: float(row[name]) for name in both} for row in rows if all(row[name] is not None for name in both)]
    if len(points) < 3:  # noqa: PLR2004 - two are always on a line
        return ""
    x, y = (
        {
            "field": name,
            "type": "quantitative",
            "scale": {"zero": False},
            "axis": {"title": language.label(name), "format": ".0f", "tickCount": 6},
        }
        for name in both
    )
    mark = {"type": "point", "color": _MAIN, "filled": True, "size": 70, "opacity": 0.7}
    return _draw({"data": {"values": points}, "mark": mark, "encoding": {"x": x, "y": y}}, language)


def budget_curve(curve: Sequence[Row], scenarios: Sequence[Row], language: Language) -> Markup | str:
    """Money against gap levels closed: the plan of the whole allocation in its order, and where the plan of each budget ends."""
    whole = [row for row in curve if row["budget_share"] == 1]
    ends = [row for row in scenarios if row["cost_idr"] is not None and row["cumulative_gap_levels_closed"] is not None]
    if not whole or not ends:
        return ""
    every = max(1, len(whole) // 150)
    line = [_point(row, "cumulative_cost_idr") for row in [*whole[::every], whole[-1]]]
    points = [{**_point(row, "cost_idr"), "label": row["scenario"]} for row in ends]
    names = _together(points)
    one, several = ([point for point in names if ("," in point["label"]) is is_several] for is_several in (False, True))
    x = {"field": "cost", "type": "quantitative", "axis": {"title": language("plan.axis.cost"), "tickCount": 6}}
    y = {"field": "levels", "type": "quantitative", "axis": {"title": language("plan.axis.levels"), "tickCount": 5, "format": ",.0f"}}
    spec = {
        "height": 300,
        "encoding": {"x": x, "y": y},
        "layer": [
            {"data": {"values": line}, "mark": {"type": "line", "color": _MAIN, "strokeWidth": 2.5}},
            {"data": {"values": points}, "mark": {"type": "point", "color": _SECOND, "filled": True, "size": 90}},
            *(
                {
                    "data": {"values": named},
                    "mark": {"type": "text", "dy": below, "dx": aside, "align": align, "fontWeight": "bold"},
                    "encoding": {"text": {"field": "label"}},
                }
                for named, below, aside, align in ((one, 18, 12, "left"), (several, -14, 0, "right"))
            ),
        ],
    }
    return _draw(spec, language)


def _together(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Plans that end in nearly one point, as where less money than there is closes every gap, have one label with all their names."""
    widest, highest = (max(point[name] for point in points) or 1 for name in ("cost", "levels"))
    kept: list[dict[str, Any]] = []
    for point in points:
        is_near = kept and all(abs(point[name] - kept[-1][name]) < _NEAR * most for name, most in (("cost", widest), ("levels", highest)))
        if is_near:
            kept[-1] = {**point, "label": f"{kept[-1]['label']}, {point['label']}"}
        else:
            kept.append(point)
    return kept


def _point(row: Row, cost: str) -> dict[str, Any]:
    return {"cost": float(row[cost]) / 1e9, "levels": float(row["cumulative_gap_levels_closed"])}
