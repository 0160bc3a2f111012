"""The page: safe to open, readable by everyone, complete without a network."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pipelines.inspection.page import render_page
from pipelines.inspection.report import Coercion, ColumnSeen, FormatSeen, InspectionReport, Place, Problem, RowCounts, ShownCell

EVIL = "<script>alert(1)</script>\"&'"
PLACE = Place(EVIL, 7, (ShownCell(EVIL, "C", EVIL),), EVIL)
PROBLEM = Problem(EVIL, "error", (EVIL,), ("C",), "validity", EVIL, EVIL, 30, (PLACE,) * 25)
REPORT = InspectionReport(
    language="id", file=EVIL, extract="hr/employees", folder="hr/pegawai", found=EVIL, verdict="blocked", sentence=EVIL, reasons=(EVIL,),
    notes=(EVIL,), detection={"format": EVIL, "sheet": EVIL, "delimiter": EVIL, "header_row": 1}, rows=RowCounts(40, 9, 30, 1, 2),
    columns=(ColumnSeen("unknown", EVIL, "A", EVIL, EVIL), ColumnSeen("missing_optional", "", "", EVIL)),
    formats=(FormatSeen(EVIL, "A", EVIL, EVIL),), coercions=(Coercion(EVIL, EVIL, EVIL, 3),),
    problems=(PROBLEM, replace(PROBLEM, severity="warning", headers=(), columns=(), places=(Place("", 9, ()),), count=1)),
)  # fmt: skip
VOID = {"meta", "br", "link", "img", "hr"}


class Outline(HTMLParser):
    """Elements with their attributes, held against each other."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def named(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.seen if tag in tags]


@pytest.mark.parametrize(
    "report", [REPORT, replace(REPORT, language="en"), replace(REPORT, verdict="refused"), replace(REPORT, problems=())]
)
def test_the_page_is_well_formed_and_accessible(report: InspectionReport) -> None:
    page = render_page(report)
    outline = Outline(page)
    assert outline.open == []
    assert outline.named("html")[0]["lang"] == report.language
    assert outline.named("title")
    assert all(head.get("scope") in {"row", "col"} for head in outline.named("th"))
    assert len(outline.named("caption")) == len(outline.named("table")) > 0
    assert len(outline.named("div")) == sum(attributes.get("class") != "facts" for attributes in outline.named("table"))
    assert all(box["class"] == "wide" and box["tabindex"] == "0" and box["aria-label"] for box in outline.named("div"))
    names = [attributes["id"] for _, attributes in outline.seen if "id" in attributes]
    assert len(names) == len(set(names))
    referred = {attributes["aria-labelledby"] for _, attributes in outline.seen if "aria-labelledby" in attributes}
    referred |= {str(link["href"]).removeprefix("#") for link in outline.named("a")}
    assert referred <= set(names)
    levels = [int(tag[1]) for tag, _ in outline.seen if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_nothing_in_a_file_becomes_markup_and_nothing_is_fetched() -> None:
    page = render_page(REPORT)
    outline = Outline(page)
    assert outline.named("script", "img", "link", "iframe", "object", "form") == []
    assert not re.search(r"https?://|url\(|@import", page)
    assert "default-src 'none'" in str(outline.named("meta")).replace("&#x27;", "'")
    assert page.count("&lt;script&gt;") > 20
    assert not any(name.startswith("on") for _, attributes in outline.seen for name in attributes)


def test_no_more_places_than_wanted_and_the_rest_is_counted() -> None:
    page = render_page(REPORT, most_places=20)
    assert page.count('<td class="number">7</td>') == 20
    assert "… dan 10 baris lain" in page
    assert "seluruh baris" in page


def test_text_stands_out_from_its_ground() -> None:
    """Contrast of at least 7 to 1, so that it is readable on paper and on poor screens."""
    style = re.search(r"<style>(.*?)</style>", render_page(REPORT), re.DOTALL)
    assert style
    for rule in re.findall(r"\{([^{}]*)\}", style[1]):
        colour = re.search(r"(?<![-\w])color: (#[0-9a-f]{3,6})", rule)
        ground = re.search(r"background: (#[0-9a-f]{3,6})", rule)
        if colour:
            assert _contrast(colour[1], ground[1] if ground else "#fff") >= 7


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    bare = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(bare[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
