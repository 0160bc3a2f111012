"""The event study of one programme and outcome as an SVG that needs no network, no script and no font of its own."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

WIDTH, HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 24, 64, 64
_INK, _FAINT, _BEFORE, _AFTER = "#1f2933", "#9aa5b1", "#52606d", "#0b6e99"
_MAX_TICKS = 16
_TICKS = 6


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)


def nice_ticks(low: float, high: float) -> list[float]:
    """Round numbers from ``low`` to ``high``, roughly six of them."""
    raw = (high - low) / _TICKS
    size = 10.0 ** np.floor(np.log10(raw))
    step = float(size * min((1, 2, 2.5, 5, 10), key=lambda factor: abs(factor * size - raw)))
    first = np.ceil(low / step - 1e-9)
    return [float(step * (first + k)) for k in range(int(np.floor(high / step + 1e-9) - first) + 1)]


def event_study(events: pd.DataFrame, title: str, subtitle: str) -> str:
    """SVG of effects by event time with pointwise intervals (bars) and the simultaneous band (area).

    ``events``: rows of one programme and outcome with ``event_time``, ``att``, ``ci_low``, ``ci_high``, ``band_low``, ``band_high``.
    """
    table = events.sort_values("event_time").reset_index(drop=True)
    numbers = table[["att", "ci_low", "ci_high", "band_low", "band_high"]].to_numpy(dtype=np.float64)
    low, high = min(float(np.nanmin(numbers)), 0.0), max(float(np.nanmax(numbers)), 0.0)
    margin = 0.06 * (high - low) or 1.0
    y = _Scale(low - margin, high + margin, HEIGHT - _BOTTOM, _TOP)
    first, last = int(table["event_time"].min()), int(table["event_time"].max())
    x = _Scale(first - 0.5, last + 0.5, _LEFT, WIDTH - _RIGHT)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-labelledby="title description" font-family="sans-serif" font-size="12" fill="{_INK}">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(_described(table, subtitle))}</desc>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="24" font-size="16" font-weight="bold">{escape(_short(title, 76))}</text>',
        f'<text x="{_LEFT}" y="44">{escape(_short(subtitle, 108))}</text>',
        *_axes(x, y, first, last),
        *_band(table, x, y),
    ]
    parts += [_point(x.at(row["event_time"]), row, y) for row in table.to_dict("records")]
    return "\n".join([*parts, "</svg>", ""])


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _described(table: pd.DataFrame, subtitle: str) -> str:
    rows = table[["event_time", "att", "ci_low", "ci_high"]].to_numpy(dtype=np.float64)
    shown = "; ".join(f"{event:+.0f}: {att:.3g} ({low:.3g} to {high:.3g})" for event, att, low, high in rows)
    return f"{subtitle}. Effect by periods since training, with interval: {shown}"


def _axes(x: _Scale, y: _Scale, first: int, last: int) -> list[str]:
    parts = []
    for tick in nice_ticks(y.low, y.high):
        parts.append(f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y.at(tick)}" y2="{y.at(tick)}" stroke="#e4e7eb"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y.at(tick) + 4}" text-anchor="end">{tick:.6g}</text>')
    every = max(1, -(-(last - first + 1) // _MAX_TICKS))
    parts += [
        f'<text x="{x.at(event)}" y="{HEIGHT - _BOTTOM + 18}" text-anchor="middle">{event}</text>'
        for event in range(first, last + 1)
        if event % every == 0
    ]
    parts.append(f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y.at(0)}" y2="{y.at(0)}" stroke="{_INK}"/>')
    start = x.at(-0.5)
    parts.append(f'<line x1="{start}" x2="{start}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}" stroke="{_FAINT}" stroke-dasharray="4 4"/>')
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 26}" text-anchor="middle">periods since training (0: first measured after it)</text>')
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle" fill="{_BEFORE}">'
        "circles: before training, squares: after; bars: interval of each; grey: band that holds all at once</text>"
    )
    return parts


def _band(table: pd.DataFrame, x: _Scale, y: _Scale) -> list[str]:
    known = table[table["band_low"].notna() & table["band_high"].notna()]
    width = round(x.at(0.6) - x.at(0), 1)
    parts = []
    for row in known.to_dict("records"):
        top, bottom = y.at(row["band_high"]), y.at(row["band_low"])
        place = f'x="{x.at(row["event_time"] - 0.3)}" y="{top}" width="{width}" height="{round(bottom - top, 1)}"'
        parts.append(f'<rect {place} fill="#cbd2d9" fill-opacity="0.6"/>')
    return parts


def _point(at: float, row: dict[Hashable, Any], y: _Scale) -> str:
    before = row["event_time"] < 0
    colour, height, bar = _BEFORE if before else _AFTER, y.at(row["att"]), ""
    if np.isfinite(row["ci_low"]) and np.isfinite(row["ci_high"]):
        bar = f'<line x1="{at}" x2="{at}" y1="{y.at(row["ci_low"])}" y2="{y.at(row["ci_high"])}" stroke="{colour}" stroke-width="2"/>'
    if before:
        return f'{bar}<circle cx="{at}" cy="{height}" r="4.5" fill="#ffffff" stroke="{colour}" stroke-width="2"/>'
    return f'{bar}<rect x="{round(at - 4.5, 1)}" y="{round(height - 4.5, 1)}" width="9" height="9" fill="{colour}"/>'
