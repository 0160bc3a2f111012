"""The picture of the asset graph in the README: what `make pictures` draws from the definitions, and a test holds to them."""

from __future__ import annotations

import tempfile
from collections import Counter
from html import escape
from pathlib import Path
from typing import NamedTuple

from pipelines.definitions import build_definitions
from pipelines.settings import Settings

PICTURE = Path(__file__).parent.parent / "docs" / "images" / "asset-graph.svg"
LINE, WIDTH, HEAD, GAP = 13, 176, 40, 22
TOP = 64


class Box(NamedTuple):
    """One group of assets: where it stands, what it is called, and whether its assets are named one by one."""

    group: str
    title: str
    under: str
    column: int
    colour: str
    names: bool = True


BOXES = (
    Box("hr", "hr", "extracts, accepted rows", 0, "#dbe9f6"),
    Box("evaluation", "evaluation", "extracts, accepted rows", 0, "#dbe9f6"),
    Box("feedback", "feedback", "extracts, accepted rows", 0, "#dbe9f6"),
    Box("quality", "quality", "loads, checks, runs", 0, "#eeeeee"),
    Box("warehouse_staging", "staging", "dbt: one view for each extract", 1, "#e3f1e1", names=False),
    Box("rules", "rules and lists", "seeds with source and dates", 1, "#fbf0d9", names=False),
    Box("warehouse_core", "core", "dbt: dimensions and facts", 2, "#e3f1e1"),
    Box("warehouse_intermediate", "intermediate", "dbt: steps by subject", 3, "#e3f1e1", names=False),
    Box("impact", "impact", "Python: estimates", 3, "#f0e2f3"),
    Box("planning", "planning", "Python: optimum", 3, "#f0e2f3"),
    Box("marts_restricted", "marts, restricted", "pseudonymous people", 4, "#f8dfdc"),
    Box("marts_open", "marts, open", "small cells hidden", 4, "#f8dfdc"),
    Box("release", "release", "one atomic switch", 5, "#dddddd"),
)


def draw() -> str:
    """The graph as SVG: a box for each group, an arrow for the dependencies from one to another, as wide as they are many."""
    with tempfile.TemporaryDirectory() as home:
        graph = build_definitions(Settings(home=Path(home))).resolve_asset_graph()
    nodes = {key: graph.get(key) for key in graph.get_all_asset_keys()}
    groups = {key: str(node.group_name) for key, node in nodes.items()}
    members = {
        box.group: sorted(
            key.path[-1] for key in nodes if groups[key] == box.group and (not box.names or not key.path[-1].endswith("_rejected"))
        )
        for box in BOXES
    }
    flows = Counter(
        (groups[parent], groups[key]) for key, node in nodes.items() for parent in node.parent_keys if groups[parent] != groups[key]
    )
    places, height = _places(members)
    parts = [_arrow(places[start], places[end], n) for (start, end), n in sorted(flows.items()) if start in places and end in places]
    parts += [_box(box, members[box.group], places[box.group]) for box in BOXES]
    width = (max(box.column for box in BOXES) + 1) * (WIDTH + GAP * 2)
    heading = (
        f"{len(nodes)} assets: what arrives on the left, what is published on the right; an arrow is as wide as its dependencies are many"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="10.5" role="img" aria-label="{escape(heading)}">\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n<text x="{GAP}" y="28" font-size="14" fill="#333">{escape(heading)}</text>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _places(members: dict[str, list[str]]) -> tuple[dict[str, tuple[float, float, float]], float]:
    """Left, top and height of each box, column by column, each column in the middle of the picture."""
    heights = {box.group: HEAD + (LINE * len(members[box.group]) if box.names else 18) for box in BOXES}
    columns: dict[int, list[Box]] = {}
    for box in BOXES:
        columns.setdefault(box.column, []).append(box)
    total = {column: sum(heights[box.group] for box in boxes) + GAP * (len(boxes) - 1) for column, boxes in columns.items()}
    places = {}
    for column, boxes in columns.items():
        top = TOP + (max(total.values()) - total[column]) / 2
        for box in boxes:
            places[box.group] = (GAP + column * (WIDTH + GAP * 2), top, float(heights[box.group]))
            top += heights[box.group] + GAP
    return places, TOP + max(total.values()) + GAP


def _box(box: Box, names: list[str], place: tuple[float, float, float]) -> str:
    left, top, height = place
    lines = names if box.names else [f"{len(names)} assets"]
    texts = [
        f'<text x="{left + 8}" y="{top + HEAD + 4 + LINE * at:.1f}" fill="#444">{escape(name)}</text>' for at, name in enumerate(lines)
    ]
    return (
        f'<rect x="{left}" y="{top:.1f}" width="{WIDTH}" height="{height + 6:.1f}" rx="6" fill="{box.colour}" stroke="#999"/>'
        f'<text x="{left + 8}" y="{top + 16:.1f}" font-size="12.5" font-weight="bold" fill="#222">{escape(box.title)}</text>'
        f'<text x="{left + 8}" y="{top + 28:.1f}" font-size="9.5" fill="#666">{escape(box.under)}</text>' + "".join(texts)
    )


def _arrow(start: tuple[float, float, float], end: tuple[float, float, float], n: int) -> str:
    """A curve from the middle of one box to the middle of another; one that goes back, or within a column, bends out to the right."""
    x1, y1 = start[0] + WIDTH, start[1] + start[2] / 2
    is_forward = end[0] > start[0]
    x2, y2 = (end[0] if is_forward else end[0] + WIDTH), end[1] + end[2] / 2
    bend = (x2 - x1) / 2 if is_forward else GAP * 1.4
    width = 0.8 + min(5.0, n**0.5 / 2)
    path = f"M{x1:.1f} {y1:.1f} C{x1 + bend:.1f} {y1:.1f} {x2 - bend if is_forward else x2 + bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    return f'<path d="{path}" fill="none" stroke="#7a8ca3" stroke-opacity="0.55" stroke-width="{width:.1f}"/>'


if __name__ == "__main__":
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(draw(), encoding="utf-8")
    print(f"written: {PICTURE}")
